from django.urls import path

from convenings import views

app_name = "convenings"
urlpatterns = [
    path("cohorts/<slug:cohort>/convenings/", views.convenings, name="convenings"),
    path("cohorts/<slug:cohort>/convenings/new/", views.new, name="convening-new"),
    path("cohorts/<slug:cohort>/convenings/<int:pk>/edit/", views.edit, name="convening-edit"),
    path("cohorts/<slug:cohort>/convenings/<int:pk>/remove/", views.remove, name="convening-remove"),
]
