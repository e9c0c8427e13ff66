"""A session's two notes as kinds of text. A private note never becomes a shared one: the city gets a copy."""

from dataclasses import replace
from typing import TypeVar

from django.db.models import Manager
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accelerator.texts.desk.kinds import Desk, Messages, TextKind
from cities.access import Permission
from cities.models import City
from coaching.models import PrivateNote, SharedNote
from coaching.people import people_of, readers

Note = TypeVar("Note", SharedNote, PrivateNote)


def find_shared(request: HttpRequest, city: City, session: int) -> SharedNote:
    return _note(city, session, city.sharednote_set)


def find_private(request: HttpRequest, city: City, session: int) -> PrivateNote:
    return _note(city, session, city.privatenote_set)


def _note(city: City, session: int, rows: Manager[Note]) -> Note:
    """The note of a session in this city; 404 for another city's."""
    # Logging a session creates both notes; the desk doesn't depend on it.
    row = get_object_or_404(city.coachingsession_set, pk=session)
    notes = rows.select_related("written_by", "claimed_by")
    note, _created = notes.get_or_create(session=row, defaults={"city": city})
    note.session = row
    return note


def session_url(desk: Desk) -> str:
    return reverse("coaching:session", kwargs={"city": desk.city.slug, **desk.place})


MESSAGES = Messages(
    would_empty=_("Nothing was saved because the note would be empty. To clear the note, check “Clear the text.”"),
    not_cleared=_("The note wasn’t cleared because someone saved a newer version while you were working."),
    used=_("Your version is now the current note."),
    settled=_("The current note hasn’t changed. Your version has been kept."),
    merged=_("The merged version is now the current note."),
)
SHARED = TextKind(
    name="coaching:note-shared",
    read=Permission.LOG_COACHING,
    write=Permission.LOG_COACHING,
    find=find_shared,
    # The writer sees by name who will be able to read it.
    page=lambda desk: {"readers": readers(people_of(desk.city), Permission.VIEW_COACHING)},
    saved_url=session_url,
    language=lambda desk: desk.city.language,
    templates="coaching/note",
    messages=MESSAGES,
)
PRIVATE = replace(
    SHARED,
    name="coaching:note-private",
    read=Permission.PRIVATE_NOTES,
    write=Permission.PRIVATE_NOTES,
    find=find_private,
    page=lambda desk: {"readers": readers(people_of(desk.city), Permission.PRIVATE_NOTES)},
    # GovEx staff write it for one another.
    language=lambda desk: desk.text.written_by.language if desk.text.written_by else "",
)
