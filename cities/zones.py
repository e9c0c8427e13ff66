"""The time zones to choose from in a form."""

from __future__ import annotations

from django.utils.text import capfirst
from django.utils.translation import get_language

from accelerator import formats, zones
from accelerator.naming import normalize
from cities.world import country_name

Choice = tuple[str, str]


def zone_choices(current: str) -> list[tuple[str, str | list[Choice]]]:
    """A few zones a country, by its name in the reader's language; `current` comes first where it is none of them."""
    language = get_language() or "en"
    countries: list[tuple[str, str | list[Choice]]] = [
        (country_name(country, language), [(zone, _label(zone)) for zone in names])
        for country, names in zones.CHOICES.items()
    ]
    countries.sort(key=lambda group: normalize(group[0]))
    # The stored one stays, even if it is not offered: else saving the form would change it unasked.
    is_offered = any(current in names for names in zones.CHOICES.values())
    return countries if is_offered or not current else [(current, _label(current)), *countries]


def _label(zone: str) -> str:
    """ "Central time (Chicago)", "Lima"."""
    place, name = formats.place(zone), zones.common_name(zone)
    return f"{name} ({place})" if name and formats.base_language() == "en" else capfirst(place)
