"""Publishing, and the public pages."""

from django.urls import path

from strategy.views import public, publication

_here = "cities/<slug:city>/publication/"

urlpatterns = [
    path(_here, publication.show, name="publication"),
    path(f"{_here}preview/", publication.preview, name="publication-preview"),
    path(f"{_here}publish/", publication.publish, name="publication-publish"),
    path(f"{_here}progress/", publication.progress, name="publication-progress"),
    path(f"{_here}withdraw/", publication.withdraw, name="publication-withdraw"),
    path("strategies/", public.index, name="public-index"),
    path("strategies/schema.json", public.schema, name="public-schema"),
    path("strategies/<slug:place>/", public.show, name="public"),
    path("strategies/<slug:place>/v<int:number>/", public.show, name="public-version"),
    path("strategies/<slug:place>/v<int:number>/<slug:kind>/", public.file, name="public-file"),
    path("strategies/<slug:place>/v<int:number>/pictures/<int:pk>/", public.picture, name="public-picture"),
]
