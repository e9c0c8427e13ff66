from django.urls import path

from cities.decisions import urls as decisions
from cities.exports import urls as exports
from cities.invitations import urls as invitations
from cities.people import urls as people
from cities.team import urls as team
from cities.views import demo

app_name = "cities"
urlpatterns = [
    *decisions.urlpatterns,
    *exports.urlpatterns,
    *invitations.urlpatterns,
    *people.urlpatterns,
    *team.urlpatterns,
    path("demo/sign-in/", demo.sign_in_as, name="demo-sign-in"),
    path("demo/mail/", demo.mails, name="demo-mails"),
    path("demo/mail/<slug:name>/", demo.mail, name="demo-mail"),
    path("demo/mail/<slug:name>/html/", demo.mail_html, name="demo-mail-html"),
]
