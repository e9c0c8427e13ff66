"""Changing a city's people: another part, ending access, undoing that."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import User
from cities.invitations.actions import withdraw_open
from cities.models import Membership, StaffRole
from cities.roles import Role


def _keep_a_lead(membership: Membership, *, by: User | None) -> None:
    """The last city lead cannot give up the lead: somebody must be able to invite. Raises ValidationError."""
    if membership.role != Role.CITY_LEAD or by is None or by.pk != membership.user_id:
        return
    leads = membership.city.membership_set.select_for_update(of=("self",)).filter(role=Role.CITY_LEAD)
    if not leads.active().exclude(pk=membership.pk).exists():
        raise ValidationError(
            _("You are the only city lead. Make somebody else city lead first, then end your own part.")
        )


def _refuse_staff(membership: Membership) -> None:
    if StaffRole.objects.filter(user=membership.user).exists():
        raise ValidationError(
            _("%(email)s belongs to GovEx and cannot join a city's team.") % {"email": membership.user.email}
        )


@transaction.atomic
def change_member(membership: Membership, *, role: str, title: str, until: date | None, by: User | None) -> Membership:
    """Another role, position or end date; raises ValidationError where the city would lose its last lead."""
    _refuse_staff(membership)
    if role != Role.CITY_LEAD or until is not None:
        _keep_a_lead(membership, by=by)
    membership.role, membership.title, membership.until = role, title, until
    membership.save(update_fields=["role", "title", "until"])
    opened = membership.user.invitation_set.filter(city=membership.city, accepted_at=None, withdrawn_at=None)
    opened.update(role=role)
    audit.record("member changed", by=by, about=membership, role=role, until=until and until.isoformat())
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: User | None) -> Membership:
    """End a person's access to a city now; an open invitation is withdrawn with it."""
    _keep_a_lead(membership, by=by)
    membership.until = membership.city.today() - timedelta(days=1)
    membership.save(update_fields=["until"])
    withdraw_open(membership.user, by=by, city=membership.city)
    audit.record("access ended", by=by, about=membership, role=membership.role, person=membership.user.email)
    return membership


@transaction.atomic
def take_up_again(membership: Membership, *, by: User | None) -> Membership:
    """Undo an ending: the same role, without an end date. Raises ValidationError for a person of GovEx."""
    _refuse_staff(membership)
    membership.until = None
    membership.save(update_fields=["until"])
    audit.record("access given again", by=by, about=membership, role=membership.role)
    return membership
