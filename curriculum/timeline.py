"""A cohort's curriculum with actual dates, computed from offsets; nothing here reads the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from accelerator import walltime
from accelerator.models import Cohort
from curriculum.models import ItemKind, ProgramItem, Session


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on the calendar, from one day to another (both inclusive)."""

    kind: str
    title: str
    week: int
    starts_on: date
    ends_on: date
    at: time | None = None  # wall time in `zone`
    zone: str = ""
    minutes: int | None = None
    note: str = ""
    audience: str = "team"
    in_person: bool = False
    cancelled: bool = False
    place: str | None = None  # "" means to be announced; None if it has no place

    @property
    def starts_at(self) -> datetime | None:
        return walltime.to_utc(self.starts_on, self.at, self.zone) if self.at else None

    @property
    def kind_label(self) -> str:
        return str(ItemKind(self.kind).label)

    @property
    def is_break(self) -> bool:
        return self.kind == ItemKind.BREAK

    def is_over(self, today: date) -> bool:
        return self.ends_on < today

    @property
    def order(self) -> tuple[date, bool, time, str]:
        """By date; on the same day, all-day entries come first."""
        return self.starts_on, self.at is not None, self.at or time.min, self.title


@dataclass(frozen=True, slots=True)
class Week:
    number: int
    starts_on: date
    ends_on: date
    entries: tuple[Entry, ...]  # those that start in it
    is_now: bool
    rest: Entry | None  # a break that covers part of it

    @property
    def label(self) -> str:
        return week_label(self.number)


def week_label(number: int) -> str:
    # A no-break space keeps the number and its noun together in a narrow column.
    return (_("Week %(number)d") % {"number": number}).replace(" ", "\u00a0")


def entries(items: Iterable[ProgramItem], cohort: Cohort, sessions: Mapping[int, Session] | None = None) -> list[Entry]:
    """The curriculum's items on the cohort's calendar, in order; `sessions` is keyed by item ID."""
    # A session replaces its item: once staff moved or canceled it, the item's own day no longer counts.
    sessions = sessions or {}
    return sorted((_entry(item, cohort, sessions.get(item.pk)) for item in items), key=lambda e: e.order)


def _entry(item: ProgramItem, cohort: Cohort, session: Session | None) -> Entry:
    starts_on = session.on if session else cohort.date_of(item.week, item.weekday)
    return Entry(
        kind=item.kind,
        title=str(item.title),
        week=cohort.week_on(starts_on),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=item.days - 1),
        at=session.at if session else item.at,
        zone=session.time_zone if session else cohort.time_zone,
        minutes=session.minutes if session else item.minutes,
        note=str(item.note),
        audience=item.audience,
        in_person=item.in_person,
        cancelled=bool(session and session.cancelled_at),
    )


def weeks(calendar: Sequence[Entry], cohort: Cohort, today: date) -> list[Week]:
    """Every week of the program in order, plus those before and after in which something starts."""
    numbers = sorted(set(range(1, cohort.weeks + 1)) | {entry.week for entry in calendar})
    breaks = [entry for entry in calendar if entry.is_break]
    return [_week(number, calendar, breaks, cohort, today) for number in numbers]


def _week(number: int, calendar: Sequence[Entry], breaks: Sequence[Entry], cohort: Cohort, today: date) -> Week:
    first, last = cohort.date_of(number), cohort.date_of(number, 6)
    return Week(
        number=number,
        starts_on=first,
        ends_on=last,
        entries=tuple(entry for entry in calendar if entry.week == number),
        is_now=first <= today <= last,
        rest=next((b for b in breaks if b.starts_on <= last and b.ends_on >= first), None),
    )
