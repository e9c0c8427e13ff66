"""Actions on the plan and its registers: add, change, remove and move any kind of row; report on an action."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit, row_order
from accelerator.conflicts import update_row
from accelerator.models import User
from accelerator.refusals import Refused
from cities.models import City
from strategy.plan.choices import Status
from strategy.plan.dependencies import set_dependencies
from strategy.plan.models import Action, ActionUpdate, Objective, ObjectiveMeasure
from strategy.plan.rules import Register, Row, action_problems, problems
from strategy.sections import tables
from strategy.sections.models import SectionState, Strategy
from strategy.template.models import Component

CODE_LETTERS = {
    Component.FRONT: "F",
    Component.GOVERNANCE: "G",
    Component.QUALITY: "Q",
    Component.USE: "U",
    Component.TRANSPARENCY: "T",
    Component.ENABLERS: "E",
    Component.PLAN: "P",
}
# Fields of a status report: changing one of them in a form is a report too.
REPORTED = ("status", "percent", "rag", "rag_reason")
MOST_MATCHED = 300  # columns of files that a city's people matched to fields
_Row = TypeVar("_Row", bound=Row)


def lock(city: City) -> Strategy:
    """The city's strategy, locked for the rest of the transaction."""
    # One change of order or dependencies at a time: two at once could close a cycle, or give two rows one position.
    return Strategy.objects.select_for_update(of=("self",), no_key=True).select_related("cohort").get(city=city)


# Any row


@transaction.atomic
def add(row: _Row, /, *, by: User | None, depends_on: Iterable[Action] = (), **values: Any) -> _Row:
    """Add a new row at the end of its list, with the next code; raises Refused."""
    lock(row.city)  # of two simultaneous clicks, the second sees the first one's row
    _refuse_problems(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, Objective | Action):
        row.code = _next_code(row)
    if hasattr(row, "position"):
        row.position = (_siblings(row).aggregate(last=Max("position"))["last"] or 0) + 1
    row.save(force_insert=True)
    if isinstance(row, Action):
        set_dependencies(row, depends_on)
    audit.record(f"{_kind(row)} added", by=by, about=row)
    _begin_section(row)
    return row


def match_columns(*, strategy: Strategy, names: dict[str, str], by: User) -> None:
    """Remember a person's fields by column name, for this file and later ones."""
    merged = strategy.import_columns | names
    if merged != strategy.import_columns:
        # The newest ones, if a city's files name more columns than any plan has.
        strategy.import_columns = dict(list(merged.items())[-MOST_MATCHED:])
        Strategy.objects.filter(pk=strategy.pk, city=strategy.city_id).update(import_columns=strategy.import_columns)
        audit.record("plan columns matched", by=by, about=strategy, columns=sorted(names))


def _begin_section(row: Row) -> None:
    # The table is part of its section, which has then been started.
    if role := tables.ROLES.get(type(row).__name__):
        for section in row.city.section_set.filter(template__role=role, state=SectionState.NOT_STARTED):
            section.begin_if_filled()


def add_objective(*, city: City, by: User | None, **values: Any) -> Objective:
    return add(Objective(city=city), by=by, **values)


def add_measure(*, objective: Objective, by: User | None, **values: Any) -> ObjectiveMeasure:
    return add(ObjectiveMeasure(city=objective.city, objective=objective), by=by, **values)


def add_action(*, objective: Objective, by: User | None, **values: Any) -> Action:
    new = Action(city=objective.city, objective=objective, component=objective.component)
    return add(new, by=by, **values)


@transaction.atomic
def change(
    row: _Row, /, *, stamp: int, by: User | None, depends_on: Iterable[Action] | None = None, **values: Any
) -> _Row:
    """Change a row whose stamp is unchanged; it keeps its code. Raises Refused and Conflict."""
    # Titles in a register are unique: two rows that get the same one at once must see each other.
    if depends_on is not None or isinstance(row, Register):
        lock(row.city)
    _refuse_problems(row, values)
    is_report = isinstance(row, Action) and any(
        name in values and values[name] != getattr(row, name) for name in REPORTED
    )
    if is_report:
        values |= {"updated_at": timezone.now(), "updated_by": by}
    update_row(row, stamp=stamp, by=by, verb=f"{_kind(row)} changed", **values)
    if isinstance(row, Action) and depends_on is not None:
        set_dependencies(row, depends_on)
    if isinstance(row, Action) and is_report:
        _add_update(row, by=by, at=values["updated_at"])
    return row


def save(row: _Row, /, *, stamp: int, by: User, **values: Any) -> _Row:
    return add(row, by=by, **values) if row.pk is None else change(row, stamp=stamp, by=by, **values)


@transaction.atomic
def remove(row: Row, *, by: User | None) -> bool:
    """False for an action with a history, which gets canceled instead; raises Refused for an objective with actions."""
    lock(row.city)
    if isinstance(row, Objective) and row.actions.exists():
        raise Refused(_("This objective has actions, so it can’t be removed. Remove its actions first."))
    if isinstance(row, Action) and _has_history(row):
        reason = _("Removed from the plan.")
        record_update(row, status=Status.CANCELLED, percent=row.percent, words=reason, by=by)
        return False
    audit.record(f"{_kind(row)} removed", by=by, about=row)
    row.delete()
    return True


@transaction.atomic
def move(row: Row, *, up: bool, by: User | None) -> bool:
    """False at the end of the list."""
    lock(row.city)
    if not row_order.move(row, _siblings(row), up=up):
        return False
    audit.record(f"{_kind(row)} moved", by=by, about=row, up=up)
    return True


def _kind(row: Row) -> str:
    return "measure" if isinstance(row, ObjectiveMeasure) else str(row._meta.model_name)


def _refuse_problems(row: Row, values: dict[str, Any]) -> None:
    if messages := problems(row, {**vars(row), **values}):
        raise Refused(messages)


def _siblings(row: Row) -> QuerySet[Any]:
    rows: QuerySet[Any] = type(row)._default_manager.filter(city=row.city_id)
    return rows.filter(objective=row.objective_id) if isinstance(row, Action | ObjectiveMeasure) else rows


def _next_code(row: Objective | Action) -> str:
    """G1, G2 ... by the objective's component; G1.1, G1.2 ... by the action's objective."""
    # From the highest number, not the count, which after a removal would yield a code in use.
    prefix = CODE_LETTERS[Component(row.component)] if isinstance(row, Objective) else f"{row.objective.code}."
    rows = type(row)._default_manager.filter(city=row.city_id, code__startswith=prefix)
    numbers = [code.removeprefix(prefix) for code in rows.values_list("code", flat=True)]
    return f"{prefix}{max((int(number) for number in numbers if number.isdigit()), default=0) + 1}"


def _has_history(action: Action) -> bool:
    was_reported = action.updates.exists() or action.status != Status.NOT_STARTED
    return was_reported or action.city.strategyversion_set.exists()


# Reports on an action


@transaction.atomic
def record_update(
    action: Action,
    *,
    status: str,
    percent: int | None = None,
    rag: str = "",
    reason: str = "",
    value: Decimal | None = None,
    words: str = "",
    evidence: str = "",
    by: User | None,
    at: datetime | None = None,
) -> ActionUpdate:
    """Record how an action is going; `by` is None if an owner answers an emailed link. Raises Refused."""
    reported = {"status": status, "percent": percent, "rag": rag, "rag_reason": reason}
    if messages := action_problems(reported):
        raise Refused(messages)
    at = at or timezone.now()
    # Lock only the action, not the plan: at the end of a quarter, many owners report at once.
    present = Action.objects.select_for_update(of=("self",), no_key=True).get(pk=action.pk, city=action.city_id)
    # A report older than the last one only goes into the history.
    if present.updated_at is None or at >= present.updated_at:
        values = {**reported, "updated_at": at, "updated_by": by}
        if evidence:
            values["evidence"] = evidence
        update_row(present, stamp=present.stamp, by=by, verb="action updated", **values)
        for name in (*values, "stamp"):
            setattr(action, name, getattr(present, name))
    # A copy that is never saved: an older report must not change the row itself.
    state = Action(city_id=present.city_id, pk=present.pk, owner_name=present.owner_name, **reported)
    return _add_update(state, by=by, at=at, value=value, words=words, evidence=evidence)


def _add_update(action: Action, *, by: User | None, at: datetime, **report: Any) -> ActionUpdate:
    return ActionUpdate.objects.create(
        city_id=action.city_id,
        action=action,
        status=action.status,
        percent=action.percent,
        rag=action.rag,
        reason=action.rag_reason,
        person=by,
        person_name=str(by or action.owner_name)[:200],
        at=at,
        **report,
    )
