"""Data that could leak in every city, and an object for each address."""

from __future__ import annotations

from datetime import date, time, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accelerator import rls, writing
from cities.models import City, Export, Role
from coaching.models import CoachingSession, PrivateNote, SharedNote
from curriculum.models import Attendance
from reminders.models import Due, Envelope

WORDS = "words-of-"
PRIVATE = "private-words-of-"
SECTION = "vision"


def marker(city: City, *, private: bool = False) -> str:
    """Words that stand in this city's rows and nowhere else."""
    return (PRIVATE if private else WORDS) + city.slug


def named_views(patterns=None, namespace=""):
    """(full name, view) of every address."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from named_views(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", entry.callback


def fill(cast) -> None:
    """The same rows for each city, with words of its own."""
    with rls.every_city():
        for city, lead in ((cast.tulsa, cast.lead), (cast.rosario, cast.other_lead), (cast.quito, cast.far_lead)):
            _strategy(city, lead)
            _coaching(city, lead, cast.coach)
            _rest(city, lead)


def _strategy(city, lead):
    section, words = city.section_set.get(key=SECTION), f"<p>{marker(city)}</p>"
    section.begin()
    writing.save(section, html=f"<p>Earlier {marker(city)}</p>", base=0, by=lead)
    section.refresh_from_db()
    writing.save(section, html=words, base=1, by=lead)
    writing.save(section, html=f"<p>Refused {marker(city)}</p>", base=1, by=lead)
    thread = section.threads.create(city=city, revision=2, quote=marker(city), opened_by=lead)
    thread.comments.create(city=city, author=lead, body=f"Comment {marker(city)}")


def _coaching(city, lead, coach):
    session = CoachingSession.objects.create(
        city=city, title=f"Session {marker(city)}", on=date(2026, 1, 15), at=time(10), time_zone=city.time_zone
    )
    session.presence_set.create(city=city, user=lead)
    for model, words in ((SharedNote, marker(city)), (PrivateNote, marker(city, private=True))):
        note = model.objects.create(city=city, session=session)
        writing.save(note, html=f"<p>{words}</p>", base=0, by=coach)
        writing.save(note, html=f"<p>Refused {words}</p>", base=9, by=coach)
    session.commitments.create(
        city=city, what=f"Promise {marker(city)}", owner=lead, due_on=city.today() - timedelta(days=1)
    )


def _rest(city, lead):
    city.decision_set.create(
        question=f"Question {marker(city)}?", context=marker(city), options=["Yes", "No"], due_on=city.today()
    )
    name = default_storage.save(f"exports/{city.pk}/1.pdf", ContentFile(f"%PDF {marker(city)}".encode()))
    city.export_set.create(kind=Export.Kind.STRATEGY_PDF, state="done", file=name, finished_at=timezone.now())
    session = city.strategy.cohort.session_set.first()
    Attendance.objects.create(city=city, session=session, user=lead)
    envelope = Envelope.objects.create(person=lead, day=city.today(), subject=marker(city), state="sent")
    Due.objects.create(
        rule="section-due", object_id=city.section_set.get(key=SECTION).pk, person=lead, occurrence=f"{city.slug} T-7",
        city=city, due_at=timezone.now(), expires_at=timezone.now() + timedelta(days=1), envelope=envelope,
    )  # fmt: skip
    membership = city.membership_set.get(role=Role.CITY_LEAD)
    city.invitation_set.create(user=membership.user, role=membership.role)
