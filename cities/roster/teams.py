"""The cities in a roster with their resulting teams, and advice if a team is unusual."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accelerator.naming import normalize
from cities.roles import TEAM_ROLES, TEAM_SIZE, Role
from cities.roster.judging import Known, RosterVerdict
from cities.world import WorldCity


@dataclass(slots=True)
class CitySummary:
    """One city in the roster, with its resulting team."""

    world: WorldCity
    is_new: bool
    people: int = 0
    roles: Counter[str] = field(default_factory=Counter)

    @property
    def team(self) -> int:
        return sum(self.roles[role] for role in TEAM_ROLES)

    @property
    def warnings(self) -> list[str]:
        # Only advice: cities join before their team is complete.
        advice = []
        if self.team not in TEAM_SIZE:
            advice.append(_team_size_advice(self.team))
        if self.roles[Role.CITY_LEAD] != 1:
            advice.append(
                _("The team doesn’t have a city lead yet.")
                if not self.roles[Role.CITY_LEAD]
                else _("%(count)d people have the city lead role. The program expects only one.")
                % {"count": self.roles[Role.CITY_LEAD]}
            )
        if self.roles[Role.MAYOR] > 1:
            advice.append(_("%(count)d people have the mayor role.") % {"count": self.roles[Role.MAYOR]})
        return advice


def _team_size_advice(size: int) -> str:
    if not size:
        return _("No one is on the team yet. The program suggests 3 or 4 people.")
    return _("Team size: %(size)d. The program suggests 3 or 4 people.") % {"size": size}


def summarize(verdicts: Iterable[RosterVerdict], known: Known) -> list[CitySummary]:
    """The roster's cities by name, each with its resulting team, including current members."""
    cities: dict[int, CitySummary] = {}
    for verdict in verdicts:
        if verdict.world is None:
            continue
        city = cities.setdefault(
            verdict.world.geoname_id,
            CitySummary(verdict.world, verdict.is_new_city, roles=Counter(known.teams.get(verdict.world.geoname_id))),
        )
        if verdict.gives_role and verdict.role:
            city.people += verdict.adds_person
            city.roles[verdict.role] += 1
            if verdict.changes_role:
                city.roles[_previous_role(verdict, known)] -= 1
    return sorted(cities.values(), key=lambda city: normalize(city.world.name))


def _previous_role(verdict: RosterVerdict, known: Known) -> str:
    geoname_id: Any = verdict.world and verdict.world.geoname_id
    return next(m.role for m in known.members[verdict.row.email] if m.geoname_id == geoname_id)
