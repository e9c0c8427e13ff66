"""Numbers as people type them: 1.250 is one and a quarter to some and more than a thousand to others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

POINT, COMMA = ".", ","
MARKS = (POINT, COMMA)
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?!\d))")


def _shape(decimal: str, thousands: str) -> re.Pattern[str]:
    # A group of thousands never starts with a zero: 0.125 has one meaning.
    whole = rf"(?:[1-9]\d{{0,2}}(?:\{thousands}\d{{3}})+|\d{{1,20}})"
    return re.compile(rf"-?(?:{whole}(?:\{decimal}\d{{1,12}})?|\{decimal}\d{{1,12}})")


_SHAPES = {POINT: _shape(POINT, COMMA), COMMA: _shape(COMMA, POINT)}


def meanings(text: str) -> dict[str, Decimal]:
    """The numbers that a text can mean, by decimal mark; empty if it isn't a number."""
    plain = _SPACES.sub("", text.strip().replace("−", "-")).removesuffix("%").rstrip("\u00a0\u202f ")
    found = {}
    for mark, shape in _SHAPES.items():
        if shape.fullmatch(plain):
            found[mark] = Decimal(plain.replace(MARKS[mark == POINT], "").replace(mark, "."))
    return found


def is_ambiguous(text: str) -> bool:
    return len(set(meanings(text).values())) > 1


def read_number(text: str, mark: str) -> Decimal | None:
    """The number that a text means where this is the decimal mark, or its only meaning; None if it isn't a number."""
    found = meanings(text)
    return found.get(mark, next(iter(found.values()), None))


def mark_shown(texts: Iterable[str]) -> str:
    """The decimal mark that the numbers with one meaning show; "" if they show none, or both."""
    shown = {next(iter(found)) for text in texts if len(found := meanings(text)) == 1}
    return shown.pop() if len(shown) == 1 else ""


def groups_thousands(text: str, mark: str) -> bool:
    """Whether an ambiguous number is a whole one where this is the decimal mark: 1.250 with a decimal comma."""
    number = read_number(text, mark)
    return number is not None and mark not in text
