"""A changed email address stays the same person: confirmed at the new address, told at the old one, on record."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accelerator import audit, mail, sessions
from accelerator.models import AddressRequest, Email, User
from cities.offices import actions as offices
from cities.tokens import make_token
from cities.with_access import may_sign_in

PURPOSE, KEEP_PURPOSE = "address", "address-keep"
DAYS = 1


@transaction.atomic
def request_change(user: User, *, email: str, by: User) -> None:
    """Email a link to the new address and a warning to the current one; nothing changes until the link is used.

    It voids an earlier request. Raises ValidationError for the current address, for someone else's, and for a person
    without access.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if may_sign_in(user.email) is None:
        raise ValidationError(_("%(email)s no longer has access to this site.") % {"email": user.email})
    if email == user.email:
        raise ValidationError(_("This is already the current address."))
    if User.objects.filter(email=email).exists():
        raise _taken(email)
    void(user)
    opened = AddressRequest.objects.create(person=user)
    link = _link("address-confirm", make_token(PURPOSE, city_id=None, person=user, new=email, request=str(opened.pk)))
    keep = _link("address-keep", make_token(KEEP_PURPOSE, city_id=None, person=user))
    facts = {"name": str(user), "old": user.email, "new": email, "by": "" if by == user else str(by)}
    _send(user, email, "address_confirm", {**facts, "link": link})
    _send(user, user.email, "address_warning", {**facts, "link": keep})
    audit.record("address change requested", by=by, about=user, former=user.email, new=email)


@transaction.atomic
def confirm(user: User, *, old: str, new: str, request: str) -> User:
    """Change the address; raises ValidationError if the link no longer fits or someone else has the address now."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.email != old or not user.is_active:
        raise ValidationError(_("This link is no longer valid because the address has changed since it was sent."))
    if not is_open(user, request):
        raise ValidationError(
            _("The link was already used, or the change was canceled or replaced by a newer request.")
        )
    void(user)
    user.email = new
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "sort_name"])
    except IntegrityError as race:
        raise _taken(new) from race
    end_what_the_old_address_proved(user)
    _send(user, old, "address_changed", {"name": str(user), "old": old, "new": new})
    audit.record("address changed", by=user, about=user, former=old, new=new)
    return user


def end_what_the_old_address_proved(user: User) -> None:
    """Confirmed offices, which another change back must not revive, and sessions: whoever reads the old mailbox may
    have one.
    """
    offices.end_with_address(user)
    sessions.end_all(user)


def is_open(user: User, request: str) -> bool:
    """Whether this request, from a link, is the person's open one."""
    opened = AddressRequest.objects.filter(person=user).first()
    return opened is not None and str(opened.pk) == request


def void(user: User) -> bool:
    """Close the person's open request; False if there was none."""
    return bool(AddressRequest.objects.filter(person=user).delete()[0])


@transaction.atomic
def keep_address(user: User) -> None:
    """Cancel the change from the old address: whoever asked for it may be signed in, so every device is signed out."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if void(user):
        audit.record("address change canceled", by=user, about=user)
    audit.record("devices signed out", by=user, about=user, count=sessions.end_all(user))


def _link(name: str, token: str) -> str:
    return settings.BASE_URL + reverse(name, args=[token])


def _send(user: User, to: str, template: str, context: dict[str, Any]) -> None:
    mail.send(to=to, person=user, kind=Email.Kind.NOTICE, template=template, language=user.language, context=context)


def _taken(email: str) -> ValidationError:
    return ValidationError(_("%(email)s already belongs to someone else on this site.") % {"email": email})
