from django.urls import path

from cities.offices import views

_offices = "cities/<slug:city>/offices/"

urlpatterns = [
    path(_offices, views.offices, name="offices"),
    path(f"{_offices}confirm/", views.confirm, name="office-confirm"),
    path(f"{_offices}<int:pk>/end/", views.end, name="officeholder-end"),
]
