from django.urls import path

from dashboards.directory import views

_people = "cohorts/<slug:cohort>/people/"

urlpatterns = [
    path(_people, views.directory, name="directory"),
    path(f"{_people}invite-again/", views.invite, name="directory-invite"),
    path(f"{_people}<int:pk>/", views.person, name="directory-person"),
    path(f"{_people}export.<slug:ending>", views.download, name="directory-export"),
]
