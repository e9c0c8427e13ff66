"""What a successor is offered on the city's home page."""

from __future__ import annotations

from dataclasses import dataclass

from accelerator.models import User
from cities.models import City, Handover
from dashboards.handover.actions import offered
from dashboards.handover.kinds import summary


@dataclass(frozen=True, slots=True)
class Offer:
    handover: Handover
    summary: str  # "5 sections, 2 commitments"


def offers_for(city: City, user: User) -> list[Offer]:
    """Items that former members in the reader's role left to no one."""
    # One statement where there is nothing: a city's home page is opened more often than any other.
    roles = city.membership_set.active().filter(user=user).values("role")
    rows = city.handover_set.with_open_items().filter(role__in=roles).exclude(person=user)
    offers = [Offer(row, summary(offered(row, row.role))) for row in rows.select_related("person", "city")]
    return [offer for offer in offers if offer.summary]
