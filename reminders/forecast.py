"""What staff see before it happens: the next 14 days, the clock's next turn, and mail that stays away."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, prefetch_related_objects

from accelerator.models import Email, User
from accelerator.walltime import local_day
from cities.models import City
from reminders import clock
from reminders.clock import Comparison, Turn
from reminders.models import Due, Why
from reminders.quiet_hours import next_open, opening_after
from reminders.rules.rule import Reminder, date_of, step_words

DAYS = 14
# How long after its hour a mail may take, and how far back one must have gone out, before staff are told.
PATIENCE, SILENCE = timedelta(hours=1), timedelta(hours=24)


@dataclass(slots=True)
class Coming:
    """One mail to come: to whom, when it leaves, and what it says."""

    person: User
    at: datetime
    reminders: list[Reminder] = field(default_factory=list)

    @property
    def day(self) -> date:
        return local_day(self.at, self.person.time_zone)


def forecast(now: datetime) -> list[Coming]:
    """The mails of the next 14 days if nothing changes. Needs the scope of every city."""
    until = now + timedelta(days=DAYS)
    found = clock.compare(now, until)
    by_person: dict[User, list[Reminder]] = {}
    for reminder in found.coming.values():
        by_person.setdefault(reminder.person, []).append(reminder)
    taken = clock.days_taken(by_person, now)
    mails = [
        mail
        for person, reminders in by_person.items()
        for mail in _spread(person, reminders, {day for pk, day in taken if pk == person.pk}, now)
        if mail.at <= until
    ]
    return sorted(mails, key=lambda mail: (mail.at, mail.person.sort_name, mail.person.pk))


def _spread(person: User, reminders: list[Reminder], taken: set[date], now: datetime) -> list[Coming]:
    """One mail a day: what is ready after the day's mail has left waits for the next working day."""
    zone = person.time_zone
    mails: dict[date, Coming] = {}
    for reminder in sorted(reminders, key=lambda r: (r.due_at, r.due_on, r.subject.pk)):
        at = next_open(max(reminder.due_at, now), zone)
        while (day := local_day(at, zone)) in taken or (day in mails and mails[day].at < at):
            at = opening_after(day, zone)
        if at < reminder.expires_at:
            mails.setdefault(day, Coming(person, at)).reminders.append(reminder)
    return list(mails.values())


@dataclass(frozen=True, slots=True)
class NotSent:
    """A reminder that the next turn skips, or that a rule leaves out although it is due."""

    person: User
    why: str
    occurrence: str
    city: City | None
    reminder: Reminder | None

    @property
    def step(self) -> str:
        return step_words(self.occurrence)

    @property
    def date(self) -> date | None:
        return date_of(self.occurrence)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the next turn of the clock would do: mails that leave or wait, reminders that are not sent."""

    leave: list[tuple[Turn, list[Reminder]]]
    wait: list[tuple[Turn, list[Reminder]]]
    skip: list[NotSent]


def rehearse(now: datetime) -> Rehearsal:
    """The next turn without a mail and without a change to the table. Needs every city's scope."""
    found = clock.compare(now, now + clock.HORIZON)
    due: dict[User, list[Reminder]] = {}
    pressed: set[User] = set()
    for key, reminder in found.coming.items():
        is_pressed = key in found.rows and found.rows[key].is_pressed(now)
        if reminder.due_at <= now or is_pressed:
            due.setdefault(reminder.person, []).append(reminder)
        if is_pressed:
            pressed.add(reminder.person)
    turns = [(turn, due[turn.person]) for turn in clock.turns(due, pressed, now)]
    return Rehearsal(
        leave=[pair for pair in turns if not pair[0].wait],
        wait=[pair for pair in turns if pair[0].wait],
        skip=_not_sent(found, now),
    )


def _not_sent(found: Comparison, now: datetime) -> list[NotSent]:
    prefetch_related_objects([row for row, _why, _reminder in found.over], "person", "city")
    skipped = [
        NotSent(row.person, _label(why), row.occurrence, row.city, reminder) for row, why, reminder in found.over
    ]
    return skipped + [
        NotSent(r.person, _label(r.why_not), r.occurrence, r.city, r) for r in found.left_out if r.due_at <= now
    ]


def _label(why: str) -> str:
    return str(Why(why).label)


def overdue(now: datetime) -> int:
    """Reminders that should have left by now, where no mail at all has left in 24 hours; 0 otherwise."""
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
    """The first moment since then at which its mail could leave: on a Monday morning Friday's is not yet late."""
    return next_open(max(reminder.due_at, since), reminder.person.time_zone)
