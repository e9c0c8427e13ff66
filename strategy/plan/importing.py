"""Writes the rows of a plan's file, all of them or none."""

from __future__ import annotations

from django.db import transaction

from accelerator import audit
from accelerator.models import User
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan.dependencies import edges, set_dependencies
from strategy.plan.judging import PlanVerdict, Preview, key_of
from strategy.plan.models import Action, Objective


@transaction.atomic
def apply_preview(preview: Preview, *, city: City, by: User) -> int:
    """Write every row that isn't refused; returns how many. Raises Conflict if a row has changed since."""
    plan.lock(city)
    new_objectives: dict[str, Objective] = {}
    actions = {row.code: row for row in city.action_set.all()}
    depends_on: list[tuple[Action, list[str]]] = []
    for verdict in preview.actions:
        if verdict.is_written:
            action = _write_action(verdict, city, by, new_objectives)
            # By the file's codes too, so that a row may depend on one that the same file adds.
            actions.setdefault(verdict.code or action.code, action)
            if verdict.depends_on is not None:
                depends_on.append((action, verdict.depends_on))
    _connect(city, depends_on, actions)
    for verdict in preview.measures:
        if verdict.is_written:
            row = verdict.form.row
            plan.save(row, stamp=row.stamp, by=by, **verdict.form.values())
    count = sum(verdict.is_written for verdict in preview.all)
    audit.record("plan imported", by=by, about=city, rows=count)
    return count


def _write_action(verdict: PlanVerdict, city: City, by: User, new_objectives: dict[str, Objective]) -> Action:
    # Without dependencies for now: they may be rows further down.
    action: Action = verdict.form.row
    values = verdict.form.values()
    values.pop("depends_on", None)
    if verdict.new_objective:
        key = key_of(verdict.new_objective)
        if key not in new_objectives:
            new_objectives[key] = plan.add_objective(
                city=city, by=by, title=verdict.new_objective, component=values["component"]
            )
        action.objective = new_objectives[key]
    return plan.save(action, stamp=action.stamp, by=by, **values) if values else action


def _connect(city: City, depends_on: list[tuple[Action, list[str]]], actions: dict[str, Action]) -> None:
    present = edges(city.pk)
    new = [(action, [actions[code] for code in codes if code in actions]) for action, codes in depends_on]
    # First remove, then add, so that nothing between the old and the new plan closes a cycle.
    for action, others in new:
        set_dependencies(action, [other for other in others if other.pk in present.get(action.pk, ())])
    for action, others in new:
        set_dependencies(action, others)
