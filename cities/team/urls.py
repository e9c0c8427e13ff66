from django.urls import path

from cities.team import views

_team = "cities/<slug:city>/team/"
_member = f"{_team}<int:pk>/"

urlpatterns = [
    path(_team, views.team, name="team"),
    path(f"{_team}invite/", views.invite, name="team-invite"),
    path(_member, views.member, name="member"),
    path(f"{_member}invite-again/", views.invite_again, name="member-invite-again"),
    path(f"{_member}take-up-again/", views.restore, name="member-take-up-again"),
]
