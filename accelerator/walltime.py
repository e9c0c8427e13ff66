"""Planned time: a local wall time and an IANA zone are stored, UTC is derived (docs/program.md 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def to_utc(day: date, at: time, zone: str) -> datetime:
    """The instant of a wall time; in the hour that a clock change repeats, the first of the two."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def skipped_by_clock_change(day: date, at: time, zone: str) -> bool:
    """True where the wall time does not exist because clocks were put forward over it."""
    there = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    return there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != there.replace(tzinfo=None)
