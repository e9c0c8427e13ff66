"""The strategy's addresses, a module each subject. The desk stands last: its pattern takes any word."""

from strategy.urls import changes, desk, files, plan, publication, review, signoff, templates, upkeep

app_name = "strategy"
urlpatterns = [
    *templates.urlpatterns,
    *files.urlpatterns,
    *changes.urlpatterns,
    *review.urlpatterns,
    *plan.urlpatterns,
    *signoff.urlpatterns,
    *publication.urlpatterns,
    *upkeep.urlpatterns,
    *desk.urlpatterns,
]
