"""The contents, what changed, and the history of a section."""

from django.urls import path

from strategy.overview.views import changes, contents, history

_section = "cities/<slug:city>/strategy/<slug:section>/"
_city = "cities/<slug:city>/"

urlpatterns = [
    path(f"{_city}strategy/", contents.show, name="strategy"),
    path(f"{_section}history/", history.index, name="section-history"),
    path(f"{_section}history/<int:number>/", history.show, name="section-revision"),
    path(f"{_section}history/<int:number>/restore/", history.restore, name="section-restore"),
    path(f"{_city}changes/", changes.index, name="changes"),
    path(f"{_city}changes/read/", changes.read, name="changes-read"),
    path(f"{_section}changes/", changes.section, name="section-changes"),
]
