"""The tables in a plan's file: rows of text by field, in any order and language; values aren't checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accelerator.intake.cells import Formula, Value, as_text
from accelerator.intake.files import UnreadableFile
from accelerator.intake.sheets import Limits, Row, read_sheets, top_rows
from strategy.plan.vocabulary import ACTION_COLUMNS, MEASURE_COLUMNS, column, header

LIMITS = Limits(megabytes=4)
MOST_ROWS = 2000


@dataclass(slots=True)
class Sheets:
    """Rows by field with `line`, and notes on what wasn't used. A cell is text or `{"formula": "H2"}`."""

    actions: list[dict[str, Any]] = field(default_factory=list)
    measures: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def read(content: bytes) -> Sheets:
    """The first table of actions and the first of measures in an XLSX or CSV file; raises UnreadableFile."""
    sheets = Sheets()
    for sheet in read_sheets(content, LIMITS, is_column=lambda text: bool(column(text))):
        _read_table(sheet.rows, sheets)
    if not sheets.actions and not sheets.measures:
        raise UnreadableFile(
            _("No table of actions found. One row must contain the column names, including “%(title)s.”")
            % {"title": header("title", get_language() or "en")}
        )
    return sheets


def _read_table(rows: Iterator[Row], sheets: Sheets) -> None:
    heads = next((cells for _number, cells in top_rows(rows) if _names_columns(cells)), [])
    fields = [column(cell) for cell in heads]
    known = ACTION_COLUMNS if "title" in fields else MEASURE_COLUMNS
    table = sheets.actions if "title" in fields else sheets.measures
    # Use only the first table of each kind.
    if not heads or table:
        return
    if twice := next((name for name in fields if name and fields.count(name) > 1), None):
        raise UnreadableFile(
            _("Two columns in the file are for “%(column)s.” Rename or remove one.")
            % {"column": header(twice, get_language() or "en")}
        )
    if unused := [cell for cell, name in zip(heads, fields, strict=True) if cell and name not in known]:
        sheets.remarks.append(_("Columns not used: %(names)s.") % {"names": ", ".join(unused)})
    for row in rows:
        cells = {name: _cell(cell) for name, cell in zip(fields, row.cells, strict=False) if name in known}
        if any(cells.values()):
            table.append({"line": row.number, **cells})
        if len(table) > MOST_ROWS:
            raise UnreadableFile(_("The file has more than 2,000 rows. A plan usually has about 40 actions."))


def _names_columns(cells: list[str]) -> bool:
    fields = {column(cell) for cell in cells}
    return "title" in fields or {"objective", "measure"} <= fields


def _cell(value: Value) -> str | dict[str, str]:
    if isinstance(value, Formula):
        return {"formula": value.place}
    if isinstance(value, bool):
        return "1" if value else ""
    return as_text(value.date() if isinstance(value, datetime) else value)
