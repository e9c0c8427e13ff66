"""The tables of a plan's file: rows of text by field, whatever their order and language. Pure: nothing is judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.intake.cells import Formula, Value, as_text
from accelerator.intake.files import UnreadableFile
from accelerator.intake.sheets import Limits, Row, read_sheets
from strategy.plan.vocabulary import ACTION_COLUMNS, COLUMNS, MEASURE_COLUMNS, column

LIMITS = Limits(
    size=4 * 1024 * 1024,
    size_message=gettext_lazy("The file has more than 4 MB: a plan never needs that much."),
    unpacked=40 * 1024 * 1024,
    unpacked_message=gettext_lazy("The workbook unpacks to far more than a plan needs; it was not opened."),
    lines=20_000,
    lines_message=gettext_lazy("The sheet “%(name)s” has too many lines: at most 2,000 rows are read."),
)
MOST_ROWS = 2000
LAST_HEADER_ROW = 15


@dataclass(slots=True)
class Sheets:
    """Rows as they are in a file, as JSON: a dict by field with `line`; the names of columns that nothing uses.

    A cell is text, or `{"formula": "H2"}` where a formula is.
    """

    actions: list[dict[str, Any]] = field(default_factory=list)
    measures: list[dict[str, Any]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)


def read(content: bytes) -> Sheets:
    """The first table of actions and the first of measures in an XLSX or CSV file; raises UnreadableFile."""
    sheets = Sheets()
    for sheet in read_sheets(content, LIMITS, is_column=lambda text: bool(column(text))):
        _read_table(sheet.rows, sheets)
    if not sheets.actions and not sheets.measures:
        raise UnreadableFile(
            _("No table of actions was found: one line must name the columns, “%(title)s” among them.")
            % {"title": COLUMNS["title"][0]}
        )
    return sheets


def _read_table(rows: Iterator[Row], sheets: Sheets) -> None:
    header = _header(rows)
    fields = [column(cell) for cell in header]
    known = ACTION_COLUMNS if "title" in fields else MEASURE_COLUMNS
    found = sheets.actions if "title" in fields else sheets.measures
    if not header or found:
        return
    if twice := next((name for name in fields if name and fields.count(name) > 1), None):
        raise UnreadableFile(_("Two columns mean the same: “%(column)s”.") % {"column": COLUMNS[twice][0]})
    sheets.unused += [cell for cell, name in zip(header, fields, strict=True) if cell and name not in known]
    for row in rows:
        cells = {name: _cell(cell) for name, cell in zip(fields, row.cells, strict=False) if name in known}
        if any(cells.values()):
            found.append({"line": row.number, **cells})
        if len(found) > MOST_ROWS:
            raise UnreadableFile(_("The file has more than 2,000 rows; a plan has about 40 actions."))


def _header(rows: Iterator[Row]) -> list[str]:
    """The first row that names the columns of actions or of measures; nothing where there is none at the top."""
    for row in rows:
        header = [as_text(cell) if not isinstance(cell, Formula) else cell.place for cell in row.cells]
        fields = {column(cell) for cell in header}
        if "title" in fields or {"objective", "measure"} <= fields:
            return header
        if row.number >= LAST_HEADER_ROW:
            break
    return []


def _cell(value: Value) -> str | dict[str, str]:
    if isinstance(value, Formula):
        return {"formula": value.place}
    if isinstance(value, bool):
        return "1" if value else ""
    return as_text(value.date() if isinstance(value, datetime) else value)
