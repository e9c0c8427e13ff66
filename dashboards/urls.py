from django.urls import path

from dashboards import styleguide

app_name = "dashboards"
urlpatterns = [
    path("styleguide/", styleguide.index, name="styleguide"),
    path("styleguide/<slug:name>/", styleguide.archetype, name="styleguide-archetype"),
]
