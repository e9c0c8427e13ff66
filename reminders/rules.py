"""What can fall due. Each rule is one function; what is planned, re-checked and forecast comes from it alone.

A rule yields a Reminder for everybody whom it might concern, also where it is not to be sent: `why_not`.
A new rule is a function like `section_due` and a row in RULES.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accelerator.models import Cohort, User
from accelerator.walltime import to_utc
from cities.access import PERMISSIONS, Permission
from cities.models import City, Membership, Role
from reminders.hours import local_day
from reminders.models import Due, Key, Why
from strategy.models import Section


@dataclass(frozen=True, slots=True)
class Asked:
    """What falls due by `until` and is of use after `now`; or all about `objects`, whatever the day."""

    now: datetime
    until: datetime
    objects: frozenset[int] | None = None

    def wants(self, due_at: datetime, expires_at: datetime) -> bool:
        return self.objects is not None or (due_at <= self.until and expires_at > self.now)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of one subject to one person; `str(subject)` is its name in the active language."""

    rule: str
    subject: Model
    person: User
    city: City
    cohort: Cohort
    occurrence: str
    due_on: date
    due_at: datetime
    expires_at: datetime
    why_not: str = ""
    copy_of: User | None = None

    @property
    def key(self) -> Key:
        return (self.rule, self.subject.pk, self.person.pk, self.occurrence)

    @property
    def path(self) -> str:
        """The page where the matter stands; opening it changes nothing."""
        return RULES[self.rule].path(self.subject)

    def as_due(self, now: datetime) -> Due:
        """A row of the ledger, not yet stored."""
        return Due(
            rule=self.rule, object_id=self.subject.pk, person=self.person, occurrence=self.occurrence,
            city=self.city, due_at=self.due_at, expires_at=self.expires_at, planned_at=now,
        )  # fmt: skip


# A section's date -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A reminder `days` after the date (negative: before), of use for so many days more.

    No two steps of a section are of use on the same day, and each outlasts a weekend.
    """

    days: int
    lasts: int
    copies_lead: bool = False

    def occurrence(self, due_on: date) -> str:
        return f"{due_on.isoformat()} T{self.days:+d}"


STEPS = (Step(-7, 3), Step(-2, 2), Step(1, 3), Step(5, 3, copies_lead=True))  # docs/program.md 6
AT, UNTIL = time(8, 30), time(20)
# Reasons of people whom a reminder never concerned: no page lists them.
NOT_CONCERNED = frozenset({"", Why.ROLE, Why.NOT_THEIRS, Why.LEFT})
WRITERS = frozenset(role for role, may in PERMISSIONS.items() if Permission.EDIT_STRATEGY in may)
_NOT_READ = ["html", "template__purposes", "template__prompts", "template__goods", "template__parts"]


def section_due(asked: Asked) -> Iterator[Reminder]:
    """Sections that are not ready: to the assignee, else to the city leads, around the date."""
    if asked.objects is None:
        rows = Section.objects.with_reminders_due(_dates(asked))
    else:
        rows = Section.objects.present().filter(pk__in=asked.objects)
    rows = rows.select_related("template", "city", "strategy__cohort").defer(*_NOT_READ)
    for section in rows.prefetch_related("city__membership_set__user", "city__enrollment_set"):
        for step in STEPS:
            yield from _section_step(section, step, asked)


def _dates(asked: Asked) -> set[date]:
    """Dates of which some step may be wanted, whatever the zone."""
    first, last = (asked.now - timedelta(days=1)).date(), (asked.until + timedelta(days=1)).date()
    return {
        first + timedelta(days=day - step.days)
        for step in STEPS
        for day in range(-step.lasts, (last - first).days + 1)
    }


def _section_step(section: Section, step: Step, asked: Asked) -> Iterator[Reminder]:
    day = section.due_on + timedelta(days=step.days)
    for member in section.city.membership_set.all():
        due_at = to_utc(day, AT, member.user.time_zone)
        expires_at = to_utc(day + timedelta(days=step.lasts), UNTIL, member.user.time_zone)
        if not asked.wants(due_at, expires_at):
            continue
        moment = max(due_at, asked.now)
        assigned = [m for m in _writers(section, moment) if m.user_id == section.assignee_id]
        yield Reminder(
            rule="section-due", subject=section, person=member.user,
            city=section.city, cohort=section.strategy.cohort,
            occurrence=step.occurrence(section.due_on), due_on=section.due_on,
            due_at=due_at, expires_at=expires_at,
            why_not=_why_not(section, step, member, due_at, moment),
            copy_of=assigned[0].user if assigned and member not in assigned else None,
        )  # fmt: skip


def _why_not(section: Section, step: Step, member: Membership, due_at: datetime, moment: datetime) -> str:
    """The first reason against this reminder, "" where there is none."""
    live_at = section.strategy.cohort.live_at
    day = local_day(moment, section.city.time_zone)
    if section.is_ready:
        return Why.DONE
    if live_at is None or live_at > due_at:
        return Why.NOT_LIVE
    if not _is_enrolled(section, day):
        return Why.NOT_ENROLLED
    if not _is_active(member, day):
        return Why.LEFT
    if member.role not in WRITERS:
        return Why.ROLE
    if member not in _addressees(section, step, moment):
        return Why.NOT_THEIRS
    return Why.JOINED_LATER if member.created_at > due_at else ""


def _is_enrolled(section: Section, day: date) -> bool:
    return any(
        row.cohort_id == section.strategy.cohort_id and (row.left_on is None or row.left_on > day)
        for row in section.city.enrollment_set.all()
    )


def _is_active(member: Membership, day: date) -> bool:
    """As Membership.objects.active, on the rows that were read with the city."""
    return member.user.is_active and (member.until is None or member.until >= day)


def _writers(section: Section, moment: datetime) -> list[Membership]:
    day = local_day(moment, section.city.time_zone)
    return [m for m in section.city.membership_set.all() if m.role in WRITERS and _is_active(m, day)]


def _addressees(section: Section, step: Step, moment: datetime) -> list[Membership]:
    writers = _writers(section, moment)
    leads = [m for m in writers if m.role == Role.CITY_LEAD]
    assigned = [m for m in writers if m.user_id == section.assignee_id]
    return assigned + leads if step.copies_lead else assigned or leads


def _section_path(section: Section) -> str:
    return reverse("strategy:section", args=[section.city.slug, section.key])


def _sections(ids: Iterable[int]) -> dict[int, Section]:
    rows = Section.objects.select_related("template", "city").defer(*_NOT_READ)
    return rows.in_bulk(list(ids))


# The table of rules ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for the clock (`find`), and for pages its name and its subjects by id with their pages."""

    label: Any
    find: Callable[[Asked], Iterator[Reminder]]
    subjects: Callable[[Iterable[int]], dict[int, Any]]
    path: Callable[[Any], str]


RULES = {
    "section-due": Rule(gettext_lazy("A section's date"), section_due, _sections, _section_path),
}


def find(now: datetime, until: datetime) -> Iterator[Reminder]:
    """What all rules say falls due by `until` and is of use after `now`; reads rows of every city."""
    for rule in RULES.values():
        yield from rule.find(Asked(now, until))


def check(rows: Iterable[Due], now: datetime) -> dict[Key, tuple[str, Reminder | None]]:
    """Why each row is not to be sent any more ("" where it is), from the rules as they see things now."""
    rows = list(rows)
    found: dict[Key, Reminder] = {}
    for name in {row.rule for row in rows} & RULES.keys():
        objects = frozenset(row.object_id for row in rows if row.rule == name)
        found |= {r.key: r for r in RULES[name].find(Asked(now, now, objects))}
    present = {key[:2] for key in found} | {key[:3] for key in found}
    return {row.key: (_verdict(row, found, present, now), found.get(row.key)) for row in rows}


def _verdict(row: Due, found: dict[Key, Reminder], present: set[tuple[Any, ...]], now: datetime) -> str:
    """`present` holds (rule, object) and (rule, object, person) of all that the rules still speak of."""
    if row.expires_at <= now:
        return Why.TOO_LATE
    if row.key in found:
        return found[row.key].why_not
    if row.key[:2] not in present:
        return Why.GONE
    return Why.DATE_MOVED if row.key[:3] in present else Why.LEFT


def subjects(rows: Iterable[Due]) -> dict[tuple[str, int], tuple[str, str]]:
    """(name, page) of what the rows are about, in the reader's language; a deleted subject is left out."""
    rows, known = list(rows), {}
    for name in {row.rule for row in rows} & RULES.keys():
        rule = RULES[name]
        for pk, subject in rule.subjects({row.object_id for row in rows if row.rule == name}).items():
            known[name, pk] = (str(subject), rule.path(subject))
    return known


def step_words(occurrence: str) -> str:
    """ "2026-01-30 T-7" as "7 days before"; what is not of this form as it is."""
    _date, _space, step = occurrence.partition(" T")
    try:
        days = int(step)
    except ValueError:
        return occurrence
    if not days:
        return _("on the day")
    if days < 0:
        return ngettext("%(days)d day before", "%(days)d days before", -days) % {"days": -days}
    return ngettext("%(days)d day after", "%(days)d days after", days) % {"days": days}


def date_of(occurrence: str) -> date | None:
    """The date that an occurrence names."""
    try:
        return date.fromisoformat(occurrence[:10])
    except ValueError:
        return None
