"""Rows that people put in order by hand, one place at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet


def move(row: Any, among: QuerySet[Any], *, up: bool) -> bool:
    """Change places with the neighbor; False at the end of the list. Needs a lock on what holds the rows."""
    order = list(among.order_by("position", "pk"))
    here = next(place for place, other in enumerate(order) if other.pk == row.pk)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(order):
        return False
    order[here], order[there] = order[there], order[here]
    for position, other in enumerate(order, 1):
        other.position = position
    among.model._default_manager.bulk_update(order, ["position"])
    return True
