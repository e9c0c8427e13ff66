from django.urls import path

from dashboards.roster import views

_roster = "cohorts/<slug:cohort>/roster/"

urlpatterns = [
    path(_roster, views.upload, name="roster"),
    path(f"{_roster}template/", views.template, name="roster-template"),
    path(f"{_roster}preview/", views.preview, name="roster-preview"),
    path(f"{_roster}confirm/", views.confirm, name="roster-confirm"),
    path(f"{_roster}discard/", views.discard, name="roster-discard"),
]
