from django.urls import path

from dashboards.city import views

urlpatterns = [
    path("cities/<slug:city>/", views.city, name="city"),
    path("cities/<slug:city>/settings/", views.settings, name="city-settings"),
]
