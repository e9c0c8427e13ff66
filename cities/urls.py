from django.urls import path

from cities.decisions import urls as decisions
from cities.exports import urls as exports
from cities.views import demo, invitations, people, team

app_name = "cities"
urlpatterns = [
    *decisions.urlpatterns,
    *exports.urlpatterns,
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
    path("demo/sign-in/", demo.sign_in_as, name="demo-sign-in"),
    path("demo/mail/", demo.mails, name="demo-mails"),
    path("demo/mail/<slug:name>/", demo.mail, name="demo-mail"),
    path("demo/mail/<slug:name>/html/", demo.mail_html, name="demo-mail-html"),
]
