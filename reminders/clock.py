"""The clock: every minute it updates the due table and sends what is ready to go (docs/program.md 6).

Each function takes `now`; only the entry points read the current time. Rows are read and written in short scopes of
every city; an email is sent outside all of them, after its claim is committed.
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

HORIZON = timedelta(days=1)  # how far ahead rows are planned
BUDGET = 45.0  # seconds per tick; the worker starts one every minute
_PLANNING = 0x72656D69  # the key of an advisory lock
State = Due.State


def tick(now: datetime | None = None) -> int:
    """One tick of the clock; returns the number of emails sent. Several ticks may run at once."""
    mail.settle_silent(now or timezone.now())
    plan(now or timezone.now())
    ends, sent = time.monotonic() + BUDGET, 0
    for turn in pending_turns(now or timezone.now()):
        if turn.wait or time.monotonic() > ends:
            continue
        try:
            sent += send_to(turn.person, now)
        except mail.NoServer as error:
            logger.warning("The mail server isn't responding: %s", error)
            break
        except Exception:  # one person's email must not delay other people's; a claimed one becomes unknown
            logger.exception("The digest of person %s did not go out", turn.person.pk)
    return sent


# Planning -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rules' reminders and the table's rows; `lapsed` are planned rows with a reason not to send them."""

    coming: dict[Key, Reminder]
    rows: dict[Key, Due]
    left_out: list[Reminder]
    lapsed: list[tuple[Due, str, Reminder | None]] = field(default_factory=list)

    @property
    def new(self) -> list[Reminder]:
        return [reminder for key, reminder in sorted(self.coming.items()) if key not in self.rows]

    @property
    def revived(self) -> list[Due]:
        # For example, for a section that was reopened in time.
        return [row for key, row in self.rows.items() if key in self.coming and row.state == State.SKIPPED]


def compare(now: datetime, until: datetime) -> Comparison:
    """What falls due by `until` and expires after `now`; changes nothing. Needs the scope of every city."""
    reminders = list(rules.reminders(now, until))
    rows = {row.key: row for row in Due.objects.alive(now)}
    waiting = {State.PLANNED, State.SKIPPED}
    coming = {r.key: r for r in reminders if not r.why_not and (r.key not in rows or rows[r.key].state in waiting)}
    lost = [row for key, row in rows.items() if row.state == State.PLANNED and key not in coming]
    verdicts = rules.check(lost, now) if lost else {}
    return Comparison(
        coming,
        rows,
        left_out=[r for r in reminders if r.why_not not in rules.NOT_CONCERNED and r.key not in rows],
        lapsed=[(row, *verdicts[row.key]) for row in lost if verdicts[row.key][0]],
    )


def plan(now: datetime) -> None:
    """Update the table from the rules."""
    with transaction.atomic(durable=True), rls.every_city():
        if not _lock_planning():
            return
        comparison = compare(now, now + HORIZON)
        rows = [reminder.as_due(now) for reminder in comparison.new]
        Due.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
        Due.objects.filter(pk__in=[row.pk for row in comparison.revived]).plan_again()
        _skip([(row, why) for row, why, _reminder in comparison.lapsed], now)
        # A queued email whose reminders have all been skipped has no content left.
        Email.objects.filter(kind=Email.Kind.DAILY, dues=None).skip(Email.Why.EMPTY)


def _lock_planning() -> bool:
    """Whether no other tick is planning; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_PLANNING])
        return bool(cursor.fetchone()[0])


def _skip(reasons: Iterable[tuple[Due, str]], now: datetime) -> None:
    for why, pairs in groupby(sorted(reasons, key=lambda pair: pair[1]), key=lambda pair: pair[1]):
        Due.objects.filter(pk__in=[row.pk for row, _why in pairs]).skip(why, now)


# Whose turn it is ----------------------------------------------------------


class Wait:
    HOURS = "hours"
    ONE_A_DAY = "one a day"


@dataclass(frozen=True, slots=True)
class Turn:
    """A person with due reminders: `at` is when the email can be sent, `wait` why it isn't sent now."""

    person: User
    at: datetime
    wait: str = ""


def pending_turns(now: datetime) -> list[Turn]:
    """The people with due reminders, the oldest reminder first."""
    with rls.every_city():
        rows = Due.objects.sendable(now).select_related("person").order_by("due_at", "pk")
        pressed = {row.person for row in rows if row.is_pressed(now)}
        return turns(dict.fromkeys(row.person for row in rows), pressed, now)


def turns(people: Iterable[User], pressed: set[User], now: datetime) -> list[Turn]:
    """These people's turns; staff have pressed “send now” for some of them."""
    people = list(people)
    used = used_days(people, now)
    return [_turn(person, person in pressed, used, now) for person in people]


def used_days(people: Iterable[User], now: datetime) -> dict[tuple[int, date], bool]:
    """(person, day) of daily emails that the clock won't retry; True if staff can. Needs every city."""
    # Start a day back: yesterday's date is still today west of UTC.
    rows = Email.objects.filter(person__in=people, day__gte=(now - timedelta(days=1)).date())
    used: dict[tuple[int, date], bool] = {}
    for person, day, state in rows.values_list("person", "day", "state"):
        if day and state not in (Email.State.QUEUED, Email.State.SKIPPED):
            used[person, day] = state == Email.State.FAILED and used.get((person, day), True)
    return used


def _turn(person: User, is_pressed: bool, used: dict[tuple[int, date], bool], now: datetime) -> Turn:
    zone, today = person.time_zone, local_day(now, person.time_zone)
    # At most one email a day; staff can only repeat one that the server refused.
    if (person.pk, today) in used and not (is_pressed and used[person.pk, today]):
        return Turn(person, opening_after(today, zone), Wait.ONE_A_DAY)
    at = now if is_pressed else next_open(now, zone)
    return Turn(person, at, "" if at <= now else Wait.HOURS)


def had_todays_email(person: User, now: datetime) -> bool:
    """Whether even staff can't send another daily email today. Needs the scope of every city."""
    return not used_days([person], now).get((person.pk, local_day(now, person.time_zone)), True)


# Sending --------------------------------------------------------------------


def send_to(person: User, now: datetime | None = None) -> bool:
    """Whether the server accepted the person's daily email. Raises mail.NoServer."""
    moment = now or timezone.now()
    with transaction.atomic(durable=True), rls.every_city():
        reminders = _recheck(person, moment)
        context = digest.context(person, list(reminders.values()), moment) if reminders else {}
    if not reminders:
        return False
    # Rendered between the transactions, so that no row stays locked.
    letter = mail.render("digest", context, person.language)
    with transaction.atomic(durable=True), rls.every_city():
        email = _claim(person, list(reminders), context, letter, moment)
    return email is not None and mail.deliver_claimed(email, letter, now) == Email.State.SENT


def _recheck(person: User, now: datetime) -> dict[int, Reminder]:
    """What should still be sent, by row ID; the rest is skipped."""
    rows = list(Due.objects.sendable(now).filter(person=person).order_by("due_at", "pk"))
    verdicts = rules.check(rows, now)
    _skip([(row, verdicts[row.key][0]) for row in rows if verdicts[row.key][0]], now)
    checked = ((row.pk, *verdicts[row.key]) for row in rows)
    return {pk: reminder for pk, why, reminder in checked if reminder and not why}


def _claim(person: User, pks: list[int], context: dict[str, Any], letter: mail.Letter, now: datetime) -> Email | None:
    """Put the rows into the day's email and claim it; None if another tick was faster."""
    locked = [row.pk for row in Due.objects.filter(pk__in=pks).select_for_update(of=("self",), skip_locked=True)]
    rows = Due.objects.filter(pk__in=locked, state=State.PLANNED)  # the state now that they are locked
    if len(rows) != len(pks):
        return None
    day, again = local_day(now, person.time_zone), any(row.is_pressed(now) for row in rows)
    email = _todays_email(person, day, now, again=again)
    text = digest.without_tokens(letter.text, context)
    content = {"to": person.email, "reply_to": context["reply_to"], "subject": letter.subject, "text": text}
    if email is None or not email.claim(now, **content):
        return None
    Due.objects.filter(pk__in=pks).update(email=email)
    return email


def _todays_email(person: User, day: date, now: datetime, *, again: bool) -> Email | None:
    """The person's daily email: a new one, or one that definitely hasn't been sent; None if today's is settled."""
    todays = {row.state: row for row in Email.objects.filter(person=person, day=day)}
    # Staff can repeat an email that the server permanently refused.
    free = {Email.State.QUEUED, Email.State.SKIPPED} | ({Email.State.FAILED} if again else set())
    if todays.keys() - free:
        return None
    if Email.State.QUEUED in todays:
        return todays[Email.State.QUEUED]
    try:
        with transaction.atomic():
            return Email.objects.create(kind=Email.Kind.DAILY, person=person, day=day, to=person.email, created_at=now)
    except IntegrityError:  # another tick has it
        return None
