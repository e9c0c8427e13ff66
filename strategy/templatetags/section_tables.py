"""The table of a structured section, for the pages where its introduction is written and read."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from cities.access import CityRequest, Permission
from cities.models import City
from strategy.document import presentation, tables
from strategy.document.tree import plan_and_registers
from strategy.sections.models import Section

register = template.Library()

# The page where each table is edited.
PAGES = {"plan": "plan", "measures": "plan", "policies": "policies", "ai-uses": "ai-uses", "risks": "risks"}


@register.inclusion_tag("strategy/sections/table.html", takes_context=True)
def section_table(context: dict[str, Any], city: City, section: Section) -> dict[str, Any]:
    """{% section_table city section %}: its table as the document will show it, with a link to edit it."""
    if not section.template.is_structured:
        return {}
    tree = plan_and_registers(city) | {"sections": [{"role": section.template.role}]}
    table = tables.table_of(tree, tree["sections"][0])
    request: CityRequest = context["request"]
    may_open = Permission.READ_WHOLE in request.can
    return {
        **presentation.of_tables(tree),
        "request": request,
        "city": city,
        "section": section,
        "table": table,
        "has_rows": bool(tables.rows_of(tree, table)),
        "url": reverse(f"strategy:{PAGES[table]}", args=[city.slug]) if may_open else "",
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
