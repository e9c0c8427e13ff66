"""What staff see in advance: the next 14 days' emails, the clock's next tick, and whether emails are overdue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from accelerator.models import Email, User
from accelerator.walltime import local_day
from cities.models import City
from reminders import clock
from reminders.clock import Comparison, Turn
from reminders.models import Due, Why
from reminders.quiet_hours import next_open, opening_after
from reminders.rules.rule import Reminder, step_label

DAYS = 14
# Warn staff about an email that is an hour late only if none was sent in a day.
PATIENCE, SILENCE = timedelta(hours=1), timedelta(hours=24)


@dataclass(slots=True)
class PlannedEmail:
    person: User
    at: datetime
    reminders: list[Reminder] = field(default_factory=list)

    @property
    def day(self) -> date:
        return local_day(self.at, self.person.time_zone)


def forecast(now: datetime) -> list[PlannedEmail]:
    """The emails of the next 14 days if nothing changes. Needs the scope of every city."""
    until = now + timedelta(days=DAYS)
    by_person: dict[User, list[Reminder]] = {}
    for reminder in clock.compare(now, until).coming.values():
        by_person.setdefault(reminder.person, []).append(reminder)
    used = clock.used_days(by_person, now)
    emails = [
        email
        for person, reminders in by_person.items()
        for email in _spread(person, reminders, {day for pk, day in used if pk == person.pk}, now)
        if email.at <= until
    ]
    return sorted(emails, key=lambda email: (email.at, email.person.sort_name, email.person.pk))


def _spread(person: User, reminders: list[Reminder], used: set[date], now: datetime) -> list[PlannedEmail]:
    """The reminders as emails, at most one a day."""
    emails: dict[datetime, PlannedEmail] = {}
    ordered = sorted(reminders, key=lambda r: (r.due_at, r.due_on, r.subject.pk))
    for reminder, at in zip(ordered, _send_times(person, ordered, used, now), strict=True):
        if at:
            emails.setdefault(at, PlannedEmail(person, at)).reminders.append(reminder)
    return list(emails.values())


def _send_times(
    person: User, rows: Iterable[Reminder | Due], used: set[date], now: datetime
) -> Iterator[datetime | None]:
    """When each of a person's reminders is sent, from the first due on; None for one that expires before."""
    zone = person.time_zone
    sent: dict[date, datetime] = {}
    for row in rows:
        at = next_open(max(row.due_at, now), zone)
        # Reminders that become ready after the day's email was sent go into the next working day's.
        while (day := local_day(at, zone)) in used or (day in sent and sent[day] < at):
            at = opening_after(day, zone)
        if at < row.expires_at:
            yield sent.setdefault(day, at)
        else:
            yield None


def send_times(rows: Iterable[Due], now: datetime) -> dict[int, datetime]:
    """When planned rows are sent, by row ID, as the forecast says. Needs the scope of every city."""
    people = {row.person for row in rows if row.state == Due.State.PLANNED}
    # An earlier reminder of the same person decides which email takes a later one.
    planned: dict[int, list[Due]] = {}
    for row in Due.objects.filter(person__in=people, state=Due.State.PLANNED).order_by("due_at", "pk"):
        planned.setdefault(row.person_id, []).append(row)
    used = clock.used_days(people, now)
    times: dict[int, datetime] = {}
    for person in people:
        days = {day for pk, day in used if pk == person.pk}
        own = planned.get(person.pk, [])
        found = zip(own, _send_times(person, own, days, now), strict=True)
        times |= {row.pk: at for row, at in found if at}
    return times


@dataclass(frozen=True, slots=True)
class NotSent:
    """A reminder that the next tick skips, or that a rule excludes although it is due."""

    person: User
    why: str
    occurrence: str
    city: City | None
    reminder: Reminder | None

    @property
    def step(self) -> str:
        return step_label(self.occurrence, timezone.localdate())


@dataclass(frozen=True, slots=True)
class Rehearsal:
    leave: list[tuple[Turn, list[Reminder]]]
    wait: list[tuple[Turn, list[Reminder]]]
    skip: list[NotSent]


def rehearse(now: datetime) -> Rehearsal:
    """What the clock's next tick would do; changes nothing. Needs the scope of every city."""
    comparison = clock.compare(now, now + clock.HORIZON)
    due: dict[User, list[Reminder]] = {}
    pressed: set[User] = set()
    for key, reminder in comparison.coming.items():
        is_pressed = key in comparison.rows and comparison.rows[key].is_pressed(now)
        if reminder.due_at <= now or is_pressed:
            due.setdefault(reminder.person, []).append(reminder)
        if is_pressed:
            pressed.add(reminder.person)
    turns = [(turn, due[turn.person]) for turn in clock.turns(due, pressed, now)]
    return Rehearsal(
        leave=[pair for pair in turns if not pair[0].wait],
        wait=[pair for pair in turns if pair[0].wait],
        skip=_not_sent(comparison, now),
    )


def _not_sent(comparison: Comparison, now: datetime) -> list[NotSent]:
    lapsed, left_out = comparison.lapsed, [r for r in comparison.left_out if r.due_at <= now]
    prefetch_related_objects([row for row, _why, _reminder in lapsed], "person", "city")
    return [
        *(NotSent(row.person, str(Why(why).label), row.occurrence, row.city, r) for row, why, r in lapsed),
        *(NotSent(r.person, str(Why(r.why_not).label), r.occurrence, r.city, r) for r in left_out),
    ]


def overdue(now: datetime) -> int:
    """The number of reminders that should have been sent by now; 0 if any email was sent in the last 24 hours."""
    daily = Email.objects.filter(kind=Email.Kind.DAILY)
    if daily.filter(state=Email.State.SENT, sent_at__gt=now - SILENCE).exists():
        return 0
    coming = clock.compare(now, now).coming.values()
    late = [r for r in coming if _ready_at(r, since=now - SILENCE) <= now - PATIENCE]
    lost: int = Due.objects.filter(
        Q(state__in=Email.TROUBLE, email__claimed_at__gt=now - SILENCE)
        | Q(why=Why.TOO_LATE, skipped_at__gt=now - SILENCE)
    ).count()
    return len(late) + lost


def _ready_at(reminder: Reminder, *, since: datetime) -> datetime:
    # On a Monday morning Friday's aren't late yet, since none can be sent on the weekend.
    return next_open(max(reminder.due_at, since), reminder.person.time_zone)
