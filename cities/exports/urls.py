from django.urls import path

from cities.exports import views

_exports = "cities/<slug:city>/exports/"

urlpatterns = [
    path(_exports, views.ask, name="export-ask"),
    path(f"{_exports}<int:pk>/", views.show, name="export"),
    path(f"{_exports}<int:pk>/file/", views.fetch, name="export-file"),
]
