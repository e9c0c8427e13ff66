"""The people in a city's coaching: one list for attendance, commitment owners and note readers."""

from collections.abc import Iterable
from dataclasses import dataclass

from accelerator.models import User
from cities.access import PERMISSIONS, Permission
from cities.models import CITY_ROLES, City, Role
from cities.with_access import program_admins


@dataclass(frozen=True, slots=True)
class Participant:
    """A person and their role in one city's coaching."""

    user: User
    role: Role

    def may(self, permission: Permission) -> bool:
        return permission in PERMISSIONS[self.role]

    @property
    def label(self) -> str:
        """ "Denise Whitlow, city lead"."""
        return f"{self.user}, {self.role.label}"


def people_of(city: City) -> list[Participant]:
    """The city's own people, then its current coaches, then the program's admins; one entry per person."""
    members = city.membership_set.active().select_related("user")
    people = [Participant(row.user, Role(row.role)) for row in members]
    coaches = city.coachassignment_set.active()
    people += [Participant(row.user, Role.COACH) for row in coaches.select_related("user")]
    people += [Participant(admin, Role.PROGRAM_ADMIN) for admin in program_admins()]
    order = [*CITY_ROLES, Role.COACH, Role.PROGRAM_ADMIN]
    people.sort(key=lambda person: (order.index(person.role), person.user.sort_name, person.user.pk))
    # For a person with two roles, such as an admin who coaches, the first in this order counts, so go backward.
    return list({person.user.pk: person for person in reversed(people)}.values())[::-1]


def readers(people: Iterable[Participant], permission: Permission) -> list[User]:
    return [person.user for person in people if person.may(permission)]


def possible_attendees(people: Iterable[Participant], by: User) -> list[Participant]:
    """Everyone who can read about it; of the program's admins only `by`."""
    # Every admin can read every city, so all of them would fill the list.
    return [
        person
        for person in people
        if person.may(Permission.VIEW_COACHING) and (person.role != Role.PROGRAM_ADMIN or person.user == by)
    ]
