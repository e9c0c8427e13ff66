"""The plan and its registers as a workbook: allowed values as lists, and a sheet that explains the columns."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import get_language, override
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from accelerator.intake.cells import write_cell, write_csv
from cities.models import City
from strategy.plan.models import QUARTERS, Action, Objective, ObjectiveMeasure, quarter_name
from strategy.plan.vocabulary import ACTION_COLUMNS, HELP, MEASURE_COLUMNS, SHEETS, VALUES, header, spoken

QUARTER_NAMES = [quarter_name(number) for number in range(1, QUARTERS + 1)]
_WIDE = {
    "title": 44,
    "description": 44,
    "rag_reason": 36,
    "measure": 36,
    "objective": 36,
    "resident_impact": 36,
}
REGISTERS: dict[str, list[str]] = {
    "policies": ["title", "type", "state", "due", "instrument", "number", "adopted_by", "adopted_on", "url"],
    "ai_uses": [
        "name", "purpose", "owner_role", "owner_name", "department", "vendor", "risk", "affects_residents",
        "human_review", "gate", "conditions", "reviewed_on", "next_review_on", "is_public",
    ],
    "risks": ["title", "likelihood", "impact", "owner_role", "owner", "mitigation"],
}  # fmt: skip


def said(name: str, value: Any, language: str) -> Any:
    """A field's value as the file has it: words for choices, names for quarters, numbers and dates as they are."""
    if name in VALUES:
        key = ("on" if value else "") if isinstance(value, bool) else value
        return VALUES[name][key][spoken(language)] if key in VALUES[name] else str(value or "")
    if name in ("starts", "due"):
        return quarter_name(value) if value else None
    return value


def action_row(action: Action, language: str) -> dict[str, Any]:
    """An action as one row, by column."""
    row = {
        name: said(name, getattr(action, name), language)
        for name in ACTION_COLUMNS
        if name not in ("objective", "owner", "policy", "depends_on")
    }
    return row | {
        "objective": f"{action.objective.code} {action.objective.title}",
        "owner": action.owner.email if action.owner else "",
        "policy": action.policy.title if action.policy else "",
        "depends_on": ", ".join(sorted(link.on.code for link in action.dependencies.all())),
    }


def measure_row(measure: ObjectiveMeasure, objective: Objective, language: str) -> dict[str, Any]:
    row = {
        name: said(name, getattr(measure, name), language) for name in MEASURE_COLUMNS if name != "objective"
    }
    return {"objective": f"{objective.code} {objective.title}", **row}


def actions_csv(objectives: Iterable[Objective], language: str) -> bytes:
    """The actions of a plan as a CSV file."""
    rows = [action_row(action, language) for row in objectives for action in row.actions.all()]
    header_row = [header(name, language) for name in ACTION_COLUMNS]
    return write_csv([header_row, *([row[name] for name in ACTION_COLUMNS] for row in rows)])


def write(city: City, objectives: list[Objective], language: str) -> bytes:
    """The workbook of a city's plan and registers in a language."""
    book, at = Workbook(), spoken(language)
    lists = book.active
    lists.title, lists.sheet_state = "lists", "hidden"
    places = _lists(lists, at)
    actions = [action_row(action, language) for row in objectives for action in row.actions.all()]
    measures = [measure_row(measure, row, language) for row in objectives for measure in row.measures.all()]
    for place, (name, columns, rows) in enumerate(
        (("actions", ACTION_COLUMNS, actions), ("measures", MEASURE_COLUMNS, measures))
    ):
        sheet = book.create_sheet(SHEETS[name][at], place)
        _table(
            sheet,
            [header(column, language) for column in columns],
            ([row[c] for c in columns] for row in rows),
        )
        _rules(sheet, columns, places)
        for number, column in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = _WIDE.get(column, 18)
    with override(language):
        _registers(book, city, at)
    _explain(book.create_sheet(SHEETS["columns"][at]), language)
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _table(sheet: Any, headers: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    for number, words in enumerate(headers, 1):
        write_cell(sheet, 1, number, words).font = Font(bold=True)
    for line, row in enumerate(rows, 2):
        for number, value in enumerate(row, 1):
            if value not in (None, ""):
                write_cell(sheet, line, number, value)
    sheet.freeze_panes = "C2" if sheet.max_column > 12 else "A2"
    sheet.sheet_view.zoomScale = 100


def _lists(sheet: Any, at: int) -> dict[str, str]:
    """Write the allowed values of each column, and tell where they stand."""
    places = {}
    values = {name: [words[at] for words in known.values()] for name, known in VALUES.items()}
    values |= {"starts": QUARTER_NAMES, "due": QUARTER_NAMES}
    for number, (name, words) in enumerate(values.items(), 1):
        for line, word in enumerate(words, 1):
            write_cell(sheet, line, number, word)
        letter = get_column_letter(number)
        places[name] = f"lists!${letter}$1:${letter}${len(words)}"
    return places


def _rules(sheet: Any, columns: list[str], places: dict[str, str]) -> None:
    for number, name in enumerate(columns, 1):
        letter = get_column_letter(number)
        if name in places:
            rule = DataValidation(type="list", formula1=f"={places[name]}", allow_blank=True)
        elif name == "percent":
            rule = DataValidation(
                type="whole", operator="between", formula1="0", formula2="100", allow_blank=True
            )
        else:
            continue
        rule.add(f"{letter}2:{letter}2001")
        sheet.add_data_validation(rule)


def _registers(book: Workbook, city: City, at: int) -> None:
    rows = {
        "policies": city.policy_set.select_related("type"),
        "ai_uses": city.aiuse_set.all(),
        "risks": city.risk_set.select_related("owner"),
    }
    for name, columns in REGISTERS.items():
        sheet, found = book.create_sheet(SHEETS[name][at]), list(rows[name])
        fields = [rows[name].model._meta.get_field(column) for column in columns]
        heads = [capfirst(str(field.verbose_name)) for field in fields]
        _table(sheet, heads, ([_shown(row, field) for field in fields] for row in found))
        for number, column in enumerate(columns, 1):
            wide = column in ("title", "name", "purpose", "mitigation", "human_review", "type")
            sheet.column_dimensions[get_column_letter(number)].width = 40 if wide else 20


def _shown(row: models.Model, field: Any) -> Any:
    value = getattr(row, field.name)
    if field.choices:
        return capfirst(getattr(row, f"get_{field.name}_display")())
    if field.name == "due":
        return quarter_name(value) if value else None
    if isinstance(value, bool):
        return VALUES["baseline_unknown"]["on" if value else ""][spoken(get_language() or "en")]
    return str(value) if isinstance(value, models.Model) else value


def _explain(sheet: Any, language: str) -> None:
    at = spoken(language)
    heads = (
        ("Column", "Columna", "Coluna"),
        ("Meaning", "Significado", "Significado"),
        ("Values", "Valores", "Valores"),
    )
    rows = []
    for name in [*ACTION_COLUMNS, "is_resident_outcome"]:
        allowed = [words[at] for words in VALUES.get(name, {}).values()]
        meaning = HELP[name][at] if name in HELP else ""
        rows.append([header(name, language), meaning, "; ".join(allowed)])
    _table(sheet, [words[at] for words in heads], rows)
    for letter, width in (("A", 32), ("B", 70), ("C", 60)):
        sheet.column_dimensions[letter].width = width
