from django.urls import path

from dashboards.board import views

urlpatterns = [path("cohorts/<slug:cohort>/", views.cohort, name="cohort")]
