"""The registers beside the plan: policies and standards, uses of AI, risks. Adding, changing, removing, in one form."""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accelerator import audit, positions
from accelerator.models import User
from cities.models import City
from strategy.plan.actions import Refused, change_row, lock
from strategy.plan.models import AiUse, Level, Policy, Risk
from strategy.template.models import PolicyType, PolicyTypeVersion

Row = Policy | AiUse | Risk
MOST_RISKS = 10
_WEIGHT = {Level.LOW: 1, Level.MEDIUM: 2, Level.HIGH: 3}


def policy_types() -> models.QuerySet[PolicyType]:
    """The types of the newest published list."""
    newest = PolicyTypeVersion.objects.exclude(published_at=None).order_by("-number")[:1]
    return PolicyType.objects.filter(version__in=newest).order_by("position")


def problems(row: Row, data: dict[str, Any]) -> dict[str, str]:
    """Why a row with these values cannot stand in its register: a sentence by field."""
    name = "name" if isinstance(row, AiUse) else "title"
    found: dict[str, str] = {}
    twins = type(row)._default_manager.filter(city=row.city_id, **{name: data.get(name) or ""})
    if twins.exclude(pk=row.pk).exists():
        found[name] = _("This stands in the register already.")
    if isinstance(row, Policy) and data.get("state") == Policy.State.ADOPTED:
        if not data.get("instrument"):
            found["instrument"] = _("Say by which instrument it was adopted.")
        if not data.get("adopted_on"):
            found["adopted_on"] = _("Say on which day it was adopted.")
    if isinstance(row, AiUse) and data.get("gate") == AiUse.Gate.CONDITIONS and not data.get("conditions"):
        found["conditions"] = _("Say which conditions the approval has.")
    return found


@transaction.atomic
def add(row: Row, *, by: User | None, **values: Any) -> Row:
    """Put a row (that only has its city) into its register; raises Refused."""
    lock(row.city)  # two clicks at once: the second sees the first's row
    if found := problems(row, values):
        raise Refused(found)
    for name, value in values.items():
        setattr(row, name, value)
    if isinstance(row, Risk):
        row.position = (row.city.risk_set.aggregate(last=Max("position"))["last"] or 0) + 1
    row.save(force_insert=True)
    audit.record(f"{row._meta.model_name} added", by=by, about=row)
    return row


@transaction.atomic
def change(row: Row, *, stamp: int, by: User, **values: Any) -> None:
    """Change a row against the stamp that was read; raises Refused and Stale."""
    lock(row.city)
    if found := problems(row, {**vars(row), **values}):
        raise Refused(found)
    change_row(row, stamp=stamp, by=by, verb=f"{row._meta.model_name} changed", **values)


@transaction.atomic
def remove(row: Row, *, by: User) -> None:
    """Take a row out of its register; a policy's actions stay and lose the link."""
    audit.record(f"{row._meta.model_name} removed", by=by, about=row)
    row.delete()


@transaction.atomic
def move_risk(risk: Risk, *, up: bool, by: User) -> None:
    """One place up or down in the list."""
    lock(risk.city)
    if positions.move(risk, risk.city.risk_set.all(), up=up):
        audit.record("risk moved", by=by, about=risk, up=up)


def weight(risk: Risk) -> int:
    """Likelihood times impact, 1 to 9."""
    return _WEIGHT[Level(risk.likelihood)] * _WEIGHT[Level(risk.impact)]


def grid(risks: list[Risk]) -> list[tuple[Any, list[tuple[Any, list[tuple[int, Risk]]]]]]:
    """Likelihood by impact, the highest likelihood first: (level, [(impact, [(number in the list, risk)])])."""
    numbered = list(enumerate(risks, 1))
    return [
        (
            likely,
            [
                (
                    hard,
                    [(n, risk) for n, risk in numbered if (risk.likelihood, risk.impact) == (likely, hard)],
                )
                for hard in Level
            ],
        )
        for likely in reversed(Level)
    ]


def missing_types(city: City) -> list[PolicyType]:
    """Types of policy of which the city's register has none."""
    present = city.policy_set.exclude(state=Policy.State.DROPPED).values_list("type__key", flat=True)
    return list(policy_types().exclude(key__in=list(present)))
