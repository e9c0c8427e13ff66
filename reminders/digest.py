"""The contents of the daily email: plain values for the templates mail/digest.*, read inside a scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import translation
from django.utils.translation import gettext as _

from accelerator import formats
from accelerator.models import Cohort, User
from accelerator.templatetags.page import due_label
from accelerator.walltime import local_day
from cities.models import City
from reminders.rules.rule import Reminder


@dataclass(frozen=True, slots=True)
class Line:
    title: str
    state: str
    when: str  # for the subject: "Due in 3 days"; "" for what just happened
    timing: str
    late: bool
    url: str
    page: str  # the URL without a token
    writer: str  # the person responsible, if this is a copy


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    zone: str  # the name of its time zone
    coach: str
    ask: str  # the email address for questions
    lines: list[Line] = field(default_factory=list)


def context(person: User, reminders: Iterable[Reminder], now: datetime) -> dict[str, Any]:
    """The templates' context, in the person's language."""
    with translation.override(person.language):
        parts: dict[int, Part] = {}
        ordered = sorted(reminders, key=lambda r: (r.city.sort_name, r.city.pk, r.due_on, r.subject.pk))
        # A coach is not told to ask the coach.
        coaches = {pk: coach for pk, coach in _coaches([r.city for r in ordered], now).items() if coach != person}
        for reminder in ordered:
            city = reminder.city
            if city.pk not in parts:
                parts[city.pk] = _part(city, reminder.cohort, coaches.get(city.pk))
            parts[city.pk].lines.append(_line(reminder, local_day(now, city.time_zone)))
    cities = list(parts.values())
    return {
        "name": person.name,
        "cities": cities,
        "count": sum(len(part.lines) for part in cities),
        "first": cities[0].lines[0],
        "reply_to": next((part.ask for part in cities if part.ask), ""),
    }


def without_tokens(text: str, context: dict[str, Any]) -> str:
    """The email's text for the ledger."""
    # Staff read the ledger, and a link with a token would let them answer on the recipient's behalf.
    for line in (line for part in context["cities"] for line in part.lines):
        text = text.replace(line.url, line.page)
    return text


def _part(city: City, cohort: Cohort, coach: User | None) -> Part:
    ask = coach.email if coach else cohort.reply_to
    return Part(city.name, formats.zone_name(city.time_zone), coach.name if coach else "", ask)


def _line(reminder: Reminder, today: date) -> Line:
    when, timing = _timing(reminder, today)
    return Line(
        title=reminder.title,
        state=reminder.text,
        when=when,
        timing=timing,
        late=reminder.rule.date_means == "due" and reminder.due_on < today,
        url=settings.BASE_URL + reminder.link,
        page=settings.BASE_URL + reminder.path,
        writer=reminder.copy_of.name if reminder.copy_of else "",
    )


def _timing(reminder: Reminder, today: date) -> tuple[str, str]:
    """What the subject says of its date, "" for nothing, and what the text says."""
    days, day = (reminder.due_on - today).days, formats.day(reminder.due_on, today, weekday=True)
    if reminder.rule.date_means == "due":
        return due_label(days), f"{due_label(days)}: {day}."
    if reminder.rule.date_means == "asked" and days < 0:
        pending = _("Pending for %(length)s") % {"length": formats.days(-days)}
        return pending, _("Pending since %(day)s.") % {"day": day}
    return "", f"{day}."


def _coaches(cities: list[City], now: datetime) -> dict[int, User]:
    """Each city's coach today, by city; if there are several, the one assigned first."""
    distinct = list({city.pk: city for city in cities}.values())
    prefetch_related_objects(distinct, "coachassignment_set__user__staffrole_set")
    coaches: dict[int, User] = {}
    for city in distinct:
        for row in sorted(city.coachassignment_set.all(), key=lambda row: (row.starts_on, row.pk)):
            if row.is_active(now):
                coaches.setdefault(city.pk, row.user)
    return coaches
