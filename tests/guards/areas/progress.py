"""After publication: status requests and yearly reviews."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from accelerator.content_versions import digest
from cities.models import City
from strategy.document.tree import freeze
from strategy.models import Action, Component, Objective, StatusRequest, StrategyVersion, YearlyReview
from strategy.signoff import lapse, status_requests, yearly_reviews

# An address's name, or its first word, and the row whose number it carries.
OBJECTS: dict[str, Callable[[City], object]] = {
    "status-answer": lambda city: StatusRequest.objects.filter(city=city).order_by("pk").first(),
    "yearly-review": lambda city: YearlyReview.objects.filter(city=city).order_by("pk").first(),
}
# Addresses behind a emailed link, by their whole name.
TOKENS = {"strategy:status": lambda city: _token(city)}
# Other parts of addresses, by their name in the route.
PARTS: dict[str, Callable[[City], object]] = {}
# Addresses that open to fewer than their permission says: the answer to the others, and why.
NARROWER: dict[str, tuple[int, str]] = {}


def _token(city: City) -> str:
    row = StatusRequest.objects.filter(city=city, asked__isnull=False).first()
    return status_requests.link(row).rstrip("/").rsplit("/", 1)[-1]


def fill(city: City, lead) -> None:
    """A signed version with its reviews, and an action of which someone was asked."""
    from tests.guards.world import marker  # noqa: PLC0415 - the world reads the areas

    tree = freeze(city)
    version = StrategyVersion.objects.create(
        city=city,
        strategy=city.strategy,
        number=90,
        tree=tree,
        template="x 1",
        sha256=digest(tree),
        code=f"UPKEEP{city.pk}",
        state="signed",
        signed_at=timezone.now(),
        submitted_by=lead,
    )
    lapse.store_parts(version)
    objective = Objective.objects.create(
        city=city, code="Z9", position=99, title=f"Aim {marker(city)}", component=Component.USE
    )
    Action.objects.create(
        city=city,
        objective=objective,
        code="Z9.9",
        position=1,
        title=f"Act {marker(city)}",
        component=Component.USE,
        owner=lead,
        starts=1,
        due=12,
    )
    yearly_reviews.begin(version=version, by=lead)
    YearlyReview.objects.filter(city=city, months=12).update(
        done_at=timezone.now(), result="continue", words=f"Learned {marker(city)}"
    )
