"""What a rule is, and what it yields: a reminder of one subject to one person around a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator.models import Cohort, User
from accelerator.walltime import local_day, to_utc
from cities.models import City, Role
from reminders.models import Due, Key, Why

AT, UNTIL = time(8, 30), time(20)


@dataclass(frozen=True, slots=True)
class Window:
    """What falls due by `until` and is of use after `now`; or all about `objects`, whatever the day."""

    now: datetime
    until: datetime
    objects: frozenset[int] | None = None

    def wants(self, due_at: datetime, expires_at: datetime) -> bool:
        return self.objects is not None or (due_at <= self.until and expires_at > self.now)


@dataclass(frozen=True, slots=True)
class Step:
    """A reminder `days` after the date (negative: before), of use for so many days more.

    No two steps of a subject are of use on the same day, and each outlasts a weekend.
    """

    days: int
    lasts: int
    copies_lead: bool = False

    def occurrence(self, due_on: date) -> str:
        return f"{due_on.isoformat()} T{self.days:+d}"

    @property
    def span(self) -> timedelta:
        """How long ago its day can have been while it is still of use."""
        return timedelta(days=self.days + self.lasts + 1)


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


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder of one subject to one person; `title` and `text` speak the active language."""

    rule: Rule
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
        return (self.rule.name, self.subject.pk, self.person.pk, self.occurrence)

    @property
    def title(self) -> str:
        return self.rule.title(self.subject)

    @property
    def text(self) -> str:
        return self.rule.text(self.subject)

    @property
    def path(self) -> str:
        return self.rule.path(self.subject)

    @property
    def link(self) -> str:
        return self.rule.link(self.subject)

    def as_due(self, now: datetime) -> Due:
        """A row of the due table, not yet stored."""
        return Due(
            rule=self.rule.name,
            object_id=self.subject.pk,
            person=self.person,
            occurrence=self.occurrence,
            city=self.city,
            due_at=self.due_at,
            expires_at=self.expires_at,
            planned_at=now,
        )


class Rule:
    """One thing that people are reminded of, around a day of its own."""

    name: str
    label: Any
    steps: tuple[Step, ...] = (Step(0, 3),)  # once
    date_field: str  # the day, or moment in the city, that the steps count from
    prefetch: tuple[str, ...] = ("city__membership_set__user",)

    # Which subjects, and when ----------------------------------------------------

    def query(self) -> QuerySet[Any]:
        """All subjects, with what the other methods read."""
        raise NotImplementedError

    def due(self, window: Window) -> QuerySet[Any]:
        """The subjects that still wait around the window; rather too many, since each reminder's time is compared."""
        raise NotImplementedError

    def again(self, ids: Collection[int]) -> QuerySet[Any]:
        """These subjects, to be checked again before sending."""
        return self.query().filter(pk__in=ids)

    def load(self, subjects: QuerySet[Any]) -> Iterable[Any]:
        return subjects.prefetch_related(*self.prefetch)

    def day(self, subject: Any) -> date:
        value = attrgetter(self.date_field)(subject)
        return local_day(value, subject.city.time_zone) if isinstance(value, datetime) else value

    def is_over(self, subject: Any) -> bool:
        raise NotImplementedError

    # Whom it concerns ------------------------------------------------------------

    def people(self, subject: Any, step: Step, now: datetime) -> Iterable[User]:
        return members(subject.city, Role.CITY_LEAD, now)

    def cohort(self, subject: Any) -> Cohort:
        cohort: Cohort = subject.city.strategy.cohort
        return cohort

    def why_not(self, subject: Any, step: Step, person: User, due_at: datetime, now: datetime) -> str:
        """The first reason against reminding this person, "" where there is none."""
        if self.is_over(subject):
            return Why.DONE
        return "" if self.cohort(subject).live_at else Why.NOT_LIVE

    def copy_of(self, subject: Any, person: User, moment: datetime) -> User | None:
        """Who is asked, where this person gets a copy."""
        return None

    # What it says, in the active language ----------------------------------------

    def title(self, subject: Any) -> str:
        return str(subject)

    def text(self, subject: Any) -> str:
        """What is asked, or how far it is: a sentence."""
        raise NotImplementedError

    def path(self, subject: Any) -> str:
        """The page that it is about; opening it changes nothing."""
        raise NotImplementedError

    def link(self, subject: Any) -> str:
        """The path in an email, where it differs: with a token for instance."""
        return self.path(subject)

    # What comes of it ------------------------------------------------------------

    def reminders(self, window: Window) -> Iterator[Reminder]:
        """One a subject, step and person, at half past eight on the person's wall; also those with a `why_not`."""
        subjects = self.due(window) if window.objects is None else self.again(window.objects)
        for subject in self.load(subjects):
            for step in self.steps:
                for person in dict.fromkeys(self.people(subject, step, window.now)):
                    yield from self._reminder(subject, step, person, window)

    def _reminder(self, subject: Any, step: Step, person: User, window: Window) -> Iterator[Reminder]:
        on = self.day(subject)
        day = on + timedelta(days=step.days)
        due_at = to_utc(day, AT, person.time_zone)
        expires_at = to_utc(day + timedelta(days=step.lasts), UNTIL, person.time_zone)
        if window.wants(due_at, expires_at):
            yield Reminder(
                self,
                subject,
                person,
                subject.city,
                self.cohort(subject),
                step.occurrence(on),
                on,
                due_at,
                expires_at,
                self.why_not(subject, step, person, due_at, window.now),
                self.copy_of(subject, person, max(due_at, window.now)),
            )


def members(city: City, role: Role, at: datetime) -> list[User]:
    """The city's people in a role at a moment; the city comes with its members."""
    rows = sorted(city.membership_set.all(), key=lambda row: row.pk)
    return [row.user for row in rows if row.role == role and row.is_active(at)]


def if_member(city: City, person: User | None, at: datetime) -> list[User]:
    """The person, where they are still one of the city's."""
    return [row.user for row in city.membership_set.all() if row.user == person and row.is_active(at)]
