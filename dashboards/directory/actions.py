"""Correcting people and inviting several again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from accelerator import audit
from accelerator.conflicts import refusing
from accelerator.models import Cohort, User
from cities.invitations import actions as invitations
from cities.invitations import address
from cities.models import City, FunderGrant, Membership, Role, StaffRole
from dashboards.directory.listing import Entry


@transaction.atomic
def correct(user: User, values: dict[str, Any], *, by: User) -> str:
    """Save corrections; returns "sent" if an invitation went to a new address, "asked" if the person has to confirm the
    address first, else "". Raises Refused.
    """
    former = {name: getattr(user, name) for name in values}
    with refusing("email"):
        if user.last_login is None:
            corrected = {"name": user.name, "email": user.email, "language": user.language} | values
            is_sent = invitations.correct(user, by=by, **corrected)
            audit.record("person corrected", by=by, about=user, former=former, now=values)
            return "sent" if is_sent else ""
        new = values.pop("email", None)
        for name, value in values.items():
            setattr(user, name, value)
        if values:
            user.save(update_fields=[*values, "sort_name"])
            audit.record("person corrected", by=by, about=user, former=former, now=values)
        if new is None:
            return ""
        address.request_change(user, email=new, by=by)
    return "asked"


@transaction.atomic
def invite_again(cohort: Cohort, people: Iterable[Entry], *, by: User) -> int:
    """Invite those who have never signed in and whose city takes part; returns how many emails went out."""
    chosen = [entry for entry in people if entry.is_invitable]
    slugs = {entry.city_slug for entry in chosen}
    invitations.lock_cities(cohort.enrollment_set.filter(slug__in=slugs).values_list("city", flat=True))
    # A coach is listed once for each city.
    parts = dict.fromkeys(part for entry in chosen if (part := _part(cohort, entry)))
    for part in parts:
        invitations.invite(part, by=by, cohort=cohort)
    return len(parts)


def _part(cohort: Cohort, entry: Entry) -> Membership | StaffRole | FunderGrant | None:
    if entry.kind == "member":
        enrollment = cohort.enrollment_set.invitable().filter(slug=entry.city_slug).select_related("city").first()
        if enrollment is None:  # the city has paused or left since the page was shown
            return None
        city: City = enrollment.city
        return city.membership_set.active().select_related("user", "city").filter(pk=entry.key).first()
    if entry.kind == "coach":
        return StaffRole.objects.filter(user=entry.person, role=Role.COACH).select_related("user").first()
    return cohort.fundergrant_set.filter(pk=entry.key).select_related("user", "cohort").first()
