"""A city's people as shown on its team page, and the program's suggestions for a team."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator.models import Email, User
from cities.invitations.actions import email_trouble, state_of
from cities.models import City, Handover, Invitation, Membership, Office
from cities.roles import TEAM_ROLES, TEAM_SIZE, Role


@dataclass(frozen=True, slots=True)
class TeamMember:
    membership: Membership
    invitation: Invitation | None
    trouble: Email | None = None
    is_confirmed_mayor: bool = False
    handover: Handover | None = None  # the latest that wasn't undone

    @property
    def user(self) -> User:
        return self.membership.user

    @property
    def role(self) -> str:
        return str(Role(self.membership.role).label)

    @property
    def is_active(self) -> bool:
        return self.membership.is_active()

    @property
    def gives_access_back(self) -> bool:
        """Whether undoing the handover restores the access, not only items."""
        return self.handover is not None and self.handover.is_undoable and self.handover.gives_access_back

    @property
    def is_pending(self) -> bool:
        return self.invitation is not None and self.invitation.is_open

    @property
    def state(self) -> str:
        return state_of(self.invitation)


def members_of(city: City) -> list[TeamMember]:
    """Current and former members by name, with the latest invitation and its email if that failed."""
    memberships = list(city.membership_set.select_related("user").order_by("user__sort_name", "pk"))
    latest: dict[int, Invitation] = {}
    for invitation in city.invitation_set.select_related("invited_by").order_by("sent_at"):
        latest[invitation.user_id] = invitation
    troubles = email_trouble(latest.values(), {m.user_id: m.user.email for m in memberships})
    confirmed = set(city.officeholder_set.current().filter(office=Office.MAYOR).values_list("user", flat=True))
    handovers = {row.person_id: row for row in city.handover_set.filter(undone_at=None).order_by("at", "pk")}
    return [
        TeamMember(m, latest.get(m.user_id), troubles.get(m.user_id), m.user_id in confirmed, handovers.get(m.user_id))
        for m in memberships
    ]


def advice(people: list[TeamMember]) -> list[str]:
    """Warnings if a team differs from what the program suggests (docs/program.md 2)."""
    roles = [member.membership.role for member in people if member.is_active]
    size = sum(role in TEAM_ROLES for role in roles)  # the mayor's office and guests don't count
    sentences = []
    if size not in TEAM_SIZE:
        sentences.append(
            ngettext(
                "The team has one person. The program suggests 3 or 4.",
                "The team has %(size)d people. The program suggests 3 or 4.",
                size,
            )
            % {"size": size}
        )
    if Role.CITY_LEAD not in roles:
        sentences.append(_("The team doesn’t have a city lead yet."))
    if Role.MAYOR not in roles:
        sentences.append(_("The mayor hasn’t been added yet."))
    elif roles.count(Role.MAYOR) > 1:
        sentences.append(_("More than one person has the mayor role."))
    if Role.MAYOR in roles and not any(member.is_confirmed_mayor for member in people):
        sentences.append(_("GovEx hasn’t confirmed who the mayor is, so the mayor can’t sign yet."))
    return sentences
