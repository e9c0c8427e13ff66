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

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accelerator import mail, rls
from accelerator.models import User
from accelerator.walltime import local_day
from reminders import digest
from reminders.models import TRIES, Due, Envelope, Key
from reminders.quiet_hours import next_open, opening_after
from reminders.rules import registry as rules
from reminders.rules.kinds import Reminder

logger = logging.getLogger(__name__)

HORIZON = timedelta(days=1)  # planned so far ahead
CLAIM_LASTS = timedelta(minutes=10)  # far longer than the mail server's time limit
BUDGET = 45.0  # seconds of one turn: what is left waits for the next minute
_PLANNING = 0x72656D69  # the advisory lock of those who plan
State = Due.State


def tick(now: datetime | None = None) -> int:
    """One turn of the clock; returns the mails that a server has accepted. Several turns may run at once."""
    settle_silent(now or timezone.now())
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
    found = list(rules.find(now, until))
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
        Due.objects.filter(pk__in=[row.pk for row in found.again], state=State.SKIPPED).update(
            state=State.PLANNED, reason="", settled_at=None
        )
        _skip([(row, why) for row, why, _reminder in found.over], now)


def _alone() -> bool:
    """False while another turn is planning; the lock ends with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_PLANNING])
        return bool(cursor.fetchone()[0])


def _skip(over: Iterable[tuple[Due, str]], now: datetime) -> None:
    for why, pairs in groupby(sorted(over, key=lambda pair: pair[1]), key=lambda pair: pair[1]):
        rows = Due.objects.filter(pk__in=[row.pk for row, _why in pairs], state=State.PLANNED)
        rows.update(state=State.SKIPPED, reason=why, settled_at=now)


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
    rows = Envelope.objects.filter(person__in=people, urgent=False, day__gte=(now - timedelta(days=1)).date())
    return {
        (person, day): state == Envelope.State.FAILED
        for person, day, state in rows.values_list("person", "day", "state")
        if state != Envelope.State.WAITING
    }


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
        envelope = _claim(person, list(kept), letter, words["reply_to"], moment)
    return envelope is not None and _hand_over(envelope, letter, person, now)


def _weigh(person: User, now: datetime) -> dict[int, Reminder]:
    """What is still right to send, by the row's id; the rest is skipped and says why."""
    rows = list(Due.objects.sendable(now).filter(person=person).order_by("due_at", "pk"))
    verdicts = rules.check(rows, now)
    _skip([(row, verdicts[row.key][0]) for row in rows if verdicts[row.key][0]], now)
    return {row.pk: verdicts[row.key][1] for row in rows if not verdicts[row.key][0]}


def _claim(person: User, pks: list[int], letter: mail.Letter, reply_to: str, now: datetime) -> Envelope | None:
    """Put the rows into the day's envelope before a server hears of it; None where another turn was faster."""
    rows = Due.objects.filter(pk__in=pks, state=State.PLANNED).select_for_update(skip_locked=True)
    pressed = any(row.is_pressed(now) for row in rows)
    if len(rows) != len(pks):
        return None
    words = {"subject": letter.subject, "text": letter.text, "reply_to": reply_to}
    envelope = _take_envelope(person, now, again=pressed, words=words)
    if envelope is not None:
        Due.objects.filter(pk__in=pks).update(state=State.CLAIMED, envelope=envelope, reason="")
    return envelope


def _take_envelope(person: User, now: datetime, *, again: bool, words: dict[str, str]) -> Envelope | None:
    """The person's one ordinary envelope of the day: a new one, or one that certainly has not left.

    `again`: also one that the server has refused for good, because staff ask for it.
    """
    day = local_day(now, person.time_zone)
    fields = {**words, "state": Envelope.State.CLAIMED, "error": "", "claimed_at": now}
    mine = Envelope.objects.filter(person=person, day=day, urgent=False)
    if mine.filter(state=Envelope.State.WAITING).update(**fields):
        return mine.get()
    if again and mine.filter(state=Envelope.State.FAILED).update(**fields, tries=0):
        return mine.get()
    try:
        with transaction.atomic():
            return Envelope.objects.create(person=person, day=day, **fields)
    except IntegrityError:  # another turn of the clock has it
        return None


def _hand_over(envelope: Envelope, letter: mail.Letter, person: User, now: datetime | None) -> bool:
    try:
        mail.hand_over(mail.message(letter, to=person.email, reply_to=envelope.reply_to))
    except mail.NoServer as why:
        _not_accepted(envelope, str(why), now, counts=False)
        raise
    except mail.Later as why:
        _not_accepted(envelope, str(why), now, counts=True)
        return False
    except mail.Refused as why:
        _settle(envelope, State.FAILED, now, str(why))
        return False
    except mail.Unknown as why:
        _settle(envelope, State.UNKNOWN, now, str(why))
        return False
    _settle(envelope, State.SENT, now)
    return True


def _not_accepted(envelope: Envelope, why: str, now: datetime | None, *, counts: bool) -> None:
    """The server certainly has nothing: the rows wait again, until it has said "not now" too often."""
    tries = envelope.tries + counts
    if tries > TRIES:
        _settle(envelope, State.FAILED, now, why)
        return
    with transaction.atomic(durable=True), rls.every_city():
        Envelope.objects.filter(pk=envelope.pk, state=Envelope.State.CLAIMED).update(
            state=Envelope.State.WAITING, error=_short(why), tries=tries
        )
        Due.objects.filter(envelope=envelope, state=State.CLAIMED).update(state=State.PLANNED, reason=_short(why))


def _settle(envelope: Envelope, state: str, now: datetime | None, why: str = "") -> None:
    """Record what became of a claimed mail, also where the clock had given it up."""
    moment, open_states = now or timezone.now(), [State.CLAIMED, State.UNKNOWN]
    fields = {"state": state, "error": _short(why)}
    if state == State.SENT:
        fields["sent_at"] = moment
    with transaction.atomic(durable=True), rls.every_city():
        Envelope.objects.filter(pk=envelope.pk, state__in=open_states).update(**fields)
        Due.objects.filter(envelope=envelope, state__in=open_states).update(
            state=state, reason=_short(why), settled_at=moment
        )


def _short(why: str) -> str:
    return " ".join(why.split())[:200]


NOBODY_KNOWS = "The process ended while the mail was handed over."


def settle_silent(now: datetime) -> None:
    """A claim without an end is unknown after ten minutes: staff look at it, and nothing is sent again."""
    with transaction.atomic(durable=True), rls.every_city():
        silent = Envelope.objects.filter(state=Envelope.State.CLAIMED, claimed_at__lt=now - CLAIM_LASTS)
        pks = list(silent.select_for_update(skip_locked=True).values_list("pk", flat=True))
        if pks:
            Envelope.objects.filter(pk__in=pks).update(state=Envelope.State.UNKNOWN, error=NOBODY_KNOWS)
            Due.objects.filter(envelope__in=pks, state=State.CLAIMED).update(
                state=State.UNKNOWN, reason=NOBODY_KNOWS, settled_at=now
            )
