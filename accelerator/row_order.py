"""Rows that people order by hand, one position at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet


def move(row: Any, rows: QuerySet[Any], *, up: bool) -> bool:
    """Swap places with the neighbor; False at the end of the list."""
    # The caller has locked the row that owns the list; two concurrent moves would assign positions twice.
    order = list(rows.order_by("position", "pk"))
    index = next(place for place, other in enumerate(order) if other.pk == row.pk)
    target = index - 1 if up else index + 1
    if not 0 <= target < len(order):
        return False
    order[index], order[target] = order[target], order[index]
    # Renumber all rows: removed rows leave gaps, and equal positions from an import would never move.
    for position, other in enumerate(order, 1):
        other.position = position
    rows.model._default_manager.bulk_update(order, ["position"])
    return True
