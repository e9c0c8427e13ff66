"""The clock: each minute it brings the due table up to date and sends what may go out (docs/program.md 6).

Each function takes `now`; only what runs by itself looks at the time. Rows are read and written in short
scopes of every city; a mail is handed to the server outside all of them, after its claim is on record.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accelerator import mail, rls
from accelerator.models import Email, User
from accelerator.walltime import local_day
from reminders import digest
from reminders.models import Due, Key
from reminders.quiet_hours import next_open, opening_after
from reminders.rules import registry as rules
from reminders.rules.rule import Reminder

logger = logging.getLogger(__name__)

HORIZON = timedelta(days=1)  # planned so far ahead
BUDGET = 45.0  # seconds of one turn: what is left waits for the next minute
_PLANNING = 0x72656D69  # the advisory lock of those who plan
State = Due.State


def tick(now: datetime | None = None) -> int:
    """One turn of the clock; returns the mails that a server has accepted. Several turns may run at once."""
    mail.settle_silent(now or timezone.now())
    plan(now or timezone.now())
    ends, sent = time.monotonic() + BUDGET, 0
    for turn in whose_turn(now or timezone.now()):
        if turn.wait or time.monotonic() > ends:
            continue
        try:
            sent += send_to(turn.person, now)
        except mail.NoServer as why:
            logger.warning("The mail server does not answer: %s", why)
            break
        except Exception:  # one person's mail must not hold up the others'; a claimed one becomes unknown
            logger.exception("The digest of person %s did not go out", turn.person.pk)
    return sent


# Planning -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the rules say beside what the table holds: what is to come, and what has to change."""

    coming: dict[Key, Reminder]
    rows: dict[Key, Due]
    left_out: list[Reminder]
    over: list[tuple[Due, str, Reminder | None]] = field(default_factory=list)

    @property
    def new(self) -> list[Reminder]:
        return [reminder for key, reminder in sorted(self.coming.items()) if key not in self.rows]

    @property
    def again(self) -> list[Due]:
        """Skipped rows that the rules want after all, such as a section that was reopened in time."""
        return [row for key, row in self.rows.items() if key in self.coming and row.state == State.SKIPPED]


def compare(now: datetime, until: datetime) -> Comparison:
    """Reads only: what falls due by `until` and is of use after `now`. Needs the scope of every city."""
    found = list(rules.reminders(now, until))
    rows = {row.key: row for row in Due.objects.alive(now)}
    waiting = {State.PLANNED, State.SKIPPED}
    coming = {r.key: r for r in found if not r.why_not and (r.key not in rows or rows[r.key].state in waiting)}
    lost = [row for key, row in rows.items() if row.state == State.PLANNED and key not in coming]
    verdicts = rules.check(lost, now) if lost else {}
    return Comparison(
        coming,
        rows,
        left_out=[r for r in found if r.why_not not in rules.NOT_CONCERNED and r.key not in rows],
        over=[(row, *verdicts[row.key]) for row in lost if verdicts[row.key][0]],
    )


def plan(now: datetime) -> None:
    """Bring the table up to date with the rules; twice is the same as once."""
    with transaction.atomic(durable=True), rls.every_city():
        if not _alone():
            return
        found = compare(now, now + HORIZON)
        Due.objects.bulk_create(
            [reminder.as_due(now) for reminder in found.new], ignore_conflicts=True, batch_size=1000
        )
        Due.objects.filter(pk__in=[row.pk for row in found.again]).plan_again()
        _skip([(row, why) for row, why, _reminder in found.over], now)
        Email.objects.filter(kind=Email.Kind.DAILY, dues=None).skip(Email.Why.EMPTY)


def _alone() -> bool:
    """False while another turn is planning; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_PLANNING])
        return bool(cursor.fetchone()[0])


def _skip(over: Iterable[tuple[Due, str]], now: datetime) -> None:
    for why, pairs in groupby(sorted(over, key=lambda pair: pair[1]), key=lambda pair: pair[1]):
        Due.objects.filter(pk__in=[row.pk for row, _why in pairs]).skip(why, now)


# Whose turn it is -----------------------------------------------------------


class Wait:
    """Why somebody's mail does not go out now."""

    HOURS = "hours"
    ONE_A_DAY = "one a day"


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody with reminders that are due: `at` is when the mail may leave, `wait` why it is not now."""

    person: User
    at: datetime
    wait: str = ""


def whose_turn(now: datetime) -> list[Turn]:
    """Everybody with something to send, those who wait longest first."""
    with rls.every_city():
        rows = Due.objects.sendable(now).select_related("person").order_by("due_at", "pk")
        pressed = {row.person for row in rows if row.is_pressed(now)}
        return turns(dict.fromkeys(row.person for row in rows), pressed, now)


def turns(people: Iterable[User], pressed: set[User], now: datetime) -> list[Turn]:
    """Quiet hours hold for all but the pressed, one mail a day for everybody."""
    people = list(people)
    taken = days_taken(people, now)
    return [_turn(person, person in pressed, taken, now) for person in people]


def days_taken(people: Iterable[User], now: datetime) -> dict[tuple[int, date], bool]:
    """(person, day) of ordinary mail around now that the clock does not try again; True where staff may.

    Needs the scope of every city.
    """
    rows = Email.objects.filter(person__in=people, day__gte=(now - timedelta(days=1)).date())
    taken: dict[tuple[int, date], bool] = {}
    for person, day, state in rows.values_list("person", "day", "state"):
        if day and state not in (Email.State.QUEUED, Email.State.SKIPPED):
            taken[person, day] = state == Email.State.FAILED and taken.get((person, day), True)
    return taken


def _turn(person: User, pressed: bool, taken: dict[tuple[int, date], bool], now: datetime) -> Turn:
    zone, today = person.time_zone, local_day(now, person.time_zone)
    may_press = taken.get((person.pk, today), True)
    if (person.pk, today) in taken and not (pressed and may_press):
        return Turn(person, opening_after(today, zone), Wait.ONE_A_DAY)
    at = now if pressed else next_open(now, zone)
    return Turn(person, at, "" if at <= now else Wait.HOURS)


def had_todays_mail(person: User, now: datetime) -> bool:
    """True where not even staff may let another ordinary mail go out today. Needs the scope of every city."""
    taken = days_taken([person], now)
    return not taken.get((person.pk, local_day(now, person.time_zone)), True)


# Sending --------------------------------------------------------------------


def send_to(person: User, now: datetime | None = None) -> bool:
    """Re-check, write, claim, hand over, settle, none inside another. True where the server accepted.

    Raises mail.NoServer where no other mail would leave either.
    """
    moment = now or timezone.now()
    with transaction.atomic(durable=True), rls.every_city():
        kept = _weigh(person, moment)
        words = digest.context(person, list(kept.values()), moment) if kept else {}
    if not kept:
        return False
    letter = mail.render("digest", words, person.language)
    with transaction.atomic(durable=True), rls.every_city():
        email = _claim(person, list(kept), words, letter, moment)
    return email is not None and mail.deliver_claimed(email, letter, now) == Email.State.SENT


def _weigh(person: User, now: datetime) -> dict[int, Reminder]:
    """What is still right to send, by the row's id; the rest is skipped and says why."""
    rows = list(Due.objects.sendable(now).filter(person=person).order_by("due_at", "pk"))
    verdicts = rules.check(rows, now)
    _skip([(row, verdicts[row.key][0]) for row in rows if verdicts[row.key][0]], now)
    kept = ((row.pk, *verdicts[row.key]) for row in rows)
    return {pk: reminder for pk, why, reminder in kept if reminder and not why}


def _claim(person: User, pks: list[int], words: dict[str, Any], letter: mail.Letter, now: datetime) -> Email | None:
    """Put the rows into the day's email before a server hears of it; None where another turn was faster."""
    locked = [row.pk for row in Due.objects.filter(pk__in=pks).select_for_update(of=("self",), skip_locked=True)]
    rows = Due.objects.filter(pk__in=locked, state=State.PLANNED)  # the state as it is now that they are locked
    if len(rows) != len(pks):
        return None
    day, again = local_day(now, person.time_zone), any(row.is_pressed(now) for row in rows)
    email = _todays_email(person, day, again=again)
    text = digest.without_secrets(letter.text, words)
    content = {"to": person.email, "reply_to": words["reply_to"], "subject": letter.subject, "text": text}
    if email is None or not email.claim(now, **content):
        return None
    Due.objects.filter(pk__in=pks).update(email=email)
    return email


def _todays_email(person: User, day: date, *, again: bool) -> Email | None:
    """The person's one daily email: a new one, or one that certainly has not left; None where today's is settled.

    `again`: also after the server has refused one for good, because staff ask for it.
    """
    todays = {row.state: row for row in Email.objects.filter(person=person, day=day)}
    free = {Email.State.QUEUED, Email.State.SKIPPED} | ({Email.State.FAILED} if again else set())
    if todays.keys() - free:
        return None
    if Email.State.QUEUED in todays:
        return todays[Email.State.QUEUED]
    try:
        with transaction.atomic():
            return Email.objects.create(kind=Email.Kind.DAILY, person=person, day=day, to=person.email)
    except IntegrityError:  # another turn of the clock has it
        return None
