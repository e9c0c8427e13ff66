"""The action plan and its registers."""

from __future__ import annotations

from collections.abc import Callable

from cities.models import City
from strategy.models import AiUse, Policy, Risk
from strategy.plan import actions as plan
from strategy.plan import registers
from tests.guards import world

# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {
    "objective": lambda city: city.objective_set.order_by("pk").first(),
    "measure": lambda city: city.objectivemeasure_set.order_by("pk").first(),
    "action": lambda city: city.action_set.order_by("pk").first(),
    "policy": lambda city: city.policy_set.order_by("pk").first(),
    "ai": lambda city: city.aiuse_set.order_by("pk").first(),
    "risk": lambda city: city.risk_set.order_by("pk").first(),
}
# Other parts of addresses, by their name in the route.
PARTS: dict[str, Callable[[City], object]] = {}
# Addresses that open to fewer than their permission says: the answer to the others, and why.
NARROWER: dict[str, tuple[int, str]] = {}


def fill(city: City, lead) -> None:
    """Rows with words of the city's own."""
    text = world.marker(city)
    kind = registers.policy_types().first()
    policy = plan.add(Policy(city=city), by=lead, title=f"Policy {text}", type=kind, adopted_by=text)
    objective = plan.add_objective(city=city, by=lead, title=f"Objective {text}", component="governance", priority=text)
    plan.add_measure(objective=objective, by=lead, measure=f"Measure {text}", unit=text, baseline=1)
    words = ("description", "owner_role", "department", "supporting", "funding", "resident_impact", "measure", "source")
    more = {"starts": 1, "due": 2, "policy": policy, **dict.fromkeys(words, text)}
    first = plan.add_action(objective=objective, by=lead, title=f"Action {text}", **more)
    plan.add_action(objective=objective, by=lead, title=f"Second {text}", depends_on=[first])
    plan.record_update(first, status="in_progress", rag="amber", reason=text, words=text, by=lead)
    words = ("purpose", "vendor", "owner_role", "department", "human_review", "conditions")
    plan.add(AiUse(city=city), by=lead, name=f"Use {text}", gate="conditions", **dict.fromkeys(words, text))
    more = {"likelihood": "low", "impact": "high", "owner_role": text, "mitigation": text}
    plan.add(Risk(city=city), by=lead, title=f"Risk {text}", **more)
