"""Dates as people type them: 03/04/2026 is in March to some and in April to others.

Not read by dateutil, which completes what is missing with today and chooses one of two meanings without a word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl.utils.datetime import from_excel

from accelerator.formats import MONTH_NAMES
from accelerator.naming import normalize

DAY_FIRST, MONTH_FIRST = "day", "month"
_NUMERIC = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T]0{1,2}:00(?::00)?)?")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{2}:\d{2}(?::\d{2})?)?")
_MONTH = re.compile(r"(\d{1,2})[/.\-](\d{4})|(\d{4})[-/.](\d{1,2})")
_SERIAL = re.compile(r"[3-6]\d{4}")  # Excel's count of days, 1982 to 2091
_FILLERS = {"de", "del", "do", "of", "the", "st", "nd", "rd", "th", "o", "a", *"ªº"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """A day, or the first of a month that was named without a day."""

    day: date
    is_month: bool = False


def meanings(text: str) -> dict[str, Meaning]:
    """The dates that a text can mean, by what comes first; empty if it isn't a date."""
    text = text.strip()
    if match := _ISO.fullmatch(text):
        return _both(_day(match[1], match[2], match[3]))
    if match := _NUMERIC.fullmatch(text):
        first, mark, second, year = match.groups()
        found = {DAY_FIRST: _day(year, second, first), MONTH_FIRST: _day(year, first, second)}
        if mark == ".":  # 30.09.2026: nowhere is the month first
            del found[MONTH_FIRST]
        return {order: meaning for order, meaning in found.items() if meaning}
    if match := _MONTH.fullmatch(text):
        month, year = (match[1], match[2]) if match[1] else (match[4], match[3])
        return _both(_day(year, month))
    if _SERIAL.fullmatch(text):
        counted = from_excel(int(text))
        return _both(Meaning(counted.date() if isinstance(counted, datetime) else counted))
    return _both(_named(text))


def is_serial(text: str) -> bool:
    """Whether a date is Excel's count of days, which no one would recognize."""
    return bool(_SERIAL.fullmatch(text.strip()))


def is_ambiguous(text: str) -> bool:
    return len(set(meanings(text).values())) > 1


def read_date(text: str, order: str) -> Meaning | None:
    """The date that a text means in this order, or its only meaning; None if it isn't a date."""
    found = meanings(text)
    return found.get(order, next(iter(found.values()), None))


def order_shown(texts: Iterable[str]) -> str:
    """The order that the dates with one meaning show; "" if they show none, or both."""
    # A date with one meaning in either order, such as 2026-09-30, shows nothing.
    shown = {next(iter(found)) for text in texts if len(found := meanings(text)) == 1}
    return shown.pop() if len(shown) == 1 else ""


def _both(meaning: Meaning | None) -> dict[str, Meaning]:
    return {DAY_FIRST: meaning, MONTH_FIRST: meaning} if meaning else {}


def _day(year: str, month: str, day: str = "") -> Meaning | None:
    number = int(year) + (2000 if len(year) == 2 else 0)
    try:
        return Meaning(date(number, int(month), int(day or 1)), is_month=not day)
    except ValueError:
        return None


def _named(text: str) -> Meaning | None:
    """A date with a month's name in any language: Sep 30, 2026; 30 de setembro de 2026; Jan 2027."""
    words = [word for word in re.findall(r"[^\W\d_]+|\d+", normalize(text)) if word not in _FILLERS]
    months = [number for word in words if (number := _month(word))]
    digits = [word for word in words if word.isdecimal()]
    if len(months) != 1 or len(words) != 1 + len(digits) or not 1 <= len(digits) <= 2:
        return None
    if len(digits) == 1:
        # "Jan-27" alone is how spreadsheets show a month.
        return _day(digits[0], str(months[0])) if len(digits[0]) in (2, 4) and words[0] != digits[0] else None
    day, year = reversed(digits) if len(digits[0]) == 4 else digits
    return _day(year, str(months[0]), day) if len(year) in (2, 4) and len(day) <= 2 else None


def _month(word: str) -> int:
    """A month by its name or the first three or more letters of it; 0 if there is none."""
    if len(word) < 3:
        return 0
    return next((number for name, number in MONTH_NAMES if name.startswith(word)), 0)
