"""Register figures: policy types that are still missing, and risks by likelihood and impact."""

from __future__ import annotations

from django.db.models import QuerySet

from cities.models import City
from strategy.plan.choices import Level, Likelihood
from strategy.plan.models import Policy, Risk
from strategy.template.models import PolicyType, PolicyTypeVersion

MOST_RISKS = 10  # about as many as a team can track


def policy_types() -> QuerySet[PolicyType]:
    newest = PolicyTypeVersion.objects.exclude(published_at=None).order_by("-number")[:1]
    return PolicyType.objects.filter(version__in=newest).order_by("position")


def missing_types(city: City) -> list[PolicyType]:
    present = city.policy_set.exclude(state=Policy.State.DROPPED).values_list("type__key", flat=True)
    return list(policy_types().exclude(key__in=list(present)))


def risk_grid(risks: list[Risk]) -> list[tuple[Likelihood, list[tuple[Level, list[tuple[int, Risk]]]]]]:
    """Likelihood by impact, highest likelihood first: each cell has the risks with their numbers in the list."""
    numbered = list(enumerate(risks, 1))

    def cell(likelihood: Likelihood, impact: Level) -> list[tuple[int, Risk]]:
        return [pair for pair in numbered if (pair[1].likelihood, pair[1].impact) == (likelihood, impact)]

    rows = reversed(Likelihood)
    return [(likelihood, [(impact, cell(likelihood, impact)) for impact in Level]) for likelihood in rows]
