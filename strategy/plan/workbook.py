"""The plan and its registers as a workbook; the plan's actions as CSV."""

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

from accelerator import formats
from accelerator.intake.cells import write_cell, write_csv
from cities.models import City
from strategy.plan import costs, vocabulary
from strategy.plan.forms import AiUseForm, PolicyForm, RiskForm
from strategy.plan.models import Action, ObjectiveMeasure
from strategy.plan.sheets import MOST_ROWS
from strategy.plan.vocabulary import ACTION_COLUMNS, MEASURE_COLUMNS, in_language

# Widths in characters of columns that are wider than the rest.
_WIDTHS = {"title": 44, "description": 44, "rag_reason": 36, "measure": 36, "objective": 36, "resident_impact": 36}
_REGISTER_WIDTHS = dict.fromkeys(("title", "name", "purpose", "mitigation", "human_review", "type"), 40)


def write_actions_csv(city: City, language: str) -> bytes:
    actions, _measures = _plan_rows(city, language)
    return write_csv([_headers(ACTION_COLUMNS, language), *actions])


def write_workbook(city: City, language: str) -> bytes:
    book = Workbook()
    lists = book.active
    # Allowed values are in cells: a validation rule with inline values is limited to 255 characters.
    lists.title, lists.sheet_state = "lists", "hidden"
    ranges = _write_lists(lists, city.currency, language)
    actions, measures = _plan_rows(city, language)
    tables = (("actions", ACTION_COLUMNS, actions), ("measures", MEASURE_COLUMNS, measures))
    for place, (name, columns, rows) in enumerate(tables):
        sheet = book.create_sheet(in_language(vocabulary.SHEETS[name], language), place)
        _write_table(sheet, _headers(columns, language), rows)
        _add_rules(sheet, columns, ranges)
        _set_widths(sheet, [_WIDTHS.get(column, 18) for column in columns])
    with override(language):
        _write_registers(book, city, language)
    _write_explanation(book.create_sheet(in_language(vocabulary.SHEETS["columns"], language)), city.currency, language)
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# Rows


def _headers(columns: list[str], language: str) -> list[str]:
    return [vocabulary.header(name, language) for name in columns]


def _plan_rows(city: City, language: str) -> tuple[list[list[Any]], list[list[Any]]]:
    """The rows for actions and measures."""
    actions: list[list[Any]] = []
    measures: list[list[Any]] = []
    for objective in city.objective_set.with_actions():
        actions += [
            [_cell(row, name, city.currency, language) for name in ACTION_COLUMNS] for row in objective.actions.all()
        ]
        measures += [
            [_cell(row, name, city.currency, language) for name in MEASURE_COLUMNS] for row in objective.measures.all()
        ]
    return actions, measures


def _cell(row: Action | ObjectiveMeasure, name: str, currency: str, language: str) -> Any:
    """Labels for choices, codes for actions, numbers and dates as they are."""
    if isinstance(row, Action) and name == "depends_on":
        return ", ".join(sorted(link.on.code for link in row.dependencies.all()))
    value = getattr(row, name)
    if name in vocabulary.CHOICES:
        return vocabulary.label(name, value, language, currency)
    if name == "owner":
        return value.email if value else ""
    return str(value) if isinstance(value, models.Model) else value


# Sheets


def _write_table(sheet: Any, headers: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    for number, text in enumerate(headers, 1):
        write_cell(sheet, 1, number, text).font = Font(bold=True)
    for line, row in enumerate(rows, 2):
        for number, value in enumerate(row, 1):
            if value not in (None, ""):
                write_cell(sheet, line, number, value)
    # In a wide table, also freeze the first two columns.
    sheet.freeze_panes = "C2" if sheet.max_column > 12 else "A2"
    sheet.sheet_view.zoomScale = 100


def _set_widths(sheet: Any, widths: Iterable[int]) -> None:
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width


def _write_lists(sheet: Any, currency: str, language: str) -> dict[str, str]:
    """Write the allowed values for each choice column; returns the cell range by column."""
    ranges = {}
    for number, (name, values) in enumerate(vocabulary.choices_in(currency).items(), 1):
        for line, labels in enumerate(values.values(), 1):
            write_cell(sheet, line, number, in_language(labels, language))
        letter = get_column_letter(number)
        ranges[name] = f"lists!${letter}$1:${letter}${len(values)}"
    return ranges


def _add_rules(sheet: Any, columns: list[str], ranges: dict[str, str]) -> None:
    for number, name in enumerate(columns, 1):
        if name in ranges:
            rule = DataValidation(type="list", formula1=f"={ranges[name]}", allow_blank=True)
        elif name == "percent":
            rule = DataValidation("whole", "0", "100", operator="between", allow_blank=True)
        else:
            continue
        letter = get_column_letter(number)
        rule.add(f"{letter}2:{letter}{MOST_ROWS + 1}")
        sheet.add_data_validation(rule)


def _write_registers(book: Workbook, city: City, language: str) -> None:
    registers = (
        ("policies", PolicyForm, city.policy_set.select_related("type")),
        ("ai_uses", AiUseForm, city.aiuse_set.all()),
        ("risks", RiskForm, city.risk_set.select_related("owner")),
    )
    for name, form, rows in registers:
        sheet = book.create_sheet(in_language(vocabulary.SHEETS[name], language))
        names = form.Meta.fields
        heads = [str(form.base_fields[name].label) for name in names]
        _write_table(sheet, heads, [[_register_cell(row, name) for name in names] for row in rows])
        _set_widths(sheet, [_REGISTER_WIDTHS.get(name, 20) for name in names])


def _register_cell(row: models.Model, name: str) -> Any:
    value = getattr(row, name)
    if label := getattr(row, f"get_{name}_display", None):
        return capfirst(label())
    if name == "due":
        return formats.quarter(value) if value else None
    if isinstance(value, bool):
        return vocabulary.label("baseline_unknown", value, get_language() or "en")
    return str(value) if isinstance(value, models.Model) else value


def _write_explanation(sheet: Any, currency: str, language: str) -> None:
    rows = []
    values_of = vocabulary.VALUES | {"cost_band": costs.labels(currency)}
    for name in [*ACTION_COLUMNS, "is_resident_outcome"]:
        values = [in_language(labels, language) for labels in values_of.get(name, {}).values()]
        meaning = in_language(vocabulary.HELP[name], language) if name in vocabulary.HELP else ""
        rows.append([vocabulary.header(name, language), meaning, "; ".join(values)])
    _write_table(sheet, [in_language(labels, language) for labels in vocabulary.EXPLANATION], rows)
    _set_widths(sheet, [32, 70, 60])
