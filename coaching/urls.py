from django.urls import path

from accelerator.texts.desk.urls import urls
from cities.access import city_view
from coaching.notes import PRIVATE, SHARED
from coaching.views import commitments, notes, sessions

app_name = "coaching"

_coaching = "cities/<slug:city>/coaching/"
_session = f"{_coaching}<int:session>/"
_shared = f"{_session}notes/shared/"
_private = f"{_session}notes/private/"
_commitment = f"{_coaching}commitments/<int:commitment>/"

urlpatterns = [
    path(_coaching, sessions.index, name="coaching"),
    path(f"{_coaching}new/", sessions.new, name="session-new"),
    path(f"{_coaching}clock/", sessions.clock, name="clock"),
    path(_session, sessions.show, name="session"),
    path(f"{_session}edit/", sessions.edit, name="session-edit"),
    path(f"{_session}clock/", sessions.clock, name="session-clock"),
    *urls(SHARED, _shared, city_view),
    *urls(PRIVATE, _private, city_view),
    path(f"{_private}share/", notes.share, name="note-private-share"),
    path(f"{_session}commitments/new/", commitments.new, name="commitment-new"),
    path(f"{_coaching}commitments/", commitments.index, name="commitments"),
    path(f"{_commitment}edit/", commitments.edit, name="commitment-edit"),
    path(f"{_commitment}done/", commitments.done, name="commitment-done"),
    path(f"{_commitment}reopen/", commitments.reopen, name="commitment-reopen"),
]
