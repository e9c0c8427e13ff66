"""The tables in an XLSX or CSV file: bytes in, rows of values out. Pure, and reads no further than the limits allow."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from accelerator import formats
from accelerator.intake.cells import Formula, Value, as_text, clean, unguard, value_of
from accelerator.intake.files import DAMAGE, MEGABYTE, FileKind, UnreadableFile, check_size, decode, kind_of
from accelerator.intake.layout import Layout, read_layout

_SEPARATORS = ",;\t"
_LAST_HEADER_ROW = 15
# How many characters of the first line to search for columns.
_HEADER = 10_000
# Excel's optional first line of a CSV file, which names the separator.
_NAMED_SEPARATOR = re.compile(r'\s*"?sep=([,;\t])"?[ \t]*[\r\n]', re.IGNORECASE)
_BROKEN = (*DAMAGE, InvalidFileException, zipfile.BadZipFile, AttributeError, RuntimeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read."""

    megabytes: int  # as uploaded; a workbook's parts may add up to ten times as much
    lines: int = 20_000  # per sheet, including empty ones
    columns: int = 80
    parts: int = 500


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file; `number` counts as a spreadsheet does, from 1 and including empty rows.

    `filled` are the places (from 0) of cells that have the value of a merged cell above them.
    """

    number: int
    cells: list[Value]
    is_hidden: bool = False
    filled: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """`encoding` is how a CSV file was decoded (`files.decode`); `merged` are merged cells, such as A2:A5."""

    name: str
    rows: Iterator[Row]
    encoding: str = ""
    merged: tuple[str, ...] = ()


def read_sheets(
    content: bytes, limits: Limits, *, is_column: Callable[[str], bool], encoding: str = ""
) -> Iterator[Sheet]:
    """The sheets of a workbook, or the single one of a CSV file, whatever its file name; raises UnreadableFile.

    `is_column` recognizes column names: a CSV file's separator is the one that yields the most of them. `encoding` is
    for a CSV file that doesn't show its own.
    """
    kind = kind_of(content)
    if kind is FileKind.EMPTY:
        raise UnreadableFile(_("The file is empty."))
    check_size(len(content), limits.megabytes)
    if kind is FileKind.OLD_OFFICE:
        raise UnreadableFile(
            _("This is an old Excel file (.xls) or a password-protected one. Save it as .xlsx without a password.")
        )
    if kind is FileKind.PDF:
        raise UnreadableFile(_("This is a PDF. Save the table as .xlsx or CSV in the app where it was created."))
    if kind is FileKind.ARCHIVE:
        return _workbook(content, limits)
    text, encoding = decode(content, encoding)
    return iter([Sheet("", csv_rows(text, separator_of(text, is_column), limits), encoding)])


def top_rows(rows: Iterator[Row]) -> Iterator[tuple[int, list[str]]]:
    """The rows that can contain column names, as (number, texts): the first 15."""
    for row in rows:
        yield row.number, texts_of(row)
        if row.number >= _LAST_HEADER_ROW:
            return


def texts_of(row: Row) -> list[str]:
    return [cell.place if isinstance(cell, Formula) else as_text(cell) for cell in row.cells]


def merged_remark(sheet: Sheet, columns: Iterable[str]) -> list[str]:
    """Names the merged cells whose value was used in several rows of these columns."""
    names = sorted(set(columns))
    if not names:
        return []
    places = ", ".join(sheet.merged[:12]) + ("…" if len(sheet.merged) > 12 else "")
    sentence = _("The value of each merged cell was used for every row it covers: %(cells)s (%(names)s).")
    return [sentence % {"cells": places, "names": ", ".join(names)}]


# CSV


def separator_of(text: str, is_column: Callable[[str], bool]) -> str:
    """The separator that the file names, else the one that yields the most columns in the first line."""
    if match := _NAMED_SEPARATOR.match(text):
        return match[1]
    first = next((line for line in text.splitlines() if line.strip(' \t,;"')), "")[:_HEADER]

    def columns(separator: str) -> int:
        return sum(is_column(cell) for cell in first.replace('"', "").split(separator))

    return max(_SEPARATORS, key=lambda separator: (columns(separator), first.count(separator)))


def csv_rows(text: str, separator: str, limits: Limits) -> Iterator[Row]:
    # Strict: a lenient reader silently swallows rows up to the next quotation mark.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number, names_separator = 0, _NAMED_SEPARATOR.match(text)
    try:
        for number, cells in enumerate(reader, 1):
            _check_lines(number, "CSV", limits)
            if number > 1 or not names_separator:
                yield Row(number, [clean(unguard(cell)) for cell in cells[: limits.columns]])
    except csv.Error as error:
        if "field limit" in str(error):
            raise UnreadableFile(_too_long_message(number + 1)) from error
        sentence = _("Line %(line)d can’t be read because a quotation mark isn’t closed properly.")
        raise UnreadableFile(sentence % {"line": number + 1}) from error


def _too_long_message(line: int) -> str:
    # Either is possible: a long text, or a quotation mark whose end was forgotten many lines above.
    sentence = _(
        "A cell in line %(line)d has more than %(most)s characters. Shorten it, or check whether this line has "
        "a quotation mark that isn’t closed."
    )
    return sentence % {"line": line, "most": formats.number(csv.field_size_limit())}


def _check_lines(number: int, name: str, limits: Limits) -> None:
    if number > limits.lines:
        sentence = _("The sheet “%(name)s” has too many rows. The limit is %(most)s.")
        raise UnreadableFile(sentence % {"name": name, "most": formats.number(limits.lines)})


# XLSX


def _workbook(content: bytes, limits: Limits) -> Iterator[Sheet]:
    _check_archive(content, limits)
    with _damage_as_unreadable():
        # Don't replace formulas with their cached results: the reader is told where they are instead.
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
        # Sheets that people see come first; the rows of the others are hidden too.
        for sheet in sorted(workbook.worksheets, key=lambda sheet: sheet.sheet_state != "visible"):
            # openpyxl reads a sheet row by row, or knows its merged cells and hidden rows, but not both.
            with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(sheet._worksheet_path) as part:
                layout = read_layout(part)
            layout.is_hidden = sheet.sheet_state != "visible"
            merged = tuple(str(cells) for cells in layout.merged)
            yield Sheet(sheet.title, _workbook_rows(sheet, layout, limits), merged=merged)


def _check_archive(content: bytes, limits: Limits) -> None:
    """Check the archive's directory before unpacking anything."""
    with _damage_as_unreadable(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    names = {part.filename for part in parts}
    # A zip bomb: a few kilobytes can unpack to gigabytes.
    if len(parts) > limits.parts or sum(part.file_size for part in parts) > 10 * limits.megabytes * MEGABYTE:
        raise UnreadableFile(
            _("We didn’t open this workbook because, once unzipped, it’s far larger than a table needs to be.")
        )
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(
            _("This isn’t an Excel workbook, even if its name suggests it is. Save the table as .xlsx or CSV.")
        )
    if any(name.endswith("vbaProject.bin") for name in names):
        raise UnreadableFile(_("This workbook has macros. Save it as an .xlsx file without them."))


def _workbook_rows(sheet: Any, layout: Layout, limits: Limits) -> Iterator[Row]:
    above: dict[int, Value] = {}
    with _damage_as_unreadable():
        for number, cells in enumerate(sheet.iter_rows(max_col=limits.columns), 1):
            _check_lines(number, sheet.title, limits)
            values = [value_of(cell) for cell in cells]
            filled = layout.fill_down(number, values, above)
            yield Row(number, values, layout.hides(number), filled)


@contextmanager
def _damage_as_unreadable() -> Iterator[None]:
    try:
        yield
    except UnreadableFile:
        raise
    except _BROKEN as error:
        raise UnreadableFile(_("The workbook is damaged. Open it and save it again.")) from error
