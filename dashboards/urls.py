from django.urls import path

from dashboards import styleguide
from dashboards.roster import urls as roster
from dashboards.views import board, cities, city, cohorts, content, mayor, my_cities

app_name = "dashboards"
urlpatterns = [
    *roster.urlpatterns,
    path("my-cities/", my_cities.my_cities, name="my-cities"),
    path("cities/<slug:city>/", city.city, name="city"),
    path("cities/<slug:city>/mayor/", mayor.mayor, name="mayor"),
    path("cities/<slug:city>/settings/", cities.settings, name="city-settings"),
    path("cohorts/", cohorts.index, name="cohorts"),
    path("cohorts/new/", cohorts.new, name="cohort-new"),
    path("cohorts/<slug:cohort>/", board.cohort, name="cohort"),
    path("cohorts/<slug:cohort>/edit/", cohorts.edit, name="cohort-edit"),
    path("cohorts/<slug:cohort>/live/", cohorts.live, name="cohort-live"),
    path("cohorts/<slug:cohort>/cities/add/", cities.add, name="cohort-cities"),
    path("cohorts/<slug:cohort>/cities/<slug:city>/remove/", cities.remove, name="cohort-city-remove"),
    path("cohorts/<slug:cohort>/cities/<slug:city>/coach/", cities.coach, name="coach-assign"),
    path("cohorts/<slug:cohort>/cities/<slug:city>/coach/<int:pk>/end/", cities.coach_end, name="coach-end"),
    path("content/", content.index, name="content"),
    path("content/templates/<slug:slug>/<int:number>/", content.template, name="content-template"),
    path("content/curricula/<slug:slug>/<int:number>/", content.program, name="content-program"),
    path("content/rubrics/<slug:slug>/<int:number>/", content.rubric, name="content-rubric"),
    path("styleguide/", styleguide.index, name="styleguide"),
    path("styleguide/<slug:name>/", styleguide.archetype, name="styleguide-archetype"),
]
