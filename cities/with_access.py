"""Who has access today: by address, before anyone is signed in, and who runs the program."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from accelerator.models import User
from cities.models import FunderGrant, Membership, Role, StaffRole


def may_sign_in(email: str) -> User | None:
    """The person with this address who has access today; None for a stranger and for someone whose access ended."""
    # One statement in every case, so that its duration doesn't reveal who has an account.
    own = {"user": OuterRef("pk")}
    part = (
        Exists(StaffRole.objects.filter(**own))
        | Exists(Membership.objects.active().filter(**own))
        | Exists(FunderGrant.objects.filter(**own))
    )
    return User.objects.filter(part, email=email, is_active=True).first()


def program_admins() -> list[User]:
    rows = StaffRole.objects.filter(role=Role.PROGRAM_ADMIN, user__is_active=True).select_related("user")
    return [row.user for row in rows]


def has_staff_role(user: User, role: str) -> bool:
    return StaffRole.objects.filter(user=user, role=role).exists()
