"""Data that could leak in every city, and an object for each address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accelerator import rls
from accelerator.models import Cohort, Email
from accelerator.texts import saving
from cities.invitations.actions import link
from cities.models import City, CoachAssignment, Export, FunderGrant, Invitation, Role, StaffRole
from coaching.models import CoachingSession, Commitment, PrivateNote, SharedNote
from convenings.models import Convening
from curriculum.models import Attendance, ProgramVersion, RubricVersion
from reminders.models import Due
from strategy.models import TemplateVersion
from tests.guards import areas

WORDS = "words-of-"
PRIVATE = "private-words-of-"
SECTION = "vision"


def marker(city: City, *, private: bool = False) -> str:
    """Words that stand in this city's rows and nowhere else."""
    return (PRIVATE if private else WORDS) + city.slug


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    view: Callable


def addresses(patterns=None, namespace="", prefix="") -> Iterator[Address]:
    """Every address of the program."""
    for entry in patterns if patterns is not None else get_resolver().url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry.url_patterns, inner, route)
        elif isinstance(entry, URLPattern):
            yield Address(f"{namespace}{entry.name}", route, entry.callback)


def fill(cast) -> None:
    """The same rows for each city, with words of its own."""
    with rls.every_city():
        for city, lead in ((cast.tulsa, cast.lead), (cast.rosario, cast.other_lead), (cast.quito, cast.far_lead)):
            _strategy(city, lead)
            _coaching(city, lead, cast.coach)
            _rest(city, lead)
            for area in areas.AREAS:
                area.fill(city, lead)


def _strategy(city, lead):
    section, html = city.section_set.get(key=SECTION), f"<p>{marker(city)}</p>"
    section.begin()
    saving.save(section, html=f"<p>Earlier {marker(city)}</p>", base=0, by=lead)
    section.refresh_from_db()
    saving.save(section, html=html, base=1, by=lead)
    saving.save(section, html=f"<p>Refused {marker(city)}</p>", base=1, by=lead)
    thread = section.threads.create(city=city, revision=2, quote=marker(city), opened_by=lead)
    thread.comments.create(city=city, author=lead, body=f"Comment {marker(city)}")
    declined = section.threads.create(city=city, revision=2, quote=marker(city), replacement="", opened_by=lead)
    declined.decline(reason=f"Reason {marker(city)}", by=lead)


def _coaching(city, lead, coach):
    session = CoachingSession.objects.create(
        city=city,
        title=f"Session {marker(city)}",
        on=date(2026, 1, 15),
        at=time(10),
        time_zone=city.time_zone,
        others=marker(city),
    )
    session.presence_set.create(city=city, user=lead)
    for model, text in ((SharedNote, marker(city)), (PrivateNote, marker(city, private=True))):
        note = model.objects.create(city=city, session=session)
        saving.save(note, html=f"<p>{text}</p>", base=0, by=coach)
        saving.save(note, html=f"<p>Refused {text}</p>", base=9, by=coach)
    session.commitments.create(
        city=city, what=f"Promise {marker(city)}", owner=lead, due_on=city.today() - timedelta(days=1)
    )


def _rest(city, lead):
    Convening.objects.get_or_create(
        cohort=city.strategy.cohort,
        audience="leads",
        starts_on=date(2026, 1, 6),
        defaults={"name": "Lead Convening", "ends_on": date(2026, 1, 7)},
    )
    city.decision_set.create(
        question=f"Question {marker(city)}?",
        context=marker(city),
        options=[f"Yes {marker(city)}", f"No {marker(city)}"],
        due_on=city.today(),
    )
    city.decision_set.create(
        question=f"Decided {marker(city)}?",
        context=marker(city),
        options=[f"Yes {marker(city)}"],
        due_on=city.today(),
        chosen=f"Yes {marker(city)}",
        comment=f"Because {marker(city)}",
        decided_by=lead,
        decided_as=Role.MAYORS_DELEGATE,
        decided_at=timezone.now(),
    )
    City.objects.filter(pk=city.pk).update(outcomes=[f"Outcome {marker(city)}"])
    name = default_storage.save(f"exports/{city.pk}/1.pdf", ContentFile(f"%PDF {marker(city)}".encode()))
    city.export_set.create(kind=Export.Kind.STRATEGY_PDF, state="done", file=name, finished_at=timezone.now())
    session = city.strategy.cohort.session_set.first()
    Attendance.objects.create(city=city, session=session, user=lead)
    email = Email.objects.create(
        kind="daily",
        person=lead,
        to=lead.email,
        day=city.today(),
        subject=marker(city),
        text=marker(city),
        state="sent",
    )
    Due.objects.create(
        rule="section-due",
        object_id=city.section_set.get(key=SECTION).pk,
        person=lead,
        occurrence=f"{city.slug} T-7",
        city=city,
        due_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=1),
        email=email,
    )
    membership = city.membership_set.get(role=Role.CITY_LEAD)
    city.invitation_set.create(user=membership.user, role=membership.role)


def _first(rows):
    return rows.order_by("pk").first()


def _object(name: str, city: City, cohort: Cohort) -> object:
    """The row that an address with a number means, by the address's name."""
    own, kind = name.split(":")[-1], name.split(":")[-1].split("-")[0]
    if find := areas.OBJECTS.get(own) or areas.OBJECTS.get(kind):
        return find(city)
    section = city.section_set.get(key=SECTION)
    return {
        "decision": lambda: _first(city.decision_set),
        "export": lambda: _first(city.export_set),
        "member": lambda: city.membership_set.get(role=Role.CITY_LEAD),
        "person": lambda: _first(StaffRole.objects).user,
        "staff": lambda: _first(StaffRole.objects),
        "funder": lambda: _first(FunderGrant.objects),
        "coach": lambda: _first(CoachAssignment.objects),
        "draft": lambda: _first(section.drafts),
        "thread": lambda: _first(section.threads),
        "convening": lambda: _first(Convening.objects.filter(cohort=cohort)),
        "note": lambda: _note(name, city),
        "due": lambda: _first(Due.objects.filter(city=city)),
        "email": lambda: Email.objects.filter(dues__city=city).first(),
    }[kind]()


def _note(name: str, city: City) -> object:
    model = PrivateNote if "private" in name else SharedNote
    return _first(_first(model.objects.filter(city=city)).drafts)


PLAIN = {"token": "token", "slug": "slug", "number": 1, "name": "board", "section": SECTION}


def kwargs_for(name: str, route: str, city: City, cohort: Cohort) -> dict[str, object]:
    """An object of this city or cohort for each part of an address; a new kind of address fails here."""
    kwargs: dict[str, object] = {}
    with rls.every_city():
        for part in re.findall(r"<(?:\w+:)?(\w+)>", route):
            if part in {"city", "cohort"}:
                kwargs[part] = (city if part == "city" else cohort).slug
            elif part == "session":
                kwargs[part] = _first(CoachingSession.objects.filter(city=city)).pk
            elif part == "commitment":
                kwargs[part] = _first(Commitment.objects.filter(city=city)).pk
            elif part in areas.PARTS:
                kwargs[part] = areas.PARTS[part](city)
            elif part == "slug":
                kwargs[part] = _content_slug(name)
            elif part == "pk":
                kwargs[part] = _object(name, city, cohort).pk
            elif part == "token":
                kwargs[part] = areas.TOKENS.get(name, _invitation)(city)
            else:
                kwargs[part] = PLAIN[part]
    return kwargs


def _invitation(city: City) -> str:
    return link(_first(Invitation.objects.filter(city=city))).rstrip("/").rsplit("/", 1)[-1]


def _content_slug(name: str) -> str:
    model = {"template": TemplateVersion, "program": ProgramVersion, "rubric": RubricVersion}[name.split("-")[-1]]
    return model.objects.first().slug
