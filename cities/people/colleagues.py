"""GovEx and the funder: who has a part in the program."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accelerator.models import Email, User
from cities.invitations import actions as invitations
from cities.models import FunderGrant, Invitation, StaffRole
from cities.roles import Role


@dataclass(frozen=True, slots=True)
class Colleague:
    """A role at GovEx or a funder's grant, as the page of people shows it."""

    part: StaffRole | FunderGrant
    invitation: Invitation | None
    trouble: Email | None = None
    cities: tuple[str, ...] = ()

    @property
    def user(self) -> User:
        return self.part.user

    @property
    def is_pending(self) -> bool:
        return self.invitation is not None and self.invitation.is_open

    @property
    def state(self) -> str:
        return invitations.state_of(self.invitation)

    @property
    def words(self) -> str:
        """What the part is: "coach", "funder viewer of Cohort 2026"."""
        if isinstance(self.part, StaffRole):
            return str(Role(self.part.role).label)
        return _("funder viewer of %(cohort)s") % {"cohort": self.part.cohort}

    @property
    def is_staff(self) -> bool:
        return isinstance(self.part, StaffRole)


def colleagues(user: User | None = None) -> tuple[list[Colleague], list[Colleague]]:
    """Everybody of GovEx, a role a line, and everybody of the funder; of one person where `user` is given.

    Needs the scope of every city: coaches are shown with theirs.
    """
    of = {"user": user} if user else {}
    staff = (
        StaffRole.objects.filter(**of)
        .select_related("user")
        .prefetch_related("user__invitation_set", "user__coachassignment_set__city")
        .order_by("role", "user__sort_name")
    )
    grants = (
        FunderGrant.objects.filter(**of)
        .select_related("user", "cohort")
        .prefetch_related("user__invitation_set")
        .order_by("-cohort__kickoff", "user__sort_name")
    )
    found: list[StaffRole | FunderGrant] = [*staff, *grants]
    latest = [(part, _latest(part)) for part in found]
    emails = {part.user_id: part.user.email for part in found}
    troubles = invitations.email_trouble([invitation for _part, invitation in latest if invitation], emails)
    lines = [
        Colleague(part, invitation, troubles.get(part.user_id), _coached_cities(part)) for part, invitation in latest
    ]
    return lines[: len(staff)], lines[len(staff) :]


def _latest(part: StaffRole | FunderGrant) -> Invitation | None:
    cohort = part.cohort_id if isinstance(part, FunderGrant) else None
    role = Role.FUNDER if isinstance(part, FunderGrant) else part.role
    own = [i for i in part.user.invitation_set.all() if i.role == role and i.cohort_id == cohort]
    return max(own, key=lambda invitation: invitation.sent_at, default=None)


def _coached_cities(part: StaffRole | FunderGrant) -> tuple[str, ...]:
    if isinstance(part, FunderGrant) or part.role != Role.COACH:
        return ()
    return tuple(sorted(row.city.name for row in part.user.coachassignment_set.all() if row.is_active()))
