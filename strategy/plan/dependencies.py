"""What an action depends on: other actions in its plan, without cycles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.utils.translation import gettext as _

from accelerator.refusals import Refused
from strategy.plan.models import Action, Dependency

_Key = TypeVar("_Key", int, str)  # a primary key or a code


def set_dependencies(action: Action, on: Iterable[Action]) -> None:
    """Replace what an action depends on, under `actions.lock`; raises Refused, naming the cycle."""
    new = {other.pk: other for other in on}
    depends_on = edges(action.city_id)
    present = depends_on.get(action.pk, set())
    if present == set(new):
        return
    depends_on[action.pk] = set(new)
    if cycle := find_cycle(depends_on, action.pk):
        codes = dict(Action.objects.filter(city=action.city_id, pk__in=cycle).values_list("pk", "code"))
        raise Refused({"depends_on": cycle_sentence([codes[pk] for pk in cycle])})
    Dependency.objects.filter(city=action.city_id, action=action).exclude(on__in=new).delete()
    Dependency.objects.bulk_create(
        Dependency(city_id=action.city_id, action=action, on=other) for pk, other in new.items() if pk not in present
    )


def edges(city_id: int) -> dict[int, set[int]]:
    """The primary keys that each action depends on."""
    depends_on: dict[int, set[int]] = {}
    for action, other in Dependency.objects.filter(city=city_id).values_list("action", "on"):
        depends_on.setdefault(action, set()).add(other)
    return depends_on


def find_cycle(depends_on: dict[_Key, set[_Key]], start: _Key) -> list[_Key]:
    """The shortest path from `start` back to itself, both ends included; empty if there is none."""
    # Breadth first, so that the message names as few actions as possible.
    paths: list[list[_Key]] = [[start]]
    seen: set[_Key] = set()
    while paths:
        path = paths.pop(0)
        for following in sorted(depends_on.get(path[-1], ())):
            if following == start:
                return path + [start]
            if following not in seen:
                seen.add(following)
                paths.append(path + [following])
    return []


def cycle_sentence(codes: list[str]) -> str:
    if len(codes) == 2:
        return _("%(action)s can’t depend on itself.") % {"action": codes[0]}
    sentence = _("These actions depend on each other in a circle: %(codes)s. Remove one of the dependencies.")
    return sentence % {"codes": " → ".join(codes)}
