"""The action plan's verbs: codes, changes against a stamp, dependencies without cycles, updates.

Every verb that touches a dependency or an order takes the lock of the city's strategy first (`lock`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit, positions
from accelerator.models import AuditEvent, User
from cities.models import City
from strategy.plan.models import (
    Action,
    ActionUpdate,
    Dependency,
    Objective,
    ObjectiveMeasure,
    Rag,
    Status,
    quarter_name,
)
from strategy.plan.quarters import (
    first_day,
    quarter_choices,
    quarter_dates,
    quarter_on,
    quarter_words,
    set_year,
    year_words,
)
from strategy.sections.models import Strategy
from strategy.template.models import Component

LETTERS = {
    Component.FRONT: "F", Component.GOVERNANCE: "G", Component.QUALITY: "Q", Component.USE: "U",
    Component.TRANSPARENCY: "T", Component.ENABLERS: "E", Component.PLAN: "P",
}  # fmt: skip
MOST_OBJECTIVES, MOST_ACTIONS = 8, 40
# What an update reports; a change of one of these is kept as an update.
STANDING = ("status", "percent", "rag", "rag_reason")


class Refused(ValueError):
    """A change that cannot stand; `problems` has a sentence by field ("" for the whole row)."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems


class Stale(Exception):
    """Somebody has changed the row since it was read; `row` is how it stands now."""

    def __init__(self, row: Model) -> None:
        super().__init__(str(row))
        self.row = row


# What both forms and verbs hold to


def problems(data: dict[str, Any]) -> dict[str, str]:
    """Why an action with these values cannot stand: a sentence by field, empty where it can."""
    found: dict[str, str] = {}
    starts, due = data.get("starts"), data.get("due")
    if starts and due and due < starts:
        names = {"due": quarter_name(due), "starts": quarter_name(starts)}
        found["due"] = _("The action is due in %(due)s, before it starts in %(starts)s.") % names
    if data.get("rag") in (Rag.AMBER, Rag.RED) and not (data.get("rag_reason") or "").strip():
        found["rag_reason"] = _("Say why: an action at risk or off track needs a reason.")
    if (data.get("percent") or 0) > 100:
        found["percent"] = _("Percent done is 100 at most.")
    return {**found, **measure_problems(data)}


def measure_problems(data: dict[str, Any]) -> dict[str, str]:
    """The same for the fields of a measure."""
    found: dict[str, str] = {}
    numbers = [data.get(name) for name in ("baseline", "target_1", "target_2", "target_3")]
    if any(number is not None for number in numbers) and not (data.get("measure") or "").strip():
        found["measure"] = _("Say what is measured: a target or a baseline stands here without its measure.")
    if data.get("baseline") is not None and data.get("baseline_unknown"):
        found["baseline_unknown"] = _("A baseline is given and said not to be known: keep one of the two.")
    return found


def lock(city: City) -> Strategy:
    """The city's strategy, held until the transaction ends: one change of order or dependencies at a time."""
    return (
        Strategy.objects.select_for_update(of=("self",), no_key=True).select_related("cohort").get(city=city)
    )


def gone_words() -> str:
    """What those read who change a row that somebody has removed."""
    return _("Somebody removed this meanwhile, so nothing was saved. Copy what you wrote if you need it.")


def last_change(row: Model) -> AuditEvent | None:
    """Who changed a row of the plan or of a register last, by the record."""
    about = {"kind": row._meta.model_name, "object_id": str(row.pk)}
    return AuditEvent.objects.filter(city_id=row.city_id, **about).order_by("-at").first()  # type: ignore[attr-defined]


def change_row(row: Model, *, stamp: int, by: User, verb: str, **values: Any) -> None:
    """Write values if nobody has changed the row since `stamp`; raises Stale with the row as it is now."""
    model = type(row)
    changed = model._default_manager.filter(pk=row.pk, city=row.city_id, stamp=stamp).update(  # type: ignore[attr-defined]
        stamp=F("stamp") + 1, **values
    )
    if not changed:
        standing = model._default_manager.filter(pk=row.pk, city=row.city_id).first()  # type: ignore[attr-defined]
        raise Stale(standing) if standing else Refused({"": gone_words()})
    for name, value in {**values, "stamp": stamp + 1}.items():
        setattr(row, name, value)
    audit.record(verb, by=by, about=row, fields=sorted(values))


# Objectives and their measures


def _next(rows: Any, prefix: str) -> str:
    taken = [
        code.removeprefix(prefix) for code in rows.values_list("code", flat=True) if code.startswith(prefix)
    ]
    return f"{prefix}{max((int(number) for number in taken if number.isdigit()), default=0) + 1}"


def _end(rows: Any) -> int:
    return (rows.aggregate(last=Max("position"))["last"] or 0) + 1


@transaction.atomic
def add_objective(*, city: City, by: User | None, **values: Any) -> Objective:
    """An objective at the end, with the next code of its component (G1, G2 ...)."""
    lock(city)
    rows = Objective.objects.filter(city=city)
    objective = rows.create(
        city=city, code=_next(rows, LETTERS[Component(values["component"])]), position=_end(rows), **values
    )
    audit.record("objective added", by=by, about=objective)
    return objective


@transaction.atomic
def change_objective(*, objective: Objective, stamp: int, by: User, **values: Any) -> None:
    """Change an objective; its code stays, also where its component changes."""
    change_row(objective, stamp=stamp, by=by, verb="objective changed", **values)


@transaction.atomic
def remove_objective(*, objective: Objective, by: User) -> None:
    """Remove an objective without actions; raises Refused for one that has some."""
    lock(objective.city)
    if objective.actions.exists():
        raise Refused({"": _("An objective that has actions stays: move or remove its actions first.")})
    audit.record("objective removed", by=by, about=objective)
    objective.delete()


@transaction.atomic
def add_measure(*, objective: Objective, by: User | None, **values: Any) -> ObjectiveMeasure:
    """A measure of an objective's result."""
    if found := measure_problems(values):
        raise Refused(found)
    measure = objective.measures.create(
        city_id=objective.city_id, position=_end(objective.measures.all()), **values
    )
    audit.record("measure added", by=by, about=measure)
    return measure


@transaction.atomic
def change_measure(*, measure: ObjectiveMeasure, stamp: int, by: User, **values: Any) -> None:
    """Change a measure; the values are checked together with those that stay."""
    if found := measure_problems({**vars(measure), **values}):
        raise Refused(found)
    change_row(measure, stamp=stamp, by=by, verb="measure changed", **values)


@transaction.atomic
def remove_measure(*, measure: ObjectiveMeasure, by: User) -> None:
    audit.record("measure removed", by=by, about=measure)
    measure.delete()


# Actions


@transaction.atomic
def add_action(
    *, objective: Objective, by: User | None, depends_on: Iterable[Action] = (), **values: Any
) -> Action:
    """An action at the end of its objective, with the next code (G1.1, G1.2 ...)."""
    values = {"component": objective.component, **values}
    if found := problems(values):
        raise Refused(found)
    lock(objective.city)
    rows = Action.objects.filter(city=objective.city_id, objective=objective)
    coded = Action.objects.filter(city=objective.city_id, code__startswith=f"{objective.code}.")
    action = rows.create(
        city_id=objective.city_id, objective=objective, code=_next(coded, f"{objective.code}."), position=_end(rows),
        **values,
    )  # fmt: skip
    set_dependencies(action, depends_on)
    audit.record("action added", by=by, about=action)
    return action


@transaction.atomic
def change_action(
    *, action: Action, stamp: int, by: User, depends_on: Iterable[Action] | None = None, **values: Any
) -> None:
    """Change an action against the stamp that was read; raises Refused and Stale.

    A change of status, percent, red-amber-green or its reason is kept as an update too.
    """
    if found := problems({**vars(action), **values}):
        raise Refused(found)
    if depends_on is not None:
        lock(action.city)
    moved = any(name in values and values[name] != getattr(action, name) for name in STANDING)
    if moved:
        values |= {"updated_at": timezone.now(), "updated_by": by}
    change_row(action, stamp=stamp, by=by, verb="action changed", **values)
    if depends_on is not None:
        set_dependencies(action, depends_on)
    if moved:
        _keep_update(action, by=by, at=values["updated_at"])


def _keep_update(action: Action, *, by: User | None, at: datetime, **words: Any) -> ActionUpdate:
    return ActionUpdate.objects.create(
        city_id=action.city_id, action=action, status=action.status, percent=action.percent, rag=action.rag,
        reason=action.rag_reason, person=by, person_name=str(by or action.owner_name)[:200], at=at, **words,
    )  # fmt: skip


@transaction.atomic
def record_update(
    action: Action, *, status: str, percent: int | None = None, rag: str = "", reason: str = "",
    value: Any = None, words: str = "", evidence: str = "", by: User | None, at: datetime | None = None,
) -> ActionUpdate:  # fmt: skip
    """Write down how an action stands and make that its present state; raises Refused.

    `by` is None for an owner who answers a mailed link; an update dated before the last one is kept as history.
    """
    standing = {"status": status, "percent": percent, "rag": rag, "rag_reason": reason}
    if found := problems(standing):
        raise Refused(found)
    at = at or timezone.now()
    held = Action.objects.select_for_update(of=("self",), no_key=True).get(pk=action.pk, city=action.city_id)
    if held.updated_at is None or at >= held.updated_at:
        values = {
            **standing,
            "updated_at": at,
            "updated_by": by,
            **({"evidence": evidence} if evidence else {}),
        }
        change_row(held, stamp=held.stamp, by=by, verb="action updated", **values)  # type: ignore[arg-type]
        for name in (*values, "stamp"):
            setattr(action, name, getattr(held, name))
    told = Action(city_id=held.city_id, pk=held.pk, owner_name=held.owner_name, **standing)
    return _keep_update(told, by=by, at=at, value=value, words=words, evidence=evidence)


@transaction.atomic
def remove_action(*, action: Action, by: User) -> bool:
    """Delete a new action; one that has updates or stands in a submitted version is cancelled: False then."""
    lock(action.city)
    has_past = action.updates.exists() or action.status != Status.NOT_STARTED
    if has_past or action.city.strategyversion_set.exists():
        record_update(
            action, status=Status.CANCELLED, percent=action.percent, words=_("Removed from the plan."), by=by
        )
        return False
    audit.record("action removed", by=by, about=action)
    action.delete()
    return True


@transaction.atomic
def move(row: Objective | Action, *, up: bool, by: User) -> bool:
    """One place up or down among its siblings; False at the end of the list."""
    lock(row.city)
    rows = type(row)._default_manager.filter(city=row.city_id)
    if isinstance(row, Action):
        rows = rows.filter(objective=row.objective_id)
    if not positions.move(row, rows, up=up):
        return False
    audit.record("moved", by=by, about=row, up=up)
    return True


# Dependencies


def set_dependencies(action: Action, on: Iterable[Action]) -> None:
    """Replace what an action waits for; needs `lock`. Raises Refused with the cycle named."""
    wanted = {other.pk: other for other in on}
    waits = edges(action.city_id)
    kept = waits.get(action.pk, set())
    waits[action.pk] = set(wanted)
    if kept != set(wanted):
        if cycle := find_cycle(waits, action.pk):
            raise Refused({"depends_on": cycle_words(cycle, action.city_id)})
        Dependency.objects.filter(city=action.city_id, action=action).exclude(on__in=wanted).delete()
        Dependency.objects.bulk_create(
            Dependency(city_id=action.city_id, action=action, on=other)
            for key, other in wanted.items()
            if key not in kept
        )


def edges(city_id: int) -> dict[int, set[int]]:
    """By action, the actions that it waits for."""
    waits: dict[int, set[int]] = {}
    for action, other in Dependency.objects.filter(city=city_id).values_list("action", "on"):
        waits.setdefault(action, set()).add(other)
    return waits


def find_cycle(waits: dict[Any, set[Any]], start: Any) -> list[Any]:
    """The way from `start` back to itself, both ends included; empty where there is none."""
    ways, seen = [[start]], set()
    while ways:
        way = ways.pop(0)
        for after in sorted(waits.get(way[-1], ())):
            if after == start:
                return [*way, start]
            if after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return []


def cycle_words(cycle: list[int], city_id: int) -> str:
    """ "G1.2 waits for Q2.1, which waits for G1.2." """
    codes = dict(Action.objects.filter(city=city_id, pk__in=cycle).values_list("pk", "code"))
    return cycle_sentence([codes[pk] for pk in cycle])


def cycle_sentence(codes: list[str]) -> str:
    if len(codes) == 2:
        return _("%(action)s cannot wait for itself.") % {"action": codes[0]}
    words = _("%(action)s waits for %(other)s") % {"action": codes[0], "other": codes[1]}
    for code in codes[2:]:
        words += _(", which waits for %(other)s") % {"other": code}
    return f"{words}."


__all__ = [
    "MOST_ACTIONS", "MOST_OBJECTIVES", "STANDING", "Refused", "Stale", "add_action", "add_measure", "add_objective",
    "change_action", "change_measure", "change_objective", "change_row", "cycle_sentence", "cycle_words", "edges",
    "find_cycle", "first_day", "gone_words", "last_change", "lock", "measure_problems", "move", "problems",
    "quarter_choices", "quarter_dates", "quarter_on", "quarter_words", "record_update", "remove_action",
    "remove_measure", "remove_objective", "set_dependencies", "set_year", "year_words",
]  # fmt: skip
