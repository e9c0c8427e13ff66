from django.urls import path

from cities.decisions import views

_decisions = "cities/<slug:city>/decisions/"
_decision = f"{_decisions}<int:pk>/"

urlpatterns = [
    path(_decisions, views.decisions, name="decisions"),
    path(f"{_decisions}new/", views.new, name="decision-new"),
    path(_decision, views.show, name="decision"),
    path(f"{_decision}answer/", views.answer, name="decision-answer"),
    path(f"{_decision}edit/", views.edit, name="decision-edit"),
    path(f"{_decision}withdraw/", views.withdraw, name="decision-withdraw"),
]
