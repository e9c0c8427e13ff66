"""What a rule is, and its reminders: about one subject to one person, some days before or after a date."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import attrgetter
from typing import Any, Literal

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from accelerator import formats
from accelerator.models import Cohort, User
from accelerator.walltime import local_day, to_utc
from cities.models import City, Enrollment, Role
from reminders.models import Due, Key, Why

# Half an hour after quiet_hours.py opens, and when it closes.
AT, UNTIL = time(8, 30), time(20)


@dataclass(frozen=True, slots=True)
class Window:
    """What falls due by `until` and expires after `now`; or everything about `objects`, whatever the date."""

    now: datetime
    until: datetime
    objects: frozenset[int] | None = None

    def includes(self, due_at: datetime, expires_at: datetime) -> bool:
        return self.objects is not None or (due_at <= self.until and expires_at > self.now)


@dataclass(frozen=True, slots=True)
class Step:
    """A reminder `days` after the date (negative: before) that expires `lasts` days later."""

    days: int
    # Long enough for a weekend, but it ends before the subject's next step, so no one gets two at once.
    lasts: int
    copies_lead: bool = False

    def occurrence(self, due_on: date) -> str:
        return f"{due_on.isoformat()} T{self.days:+d}"

    @property
    def span(self) -> timedelta:
        """How long ago the date can be before the reminder expires."""
        return timedelta(days=self.days + self.lasts + 1)


def step_label(occurrence: str, today: date) -> str:
    """ "2026-01-30 T-7" as "7 days before Jan 30"; any other text unchanged."""
    counted_from, (_date, _space, step) = date_of(occurrence), occurrence.partition(" T")
    try:
        days = int(step)
    except ValueError:
        return occurrence
    if counted_from is None:
        return occurrence
    values = {"length": formats.days(abs(days)), "date": formats.day(counted_from, today)}
    if not days:
        return _("on %(date)s") % values
    if days < 0:
        return _("%(length)s before %(date)s") % values
    return _("%(length)s after %(date)s") % values


def date_of(occurrence: str) -> date | None:
    """The date at the start of a text."""
    try:
        return date.fromisoformat(occurrence[:10])
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Reminder:
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
        return self.rule.link(self.subject, self.person)

    def as_due(self, now: datetime) -> Due:
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
    name: str
    label: Any
    steps: tuple[Step, ...] = (Step(0, 3),)  # once
    date_field: str  # the date, or datetime in the city's zone, that the steps count from
    date_means: Literal["due", "asked", "happened"] = "due"
    prefetch: tuple[str, ...] = ("city__membership_set__user",)
    answerable = Q()  # an omitted section is read-only, so no one is asked about it

    # Which subjects, and when ---------------------------------------------------

    def query(self) -> QuerySet[Any]:
        """All subjects, with what the other methods read."""
        raise NotImplementedError

    def due(self, window: Window) -> QuerySet[Any]:
        """The open subjects near the window; extra ones do no harm, since each reminder's time is compared."""
        raise NotImplementedError

    def recheck(self, ids: Collection[int]) -> QuerySet[Any]:
        """These subjects, right before their reminders are sent."""
        return self.query().filter(pk__in=ids)

    def load(self, subjects: QuerySet[Any]) -> Iterable[Any]:
        return subjects.prefetch_related(*self.prefetch)

    def day(self, subject: Any) -> date:
        value = attrgetter(self.date_field)(subject)
        return local_day(value, subject.city.time_zone) if isinstance(value, datetime) else value

    def is_done(self, subject: Any) -> bool:
        raise NotImplementedError

    # Who is reminded ------------------------------------------------------------

    def people(self, subject: Any, step: Step, now: datetime) -> Iterable[User]:
        return members(subject.city, Role.CITY_LEAD, now)

    def cohort(self, subject: Any) -> Cohort:
        """The one that is running for the city; the strategy may have started in another."""
        cohort: Cohort = subject.part.cohort if subject.part else subject.city.strategy.cohort
        return cohort

    def why_not(self, subject: Any, step: Step, person: User, due_at: datetime, now: datetime) -> str:
        """The first reason not to remind this person, or ""."""
        if self.is_done(subject):
            return Why.DONE
        return "" if self.cohort(subject).live_at else Why.NOT_LIVE

    def copy_of(self, subject: Any, person: User, moment: datetime) -> User | None:
        """The person responsible, if this person gets a copy."""
        return None

    # Contents, in the active language -------------------------------------------

    def title(self, subject: Any) -> str:
        return str(subject)

    def text(self, subject: Any) -> str:
        """The request or the state, as a sentence."""
        raise NotImplementedError

    def path(self, subject: Any) -> str:
        # A visit must change nothing: mail scanners open links (docs/program.md 6).
        raise NotImplementedError

    def link(self, subject: Any, person: User) -> str:
        """The path to use in an email if it differs, for example one with a token."""
        return self.path(subject)

    # Results --------------------------------------------------------------------

    def reminders(self, window: Window) -> Iterator[Reminder]:
        """One per subject, step and person, including those with a `why_not`."""
        subjects = self.due(window) if window.objects is None else self.recheck(window.objects)
        # The running enrollment decides: a city that has withdrawn from one cohort may take part in another.
        part = Enrollment.objects.filter(city=OuterRef("city")).running_first(window.now).values("pk")[:1]
        subjects = subjects.filter(self.answerable).annotate(running=Subquery(part))
        rows = list(self.load(subjects))
        parts = Enrollment.objects.select_related("cohort").in_bulk({row.running for row in rows})
        for subject in rows:
            subject.part = parts.get(subject.running)
            for step in self.steps:
                # The same person may be a section's writer and the city's lead.
                for person in dict.fromkeys(self.people(subject, step, window.now)):
                    yield from self._reminder(subject, step, person, window)

    def _reminder(self, subject: Any, step: Step, person: User, window: Window) -> Iterator[Reminder]:
        date_on = self.day(subject)
        day = date_on + timedelta(days=step.days)
        due_at = to_utc(day, AT, person.time_zone)
        expires_at = to_utc(day + timedelta(days=step.lasts), UNTIL, person.time_zone)
        if window.includes(due_at, expires_at):
            yield Reminder(
                self,
                subject,
                person,
                subject.city,
                self.cohort(subject),
                step.occurrence(date_on),
                date_on,
                due_at,
                expires_at,
                self.why_not(subject, step, person, due_at, window.now) or why_absent(subject),
                self.copy_of(subject, person, max(due_at, window.now)),
            )


def why_absent(subject: Any) -> str:
    """Why the city gets no reminders; a city that has completed the program still gets those about its plan."""
    states = Enrollment.State
    reasons = {states.INVITED: Why.NOT_CONFIRMED, states.PAUSED: Why.PAUSED, states.WITHDRAWN: Why.WITHDRAWN}
    return reasons.get(subject.part.state, "") if subject.part else ""


def members(city: City, role: Role, at: datetime) -> list[User]:
    """The city's people in a role at a given time, from its prefetched members."""
    rows = sorted(city.membership_set.all(), key=lambda row: row.pk)
    return [row.user for row in rows if row.role == role and row.is_active(at)]


def if_member(city: City, person: User | None, at: datetime) -> list[User]:
    """The person, if still on the city's team: a list of one or none."""
    return [row.user for row in city.membership_set.all() if row.user == person and row.is_active(at)]
