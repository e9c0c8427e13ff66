"""What former colleagues left to no one and still no one has: offered to whoever has their role now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accelerator.models import User
from cities.access import CityRequest, Permission
from cities.models import City, Handover, Role
from dashboards.handover.kinds import KINDS, Group, may_get, summary


@dataclass(frozen=True, slots=True)
class Offer:
    handover: Handover
    groups: list[Group]

    @property
    def summary(self) -> str:
        """ "5 sections, 2 commitments"."""
        return summary(self.groups)

    @property
    def count(self) -> int:
        return sum(len(group.rows) for group in self.groups)


def offers_in(city: City, handovers: Sequence[Handover], role: str | None = None) -> list[Offer]:
    """What still no one has, limited to what a role may get. One query a kind, however many handovers there are."""
    groups: dict[int, list[Group]] = {handover.pk: [] for handover in handovers}
    for kind in KINDS.values():
        left = {row.pk: {item["pk"] for item in row.open_items if item["kind"] == kind.key} for row in handovers}
        pks = set().union(*left.values())
        # Since then they may have been assigned on other pages: the record doesn't know, the rows do.
        rows = kind.held(city, None, pks) if pks and (role is None or may_get(kind, role)) else []
        for handover in handovers:
            if own := [row for row in rows if row.pk in left[handover.pk]]:
                groups[handover.pk].append(Group(kind, city, own))
    return [Offer(handover, groups[handover.pk]) for handover in handovers if groups[handover.pk]]


def offers_for(city: City, roles: Iterable[str], user: User) -> list[Offer]:
    """For the city's home page: what people in the reader's role on the team, or the city's coach, left to no one."""
    own = [role for role in roles if role != Role.PROGRAM_ADMIN]
    # One statement where there is nothing: a city's home page is opened more often than any other.
    found = city.handover_set.with_open_items().filter(role__in=own).exclude(person=user) if own else None
    rows = list(found.select_related("person")) if found is not None else []
    return [offer for role in own for offer in offers_in(city, [row for row in rows if row.role == role], role)]


def team_offers(request: CityRequest, city: City) -> list[Offer]:
    """For the team page: for those who manage the team, and for a successor in the role."""
    rows = city.handover_set.with_open_items().select_related("person")
    if Permission.MANAGE_TEAM in request.can:
        rows = rows.exclude(role=Role.COACH)  # another coach takes over, not the team
    else:
        rows = rows.filter(role__in=request.roles)
    return offers_in(city, list(rows))
