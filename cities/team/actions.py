from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import User
from cities.actions import refuse_program_people, require_near_end
from cities.invitations import address
from cities.invitations.actions import withdraw_open
from cities.models import Membership
from cities.offices import actions as offices
from cities.roles import Role


def _require_another_lead(membership: Membership, *, by: User | None) -> None:
    """Raises ValidationError if the last city lead gives up the role: no one could invite people anymore."""
    # A program admin can end the last lead's access and invite another.
    if membership.role != Role.CITY_LEAD or by is None or by.pk != membership.user_id:
        return
    # Locked: two leads who step down at the same moment would leave none.
    leads = membership.city.membership_set.select_for_update(of=("self",)).filter(role=Role.CITY_LEAD)
    if not leads.active().exclude(pk=membership.pk).exists():
        raise ValidationError(
            _(
                "You’re the only city lead. Make someone else the city lead before you change your role or end "
                "your access."
            )
        )


def _require_word(membership: Membership, role: str, *, by: User | None) -> None:
    is_mayor_already = membership.role == Role.MAYOR and membership.is_active()
    if role == Role.MAYOR and not is_mayor_already:
        offices.require_word_for_mayor(membership.city, user=membership.user, by=by)


def _end_lapsed_offices(membership: Membership) -> None:
    """What was confirmed ended with the access, also where a date ended it: a later date doesn't bring it back."""
    if not membership.is_active():
        offices.end_all(membership)
        address.void(membership.user)


@transaction.atomic
def change_member(membership: Membership, *, role: str, title: str, until: date | None, by: User | None) -> Membership:
    """Raises ValidationError for GovEx staff, the funder, a guest for over a year, and the last lead's change."""
    refuse_program_people(membership.user)
    require_near_end(membership.city, role, until)
    if role != Role.CITY_LEAD or until is not None:
        _require_another_lead(membership, by=by)
    _require_word(membership, role, by=by)
    before = membership.role
    _end_lapsed_offices(membership)
    membership.role, membership.title, membership.until = role, title, until
    membership.save(update_fields=["role", "title", "until"])
    opened = membership.user.invitation_set.filter(city=membership.city, accepted_at=None, withdrawn_at=None)
    opened.update(role=role)
    audit.record("member changed", by=by, about=membership, role=role, until=until and until.isoformat())
    offices.follow_role(membership, before, by=by)
    return membership


@transaction.atomic
def end_membership(membership: Membership, *, by: User | None) -> Membership:
    """End a person's access to a city now and withdraw an open invitation."""
    _require_another_lead(membership, by=by)
    # The last day is inclusive, so access that ends now ended yesterday.
    membership.until = membership.city.today() - timedelta(days=1)
    membership.save(update_fields=["until"])
    withdraw_open(membership.user, by=by, city=membership.city)
    address.void(membership.user)
    offices.end_all(membership)
    audit.record("access ended", by=by, about=membership, role=membership.role, person=membership.user.email)
    return membership


@transaction.atomic
def restore_membership(membership: Membership, *, by: User | None, until: date | None = None) -> Membership:
    """Undo an ending: the same role until a former end date, or without one.

    Raises ValidationError for GovEx staff, the funder, and a guest reviewer without an end date.
    """
    refuse_program_people(membership.user)
    if membership.role == Role.GUEST_REVIEWER and until is None:
        raise ValidationError(
            _(
                "A guest reviewer’s access needs a last day. To give %(name)s access again, invite them and choose "
                "the last day."
            )
            % {"name": membership.user}
        )
    _require_word(membership, membership.role, by=by)
    _end_lapsed_offices(membership)
    membership.until = until
    membership.save(update_fields=["until"])
    audit.record("access given again", by=by, about=membership, role=membership.role, until=until and until.isoformat())
    return membership
