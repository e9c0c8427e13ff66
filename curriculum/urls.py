"""Curriculum pages stand on the roof (dashboards/): they read several apps."""

from django.urls import URLPattern

app_name = "curriculum"
urlpatterns: list[URLPattern] = []
