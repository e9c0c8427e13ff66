"""The curriculum pages are in dashboards/: they read several apps."""

from django.urls import URLPattern

app_name = "curriculum"
urlpatterns: list[URLPattern] = []
