"""What changed: word differences between revisions, since one last looked, since the review; merging; who writes."""

from django.urls import path

from strategy.views import changes, claim, merge

_city = "cities/<slug:city>/"
_section = f"{_city}strategy/<slug:section>/"

urlpatterns = [
    path(f"{_city}changes/", changes.index, name="changes"),
    path(f"{_city}changes/read/", changes.read, name="changes-read"),
    path(f"{_section}changes/", changes.section, name="section-changes"),
    path(f"{_section}looked/", claim.looked, name="section-looked"),
    path(f"{_section}take-over/", claim.take_over, name="section-take-over"),
    path(f"{_section}draft/<int:pk>/merge/", merge.take, name="draft-merge"),
]
