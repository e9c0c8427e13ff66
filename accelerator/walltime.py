"""Planned time: a local wall time and an IANA zone are stored, UTC is derived (docs/program.md 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

YEAR = timedelta(days=366)


def check_year(day: date, today: date, *, back: int = 10, ahead: int = 10) -> date:
    """Raises ValidationError for a date that is most likely a slip of the finger: so many years from today."""
    if not today - back * YEAR <= day <= today + ahead * YEAR:
        raise ValidationError(_("Check the year: %(year)d is too far from today.") % {"year": day.year})
    return day


def to_utc(day: date, at: time, zone: str) -> datetime:
    """The instant of a wall time; in the hour that a clock change repeats, the first of the two."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def skipped_by_clock_change(day: date, at: time, zone: str) -> bool:
    """True where the wall time does not exist because clocks were put forward over it."""
    there = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    return there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != there.replace(tzinfo=None)
