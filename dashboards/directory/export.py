"""The directory as a file; text never becomes a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from accelerator.intake.cells import write_cell, write_csv
from accelerator.walltime import local_day
from dashboards.directory.listing import Entry

_WIDTHS = (28, 34, 22, 22, 12, 16, 16, 16)


def _table(entries: Iterable[Entry], zone: str) -> list[list[Any]]:
    heading = [_("Name"), _("Email address"), _("Role"), _("City"), _("Language")]
    heading += [_("Invited"), _("Last sign-in"), _("Last day of access")]
    rows = [
        [
            entry.name,
            entry.email,
            entry.role,
            entry.city_name,
            entry.language,
            local_day(entry.invited_at, zone) if entry.invited_at else "",
            local_day(entry.signed_in_at, zone) if entry.signed_in_at else "",
            entry.last_day or "",
        ]
        for entry in entries
    ]
    return [heading, *rows]


def as_csv(entries: Iterable[Entry], zone: str) -> bytes:
    return write_csv(_table(entries, zone))


def as_xlsx(entries: Iterable[Entry], zone: str) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    for line, row in enumerate(_table(entries, zone), 1):
        for number, value in enumerate(row, 1):
            if value != "":
                cell = write_cell(sheet, line, number, value)
                if line == 1:
                    cell.font = Font(bold=True)
    for number, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
