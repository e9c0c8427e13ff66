"""A cohort of 2026 with nothing open but what a test opens, and mail servers that misbehave."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.core.mail.backends.locmem import EmailBackend

from accelerator import rls
from accelerator.models import Cohort, Email, User
from cities.models import City, Membership
from reminders import clock
from reminders.models import Due
from strategy.models import Section, SectionState
from tests.cast import Cast

LONG_AGO = datetime(2025, 6, 2, 12, tzinfo=UTC)
CHICAGO = "America/Chicago"


def at(text: str, zone: str = CHICAGO) -> datetime:
    """ "2026-01-23 08:31" on the wall of a zone, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@dataclass
class Stage:
    cast: Cast

    def open(self, key: str, due_on: str, *, city: City | None = None, assignee: User | None = None) -> Section:
        """Make one section open and due."""
        with rls.every_city():
            row = (city or self.cast.tulsa).section_set.get(key=key)
            row.state, row.due_on, row.assignee = (SectionState.NOT_STARTED, date.fromisoformat(due_on), assignee)
            row.save()
        return row

    def set(self, row, **fields):
        with rls.every_city():
            type(row).objects.filter(pk=row.pk).update(**fields)

    def tick(self, moment: str) -> int:
        return clock.tick(at(moment))

    def plan(self, moment: str) -> None:
        clock.plan(at(moment))

    def dues(self) -> list[tuple[str, str, str, str]]:
        """(person, occurrence, state, reason) of every row, in order."""
        with rls.every_city():
            rows = Due.objects.select_related("person", "email").order_by("due_at", "person__email", "object_id")
            return [
                (
                    row.person.email.split("@")[0],
                    row.occurrence,
                    row.state,
                    row.why or (row.email and row.email.reason) or "",
                )
                for row in rows
            ]

    def states(self) -> list[str]:
        return [state for _person, _occurrence, state, _reason in self.dues()]

    def daily_emails(self) -> list[tuple[str, str, str]]:
        with rls.every_city():
            rows = Email.objects.filter(kind="daily").select_related("person").order_by("day", "person__email")
            return [(row.person.email.split("@")[0], row.day.isoformat(), row.state) for row in rows]


def build(cast: Cast) -> Stage:
    with rls.every_city():
        Section.objects.update(state=SectionState.FINAL, assignee=None)
        Cohort.objects.update(live_at=LONG_AGO)
        Membership.objects.update(created_at=LONG_AGO)
        for city in (cast.tulsa, cast.rosario, cast.quito):
            city.coachassignment_set.update(starts_on=date(2025, 6, 2))
    return Stage(cast)


class Killed(BaseException):
    """The process ends here: nothing in the program catches it."""


class Backend(EmailBackend):
    """The test outbox, with whatever `Backend.now` does first."""

    now = None
    opens = None

    def open(self):
        if Backend.opens is not None:
            raise Backend.opens
        return True

    def send_messages(self, messages):
        if isinstance(Backend.now, BaseException):
            raise Backend.now
        if Backend.now is not None:
            Backend.now()
        return super().send_messages(messages)


REFUSED = smtplib.SMTPRecipientsRefused({"lead@tulsa-us.example": (550, b"5.1.1 No such mailbox")})
LATER = smtplib.SMTPRecipientsRefused({"lead@tulsa-us.example": (451, b"4.7.1 Try again later")})
BROKEN = smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
AWAY = ConnectionRefusedError("Connection refused")
