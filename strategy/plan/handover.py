"""The actions and risks that a person owns, for when that person leaves."""

from __future__ import annotations

from collections.abc import Collection

from accelerator.conflicts import update_row
from accelerator.models import User
from cities.models import City
from strategy.plan.choices import Status
from strategy.plan.models import Action, Risk

DONE = (Status.COMPLETED, Status.CANCELLED)


def held_actions(city: City, person: User | None, pks: Collection[int] | None = None) -> list[Action]:
    """Unfinished actions owned by a person, or by no one; only these if `pks` is given."""
    rows = city.action_set.filter(owner=person).exclude(status__in=DONE)
    return list(rows if pks is None else rows.filter(pk__in=pks))


def held_risks(city: City, person: User | None, pks: Collection[int] | None = None) -> list[Risk]:
    rows = city.risk_set.filter(owner=person)
    return list(rows if pks is None else rows.filter(pk__in=pks))


def hand_on_actions(
    city: City, pks: Collection[int], *, holder: User | None, to: User | None, by: User
) -> dict[int, int | None]:
    """Give those that the holder still owns to `to`, with the status requests not answered yet."""
    rows = city.action_set.select_for_update(of=("self",), no_key=True).filter(pk__in=pks, owner=holder)
    moved = _give(rows, to, by)
    city.statusrequest_set.open().filter(action__in=moved, asked=holder).update(asked=to)
    return moved


def hand_on_risks(
    city: City, pks: Collection[int], *, holder: User | None, to: User | None, by: User
) -> dict[int, int | None]:
    rows = city.risk_set.select_for_update(of=("self",), no_key=True).filter(pk__in=pks, owner=holder)
    return _give(rows, to, by)


def _give(rows: Collection[Action | Risk], to: User | None, by: User) -> dict[int, int | None]:
    moved: dict[int, int | None] = {}
    for row in rows:
        update_row(row, stamp=row.stamp, by=by, verb=f"{row._meta.model_name} changed", owner=to)
        moved[row.pk] = to.pk if to else None
    return moved
