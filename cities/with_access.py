"""Who has access today, asked by address before anyone is signed in."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from accelerator.models import User
from cities.models import FunderGrant, Membership, StaffRole


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
