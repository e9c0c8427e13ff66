"""What a rule is and what it yields: a reminder of one subject to one person around a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator.models import Cohort, User
from accelerator.walltime import to_utc
from cities.models import City
from reminders.models import Due, Key, Why

AT, UNTIL = time(8, 30), time(20)


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
    def title(self) -> str:
        """What it is about, in the active language."""
        return RULES[self.rule].title(self.subject)

    @property
    def words(self) -> str:
        """How its subject stands, a sentence in the active language."""
        return str(RULES[self.rule].words(self.subject))

    @property
    def path(self) -> str:
        """The page where the matter stands; opening it changes nothing."""
        return RULES[self.rule].path(self.subject)

    @property
    def mailed(self) -> str:
        """The path that a mail carries."""
        rule = RULES[self.rule]
        return (rule.mailed or rule.path)(self.subject)

    def as_due(self, now: datetime) -> Due:
        """A row of the ledger, not yet stored."""
        return Due(
            rule=self.rule,
            object_id=self.subject.pk,
            person=self.person,
            occurrence=self.occurrence,
            city=self.city,
            due_at=self.due_at,
            expires_at=self.expires_at,
            planned_at=now,
        )


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
class Rule:
    """A rule for the clock (`find`); for pages and mails its name, and its subjects by id.

    `title`, `words` (how it stands, a sentence) and `path` take a subject and speak the active language;
    `mailed` is the path in a mail where it differs from the page's, a link with a token for instance.
    """

    label: Any
    find: Callable[[Asked], Iterator[Reminder]]
    subjects: Callable[[Iterable[int]], dict[int, Any]]
    path: Callable[[Any], str]
    words: Callable[[Any], Any]
    title: Callable[[Any], str] = str
    mailed: Callable[[Any], str] | None = None


# Filled by the modules beside this one.
RULES: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True)
class Matter:
    """A subject around a day, for rules that only know whom it concerns and whether it is over."""

    rule: str
    subject: Model
    city: City
    cohort: Cohort
    on: date
    is_over: bool

    def reminders(self, step: Step, people: Iterable[User], asked: Asked) -> Iterator[Reminder]:
        """One step to each of these people, at half past eight on their wall."""
        day, live_at = self.on + timedelta(days=step.days), self.cohort.live_at
        for person in people:
            due_at = to_utc(day, AT, person.time_zone)
            expires_at = to_utc(day + timedelta(days=step.lasts), UNTIL, person.time_zone)
            if asked.wants(due_at, expires_at):
                why_not = Why.DONE if self.is_over else "" if live_at else Why.NOT_LIVE
                yield Reminder(
                    self.rule,
                    self.subject,
                    person,
                    self.city,
                    self.cohort,
                    step.occurrence(self.on),
                    self.on,
                    due_at,
                    expires_at,
                    why_not,
                )
