"""Confirming who holds an office, and who holds it now."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import User
from accelerator.refusals import Refused
from cities.models import City, Membership, StaffRole
from cities.offices.models import SINGLE, Office, Officeholder
from cities.roles import Role

Side = Officeholder.Side


def mayor(city: City) -> Officeholder | None:
    """The mayor whose office is confirmed."""
    return city.officeholder_set.current().filter(office=Office.MAYOR).first()


def side_of(city: City, by: User) -> str:
    """For whom this person may confirm offices in the city; "" if they may not."""
    if StaffRole.objects.filter(user=by, role=Role.PROGRAM_ADMIN).exists():
        return Side.GOVEX
    holder = mayor(city)
    return Side.MAYOR if holder and holder.user_id == by.pk else ""


@transaction.atomic
def confirm(*, city: City, user: User, office: str, by: User) -> Officeholder:
    """Confirm that a member of the city's team holds an office; raises Refused. Confirming again renews it."""
    City.objects.select_for_update(no_key=True).get(pk=city.pk)  # two people who confirm two mayors
    side = side_of(city, by)
    if not side:
        raise Refused(_("Only GovEx or the mayor can confirm who holds an office."))
    if user.pk == by.pk:
        raise Refused(_("You can’t confirm your own office. Ask GovEx to confirm it."))
    membership = city.membership_set.active().filter(user=user).exclude(role=Role.GUEST_REVIEWER).first()
    if membership is None:
        raise Refused(_("%(name)s isn’t on the city’s team.") % {"name": user})
    if office == Office.MAYOR and membership.role != Role.MAYOR:
        raise Refused(_("%(name)s doesn’t have the mayor role on the city’s team.") % {"name": user})
    if office == Office.DELEGATE and membership.role != Role.MAYORS_DELEGATE:
        raise Refused(_("%(name)s doesn’t have the role of mayor’s delegate on the city’s team.") % {"name": user})
    replaced = city.officeholder_set.filter(office=office, ended_at=None)
    (replaced if office in SINGLE else replaced.filter(user=user)).update(ended_at=timezone.now())
    holder = Officeholder.objects.create(
        city=city, user=user, office=office, name=str(user), email=user.email, confirmed_by=by, confirmed_for=side
    )
    audit.record("office confirmed", by=by, about=holder, office=office, person=user.email)
    return holder


@transaction.atomic
def end(*, holder: Officeholder, by: User) -> None:
    """Withdraw a confirmation; raises Refused for anyone other than GovEx and the mayor."""
    if not side_of(holder.city, by):
        raise Refused(_("Only GovEx or the mayor can withdraw this."))
    if Officeholder.objects.filter(pk=holder.pk, city=holder.city_id, ended_at=None).update(ended_at=timezone.now()):
        audit.record("office ended", by=by, about=holder, office=holder.office, person=holder.email)


OFFICES = {Role.MAYOR: Office.MAYOR, Role.MAYORS_DELEGATE: Office.DELEGATE}


def follow_role(membership: Membership, before: str, *, by: User | None) -> None:
    """When a role changes: what was confirmed with the former one ends; a mayor whom GovEx appoints is confirmed.

    Only when the role changes: any other edit by GovEx says nothing about the office, or about a corrected address.
    """
    if membership.role == before:
        return
    end_all(membership)
    office = OFFICES.get(Role(membership.role))
    if office and by is not None and side_of(membership.city, by):
        confirm(city=membership.city, user=membership.user, office=office, by=by)


def end_all(membership: Membership) -> None:
    """With the access or the role ends what was confirmed: it doesn't come back to life by itself."""
    membership.city.officeholder_set.filter(user=membership.user, ended_at=None).update(ended_at=timezone.now())


def require_word_for_mayor(city: City, *, user: User | None, by: User | None) -> None:
    """Raises ValidationError if someone other than GovEx or the mayor adds a second mayor."""
    if by is None or side_of(city, by):
        return
    others = city.membership_set.active().filter(role=Role.MAYOR)
    if others.exclude(user=user).exists() if user else others.exists():
        raise ValidationError(
            _("%(city)s already has a mayor on this site. Only GovEx or the mayor can add another one.")
            % {"city": city}
        )
