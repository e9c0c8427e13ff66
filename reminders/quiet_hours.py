"""When daily emails can be sent: working days from 08:00 to 20:00 in the person's zone (docs/program.md 6)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accelerator.walltime import to_utc

OPENS, CLOSES = time(8), time(20)
SATURDAY = 5


def next_open(moment: datetime, zone: str) -> datetime:
    """The given time if email can be sent then, else the next opening."""
    local = moment.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=local.time() >= CLOSES)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return max(moment, to_utc(day, OPENS, zone))


def opening_after(day: date, zone: str) -> datetime:
    """The first opening after `day`."""
    return next_open(to_utc(day + timedelta(days=1), time(0), zone), zone)
