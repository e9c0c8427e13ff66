"""A wall time of the city in words, on the reader's own clock; what a clock change does to it."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import walltime
from accelerator.templatetags.page import day_words, zone_place


def skipped_words(day: date, at: time, zone: str) -> str:
    """Why a wall time that a clock change skips cannot be meant."""
    return _(
        "Clocks in %(place)s are put forward over %(time)s on %(day)s: there is no such time. Choose another."
    ) % {"place": zone_place(zone), "day": day_words(day, timezone.localdate()), "time": at.strftime("%H:%M")}


def own_clock(day: date, at: time, zone: str) -> str:
    """The same moment on the reader's clock, in a sentence; names a skipped or repeated hour."""
    if not 1970 < day.year < 2200:
        return ""
    if walltime.skipped_by_clock_change(day, at, zone):
        return skipped_words(day, at, zone)
    sentences = [_on_own_clock(day, at, zone)]
    if _comes_twice(day, at, zone):
        sentences.append(_("This hour comes twice on that day; the first one is meant."))
    return " ".join(filter(None, sentences))


def _comes_twice(day: date, at: time, zone: str) -> bool:
    first = datetime.combine(day, at, tzinfo=ZoneInfo(zone))
    return first.utcoffset() != first.replace(fold=1).utcoffset()


def _on_own_clock(day: date, at: time, zone: str) -> str:
    own = timezone.get_current_timezone()
    moment = timezone.localtime(walltime.to_utc(day, at, zone), own)
    if moment.replace(tzinfo=None) == datetime.combine(day, at):
        return ""
    return _("On your clock that is %(day)s, %(time)s, %(place)s time.") % {
        "day": day_words(moment.date(), timezone.localdate(), weekday=True),
        "time": moment.strftime("%H:%M"),
        "place": zone_place(own),
    }
