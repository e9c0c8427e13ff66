"""Rows that people put in order by hand, one place at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet


def move(row: Any, rows: QuerySet[Any], *, up: bool) -> bool:
    """Change places with the neighbor; False at the end of the list. Needs a lock on what holds the rows."""
    order = list(rows.order_by("position", "pk"))
    index = next(place for place, other in enumerate(order) if other.pk == row.pk)
    target = index - 1 if up else index + 1
    if not 0 <= target < len(order):
        return False
    order[index], order[target] = order[target], order[index]
    for position, other in enumerate(order, 1):
        other.position = position
    rows.model._default_manager.bulk_update(order, ["position"])
    return True
