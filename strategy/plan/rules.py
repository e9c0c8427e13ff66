"""Which values a row can't have, for forms and actions alike: one message per field."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accelerator import formats
from strategy.plan.choices import Rag
from strategy.plan.models import Action, AiUse, Objective, ObjectiveMeasure, Policy, Risk

Problems = dict[str, str]
Register = Policy | AiUse | Risk
Row = Objective | ObjectiveMeasure | Action | Register


def problems(row: Row, values: dict[str, Any]) -> Problems:
    if isinstance(row, Objective):
        return {}
    if isinstance(row, ObjectiveMeasure):
        return measure_problems(values)
    return action_problems(values) if isinstance(row, Action) else _register_problems(row, values)


def action_problems(values: dict[str, Any]) -> Problems:
    errors: Problems = {}
    starts, due = values.get("starts"), values.get("due")
    if starts and due and due < starts:
        names = {"due": formats.quarter(due), "starts": formats.quarter(starts)}
        errors["due"] = (
            _("This action is due in %(due)s, before it starts in %(starts)s. Change one of the two.") % names
        )
    if values.get("rag") in (Rag.AMBER, Rag.RED) and not (values.get("rag_reason") or "").strip():
        errors["rag_reason"] = _("Explain why this action is at risk or off track.")
    if (values.get("percent") or 0) > 100:
        errors["percent"] = _("Percent complete can’t be more than 100.")
    return {**errors, **measure_problems(values)}


def measure_problems(values: dict[str, Any]) -> Problems:
    errors: Problems = {}
    numbers = [values.get(name) for name in ("baseline", "target_1", "target_2", "target_3")]
    if any(number is not None for number in numbers) and not (values.get("measure") or "").strip():
        errors["measure"] = _("To set a baseline or target, enter what’s being measured.")
    if values.get("baseline") is not None and values.get("baseline_unknown"):
        errors["baseline_unknown"] = _("You entered a baseline and also marked it as not known yet. Keep only one.")
    return errors


def _register_problems(row: Register, values: dict[str, Any]) -> Problems:
    errors: Problems = {}
    name = "name" if isinstance(row, AiUse) else "title"
    same_name = type(row)._default_manager.filter(city=row.city_id, **{name: values.get(name) or ""})
    if same_name.exclude(pk=row.pk).exists():
        errors[name] = _("This entry is already in the register.")
    if isinstance(row, Policy) and values.get("state") == Policy.State.ADOPTED:
        if not values.get("instrument"):
            errors["instrument"] = _("Choose the instrument used to adopt the policy or standard.")
        if not values.get("adopted_on"):
            errors["adopted_on"] = _("Enter the date the policy or standard was adopted.")
    if isinstance(row, AiUse) and values.get("gate") == AiUse.Gate.CONDITIONS and not values.get("conditions"):
        errors["conditions"] = _("Enter the conditions of the approval.")
    return errors
