"""Every URL if DEMO is on: the demo's own come first, so that its sign-in page takes precedence."""

from django.urls import include, path

from accelerator.urls import handler400, handler403, handler404, handler500  # noqa: F401 - looked for in the root
from demo import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("demo/sign-in/", views.sign_in_as, name="demo-sign-in"),
    path("demo/mail/", views.mails, name="demo-mails"),
    path("demo/mail/<slug:name>/", views.mail, name="demo-mail"),
    path("demo/mail/<slug:name>/html/", views.mail_html, name="demo-mail-html"),
    path("", include("accelerator.urls")),
]
