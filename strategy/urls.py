"""The strategy's URLs, package by package."""

from strategy.overview import urls as overview
from strategy.plan import urls as plan
from strategy.publication import urls as publication
from strategy.review import urls as review
from strategy.sections import urls as sections
from strategy.signoff import urls as signoff
from strategy.template import urls as template
from strategy.uploads import urls as uploads

app_name = "strategy"
urlpatterns = [
    *template.urlpatterns,
    *overview.urlpatterns,
    *sections.urlpatterns,
    *review.urlpatterns,
    *uploads.urlpatterns,
    *plan.urlpatterns,
    *signoff.urlpatterns,
    *publication.urlpatterns,
]
