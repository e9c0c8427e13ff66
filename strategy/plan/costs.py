"""The cost bands of the plan, said in the city's currency (docs/adr/0017).

The same five bands everywhere, so that plans compare; their limits are 50,000, 250,000 and 1 million dollars, or about
as much in another currency.
"""

from __future__ import annotations

from typing import Any

from accelerator import formats
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
