from django.urls import path

from dashboards import styleguide
from dashboards.audit import urls as audit
from dashboards.board import urls as board
from dashboards.city import urls as city
from dashboards.cohorts import urls as cohorts
from dashboards.content import urls as content
from dashboards.directory import urls as directory
from dashboards.handover import urls as handover
from dashboards.invitations import urls as invitations
from dashboards.mayor import urls as mayor
from dashboards.my_cities import urls as my_cities
from dashboards.roster import urls as roster

app_name = "dashboards"
urlpatterns = [
    *my_cities.urlpatterns,
    *city.urlpatterns,
    *mayor.urlpatterns,
    *cohorts.urlpatterns,
    *roster.urlpatterns,
    *directory.urlpatterns,
    *handover.urlpatterns,
    *invitations.urlpatterns,
    *content.urlpatterns,
    *audit.urlpatterns,
    path("styleguide/", styleguide.index, name="styleguide"),
    path("styleguide/<slug:name>/", styleguide.archetype, name="styleguide-archetype"),
    *board.urlpatterns,  # last: "cohorts/<slug>/" would match "cohorts/new/"
]
