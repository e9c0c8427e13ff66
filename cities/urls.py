from django.urls import path

from cities.views import exports

app_name = "cities"
urlpatterns = [
    path("cities/<slug:city>/exports/", exports.ask, name="export-ask"),
    path("cities/<slug:city>/exports/<int:pk>/", exports.show, name="export"),
    path("cities/<slug:city>/exports/<int:pk>/file/", exports.fetch, name="export-file"),
]
