"""After publication: status requests and yearly reviews."""

from django.urls import path

from strategy.views import upkeep

_upkeep = "cities/<slug:city>/progress/"

urlpatterns = [
    path("status/<str:token>/", upkeep.status, name="status"),
    path(_upkeep, upkeep.index, name="upkeep"),
    path(f"{_upkeep}status/<int:pk>/", upkeep.status_answer, name="status-answer"),
    path(f"{_upkeep}reviews/<int:pk>/", upkeep.yearly_review, name="yearly-review"),
]
