from django.urls import path

from dashboards.cohorts.views import cities, cohorts, participation, template

_cohort = "cohorts/<slug:cohort>/"
_city = f"{_cohort}cities/<slug:city>/"

urlpatterns = [
    path("cohorts/", cohorts.index, name="cohorts"),
    path("cohorts/new/", cohorts.new, name="cohort-new"),
    path(f"{_cohort}edit/", cohorts.edit, name="cohort-edit"),
    path(f"{_cohort}live/", cohorts.live, name="cohort-live"),
    path(f"{_cohort}template/", template.template, name="cohort-template"),
    path(f"{_cohort}cities/add/", cities.add, name="cohort-cities"),
    path(_city, participation.enrollment, name="cohort-city"),
    *(
        path(f"{_city}{name}/", participation.change, {"change": name}, name=f"cohort-city-{name}")
        for name in participation.CHANGES
    ),
    path(f"{_city}joined/", participation.joined, name="cohort-city-joined"),
    path(f"{_city}undo/", participation.undo, name="cohort-city-undo"),
    path(f"{_city}remove/", cities.remove, name="cohort-city-remove"),
    path(f"{_city}coach/", cities.coach, name="coach-assign"),
]
