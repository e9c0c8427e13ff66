from django.urls import path

from dashboards.cohorts import views

_cohort = "cohorts/<slug:cohort>/"
_city = f"{_cohort}cities/<slug:city>/"

urlpatterns = [
    path("cohorts/", views.index, name="cohorts"),
    path("cohorts/new/", views.new, name="cohort-new"),
    path(f"{_cohort}edit/", views.edit, name="cohort-edit"),
    path(f"{_cohort}live/", views.live, name="cohort-live"),
    path(f"{_cohort}cities/add/", views.add, name="cohort-cities"),
    path(f"{_city}remove/", views.remove, name="cohort-city-remove"),
    path(f"{_city}coach/", views.coach, name="coach-assign"),
]
