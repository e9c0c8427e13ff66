"""Exports, publishing, and the public pages."""

from __future__ import annotations

from collections.abc import Callable

from cities.models import City

# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {}
# Other parts of addresses, by their name in the route.
PARTS: dict[str, Callable[[City], object]] = {}
# Addresses that open to fewer than their permission says: the answer to the others, and why.
NARROWER: dict[str, tuple[int, str]] = {}


def fill(city: City, lead) -> None:
    """Rows with words of the city's own."""
