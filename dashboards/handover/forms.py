from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from accelerator.models import User
from cities.models import City, CoachAssignment, Membership, Role, StaffRole
from dashboards.handover.actions import cities_of
from dashboards.handover.kinds import Group, groups_of, may_get, note_of_no_one, notices, summary

NO_ONE = "none"
Choices = list[tuple[str, str]]


class HandoverForm(forms.Form):
    """One choice a group: a person, or knowingly no one."""

    def __init__(self, *args: Any, people: Sequence[User] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}

    def add_choice(self, name: str, label: str, choices: Choices, initial: str, help_text: str = "") -> None:
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=choices,
            initial=initial,
            help_text=help_text,
            error_messages={"required": _("Choose who takes this over, or choose no one.")},
        )

    def chosen(self, name: str) -> User | None:
        return self.people.get(self.cleaned_data[name])


class MemberHandoverForm(HandoverForm):
    """What a city's person has, by kind."""

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        self.city, self.person = membership.city, membership.user
        others = self.city.membership_set.active().exclude(user=self.person).select_related("user")
        rows = sorted(others, key=lambda row: (row.role != Role.CITY_LEAD, row.user.sort_name, row.pk))
        super().__init__(*args, people=[row.user for row in rows], **kwargs)
        self.groups = groups_of(self.city, self.person)
        self.notices = notices(self.city, self.person, membership.role)
        for group in self.groups:
            able = [row for row in rows if may_get(group.kind, row.role)]
            choices = [(str(row.user_id), f"{row.user}, {Role(row.role).label}") for row in able]
            same = [str(row.user_id) for row in able if row.role == membership.role]
            first = [str(row.user_id) for row in able if row.role == Role.CITY_LEAD]
            default = (first or same or [NO_ONE])[0]
            choices.append((NO_ONE, note_of_no_one()))
            self.add_choice(group.kind.key, group.title, choices, default)

    @property
    def pairs(self) -> list[tuple[Group, forms.BoundField]]:
        return [(group, self[group.kind.key]) for group in self.groups]

    def to(self) -> dict[str, User | None]:
        return {group.kind.key: self.chosen(group.kind.key) for group in self.groups}


def _staff_choices(person: User, *, coaches_only: bool) -> list[User]:
    roles = StaffRole.objects.filter(user__is_active=True).exclude(user=person)
    if coaches_only:
        roles = roles.filter(role=Role.COACH)
    return list(User.objects.filter(pk__in=roles.values("user")))


def _city_help(city: City, person: User, assignments: Sequence[CoachAssignment]) -> str:
    held = summary(groups_of(city, person))
    parts = [f"{held}." if held else "", *notices(city, person, Role.COACH if assignments else "")]
    return " ".join(filter(None, parts)) or _("Nothing is pending.")


def _coach_label(city: City) -> str:
    return _("New coach for %(city)s") % {"city": city}


def _colleague(assignment: CoachAssignment) -> str:
    """Another coach of the same city, who takes over by default."""
    others = assignment.enrollment.coachassignment_set.active().exclude(user=assignment.user)
    other = others.first()
    return str(other.user_id) if other else ""


def _coach_choices(people: Sequence[User], default: str) -> Choices:
    choices = [(str(person.pk), str(person)) for person in people]
    # Without a default someone must be chosen: no city loses its coach by a click that didn't say so.
    empty = [] if default else [("", _("Choose a person"))]
    return [*empty, *choices, (NO_ONE, _("No coach for now"))]


class CoachingHandoverForm(HandoverForm):
    """Who coaches a city next."""

    def __init__(self, *args: Any, assignment: CoachAssignment, **kwargs: Any) -> None:
        people = _staff_choices(assignment.user, coaches_only=True)
        super().__init__(*args, people=people, **kwargs)
        default, city = _colleague(assignment), assignment.city
        help_text = _city_help(city, assignment.user, [assignment])
        self.add_choice("coach", _coach_label(city), _coach_choices(people, default), default, help_text)


class RoleHandoverForm(HandoverForm):
    """Who takes over each city when a role in the program ends."""

    def __init__(self, *args: Any, staff_role: StaffRole, **kwargs: Any) -> None:
        person = staff_role.user
        coaches, staff = (_staff_choices(person, coaches_only=only) for only in (True, False))
        super().__init__(*args, people=staff, **kwargs)
        self.cities = cities_of(staff_role)
        for city, assignments in self.cities:
            help_text = _city_help(city, person, assignments)
            if assignments:
                default = next(filter(None, map(_colleague, assignments)), "")
                self.add_choice(_name(city), _coach_label(city), _coach_choices(coaches, default), default, help_text)
            else:
                choices = [(str(other.pk), str(other)) for other in staff]
                label = _("%(city)s: who takes over") % {"city": city}
                self.add_choice(_name(city), label, [*choices, (NO_ONE, _("No one for now"))], NO_ONE, help_text)

    def coaches(self) -> dict[int, User | None]:
        return {city.pk: self.chosen(_name(city)) for city, _assignments in self.cities}

    def left_without_coach(self) -> list[City]:
        chosen = self.coaches()
        return [
            city for city, rows in self.cities if chosen[city.pk] is None and not all(_colleague(row) for row in rows)
        ]


def _name(city: City) -> str:
    return f"city{city.pk}"


class SuccessorForm(HandoverForm):
    """Which team member takes over, for whoever manages the team."""

    def __init__(self, *args: Any, city: City, role: str, **kwargs: Any) -> None:
        rows = city.membership_set.active().exclude(role=Role.GUEST_REVIEWER).select_related("user")
        # The newest person in the same role is the likely successor.
        ordered = sorted(rows, key=lambda row: (row.role != role, -row.pk))
        super().__init__(*args, people=[row.user for row in ordered], **kwargs)
        self.roles = {row.user_id: row.role for row in ordered}
        choices = [(str(row.user_id), f"{row.user}, {Role(row.role).label}") for row in ordered]
        self.add_choice("successor", _("Successor"), choices, choices[0][0] if choices else "")
