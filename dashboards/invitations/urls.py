from django.urls import path

from dashboards.invitations import views

_invitations = "cohorts/<slug:cohort>/invitations/"
_text = f"{_invitations}<slug:role>/<slug:language>/"

urlpatterns = [
    path(_invitations, views.invitations, name="invitations"),
    path(f"{_invitations}send/", views.send, name="invitations-send"),
    path(_text, views.edit, name="invitation-text"),
    path(f"{_text}restore/", views.restore, name="invitation-text-restore"),
]
