"""Adding a roster's cities and people to a cohort."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator import audit
from accelerator.models import Cohort, User
from accelerator.refusals import Refused
from cities import actions as cities
from cities.invitations import actions as invitations
from cities.models import City, Membership
from cities.roster.judging import RosterVerdict
from cities.world import default_language


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of a roster import: all of its cities, how many cities and people are new, and the other changes."""

    cities: list[City]
    new_cities: int
    people: int
    roles: int = 0  # how many changed
    invited: int = 0

    def message(self, cohort: Cohort) -> str:
        cities, people, roles, invited = self.new_cities, self.people, self.roles, self.invited
        added = [
            ngettext("%(n)d city", "%(n)d cities", cities) % {"n": cities} if cities else "",
            ngettext("%(n)d person", "%(n)d people", people) % {"n": people} if people else "",
        ]
        sentences = [_("Added: %(what)s.") % {"what": ", ".join(filter(None, added))}] if any(added) else []
        if roles:
            sentences.append(ngettext("%(n)d role changed.", "%(n)d roles changed.", roles) % {"n": roles})
        if invited:
            sent = ngettext("%(n)d invitation is on its way.", "%(n)d invitations are on their way.", invited)
            sentences.append(sent % {"n": invited})
        elif people and not cohort.is_live:
            sentences.append(_("Invitations will go out when the cohort goes live."))
        return " ".join(sentences) or _("There were no changes to save.")


@transaction.atomic
def import_roster(*, cohort: Cohort, verdicts: Iterable[RosterVerdict], send: bool, by: User) -> Imported:
    """Do everything the roster's preview showed; raises Refused if a row has an error by now."""
    verdicts = list(verdicts)
    # All or nothing: after a partial import, the same file couldn't simply be uploaded again.
    if any(verdict.is_refused for verdict in verdicts):
        raise Refused(_("One of the rows now has an error, so nothing was changed. Check the rows and try again."))
    enrolled: dict[int, City] = {}
    people = roles = invited = 0
    for verdict in verdicts:
        city = _enroll(cohort, verdict, enrolled, by)
        if verdict.gives_role:
            membership = _add_person(city, verdict, by)
            people += verdict.adds_person
            roles += verdict.changes_role
            if send and verdict.adds_person:
                invitations.invite(membership, by=by, cohort=cohort)
                invited += 1
    new = len({v.world.geoname_id for v in verdicts if v.is_new_city and v.world})
    audit.record("roster taken", by=by, about=cohort, cities=new, people=people, roles=roles, invited=invited)
    return Imported(list(enrolled.values()), new, people, roles, invited)


def _enroll(cohort: Cohort, verdict: RosterVerdict, enrolled: dict[int, City], by: User) -> City:
    """The row's city, enrolled on first use."""
    world = verdict.world
    assert world is not None, "a row without an error names a city"
    if world.geoname_id not in enrolled:
        enrolled[world.geoname_id] = cities.enroll(
            cohort=cohort, world=world, language=default_language(world.country), by=by
        ).city
    return enrolled[world.geoname_id]


def _add_person(city: City, verdict: RosterVerdict, by: User) -> Membership:
    assert verdict.role is not None, "a row without an error has a role"
    row = verdict.row
    return cities.add_member(
        city=city,
        email=row.email,
        name=row.person,
        role=verdict.role,
        by=by,
        title=verdict.position,
        language=verdict.language,
    )
