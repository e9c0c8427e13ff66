"""The currencies that a city may plan in, and what a dollar is about worth in each (cities/data/currencies.csv)."""

# `per_dollar` is the market rate of June 15, 2024, rounded so that the limits of the plan's cost bands are round; the
# Argentine peso, which has fallen since, is rounded up. Venezuela's changes too fast for any: its cities plan in
# dollars. A new rate moves the bands of living plans; what was signed keeps its own limits (strategy/document/tree.py).

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from django.utils.text import capfirst
from django.utils.translation import get_language

from accelerator.naming import normalize

DOLLAR = "USD"


@dataclass(frozen=True, slots=True)
class Currency:
    code: str  # ISO 4217
    per_dollar: Decimal
    countries: tuple[str, ...]
    names: dict[str, str]  # by language


@cache
def currencies() -> dict[str, Currency]:
    with (Path(__file__).parent / "data" / "currencies.csv").open(encoding="utf-8", newline="") as lines:
        return {
            row["currency"]: Currency(
                row["currency"],
                Decimal(row["per_dollar"]),
                tuple(row["countries"].split()),
                {language: row[f"name_{language}"] for language in ("en", "es", "pt")},
            )
            for row in csv.DictReader(lines)
        }


def currency_of(country: str) -> str:
    """What the cities of a country (two letters) plan in unless they choose another."""
    return next((row.code for row in currencies().values() if country in row.countries), DOLLAR)


def currency_choices() -> list[tuple[str, str]]:
    """ "Brazilian real (BRL)" by code, in the active language."""
    language = (get_language() or "en").split("-")[0]
    labels = [(row.code, f"{capfirst(row.names[language])} ({row.code})") for row in currencies().values()]
    return sorted(labels, key=lambda choice: normalize(choice[1]))
