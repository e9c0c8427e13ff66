"""Templates: editing, publishing, comparing; a city leaving sections out and moving to another version."""

from __future__ import annotations

from collections.abc import Callable

from accelerator.texts import saving
from cities.models import City
from strategy.models import TemplateVersion
from strategy.sections import outline as shape
from strategy.template import completeness
from strategy.template import editing as templates

SLUG = "citywide-data-strategy"
LEFT_OUT = "platforms"
# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {
    "template-move-undo": lambda city: city.templatemove_set.order_by("pk").first()
}
# Other parts of addresses, by their name in the route.
PARTS: dict[str, Callable[[City], object]] = {
    "template": lambda city: SLUG,
    "template_section": lambda city: "vision",
    "edition": lambda city: 1,
    "outside": lambda city: LEFT_OUT,
}
# Addresses that open to fewer than their permission says: the answer to the others, and why.
NARROWER: dict[str, tuple[int, str]] = {}


def next_version(by) -> TemplateVersion:
    """Version 2, published, and a draft of version 3; once."""
    first = TemplateVersion.objects.get(slug=SLUG, number=1)
    found = TemplateVersion.objects.filter(slug=SLUG, number=2).first()
    if found is None:
        found = templates.open_draft(version=first, by=by)
        section = found.sections.get(key="vision")
        content = templates.content_of(section) | {"due_week": 8}
        templates.change_section(section, content=content, by=by)
        found.refresh_from_db()
        gaps = completeness.gaps(found, list(found.sections.all()))
        templates.publish(found, gaps=gaps, stamp=found.stamp, by=by)
        templates.open_draft(version=found, by=by)
    return found


def fill(city: City, lead) -> None:
    """Rows with words of the city's own: a section left out, and the strategy moved to version 2."""
    html = f"<p>Apart words-of-{city.slug}</p>"
    section = city.section_set.get(key=LEFT_OUT)
    saving.save(section, html=html, base=0, by=lead)
    shape.leave_out(section, by=lead)
    strategy = city.strategy
    shape.move(strategy=strategy, to=next_version(lead), seen=strategy.version_id, by=lead)
