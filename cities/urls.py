from django.urls import path

from cities.views import decisions, exports, invitations, people, team

app_name = "cities"
urlpatterns = [
    path("cities/<slug:city>/decisions/", decisions.decisions, name="decisions"),
    path("cities/<slug:city>/decisions/new/", decisions.new, name="decision-new"),
    path("cities/<slug:city>/decisions/<int:pk>/", decisions.show, name="decision"),
    path("cities/<slug:city>/decisions/<int:pk>/answer/", decisions.answer, name="decision-answer"),
    path("cities/<slug:city>/decisions/<int:pk>/edit/", decisions.edit, name="decision-edit"),
    path("cities/<slug:city>/decisions/<int:pk>/withdraw/", decisions.withdraw, name="decision-withdraw"),
    path("cities/<slug:city>/exports/", exports.ask, name="export-ask"),
    path("cities/<slug:city>/exports/<int:pk>/", exports.show, name="export"),
    path("cities/<slug:city>/exports/<int:pk>/file/", exports.fetch, name="export-file"),
    path("cities/<slug:city>/team/", team.team, name="team"),
    path("cities/<slug:city>/team/invite/", team.invite, name="team-invite"),
    path("cities/<slug:city>/team/<int:pk>/", team.member, name="member"),
    path("cities/<slug:city>/team/<int:pk>/invite-again/", team.invite_again, name="member-invite-again"),
    path("cities/<slug:city>/team/<int:pk>/end/", team.end, name="member-end"),
    path("cities/<slug:city>/team/<int:pk>/take-up-again/", team.take_up_again, name="member-take-up-again"),
    path("invitation/<str:token>/", invitations.invitation, name="invitation"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add, name="person-add"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/staff/<int:pk>/invite-again/", people.staff_invite_again, name="staff-invite-again"),
    path("people/staff/<int:pk>/end/", people.staff_end, name="staff-end"),
    path("people/funders/<int:pk>/invite-again/", people.funder_invite_again, name="funder-invite-again"),
    path("people/funders/<int:pk>/end/", people.funder_end, name="funder-end"),
]
