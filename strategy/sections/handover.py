"""The sections assigned to a person, for when that person leaves."""

from __future__ import annotations

from collections.abc import Collection

from accelerator.models import User
from cities.models import City
from strategy.sections.models import Section


def held(city: City, person: User | None, pks: Collection[int] | None = None) -> list[Section]:
    """Unfinished sections assigned to a person, or to no one; only these if `pks` is given."""
    rows = city.section_set.open().filter(assignee=person).select_related("template").defer("html")
    return list(rows if pks is None else rows.filter(pk__in=pks))


def hand_on(
    city: City, pks: Collection[int], *, holder: User | None, to: User | None, by: User
) -> dict[int, int | None]:
    """Assign those that the holder still has; returns the new assignee's ID by section."""
    rows = city.section_set.select_for_update(of=("self",), no_key=True).filter(pk__in=pks, assignee=holder)
    moved: dict[int, int | None] = {}
    for section in rows:
        section.assign(to=to, due_on=section.due_on, by=by)
        moved[section.pk] = to.pk if to else None
    return moved
