"""The cost bands of the plan, said in the city's currency (docs/adr/0017).

The same five bands everywhere, so that plans compare; their limits are 50,000, 250,000 and 1 million dollars, or about
as much in another currency.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from accelerator import formats
from accelerator.intake.numbers import meanings
from cities.currencies import DOLLAR, currencies
from strategy.plan.choices import CostBand

Labels = tuple[str, str, str]
LANGUAGES = ("en", "es", "pt")

_LIMITS = (50_000, 250_000, 1_000_000)
_BETWEEN: Labels = ("{} to {}", "{} a {}", "{} a {}")
# What is said of each band, and of which of the three limits.
_BANDS: dict[str, tuple[Labels, slice]] = {
    CostBand.NONE: (("No extra cost", "Sin costo adicional", "Sem custo adicional"), slice(0)),
    CostBand.LOW: (("Under {}", "Menos de {}", "Menos de {}"), slice(0, 1)),
    CostBand.MEDIUM: (_BETWEEN, slice(0, 2)),
    CostBand.HIGH: (_BETWEEN, slice(1, 3)),
    CostBand.VERY_HIGH: (("Over {}", "Más de {}", "Mais de {}"), slice(2, 3)),
}


_AMOUNT = re.compile(r"(?P<before>[^\d\s.,-]{0,4})\s*(?P<number>\d[\d.,\s'’]*?)\s*(?P<after>[^\W\d]*)")
_UNITS = {"k": 1000, "mil": 1000, "M": 10**6, "MM": 10**6} | dict.fromkeys(
    ("million", "millions", "millón", "millon", "millones", "milhão", "milhao", "milhões", "milhoes"), 10**6
)
# What a currency is written with, besides its code and the plain "$" of nearly twenty.
_SIGNS = {"R$": "BRL", "US$": "USD", "U$S": "USD", "S/": "PEN", "S/.": "PEN"}
_WITHOUT_DOLLAR_SIGN = {"BRL", "PEN", "CRC", "GTQ", "HNL", "PYG", "PAB"}


def amount_in(text: str) -> tuple[str, str, str] | None:
    """An amount's sign or code, number and unit: "$50,000", "USD 1.2 million", "250 mil"; None if it isn't one."""
    match = _AMOUNT.fullmatch(text.strip())
    if not match:
        return None
    before, after = match["before"].upper(), match["after"]
    if after.upper() in currencies() and not before:
        before, after = after.upper(), ""
    if after not in _UNITS and after.lower() not in _UNITS and after:
        return None
    if before not in ("", "$") and before not in _SIGNS and before not in currencies():
        return None
    return before, match["number"], after


def band_of(text: str, currency: str) -> str:
    """The band of an amount; "" if it isn't one."""
    parts = amount_in(text)
    found = meanings(parts[1]) if parts else {}
    if parts is None or not found:
        return ""
    sign, _number, unit = parts
    # No amount has three decimals: 50,000 and 50.000 are fifty thousand in any file.
    amount = max(found.values()) * (_UNITS.get(unit) or _UNITS.get(unit.lower(), 1))
    if sign == "$":
        currency = DOLLAR if currency in _WITHOUT_DOLLAR_SIGN else currency
    low, medium, high = map(Decimal, limits(_SIGNS.get(sign, sign if sign in currencies() else currency)))
    if amount == 0:
        return CostBand.NONE
    if amount < low:
        return CostBand.LOW
    if amount <= medium:
        return CostBand.MEDIUM
    return CostBand.HIGH if amount <= high else CostBand.VERY_HIGH


def limits(currency: str) -> list[int]:
    return [int(amount * currencies()[currency].per_dollar) for amount in _LIMITS]


def label(band: str, currency: str, amounts: list[int] | None = None, language: str = "") -> str:
    """ "R$ 250.000 a R$ 1,25 milhão"; nothing for no band. `amounts` where they are not today's limits."""
    if not band:
        return ""
    language = formats.base_language(language)
    patterns, which = _BANDS[band]
    said = [formats.money(amount, currency, language) for amount in (amounts or limits(currency))[which]]
    return patterns[LANGUAGES.index(language)].format(*said)


def labels(currency: str) -> dict[str, Labels]:
    """Each band in English, Spanish and Portuguese."""
    return {
        band.value: (
            label(band, currency, language="en"),
            label(band, currency, language="es"),
            label(band, currency, language="pt"),
        )
        for band in CostBand
    }


def frozen_label(band: str, plan: dict[str, Any]) -> str:
    """The same of a frozen plan, which has the limits that were signed; before schema 3 they were in dollars."""
    return label(band, plan.get("currency", DOLLAR), plan.get("cost_limits"))


def choices(currency: str) -> list[tuple[str, str]]:
    return [(band.value, label(band, currency)) for band in CostBand]
