"""The tree in readable form: labels in the document's language, quarters with their months, the plan's rows.

Shared by the templates of the PDF, the Word document and the public page; no queries.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import TextChoices
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from accelerator import formats
from strategy.document import tables
from strategy.document.tree import YEARS, Tree
from strategy.plan import costs
from strategy.plan.choices import Direction, Frequency, Instrument, Level, Likelihood
from strategy.plan.models import QUARTERS, AiUse, Policy
from strategy.template.models import Component


def quarter(tree: Tree, number: int) -> dict[str, Any]:
    """For example {"name": "Y1Q2", "months": "Oct–Dec 2027"}."""
    first = _month(tree, 3 * (number - 1))
    return {"name": formats.quarter(number), "months": formats.months(first, _month(tree, 3 * number - 1))}


def years(tree: Tree) -> list[dict[str, Any]]:
    spans = [(_month(tree, 12 * number), _month(tree, 12 * number + 11)) for number in range(YEARS)]
    return [{"number": index + 1, "span": formats.months(*span)} for index, span in enumerate(spans)]


def plan(tree: Tree) -> dict[str, Any]:
    """Objectives with measures and actions, and the columns of the 12-quarter chart."""
    objectives = [_objective(tree, row) for row in tree["plan"]["objectives"]]
    return {
        "objectives": objectives,
        "shows_measures": not tables.shows_measures_apart(tree),
        "actions": sum(len(row["actions"]) for row in objectives),
        "measures": [{"objective": row, "measure": measure} for row in objectives for measure in row["measures"]],
        "years": years(tree),
        "quarters": [quarter(tree, number) for number in range(1, QUARTERS + 1)],
    }


def policies(tree: Tree) -> list[dict[str, Any]]:
    """`when` is the date of adoption, else the months for which a policy is planned."""
    return [
        row
        | {
            "state_label": Policy.State(row["state"]).label,
            "instrument_label": Instrument(row["instrument"]).label if row["instrument"] else "",
            "when": day(row["adopted_on"]) or (quarter(tree, row["due"])["months"] if row["due"] else ""),
        }
        for row in tree["policies"]
    ]


def ai_uses(tree: Tree) -> list[dict[str, Any]]:
    return [
        row
        | {
            "owner": ", ".join(filter(None, [row["owner_role"], row["owner_name"]])),
            "risk_label": _label(Level, row["risk"]),
            "gate_label": AiUse.Gate(row["gate"]).label,
            "reviewed": day(row["reviewed_on"]),
        }
        for row in tree["ai_uses"]
    ]


def risks(tree: Tree) -> list[dict[str, Any]]:
    return [
        row | {"likelihood_label": _label(Likelihood, row["likelihood"]), "impact_label": _label(Level, row["impact"])}
        for row in tree["risks"]
    ]


def of_tables(tree: Tree) -> dict[str, Any]:
    """The context of all tables' templates."""
    return {"plan": plan(tree), "policies": policies(tree), "ai_uses": ai_uses(tree), "risks": risks(tree)}


def parts(tree: Tree) -> list[dict[str, Any]]:
    """The tables that follow the sections: anchor, table and title."""
    titles = {
        "plan": _("The plan in detail"),
        "policies": _("Policies and standards register"),
        "ai-uses": _("AI use register"),
        "risks": _("Risk register"),
    }
    return [{"key": f"register-{table}", "table": table, "title": titles[table]} for table in tables.trailing(tree)]


def component(value: str) -> str:
    return _label(Component, value)


def day(value: str | None) -> str:
    parsed = parse_date(value) if value else None
    return formats.day(parsed) if parsed else ""


def figure(value: str | None) -> str:
    return "" if value is None else formats.number(value)


def _objective(tree: Tree, row: Tree) -> dict[str, Any]:
    return row | {
        "component_label": component(row["component"]),
        "measures": [_measure(measure) for measure in row["measures"]],
        "actions": [_action(tree, action) for action in row["actions"]],
    }


def _action(tree: Tree, row: Tree) -> dict[str, Any]:
    owner = row["owner"]
    starts, due = row["starts"] or row["due"], row["due"] or row["starts"]
    when = ""
    if starts and due:
        first, last = _month(tree, 3 * (starts - 1)), _month(tree, 3 * due - 1)
        when = formats.months(first, last)
    quarters = "–".join(dict.fromkeys(formats.quarter(number) for number in (starts, due) if number))
    return row | {
        "component_label": component(row["component"]),
        "owner_label": ", ".join(filter(None, [owner["role"], owner["person"]])),
        "when": when,
        "timing": f"{quarters} ({when})" if when else quarters,
        "bar": _bar(starts, due),
        "quarters": quarters,
        "cost_label": costs.frozen_label(row["cost_band"], tree["plan"]),
        "fte_label": figure(row["fte"]),
        "measure": _measure(row["measure"]),
    }


def _bar(starts: int | None, due: int | None) -> list[dict[str, Any]]:
    """The cells of an action's row in the chart: single empty quarters, and one bar that spans several."""
    cells = [{"number": number, "span": 1, "filled": False} for number in range(1, QUARTERS + 1)]
    if starts and due:
        cells[starts - 1 : due] = [{"number": starts, "span": due - starts + 1, "filled": True}]
    return cells


def _measure(row: Tree) -> dict[str, Any]:
    return row | {
        "full_name": f"{row['name']} ({row['unit']})" if row["unit"] else row["name"],
        "baseline_label": _("not known yet") if row["baseline_unknown"] else figure(row["baseline"]),
        "baseline_day": day(row["baseline_on"]),
        "direction_label": _label(Direction, row["direction"]),
        "frequency_label": _label(Frequency, row["frequency"]),
        "target_labels": [figure(target) for target in row["targets"]],
        "has_figures": any(value is not None for value in [row["baseline"], *row["targets"]]),
    }


def _label(choices: type[TextChoices], value: str) -> str:
    return str(choices(value).label) if value else ""


def _month(tree: Tree, months: int) -> date:
    """The first day of the month this many months after the plan starts."""
    month = tree["plan"]["first_year"] * 12 + tree["plan"]["fiscal_year_start"] - 1 + months
    return date(month // 12, month % 12 + 1, 1)
