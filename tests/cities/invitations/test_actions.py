"""Invitation actions: which is sent, whose are withdrawn, how old one can be, whose email was lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accelerator.models import AuditEvent, Email
from cities import actions
from cities.invitations import actions as invitations
from cities.models import Enrollment, Invitation, Office, Role, StaffRole
from cities.offices import actions as offices
from tests.mails import emails, last_mail

pytestmark = pytest.mark.usefixtures("every_city")


@pytest.fixture
def ana(cast):
    """A new member of Tulsa who isn't invited yet."""
    return actions.add_member(
        city=cast.tulsa, email="ana@tulsa.gov", name="Ana Silva", role=Role.CITY_MEMBER, by=cast.lead
    )


def trouble(ana):
    rows = Invitation.objects.filter(user=ana.user)
    return invitations.email_trouble(rows, {ana.user_id: ana.user.email})


def lost(**fields):
    Email.objects.filter(kind="invitation").update(**{"state": Email.State.FAILED, "reason": "refused", **fields})


# Inviting -----------------------------------------------------------------------------


def test_each_part_of_a_person_has_an_invitation_of_its_own(cast):
    person = {"email": "new@govex.example", "name": "New", "by": cast.admin}
    coach = actions.add_staff(role=Role.COACH, **person)
    admin = actions.add_staff(role=Role.PROGRAM_ADMIN, **person)
    grant = actions.grant_funder(cohort=cast.cohort, **person)
    for part in (coach, admin, grant, coach):
        invitations.invite(part, by=cast.admin)
    rows = Invitation.objects.filter(user=coach.user).order_by("pk")
    assert [(row.role, row.city, row.cohort) for row in rows] == [
        (Role.COACH, None, None),
        (Role.PROGRAM_ADMIN, None, None),
        (Role.FUNDER, None, cast.cohort),
    ]
    assert len(emails(to="new@govex.example")) == 4


def test_accepted_or_withdrawn_invitation_is_followed_by_a_new_one(cast, ana):
    first = invitations.invite(ana, by=cast.lead)
    assert invitations.accept(ana.user) == 1
    second = invitations.invite(ana, by=cast.lead)
    assert invitations.withdraw_open(ana.user, by=cast.lead, city=cast.tulsa) == 1
    third = invitations.invite(ana, by=cast.lead)
    assert len({first.pk, second.pk, third.pk}) == 3
    assert [invitations.state_of(row) for row in ana.user.invitation_set.order_by("pk")] == [
        "accepted",
        "withdrawn",
        "invited",
    ]


def test_invitation_sent_by_the_program_keeps_who_invited_first(cast, ana):
    invitations.invite(ana, by=cast.lead)
    assert invitations.invite(ana, by=None).invited_by == cast.lead


def test_accept_leaves_what_is_settled_and_other_people_alone(cast, ana):
    other = actions.add_member(city=cast.tulsa, email="bo@tulsa.gov", name="Bo", role=Role.CITY_MEMBER, by=cast.lead)
    invitations.invite(ana, by=cast.lead)
    invitations.invite(other, by=cast.lead)
    assert (invitations.accept(ana.user), invitations.accept(ana.user)) == (1, 0)
    assert other.user.invitation_set.get().is_open


def test_details_say_until_when_a_guest_may_read(cast, ana):
    until = cast.tulsa.today() + timedelta(days=9)
    ana.until = until
    ana.save()
    details = invitations.details(invitations.invite(ana, by=cast.lead))
    assert (details["until"], details["inviter"], details["city"]) == (until, "Lead", cast.tulsa)
    assert str(details["role"]) == "city member"
    assert f"{until.day}" in last_mail(to="ana@tulsa.gov").text


def test_replies_go_to_the_running_cohorts_address_and_else_to_who_invites(cast, ana):
    invitation = invitations.invite(ana, by=cast.lead)
    assert invitations.contact_for(invitation) == cast.lead.email
    cast.cohort.reply_to = "first@govex.example"
    cast.cohort.save()
    invitation = Invitation.objects.get(pk=invitation.pk)
    assert invitations.contact_for(invitation) == "first@govex.example"
    cast.other_cohort.reply_to = "second@govex.example"
    cast.other_cohort.save()
    cast.other_cohort.enrollment_set.create(city=cast.tulsa, slug=cast.tulsa.slug)
    assert invitations.contact_for(invitation) == "first@govex.example"
    cast.cohort.enrollment_set.filter(city=cast.tulsa).update(
        state=Enrollment.State.WITHDRAWN, left_on=cast.tulsa.today()
    )
    assert invitations.contact_for(invitation) == "second@govex.example"
    assert invitations.contact_for(Invitation(user=ana.user, role=Role.COACH)) == ""


# Withdrawing --------------------------------------------------------------------------


def test_withdrawal_is_for_one_city_and_cancels_unsent_email(cast, ana):
    elsewhere = actions.add_member(
        city=cast.rosario, email=ana.user.email, name="", role=Role.GUEST_REVIEWER, by=cast.other_lead
    )
    for part in (ana, elsewhere):
        invitations.invite(part, by=cast.lead)
    assert invitations.withdraw_open(ana.user, by=cast.lead, city=cast.tulsa) == 1
    states = dict(Email.objects.filter(person=ana.user).values_list("city_id", "state"))
    assert states == {cast.tulsa.pk: Email.State.SKIPPED, cast.rosario.pk: Email.State.QUEUED}
    assert ana.user.invitation_set.get(city=cast.rosario).is_open
    skipped = Email.objects.get(city_id=cast.tulsa.pk)
    assert (skipped.reason, skipped.text, skipped.html) == (Email.Why.WITHDRAWN, "", "")


def test_withdrawal_of_nothing_is_not_on_record(cast, ana):
    assert invitations.withdraw_open(ana.user, by=cast.lead, city=cast.tulsa) == 0
    assert not AuditEvent.objects.filter(verb="invitation withdrawn").exists()


# Age and trouble ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "state"), [(timedelta(days=30, minutes=-1), "invited"), (timedelta(30, 60), "expired")]
)
def test_invitation_expires_after_thirty_days(age, state):
    row = Invitation(sent_at=timezone.now() - age)
    assert invitations.state_of(row) == state
    row.withdrawn_at = timezone.now()
    assert invitations.state_of(row) == "withdrawn"
    row.accepted_at = timezone.now()
    assert invitations.state_of(row) == "accepted"


def test_without_an_invitation_there_is_no_state():
    assert invitations.state_of(None) == ""


def test_trouble_is_a_failed_email_of_an_open_invitation(cast, ana):
    assert trouble(ana) == {}
    invitations.invite(ana, by=cast.lead)
    assert trouble(ana) == {}, "queued is no trouble"
    lost()
    assert trouble(ana)[ana.user_id].reason == "refused"
    invitations.accept(ana.user)
    assert trouble(ana) == {}


def test_trouble_ends_with_the_next_sending_and_begins_with_its_own_failure(cast, ana):
    invitations.invite(ana, by=cast.lead)
    lost(created_at=timezone.now() - timedelta(minutes=5))
    Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=5, seconds=1))
    assert ana.user_id in trouble(ana)
    invitations.invite(ana, by=cast.lead)
    assert trouble(ana) == {}
    lost(reason="again")
    assert trouble(ana)[ana.user_id].reason == "again"


def test_trouble_of_a_former_address_is_not_shown(cast, ana):
    invitations.invite(ana, by=cast.lead)
    lost()
    assert invitations.email_trouble(ana.user.invitation_set.all(), {ana.user_id: "new@tulsa.gov"}) == {}
    assert invitations.email_trouble(ana.user.invitation_set.all(), {}) == {}


# Correcting ---------------------------------------------------------------------------


def test_corrected_name_alone_sends_nothing(cast, ana):
    invitations.invite(ana, by=cast.lead)
    same = {"email": ana.user.email, "language": "es", "by": cast.lead}
    assert not invitations.correct(ana.user, name="Ána Silva", **same)
    ana.user.refresh_from_db()
    assert (ana.user.name, ana.user.sort_name, ana.user.language) == ("Ána Silva", "ana silva", "es")
    assert len(emails()) == 1
    assert not AuditEvent.objects.filter(verb="address corrected").exists()


def test_corrected_address_withdraws_the_first_email_and_sends_every_open_invitation(cast, ana):
    invitations.invite(ana, by=cast.lead)
    assert invitations.correct(ana.user, name="Ana", email="ana.silva@tulsa.gov", language="en", by=cast.lead)
    assert {mail.to: mail.state for mail in emails()} == {"ana@tulsa.gov": "skipped", "ana.silva@tulsa.gov": "queued"}
    assert emails(to="ana@tulsa.gov")[0].reason == Email.Why.CORRECTED
    event = AuditEvent.objects.get(verb="address corrected")
    assert event.data == {"former": "ana@tulsa.gov"}


def test_correction_of_a_person_who_has_since_signed_in_is_refused(cast, ana):
    stale = ana.user
    type(stale).objects.filter(pk=stale.pk).update(last_login=timezone.now())
    assert stale.last_login is None
    with pytest.raises(ValidationError) as refusal:
        invitations.correct(stale, name="x", email="evil@nowhere.example", language="en", by=cast.lead)
    assert refusal.value.messages == [
        "Ana Silva signed in while you were editing, so the email address can’t be changed."
    ]
    stale.refresh_from_db()
    assert stale.email == "ana@tulsa.gov"
    assert not connection.needs_rollback


def test_person_of_govex_is_corrected_from_govex_and_not_from_a_city(cast, ana):
    assert invitations.may_correct(ana.user, by=cast.lead, city=cast.tulsa)
    assert not invitations.may_correct(ana.user, by=cast.admin), "a member of a city is corrected there"
    assert not invitations.may_correct(ana.user, by=cast.lead, city=cast.rosario)
    coach = actions.add_staff(email="new@govex.example", name="New", role=Role.COACH, by=cast.admin).user
    assert invitations.may_correct(coach, by=cast.admin)
    assert not invitations.may_correct(coach, by=cast.lead, city=cast.tulsa)
    StaffRole.objects.create(user=ana.user, role=Role.COACH)
    assert not invitations.may_correct(ana.user, by=cast.lead, city=cast.tulsa)


def confirmed(cast, membership, office=Office.CITY_MANAGER, by=None):
    return offices.confirm(city=cast.tulsa, user=membership.user, office=office, by=by or cast.admin)


def test_address_of_whoever_can_sign_is_corrected_by_govex_alone_also_if_confirmed_a_moment_ago(cast, ana):
    values = {"name": "Ana", "email": "lead.second@nowhere.example", "language": "en"}
    stale = ana.user
    assert invitations.may_correct(stale, by=cast.lead, city=cast.tulsa)
    confirmed(cast, ana)
    assert not invitations.may_correct(stale, by=cast.lead, city=cast.tulsa)
    with pytest.raises(ValidationError) as refusal:
        invitations.correct(stale, **values, by=cast.lead)
    assert refusal.value.messages == [
        "Ana Silva can sign for the city, so only GovEx can correct the name and email address."
    ]
    assert type(stale).objects.get(pk=stale.pk).email == "ana@tulsa.gov"
    assert invitations.may_correct(stale, by=cast.admin, city=cast.tulsa)
    assert invitations.correct(stale, **values, by=cast.admin)


@pytest.mark.parametrize("who", ["mayor", "delegate"])
def test_lead_does_not_correct_the_mayor_or_a_delegate(cast, who):
    person = cast.people[who]
    cast.tulsa.officeholder_set.filter(user=person).update(ended_at=timezone.now())
    assert not invitations.may_correct(person, by=cast.lead, city=cast.tulsa)
    with pytest.raises(ValidationError):
        invitations.correct(person, name="x", email="evil@nowhere.example", language="en", by=cast.lead)
    assert invitations.may_correct(person, by=cast.admin, city=cast.tulsa)


def test_corrected_address_ends_what_was_confirmed_for_the_former_one_for_good(cast, ana):
    holder = confirmed(cast, ana)
    values = {"name": "Ana Silva", "language": "en", "by": cast.admin}
    invitations.correct(ana.user, email="ana.silva@tulsa.gov", **values)
    invitations.correct(ana.user, email="ana@tulsa.gov", **values)
    holder.refresh_from_db()
    assert holder.ended_at is not None
    assert not cast.tulsa.officeholder_set.current().filter(user=ana.user).exists()


def test_corrected_name_leaves_the_confirmation(cast, ana):
    holder = confirmed(cast, ana)
    invitations.correct(ana.user, name="Ána Silva", email="ana@tulsa.gov", language="en", by=cast.admin)
    holder.refresh_from_db()
    assert holder.ended_at is None
