"""How a role in the program ends."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import User
from cities.invitations import address
from cities.invitations.actions import withdraw_open
from cities.models import FunderGrant, StaffRole
from cities.roles import Role


@transaction.atomic
def end_staff(staff_role: StaffRole, *, by: User | None) -> None:
    """End a GovEx role and a coach's assignments. Raises ValidationError for the last admin."""
    user, role = staff_role.user, staff_role.role
    # Locked: two admins who end each other's roles at the same moment must not leave none.
    others = StaffRole.objects.select_for_update().filter(role=role).exclude(pk=staff_role.pk)
    if role == Role.PROGRAM_ADMIN and not [other for other in others if other.user.is_active]:
        raise ValidationError(_("This is the only program admin. Add another one first."))
    if role == Role.COACH:
        for assignment in user.coachassignment_set.filter(ends_on=None).select_related("city"):
            # The last day is inclusive, so access ends now by ending yesterday; the database refuses an end before the
            # start.
            assignment.ends_on = max(assignment.starts_on, assignment.city.today() - timedelta(days=1))
            assignment.save(update_fields=["ends_on"])
    withdraw_open(user, by=by, role=role, city=None)
    address.void(user)
    # Audit before deleting the row, which has the ID that the audit log needs.
    audit.record("staff ended", by=by, about=staff_role, role=role, person=user.email)
    staff_role.delete()


@transaction.atomic
def end_grant(grant: FunderGrant, *, by: User | None) -> None:
    withdraw_open(grant.user, by=by, role=Role.FUNDER, cohort=grant.cohort)
    address.void(grant.user)
    audit.record("funder ended", by=by, about=grant, person=grant.user.email, cohort=grant.cohort.slug)
    grant.delete()
