"""Cells of a spreadsheet as every file of ours writes them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from openpyxl.styles import Alignment

from strategy.plan.file import clean


def put(sheet: Any, line: int, number: int, value: Any) -> Any:
    """Write a value and return its cell. Words stay words: one that begins with = never becomes a formula."""
    cell = sheet.cell(line, number)
    if isinstance(value, str):
        cell.value = clean(value)
        cell.data_type = "s"
        cell.quotePrefix = cell.value[:1] in ("=", "+", "-", "@")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    else:
        cell.value = _number(value) if isinstance(value, Decimal) else value
        cell.alignment = Alignment(vertical="top")
    return cell


def _number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
