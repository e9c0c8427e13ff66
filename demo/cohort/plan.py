"""Action plans, registers and risks of six cities; three are complete enough to sign, three have gaps."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from accelerator.models import User
from cities.models import Role
from demo.cohort import progress
from demo.cohort.story import Story
from strategy.models import Action, AiUse, Policy, Risk
from strategy.plan import actions as plan
from strategy.plan import quarters, registers
from strategy.plan.choices import Rag, Status
from strategy.plan.models import QUARTERS

PLANS = Path(__file__).parent / "plans"
REPORTED = 12  # days ago


def play(story: Story) -> None:
    path = PLANS / f"{story.slug}.json"
    if not path.exists():
        return
    data = json.loads(path.read_text(encoding="utf-8"))
    lead = story.people[next(row["email"] for row in story.data["people"] if row["role"] == Role.CITY_LEAD)]
    quarter = _set_calendar(story, lead)
    owners = {email.split("@")[0]: person for email, person in story.people.items()}
    policies = _policies(story, data["policies"], lead)
    actions_by_code: dict[str, Action] = {}
    # One objective at a time: an action may depend on an earlier objective's action, by its code.
    for row in data["objectives"]:
        objective = plan.add_objective(
            city=story.city, by=lead, title=row["title"], component=row["component"], priority=row["priority"]
        )
        for measure in row["measures"]:
            plan.add_measure(objective=objective, by=lead, **_figures(measure), is_resident_outcome=measure["resident"])
        for action_row in row["actions"]:
            action = plan.add_action(
                objective=objective,
                by=lead,
                **_action(action_row, owners, policies, row["priority"]),
                depends_on=[actions_by_code[code] for code in action_row.get("waits", [])],
            )
            actions_by_code[action.code] = action
            _report(story, action, action_row, quarter)
    _registers(story, data, owners, lead)


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    targets = row.get("targets", [None, None, None])
    targets_by_name = {f"target_{number}": value for number, value in enumerate(targets, 1)}
    targets_by_name["baseline"], targets_by_name["baseline_unknown"] = (
        row.get("baseline"),
        row.get("baseline_unknown", False),
    )
    return targets_by_name | {name: row.get(name, "") for name in ("measure", "unit", "direction")}


def _action(row: dict[str, Any], owners: dict[str, User], policies: dict[str, Policy], priority: str) -> dict[str, Any]:
    texts = {name: row.get(name, "") for name in ("title", "owner_role", "department", "cost_band")}
    figures = _figures(row) | {"direction": "up" if row.get("measure") else "", "frequency": "quarterly"}
    if not row.get("measure"):
        figures = {}
    return {
        **texts,
        **figures,
        "priority": priority,
        "owner": owners.get(row.get("owner", "")),
        "starts": row.get("starts"),
        "due": row.get("due"),
        "policy": policies.get(row.get("policy", "")),
    }


def _set_calendar(story: Story, lead: User) -> int:
    """Set when the plan starts; the quarter that it is in today, 0 if it starts later."""
    city, today = story.city, story.city.today()
    strategy = city.strategy
    if story.slug == "merida-mx":
        progress.set_calendar(story, lead)
    else:
        year = today.year if today.month >= city.fiscal_year_start else today.year - 1
        # A city that is further into its fiscal year plans for the next one.
        if (quarters.position(date(year, city.fiscal_year_start, 1), today) or QUARTERS) < 3:
            quarters.set_year(strategy=strategy, city=city, year=year, by=lead)
    return int(quarters.position(quarters.first_day(strategy, city), today) or 0)


def report_in(quarter: int, row: dict[str, Any]) -> dict[str, Any]:
    """What an owner can have reported by this quarter of the plan; empty before an action starts."""
    never = QUARTERS + 1
    starts, due = row.get("starts") or row.get("due") or never, row.get("due") or row.get("starts") or never
    status, rag = row.get("status", Status.NOT_STARTED), row.get("rag", "")
    report = {"status": status, "percent": row.get("percent"), "rag": rag, "reason": row.get("reason", "")}
    if starts > quarter:
        is_held = quarter and status == Status.ON_HOLD
        return {"status": status, "words": report["reason"]} if is_held else {}
    if due < quarter and status in (Status.NOT_STARTED, Status.IN_PROGRESS) and rag in ("", Rag.GREEN):
        return {"status": Status.COMPLETED, "percent": 100, "rag": Rag.GREEN}
    return {} if status == Status.NOT_STARTED else report


def _report(story: Story, action: Action, row: dict[str, Any], quarter: int) -> None:
    """The owner's report from a few days ago."""
    report = report_in(quarter, row)
    if not report:
        return
    # Spread by the row's ID: identical report times would look fake.
    moment = story.ago(REPORTED - action.pk % 9, 10 + action.pk % 6)
    plan.record_update(action, **report, by=action.owner, at=moment)


def _policies(story: Story, rows: list[dict[str, Any]], lead: Any) -> dict[str, Policy]:
    types, policies = {row.key: row for row in registers.policy_types()}, {}
    for row in rows:
        days = row.get("adopted_days_ago")
        policies[row["title"]] = plan.add(
            Policy(city=story.city),
            by=lead,
            title=row["title"],
            type=types[row["type"]],
            state=row["state"],
            due=int(row["due"]) if row.get("due") else None,
            instrument=row.get("instrument", ""),
            number=row.get("number", ""),
            adopted_by=row.get("adopted_by", ""),
            adopted_on=story.working_day(int(days)) if days else None,
        )
    return policies


def _registers(story: Story, data: dict[str, Any], owners: dict[str, User], lead: Any) -> None:
    columns = "name purpose owner_role owner_name department vendor risk human_review gate conditions"
    for row in data["ai_uses"]:
        days = row.get("reviewed_days_ago")
        day = story.working_day(int(days)) if days else None
        plan.add(
            AiUse(city=story.city),
            by=lead,
            **{name: row.get(name, "") for name in columns.split()},
            affects_residents=bool(row.get("affects")),
            reviewed_on=day,
            next_review_on=day + timedelta(days=365) if day else None,
        )
    for row in data["risks"]:
        texts = {name: row.get(name, "") for name in ("title", "likelihood", "impact", "owner_role", "mitigation")}
        plan.add(Risk(city=story.city), by=lead, owner=owners.get(row.get("owner", "")), **texts)
