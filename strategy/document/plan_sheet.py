"""The action plan of a document tree as a spreadsheet: actions, the objectives' measures, and the edition."""

from __future__ import annotations

import io
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from accelerator import formats
from accelerator.intake.cells import write_cell
from strategy.document import presentation
from strategy.document.exports import Edition, as_in, footer_line

HEAD = Font(bold=True)


def make(edition: Edition) -> bytes:
    """Return an .xlsx file in the document's language, with text and numbers but no formulas."""
    tree = edition.tree
    book = Workbook()
    with as_in(tree):
        plan = presentation.plan(tree)
        title = _("Action plan")
        book.properties.title = f"{tree['city']['name']}: {title}"
        book.properties.creator = _("City of %(city)s") % {"city": tree["city"]["name"]}
        _fill(book.active, _("Actions"), _action_head(plan), _action_rows(plan))
        _fill(book.create_sheet(), _("Measures"), _measure_head(), _measure_rows(plan))
        about = [
            [_("City"), tree["city"]["name"]],
            [_("Document version"), footer_line(edition)],
            ["SHA-256", edition.sha256],
        ]
        _fill(book.create_sheet(), _("About"), ["", ""], about)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: Worksheet, title: str, head: list[str], rows: list[list[Any]]) -> None:
    sheet.title = title[:31]
    for number, row in enumerate([head, *rows], 1):
        for column, value in enumerate(row, 1):
            write_cell(sheet, number, column, value)
    for cell in sheet[1]:
        cell.font = HEAD
        sheet.column_dimensions[cell.column_letter].width = 22
    sheet.freeze_panes = "A2"


def _action_head(plan: dict[str, Any]) -> list[str]:
    return [
        _("Objective"),
        _("Code"),
        _("Action"),
        _("Description"),
        _("Component"),
        _("Mayoral priority"),
        _("Owner’s role"),
        _("Owner: name"),
        _("Department"),
        _("Supporting departments"),
        _("Start quarter"),
        _("Due quarter"),
        _("Months"),
        _("Depends on"),
        _("Cost"),
        _("Staff (FTE)"),
        _("Funding source"),
        _("Resulting policy or standard"),
        _("Measure"),
        _("Unit"),
        _("Baseline"),
        _("Baseline date"),
        _("Year 1 target"),
        _("Year 2 target"),
        _("Year 3 target"),
        _("What residents will notice"),
    ]


def _action_rows(plan: dict[str, Any]) -> list[list[Any]]:
    return [
        [
            f"{objective['code']} {objective['title']}",
            row["code"],
            row["title"],
            row["description"],
            row["component_label"],
            row["priority"],
            row["owner"]["role"],
            row["owner"]["person"],
            row["owner"]["department"],
            row["owner"]["supporting"],
            _quarter(row["starts"]),
            _quarter(row["due"]),
            row["when"],
            ", ".join(row["waits_for"]),
            row["cost_label"],
            _number(row["fte"]),
            row["funding"],
            row["policy"],
            row["measure"]["name"],
            row["measure"]["unit"],
            _number(row["measure"]["baseline"]),
            row["measure"]["baseline_day"],
            *map(_number, row["measure"]["targets"]),
            row["resident_impact"],
        ]
        for objective in plan["objectives"]
        for row in objective["actions"]
    ]


def _measure_head() -> list[str]:
    return [
        _("Objective"),
        _("Measure"),
        _("Unit"),
        _("Baseline"),
        _("Year 1 target"),
        _("Year 2 target"),
        _("Year 3 target"),
        _("Data source"),
    ]


def _measure_rows(plan: dict[str, Any]) -> list[list[Any]]:
    return [
        [
            f"{row['objective']['code']} {row['objective']['title']}",
            row["measure"]["name"],
            row["measure"]["unit"],
            _number(row["measure"]["baseline"]),
            *map(_number, row["measure"]["targets"]),
            row["measure"]["source"],
        ]
        for row in plan["measures"]
    ]


def _quarter(number: int | None) -> str:
    return formats.quarter(number) if number else ""


def _number(value: str | None) -> float | None:
    return None if value is None else float(value)  # spreadsheets have only floats
