"""One spreadsheet cell: its value as text and as a number, and how to write it so that it stays that way."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter

# What a spreadsheet treats as a formula, even behind protective apostrophes, quotation marks, and spaces; some read
# full-width signs too.
_SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"
_BEFORE_SIGN = rf"['\"\s]*[{re.escape(_SIGNS)}]"
_FORMULA = re.compile(rf"'*[\t\r]|{_BEFORE_SIGN}")
# Opened with another separator, a CSV file's cell is split there, in the middle of its text, and quotation marks are
# no help. Only a place where a formula would begin gets an apostrophe.
_INNER = re.compile(rf"([;,\t\n\r])(?={_BEFORE_SIGN})")
_INNER_GUARDED = re.compile(rf"([;,\t\n\r])'(?={_BEFORE_SIGN})")
_THREE_DECIMALS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
# Quoted text isn't part of a number format: 0.0" %" shows a percent sign, but the value isn't in hundredths.
_QUOTED = re.compile(r'"[^"]*"|\\.')


@dataclass(frozen=True, slots=True)
class Formula:
    """Where a formula is (`H2`); formulas are never evaluated."""

    place: str


Value = str | bool | Decimal | date | datetime | time | Formula | None


def clean(text: str) -> str:
    """Trimmed text with uniform line breaks, without characters that spreadsheets can't hold."""
    printable: str = ILLEGAL_CHARACTERS_RE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return printable.strip()


def as_text(value: Value) -> str:
    """A value as text: dates as 2027-06-30, numbers with a decimal point and no exponent, formulas as ""."""
    if value is None or isinstance(value, Formula):
        return ""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return clean(str(value))


def one_line(value: Value) -> str:
    """A value as one line of text, without invisible characters."""
    return " ".join(as_text(value).translate(_INVISIBLE).split())


def value_of(cell: Any) -> Value:
    """The value of a workbook cell: 40 % becomes 40, and a day becomes a date without a time."""
    value = cell.value
    if value is None or isinstance(value, bool | time):
        return value
    # Values that openpyxl has no plain type for (array formulas, data tables) are treated as formulas too.
    if cell.data_type == "f" or not isinstance(value, str | int | float | date | timedelta):
        return Formula(f"{get_column_letter(cell.column)}{cell.row}")
    if isinstance(value, datetime):
        return value if value.time() != time() else value.date()
    if isinstance(value, int | float):
        hundredths = "%" in _QUOTED.sub("", cell.number_format or "")
        return _number(value * 100 if hundredths else value)
    return value if isinstance(value, date) else clean(str(value))


def _number(value: int | float) -> Decimal:
    # Round to six places: a spreadsheet stores 0.1 + 0.2 as 0.30000000000000004.
    return Decimal(value if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip("."))


def write_cell(sheet: Any, row: int, column: int, value: Any) -> Any:
    """Write a value and return its cell; text never becomes a formula."""
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        cell.value = clean(value)
        # Without an explicit type, openpyxl turns text that starts with = into a formula.
        cell.data_type = "s"
        cell.quotePrefix = cell.value.lstrip()[:1] in tuple(_SIGNS)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        cell.value = _workbook_number(value) if isinstance(value, Decimal) else value
        cell.alignment = Alignment(vertical="top")
    return cell


def _workbook_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


def guard(text: str) -> str:
    """Text that a spreadsheet won't treat as a formula, whatever separates its cells: an apostrophe before = + - @.

    `unguard` reverses it.
    """
    inside = _INNER.sub(r"\1'", text)
    return f"'{inside}" if _FORMULA.match(text) else inside


def unguard(text: str) -> str:
    text = _INNER_GUARDED.sub(r"\1", text)
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text


def _csv_cell(value: Any) -> str:
    if not isinstance(value, Decimal):
        # A number or a date is one; any other value, a lazy translation for instance, is text.
        text = as_text(value)
        return text if isinstance(value, int | date | time) else guard(text)
    text = f"{value.normalize():f}"
    # 1.125 could be read as more than a thousand; 1.1250 has one meaning.
    return f"{text}0" if _THREE_DECIMALS.fullmatch(text) else text


def write_csv(rows: Iterable[Iterable[Any]]) -> bytes:
    """A CSV file: UTF-8 with a BOM, commas, guarded text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow(_csv_cell(value) for value in row)
    # The BOM tells Excel that this is UTF-8; without it, each accented letter shows as two characters.
    return ("\ufeff" + out.getvalue()).encode()
