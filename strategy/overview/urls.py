from django.urls import path

from accelerator.texts.desk.urls import history_urls
from cities.access import city_view
from strategy.overview.views import changes, contents, history
from strategy.sections.desk import SECTION

_section = "cities/<slug:city>/strategy/<slug:section>/"
_city = "cities/<slug:city>/"

urlpatterns = [
    path(f"{_city}strategy/", contents.show, name="strategy"),
    *history_urls(SECTION, _section, city_view, index=history.index),
    path(f"{_city}changes/", changes.index, name="changes"),
    path(f"{_city}changes/read/", changes.read, name="changes-read"),
    path(f"{_section}changes/", changes.section, name="section-changes"),
]
