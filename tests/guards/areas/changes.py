"""What changed: word differences between revisions, since one last looked, since the review; the merge page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from cities.models import City
from strategy.models import SectionLook

# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {}
# Other parts of addresses, by their name in the route.
PARTS: dict[str, Callable[[City], object]] = {}
# Addresses that open to fewer than their permission says: the answer to the others, and why.
NARROWER: dict[str, tuple[int, str]] = {
    "strategy:draft-merge": (404, "one's own texts only"),
    "strategy:section-changes": (404, "a guest reviewer's named sections only"),
    "strategy:section-looked": (404, "a guest reviewer's named sections only"),
}


def fill(city: City, lead) -> None:
    """The lead looked before the section's current text was written."""
    section = city.section_set.get(key="vision")
    moment = timezone.now() - timedelta(hours=3)
    SectionLook.objects.create(city=city, section=section, person=lead, revision=1, at=moment)
