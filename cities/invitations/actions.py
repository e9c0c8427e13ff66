"""How people join: inviting, resending, correcting an address.

The person and the role exist from the moment an invitation is sent; its link opens a page with one button.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit, mail
from accelerator.models import Cohort, Email, EmailQuerySet, User
from accelerator.refusals import Refused
from cities.invitations import texts
from cities.invitations.address import end_what_the_old_address_proved
from cities.models import City, FunderGrant, Invitation, Membership, Officeholder, StaffRole
from cities.roles import Role
from cities.tokens import make_token
from cities.with_access import has_staff_role

PURPOSE = "invitation"
DAYS = 30
# For each city: a signed-in person must not use this site to send unwanted email. Program admins have no limit.
MOST_AN_HOUR = 60


@transaction.atomic
def invite(part: Membership | StaffRole | FunderGrant, *, by: User | None, cohort: Cohort | None = None) -> Invitation:
    """Email a person who was given a role. An open invitation is sent again.

    `cohort` is the one whose text and dates the email has; by default, the one that the city's pages follow.
    """
    subject: dict[str, Any] = {
        "role": Role.FUNDER if isinstance(part, FunderGrant) else part.role,
        "city": part.city if isinstance(part, Membership) else None,
    }
    if isinstance(part, FunderGrant):
        subject["cohort"] = cohort = part.cohort
    elif isinstance(part, Membership) and cohort is None:
        cohort = texts.cohort_of(part.city, None, part.role)
    invitation = part.user.invitation_set.filter(accepted_at=None, withdrawn_at=None, **subject).first()
    if invitation is None:
        invitation = part.user.invitation_set.create(invited_by=by, **{**subject, "cohort": cohort})
    elif invitation.cohort != cohort:
        invitation.cohort = cohort
        invitation.save(update_fields=["cohort"])
    return send_again(invitation, by=by)


def lock_cities(cities: Collection[int]) -> None:
    """Lock cities before inviting people of several: in one order, so that two senders can't wait for each other."""
    list(City.objects.select_for_update(no_key=True).filter(pk__in=cities).order_by("pk").values_list("pk"))


@transaction.atomic
def send_again(invitation: Invitation, *, by: User | None) -> Invitation:
    """Send a new email with a new link."""
    _limit(invitation.city_id, by)
    # The previous link works until it expires: people open whichever email they find first.
    invitation.sent_at = timezone.now()
    invitation.invited_by = by or invitation.invited_by
    invitation.save(update_fields=["sent_at", "invited_by"])
    contact, person = contact_for(invitation), invitation.user
    mail.send(
        to=person.email,
        person=person,
        city_id=invitation.city_id,
        kind=Email.Kind.INVITATION,
        template="invitation",
        language=person.language,
        context={
            **details(invitation),
            **text_of(invitation),
            "link": link(invitation),
            "days": DAYS,
            "contact": contact,
            "sign_in": settings.BASE_URL + reverse("sign-in"),
        },
        reply_to=contact,
    )
    audit.record("invitation sent", by=by, about=invitation, role=invitation.role)
    return invitation


class TooManyInvitations(Refused, ValidationError):
    """Forms show it as any invalid value, buttons as any refusal."""

    def __init__(self, city: City) -> None:
        sentence = _("%(city)s has sent %(most)d invitations in the last hour, which is the limit. Try again later.")
        self.sentence = sentence % {"city": city, "most": MOST_AN_HOUR}
        ValidationError.__init__(self, self.sentence)
        self.problems = {"": self.sentence}

    def __str__(self) -> str:
        return self.sentence


def _limit(city_id: int | None, by: User | None) -> None:
    """Raises TooManyInvitations; invitations by GovEx to its own staff and the funder have no city and no limit."""
    if city_id is None or (by is not None and has_staff_role(by, Role.PROGRAM_ADMIN)):
        return
    city = City.objects.select_for_update(no_key=True).get(pk=city_id)  # two simultaneous forms count as two
    hour = timezone.now() - timedelta(hours=1)
    sent = Email.objects.filter(kind=Email.Kind.INVITATION, city_id=city_id, created_at__gt=hour)
    if sent.count() >= MOST_AN_HOUR:
        raise TooManyInvitations(city)


def details(invitation: Invitation) -> dict[str, Any]:
    """What the email and the linked page show: who invites whom to what, in which role, until when."""
    membership = invitation.user.membership_set.filter(city=invitation.city).first() if invitation.city else None
    return {
        "name": invitation.user.name or invitation.user.email,
        "inviter": str(invitation.invited_by) if invitation.invited_by else "",
        "city": invitation.city,
        # A team or GovEx is invited to its work, only the funder to a cohort.
        "cohort": invitation.cohort if invitation.role == Role.FUNDER else None,
        "role": Role(invitation.role).label,
        "until": membership.until if membership else None,
    }


def text_of(invitation: Invitation) -> dict[str, Any]:
    """The subject and paragraphs for the role, in the person's language, with this city's and cohort's facts."""
    person, city = invitation.user, invitation.city
    cohort = texts.cohort_of(city, invitation.cohort, invitation.role)
    text = texts.text_for(cohort, invitation.role, person.language)
    membership = person.membership_set.filter(city=city).first() if city else None
    values = texts.values_for(person=person, city=city, cohort=cohort, membership=membership, language=person.language)
    return {
        "subject_line": texts.fill(text.subject, values),
        "paragraphs": [texts.fill(part, values) for part in texts.paragraphs(text.body)],
    }


def contact_for(invitation: Invitation) -> str:
    """Where replies go: the cohort's own address, else the inviting person's."""
    cohort: Cohort | None = invitation.cohort
    if invitation.city:
        cohort = texts.cohort_of(invitation.city, cohort, invitation.role)
    inviter = invitation.invited_by.email if invitation.invited_by else ""
    return (cohort.reply_to if cohort else "") or inviter


def link(invitation: Invitation) -> str:
    """The URL of the invitation's page."""
    # The token contains the address: correcting it invalidates the link in the first, misdirected email.
    token = make_token(PURPOSE, city_id=invitation.city_id, person=invitation.user, invitation=invitation.pk)
    return settings.BASE_URL + reverse("cities:invitation", args=[token])


def accept(user: User) -> int:
    """Accept the person's open invitations when they sign in; returns how many there were."""
    return user.invitation_set.filter(accepted_at=None, withdrawn_at=None).update(accepted_at=timezone.now())


def withdraw_open(user: User, *, by: User | None, **subject: Any) -> int:
    """Withdraw the person's open invitations to this subject; returns how many there were."""
    invitations = user.invitation_set.filter(accepted_at=None, withdrawn_at=None, **subject)
    count = invitations.update(withdrawn_at=timezone.now())
    if count:
        _emails_to(user, city_id=getattr(subject.get("city"), "pk", None)).skip(Email.Why.WITHDRAWN)
        audit.record("invitation withdrawn", by=by, city_id=getattr(subject.get("city"), "pk", None), person=user.email)
    return count


def reopen(invitations: Iterable[Invitation]) -> None:
    """Undo withdrawing; an invitation whose email was stopped before it went out remains withdrawn."""
    for invitation in invitations:
        emails = _emails_to(invitation.user, city_id=invitation.city_id, created_at__gte=invitation.sent_at)
        if emails.exclude(state=Email.State.SKIPPED).exists():
            invitation.withdrawn_at = None
            invitation.save(update_fields=["withdrawn_at"])


def _emails_to(user: User, **fields: Any) -> EmailQuerySet:
    return Email.objects.filter(person=user, kind=Email.Kind.INVITATION, **fields)


def state_of(invitation: Invitation | None) -> str:
    """`accepted`, `invited`, `expired` (the link is too old), `withdrawn`, or "" without an invitation."""
    if invitation is None:
        return ""
    if invitation.accepted_at:
        return "accepted"
    if invitation.withdrawn_at:
        return "withdrawn"
    is_expired = timezone.now() - invitation.sent_at > timedelta(days=DAYS)
    return "expired" if is_expired else "invited"


def email_trouble(invitations: Iterable[Invitation], emails: dict[int, str]) -> dict[int, Email]:
    """Emails of open invitations that were refused or lost, by person ID."""
    open_invitations = {i.user_id: i for i in invitations if i.is_open and i.user_id in emails}
    if not open_invitations:
        return {}
    since = min(invitation.sent_at for invitation in open_invitations.values())
    outgoing = Email.objects.filter(
        state__in=Email.TROUBLE,
        kind=Email.Kind.INVITATION,
        created_at__gte=since,
        to__in=[emails[pk] for pk in open_invitations],
    )
    by_address = {row.to: row for row in outgoing.order_by("created_at")}
    return {
        pk: by_address[emails[pk]]
        for pk, invitation in open_invitations.items()
        if emails[pk] in by_address and by_address[emails[pk]].created_at >= invitation.sent_at
    }


# Correcting a person who has not signed in yet ---------------------------------------


def may_correct(user: User, *, by: User | None, city: City | None = None) -> bool:
    """Whether `by` can still change a person's name and address: never signed in, no role elsewhere."""
    # After that only the person can: whoever changes an address could sign in as that person.
    if user.last_login is not None or _is_only_for_govex(user, by):
        return False
    elsewhere = user.membership_set.exclude(city=city) if city else user.membership_set.all()
    return not elsewhere.exists() and (city is None or not _is_of_the_program(user))


def _is_of_the_program(user: User) -> bool:
    return StaffRole.objects.filter(user=user).exists() or FunderGrant.objects.filter(user=user).exists()


def _is_only_for_govex(user: User, by: User | None) -> bool:
    """Codes for signatures go to this person's address, so a city can't choose it."""
    if by is None or has_staff_role(by, Role.PROGRAM_ADMIN):
        return False
    signs = user.membership_set.filter(role__in=[Role.MAYOR, Role.MAYORS_DELEGATE])
    return signs.exists() or Officeholder.objects.filter(user=user, ended_at=None).exists()


@transaction.atomic
def correct(user: User, *, name: str, email: str, language: str, by: User | None) -> bool:
    """Correct a person who hasn't signed in yet; True if the open invitations went to a new address.

    Raises ValidationError if the address belongs to someone else or the person has signed in by now.
    """
    # Lock and reread: the person may be signing in with the old address right now.
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.last_login is not None:
        raise ValidationError(
            _("%(name)s signed in while you were editing, so the email address can’t be changed.") % {"name": user}
        )
    if _is_only_for_govex(user, by):  # confirmed since the page was opened
        raise ValidationError(
            _("%(name)s can sign for the city, so only GovEx can correct the name and email address.") % {"name": user}
        )
    has_new_address = user.email != email
    previous = user.email
    if has_new_address and User.objects.filter(email=email).exists():
        raise _address_taken(email)
    user.name, user.email, user.language = name, email, language
    try:
        with transaction.atomic():
            user.save(update_fields=["name", "sort_name", "email", "language"])
    except IntegrityError as race:
        raise _address_taken(email) from race
    if has_new_address:
        audit.record("address corrected", by=by, about=user, former=previous)
        end_what_the_old_address_proved(user)
        _emails_to(user).skip(Email.Why.CORRECTED)
        for invitation in user.invitation_set.filter(accepted_at=None, withdrawn_at=None):
            send_again(invitation, by=by)
    return has_new_address


def _address_taken(email: str) -> ValidationError:
    return ValidationError(
        _(
            "%(email)s already belongs to someone else on this site. Withdraw this invitation and send a new one "
            "to that address instead."
        )
        % {"email": email}
    )
