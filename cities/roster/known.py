"""The database's facts about a roster's people and cities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from accelerator.models import Cohort, User
from cities.models import City, Membership
from cities.roster.file import Row
from cities.roster.judging import Known, Member, geoname_ids


def known_about(rows: Sequence[Row], cohort: Cohort) -> Known:
    """Everything a verdict may need, in a fixed number of queries. Needs the scope of every city."""
    people = User.objects.filter(email__in={row.email for row in rows if row.email})
    people = people.prefetch_related("membership_set__city", "membership_set__user", "staffrole_set", "fundergrant_set")
    cities = City.objects.filter(geoname_id__in=geoname_ids(rows))
    enrolled = cities.filter(enrollment__cohort=cohort).prefetch_related("membership_set__user")
    named = cities.exclude(enrollment__cohort=cohort).values_list("geoname_id", "enrollment__cohort__name")
    return Known(
        staff=frozenset(person.email for person in people if person.staffrole_set.all()),
        funders=frozenset(person.email for person in people if person.fundergrant_set.all()),
        inactive=frozenset(person.email for person in people if not person.is_active),
        members={p.email: [_member(m) for m in p.membership_set.all()] for p in people},
        enrolled=frozenset(city.geoname_id for city in enrolled if city.geoname_id),
        elsewhere={geoname_id: name for geoname_id, name in named if geoname_id and name},
        teams={
            city.geoname_id: Counter(m.role for m in city.membership_set.all() if m.is_active())
            for city in enrolled
            if city.geoname_id
        },
    )


def _member(membership: Membership) -> Member:
    return Member(membership.city.geoname_id, membership.city.name, membership.role, active=membership.is_active())
