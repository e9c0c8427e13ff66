"""The demo's people, for one-click sign-in."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import QuerySet

from accelerator import rls
from accelerator.models import User
from cities.models import Membership, Role

FIRST_CITY = "tulsa-us"  # shown first if it takes part: its pages have the most content


@dataclass(frozen=True, slots=True)
class DemoPerson:
    pk: int
    name: str
    role: str
    place: str = ""


@dataclass(slots=True)
class DemoPeople:
    """`main`: staff, coach, city lead, mayor, funder; `others`: the rest by city."""

    main: list[DemoPerson] = field(default_factory=list)
    others: dict[str, list[DemoPerson]] = field(default_factory=dict)


def fictional() -> QuerySet[User]:
    """The users available for one-click sign-in."""
    return User.objects.filter(fictionalperson__isnull=False, is_active=True)


def people() -> DemoPeople:
    with rls.every_city():  # fictional people only, and only in the demo
        by_city = _by_city()
        coach = _coach(next(iter(by_city), ""))
    first_city = next(iter(by_city.values()), [])
    chosen = [
        _staff(Role.PROGRAM_ADMIN),
        coach,
        *(next((p for p in first_city if p.role == role.label), None) for role in (Role.CITY_LEAD, Role.MAYOR)),
        _funder(),
    ]
    main = [person for person in chosen if person]
    main_pks = {person.pk for person in main}
    others = {name: [p for p in persons if p.pk not in main_pks] for name, persons in by_city.items()}
    return DemoPeople(main, {name: persons for name, persons in others.items() if persons})


def _by_city() -> dict[str, list[DemoPerson]]:
    """People on the cities' teams, the first city's first."""
    # One statement: the sign-in page is the first that a visitor sees.
    rows = (
        fictional()
        .filter(membership__in=Membership.objects.active())
        .values_list("pk", "name", "membership__role", "membership__city__name", "membership__city__slug")
        .order_by("membership__city__sort_name", "sort_name")
    )
    order = list(Role)
    people_of: dict[str, list[DemoPerson]] = {}
    for pk, name, role, city, _slug in sorted(
        rows, key=lambda row: (row[4] != FIRST_CITY, row[3], order.index(Role(row[2])))
    ):
        people_of.setdefault(city, []).append(DemoPerson(pk, name, str(Role(role).label), city))
    return people_of


def _coach(city: str) -> DemoPerson | None:
    """The coach of the first city, or any coach."""
    coaches = fictional().filter(staffrole__role=Role.COACH).order_by("pk")
    user = coaches.filter(coachassignment__city__name=city).first() or coaches.first()
    return DemoPerson(user.pk, user.name, str(Role.COACH.label)) if user else None


def _staff(role: Role) -> DemoPerson | None:
    user = fictional().filter(staffrole__role=role).order_by("pk").first()
    return DemoPerson(user.pk, user.name, str(role.label)) if user else None


def _funder() -> DemoPerson | None:
    user = fictional().filter(fundergrant__isnull=False).order_by("pk").first()
    return DemoPerson(user.pk, user.name, str(Role.FUNDER.label)) if user else None
