"""Planned times: local wall time and IANA zone are stored, UTC is derived (docs/program.md 7)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import formats

YEAR = timedelta(days=366)


def check_year(day: date, today: date, *, back: int = 10, ahead: int = 10) -> date:
    """Raises ValidationError for a date that is most likely a typo: too many years from today."""
    if not today - back * YEAR <= day <= today + ahead * YEAR:
        raise ValidationError(_("Check the year: %(year)d is too far from today.") % {"year": day.year})
    return day


def to_utc(day: date, at: time, zone: str) -> datetime:
    """The instant of a wall time; in an hour repeated by a clock change, the first of the two."""
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def skipped_by_clock_change(day: date, at: time, zone: str) -> bool:
    """True if the wall time doesn't exist because clocks moved forward past it."""
    # Python accepts such a time; only the round trip through UTC changes it.
    there = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    return there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != there.replace(tzinfo=None)


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def skipped_message(day: date, at: time, zone: str) -> str:
    return _(
        "Daylight saving time starts in %(place)s on %(day)s, so %(time)s doesn’t exist that day. Choose another time."
    ) % {"place": formats.place(zone), "day": formats.day(day, timezone.localdate()), "time": formats.time(at)}


def own_clock(day: date, at: time, zone: str) -> str:
    """The same moment on the reader's clock, as a sentence; names a skipped or repeated hour."""
    # This runs while someone types: the year may be incomplete, and extreme ones overflow.
    if not 1970 < day.year < 2200:
        return ""
    if skipped_by_clock_change(day, at, zone):
        return skipped_message(day, at, zone)
    sentences = [_on_own_clock(day, at, zone)]
    if _comes_twice(day, at, zone):
        sentences.append(_("Clocks are set back that day, so this time occurs twice. We’ll use the first one."))
    return " ".join(filter(None, sentences))


def _comes_twice(day: date, at: time, zone: str) -> bool:
    # `fold` selects the second of two equal wall times; otherwise it changes nothing.
    first = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    return first.utcoffset() != first.replace(fold=1).utcoffset()


def _on_own_clock(day: date, at: time, zone: str) -> str:
    own = timezone.get_current_timezone()
    moment = timezone.localtime(to_utc(day, at, zone), own)
    if moment.replace(tzinfo=None) == datetime.combine(day, at):
        return ""
    return _("In your time zone, that’s %(day)s, %(time)s.") % {
        "day": formats.day(moment.date(), timezone.localdate(), weekday=True),
        "time": formats.time_in_zone(moment, own),
    }
