"""A changed email address stays the same person: confirmed at the new address, told at the old one, on record."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accelerator import audit, mail
from accelerator.models import Email, User
from cities.offices import actions as offices
from cities.tokens import make_token

PURPOSE = "address"
DAYS = 1


@transaction.atomic
def request_change(user: User, *, email: str, by: User) -> None:
    """Email a link to the new address and a warning to the current one; nothing changes until the link is used.

    Raises ValidationError for the current address and for someone else's.
    """
    if email == user.email:
        raise ValidationError(_("This is already the current address."))
    if User.objects.filter(email=email).exists():
        raise _taken(email)
    token = make_token(PURPOSE, city_id=None, person=user, new=email)
    link = settings.BASE_URL + reverse("address-confirm", args=[token])
    facts = {"name": str(user), "old": user.email, "new": email, "by": "" if by == user else str(by)}
    _send(user, email, "address_confirm", {**facts, "link": link})
    _send(user, user.email, "address_warning", facts)
    audit.record("address change requested", by=by, about=user, former=user.email, new=email)


@transaction.atomic
def confirm(user: User, *, old: str, new: str) -> User:
    """Change the address; raises ValidationError if the link no longer fits or someone else has the address now."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.email != old or not user.is_active:
        raise ValidationError(_("This link is no longer valid because the address has changed since it was sent."))
    user.email = new
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "sort_name"])
    except IntegrityError as race:
        raise _taken(new) from race
    _end_what_the_old_address_proved(user)
    _send(user, old, "address_changed", {"name": str(user), "old": old, "new": new})
    audit.record("address changed", by=user, about=user, former=old, new=new)
    return user


def _end_what_the_old_address_proved(user: User) -> None:
    """Confirmed offices, which another change back must not revive, and sessions: whoever reads the old mailbox may
    have one.
    """
    offices.end_with_address(user)
    for session in UserSession.objects.filter(user=user):
        session.end()


def _send(user: User, to: str, template: str, context: dict[str, Any]) -> None:
    mail.send(to=to, person=user, kind=Email.Kind.NOTICE, template=template, language=user.language, context=context)


def _taken(email: str) -> ValidationError:
    return ValidationError(_("%(email)s already belongs to someone else on this site.") % {"email": email})
