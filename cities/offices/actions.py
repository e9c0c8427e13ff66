"""Confirming who holds an office, and who holds it now."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accelerator import audit, rls
from accelerator.models import User
from accelerator.refusals import Refused
from cities.models import City, Membership
from cities.offices.models import SINGLE, Office, Officeholder, OfficeholderQuerySet
from cities.roles import Role
from cities.with_access import has_staff_role

Side = Officeholder.Side


def mayor(city: City) -> Officeholder | None:
    """The mayor whose office is confirmed."""
    return city.officeholder_set.current().filter(office=Office.MAYOR).first()


def delegates(city: City) -> OfficeholderQuerySet:
    """Who may act for the mayor in office: confirmed in this mayor's term (`confirm` ends them with it)."""
    rows = city.officeholder_set.current().filter(office=Office.DELEGATE)
    return rows if mayor(city) else rows.none()


def default_title(city: City, office: str) -> str:
    # In the city's language, not the reader's: the title is printed and signed.
    with translation.override(city.language):
        return _("Mayor") if office == Office.MAYOR else capfirst(str(Office(office).label))


def side_of(city: City, by: User) -> str:
    """For whom this person may confirm offices in the city; "" if they may not."""
    if has_staff_role(by, Role.PROGRAM_ADMIN):
        return Side.GOVEX
    holder = mayor(city)
    return Side.MAYOR if holder and holder.user_id == by.pk else ""


@transaction.atomic
def confirm(
    *, city: City, user: User, office: str, by: User, title: str = "", shown: tuple[str, str] | None = None
) -> Officeholder:
    """Confirm that a member of the city's team holds an office; raises Refused. Confirming again renews it.

    `shown` is the name and address that were read: a signature will show them, so a change since then is refused.
    """
    City.objects.select_for_update(no_key=True).get(pk=city.pk)  # two people who confirm two mayors
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    side = side_of(city, by)
    if not side:
        raise Refused(_("Only GovEx or the mayor can confirm who holds an office."))
    if user.pk == by.pk:
        raise Refused(_("You can’t confirm your own office. Ask GovEx to confirm it."))
    if shown is not None and shown != (str(user), user.email):
        raise Refused(changed_sentence(user))
    _require_role(city, user, office)
    replaced = city.officeholder_set.filter(office=office, ended_at=None)
    if office == Office.MAYOR and not replaced.filter(user=user).exists():
        # Another mayor, or another term: whoever signed for the last one is confirmed again, or not.
        city.officeholder_set.filter(office=Office.DELEGATE, ended_at=None).update(ended_at=timezone.now())
    (replaced if office in SINGLE else replaced.filter(user=user)).update(ended_at=timezone.now())
    holder = Officeholder.objects.create(
        city=city,
        user=user,
        office=office,
        name=str(user),
        title=title.strip()[:120] or default_title(city, office),
        email=user.email,
        confirmed_by=by,
        confirmed_for=side,
    )
    audit.record("office confirmed", by=by, about=holder, office=office, person=user.email, title=holder.title)
    return holder


def changed_sentence(user: User) -> str:
    sentence = _(
        "%(name)s’s details changed while this page was open. The email address is now %(email)s. Check "
        "the name and address again."
    )
    return sentence % {"name": user, "email": user.email}


def _require_role(city: City, user: User, office: str) -> None:
    membership = city.membership_set.active().filter(user=user).exclude(role=Role.GUEST_REVIEWER).first()
    if membership is None:
        raise Refused(_("%(name)s isn’t on the city’s team.") % {"name": user})
    if office == Office.MAYOR and membership.role != Role.MAYOR:
        raise Refused(_("%(name)s doesn’t have the mayor role on the city’s team.") % {"name": user})
    if office != Office.DELEGATE:
        return
    if membership.role != Role.MAYORS_DELEGATE:
        raise Refused(_("%(name)s doesn’t have the role of mayor’s delegate on the city’s team.") % {"name": user})
    if mayor(city) is None:
        raise Refused(_("No one is confirmed as mayor. A delegate acts for a mayor, so confirm the mayor first."))


@transaction.atomic
def end(*, holder: Officeholder, by: User) -> None:
    """Withdraw a confirmation; raises Refused for anyone other than GovEx and the mayor."""
    if not side_of(holder.city, by):
        raise Refused(_("Only GovEx or the mayor can withdraw this confirmation."))
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
    city, office = membership.city, OFFICES.get(Role(membership.role))
    has_mayor = office == Office.MAYOR or (office and mayor(city) is not None)
    if office and has_mayor and by is not None and side_of(city, by) and by.pk != membership.user_id:
        confirm(city=city, user=membership.user, office=office, by=by, title=membership.title)


def end_all(membership: Membership) -> None:
    """With the access or the role ends what was confirmed: it doesn't come back to life by itself."""
    membership.city.officeholder_set.filter(user=membership.user, ended_at=None).update(ended_at=timezone.now())


def end_with_address(user: User) -> None:
    """End what was confirmed in every city: it was confirmed for the former address, also should that come back."""
    if rls.current() != rls.CLOSED:  # a city's own scope can't be widened, and shows what a person of this city holds
        Officeholder.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now())
        return
    with rls.every_city():
        end_with_address(user)


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
