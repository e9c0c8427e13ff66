"""What an action depends on: other actions of its plan, and never itself in the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from django.utils.translation import gettext as _

from accelerator.refusals import Refused
from strategy.plan.models import Action, Dependency

_Key = TypeVar("_Key", int, str)  # a primary key or a code


def set_dependencies(action: Action, on: Iterable[Action]) -> None:
    """Replace what an action depends on, under `actions.lock`; raises Refused with the cycle named."""
    wanted = {other.pk: other for other in on}
    depends_on = edges(action.city_id)
    present = depends_on.get(action.pk, set())
    if present == set(wanted):
        return
    depends_on[action.pk] = set(wanted)
    if cycle := find_cycle(depends_on, action.pk):
        codes = dict(Action.objects.filter(city=action.city_id, pk__in=cycle).values_list("pk", "code"))
        raise Refused({"depends_on": cycle_sentence([codes[pk] for pk in cycle])})
    Dependency.objects.filter(city=action.city_id, action=action).exclude(on__in=wanted).delete()
    Dependency.objects.bulk_create(
        Dependency(city_id=action.city_id, action=action, on=other) for pk, other in wanted.items() if pk not in present
    )


def edges(city_id: int) -> dict[int, set[int]]:
    """By action, the actions that it depends on."""
    found: dict[int, set[int]] = {}
    for action, other in Dependency.objects.filter(city=city_id).values_list("action", "on"):
        found.setdefault(action, set()).add(other)
    return found


def find_cycle(depends_on: dict[_Key, set[_Key]], start: _Key) -> list[_Key]:
    """The shortest way from `start` back to itself, both ends included; empty where there is none."""
    ways: list[list[_Key]] = [[start]]
    seen: set[_Key] = set()
    while ways:
        way = ways.pop(0)
        for after in sorted(depends_on.get(way[-1], ())):
            if after == start:
                return way + [start]
            if after not in seen:
                seen.add(after)
                ways.append(way + [after])
    return []


def cycle_sentence(codes: list[str]) -> str:
    """ "G1.2 waits for Q2.1, which waits for G1.2." """
    if len(codes) == 2:
        return _("%(action)s cannot wait for itself.") % {"action": codes[0]}
    sentence = _("%(action)s waits for %(other)s") % {"action": codes[0], "other": codes[1]}
    for code in codes[2:]:
        sentence += _(", which waits for %(other)s") % {"other": code}
    return f"{sentence}."
