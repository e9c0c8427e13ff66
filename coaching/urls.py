from django.urls import path

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
    path(_shared, notes.write.shared, name="note-shared"),
    path(f"{_shared}save/", notes.save.shared, name="note-shared-save"),
    path(f"{_shared}here/", notes.here.shared, name="note-shared-here"),
    path(f"{_shared}aside/", notes.aside.shared, name="note-shared-aside"),
    path(f"{_shared}draft/<int:pk>/", notes.draft.shared, name="note-shared-draft"),
    path(f"{_shared}draft/<int:pk>/use/", notes.use.shared, name="note-shared-draft-use"),
    path(f"{_shared}draft/<int:pk>/settle/", notes.settle.shared, name="note-shared-draft-settle"),
    path(_private, notes.write.private, name="note-private"),
    path(f"{_private}save/", notes.save.private, name="note-private-save"),
    path(f"{_private}here/", notes.here.private, name="note-private-here"),
    path(f"{_private}aside/", notes.aside.private, name="note-private-aside"),
    path(f"{_private}draft/<int:pk>/", notes.draft.private, name="note-private-draft"),
    path(f"{_private}draft/<int:pk>/use/", notes.use.private, name="note-private-draft-use"),
    path(f"{_private}draft/<int:pk>/settle/", notes.settle.private, name="note-private-draft-settle"),
    path(f"{_private}share/", notes.share, name="note-private-share"),
    path(f"{_session}commitments/new/", commitments.new, name="commitment-new"),
    path(f"{_coaching}commitments/", commitments.index, name="commitments"),
    path(f"{_commitment}edit/", commitments.edit, name="commitment-edit"),
    path(f"{_commitment}done/", commitments.done, name="commitment-done"),
    path(f"{_commitment}reopen/", commitments.reopen, name="commitment-reopen"),
]
