"""A plan's file, XLSX or CSV. Reading is pure: bytes in, rows of words out; no formula is evaluated."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from strategy.plan.vocabulary import ACTION_COLUMNS, COLUMNS, MEASURE_COLUMNS, column, header

LARGEST, UNPACKED = 4 * 1024 * 1024, 40 * 1024 * 1024  # bytes, as sent and unpacked
MOST_ROWS, MOST_LINES, MOST_COLUMNS, MOST_PARTS = 2000, 20_000, 80, 500
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class BadFile(ValueError):
    """The file cannot be read as a plan; the text says why in a sentence."""


@dataclass(slots=True)
class Sheets:
    """Rows of words as they stand in a file, a dict by field with `line`; columns that nobody uses; remarks."""

    actions: list[dict[str, Any]] = field(default_factory=list)
    measures: list[dict[str, Any]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def read(content: bytes) -> Sheets:
    """The rows of an XLSX or CSV file, whatever its name says; raises BadFile."""
    if not content.strip():
        raise BadFile(_("The file is empty."))
    if len(content) > LARGEST:
        raise BadFile(_("The file has more than 4 MB: a plan never needs that much."))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile(
            _("This is an old Excel file (.xls) or one with a password: save it as .xlsx without one.")
        )
    if content.startswith(b"%PDF"):
        raise BadFile(_("This is a PDF. Save the table as .xlsx or CSV where it was made."))
    sheets = _workbook(content) if content.startswith(b"PK\x03\x04") else _text(content)
    if not sheets.actions and not sheets.measures:
        raise BadFile(
            _("No table of actions was found: one line must name the columns, “%(title)s” among them.")
            % {"title": COLUMNS["title"][0]}
        )
    return sheets


# CSV


def _text(content: bytes) -> Sheets:
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\x00" in text or len(ILLEGAL_CHARACTERS_RE.findall(text[:5000])) > 5:
        raise BadFile(_("This is neither an .xlsx workbook nor a CSV file, whatever its name says."))
    first = next((line for line in text.splitlines() if line.strip(' \t,;"')), "")
    separator = max(
        ",;\t",
        key=lambda mark: (
            sum(bool(column(cell)) for cell in first.replace('"', "").split(mark)),
            first.count(mark),
        ),
    )
    try:
        lines = list(
            enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), 1)
        )
    except csv.Error as error:
        raise BadFile(
            _("The file cannot be read: a quotation mark opens in it and does not close.")
        ) from error
    sheets = Sheets()
    _take(sheets, ((number, [_unguarded(cell) for cell in cells]) for number, cells in lines))
    return sheets


def guarded(words: str) -> str:
    """Words that a spreadsheet cannot take for a formula: an apostrophe before = + - @ (`_unguarded` undoes it)."""
    return f"'{words}" if _FORMULA.match(words) else words


def _unguarded(words: str) -> str:
    return words[1:] if words.startswith("'") and _FORMULA.match(words[1:]) else words


# XLSX


def _workbook(content: bytes) -> Sheets:
    """The first sheet with actions and the first with measures; the archive's directory is looked at first."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise BadFile(_("The workbook is damaged: open it and save it again.")) from error
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise BadFile(_("The workbook unpacks to far more than a plan needs; it was not opened."))
    if "xl/workbook.xml" not in names:
        raise BadFile(
            _("This is not an Excel workbook, whatever its name says. Save the table as .xlsx or CSV.")
        )
    if any(name.endswith("vbaProject.bin") for name in names):
        raise BadFile(_("This workbook has macros: save it as .xlsx, which has none."))
    sheets = Sheets()
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        for sheet in book.worksheets:
            _take(sheets, _lines(sheet))
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        SyntaxError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
    ) as error:
        if isinstance(error, BadFile):
            raise
        # What openpyxl raises for broken parts, entities and wrong types has no common ancestor.
        raise BadFile(_("The workbook is damaged: open it and save it again.")) from error
    return sheets


def _lines(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if number > MOST_LINES:
            raise BadFile(
                _("The sheet “%(name)s” has too many lines: at most 2,000 rows are read.")
                % {"name": sheet.title}
            )
        yield number, [_cell(cell) for cell in row]


class Formula(str):
    """Where a formula stood: it is not evaluated, and its row is refused by the cell's name."""


def _cell(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or not isinstance(value, str | int | float | bool | date | datetime):
        return Formula(f"{get_column_letter(cell.column)}{cell.row}")
    return words_of(value)


def words_of(value: Any) -> str:
    """A cell's value as words: dates as 2027-06-30, numbers without needless zeros."""
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return clean(str(value))


def clean(words: str) -> str:
    """Without what no spreadsheet can hold, with one kind of line break, trimmed."""
    return ILLEGAL_CHARACTERS_RE.sub("", words.replace("\r\n", "\n").replace("\r", "\n")).strip()


# Both


def _take(sheets: Sheets, lines: Iterable[tuple[int, list[str]]]) -> None:
    """Find the header among the first lines, and put the rows below it where they belong."""
    lines, fields = iter(lines), []
    for number, cells in lines:
        fields = [column(cell) for cell in cells]
        if "title" in fields or {"objective", "measure"} <= set(fields):
            break
        if number >= 15:
            return
    else:
        return
    rows = sheets.actions if "title" in fields else sheets.measures
    if rows:
        return
    wanted = ACTION_COLUMNS if "title" in fields else MEASURE_COLUMNS
    if twice := next((name for name in fields if name and fields.count(name) > 1), None):
        raise BadFile(_("Two columns mean the same: “%(column)s”.") % {"column": COLUMNS[twice][0]})
    sheets.unused += [cell for cell, name in zip(cells, fields, strict=True) if cell and name not in wanted]
    for number, cells in lines:
        found = {name: _kept(cell) for name, cell in zip(fields, cells, strict=False) if name in wanted}
        if any(found.values()):
            rows.append({"line": number, **found})
        if len(rows) > MOST_ROWS:
            raise BadFile(_("The file has more than 2,000 rows; a plan has about 40 actions."))


def _kept(cell: str) -> Any:
    return {"formula": str(cell)} if isinstance(cell, Formula) else clean(cell)


def write_csv(rows: Iterable[dict[str, Any]], language: str) -> bytes:
    """The actions as CSV: UTF-8 with its mark, commas, nothing that a spreadsheet takes for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([header(name, language) for name in ACTION_COLUMNS])
    for row in rows:
        writer.writerow([_plain_cell(row[name]) for name in ACTION_COLUMNS])
    return ("\ufeff" + out.getvalue()).encode()


def _plain_cell(value: Any) -> str:
    if value is None:
        return ""
    words = clean(value) if isinstance(value, str) else words_of(value)
    return words if not isinstance(value, str) and _NUMBER.fullmatch(words) else guarded(words)
