"""Invitations: opening the link changes nothing, its button sends a code, and access is decided here."""

from datetime import timedelta

import pytest
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils import timezone

from accelerator import rls
from accelerator.models import AuditEvent, User
from cities import actions
from cities.invitations import actions as invitations
from cities.roles import Role
from cities.team import actions as team
from cities.team.members import members_of
from cities.tokens import make_token
from tests.mails import code_for, emails, last_mail, messages_of, path_in, signed_in

pytestmark = pytest.mark.django_db
CODE = "/sign-in/code/"


@pytest.fixture
def ana(cast):
    """A new member of Tulsa with an open invitation by the city lead."""
    with rls.every_city():
        membership = actions.add_member(
            city=cast.tulsa, email="ana@tulsa.gov", name="Ana Silva", role=Role.CITY_MEMBER, by=cast.lead
        )
        invitations.invite(membership, by=cast.lead)
    return membership


def state(ana):
    with rls.every_city():
        invitation = ana.user.invitation_set.get()
    ana.user.refresh_from_db()
    ana.refresh_from_db()
    return (
        invitation.accepted_at,
        invitation.withdrawn_at,
        invitation.sent_at,
        ana.user.last_login,
        ana.until,
        len(emails()),
        AuditEvent.objects.count(),
    )


# The link ---------------------------------------------------------------------------


def test_the_email_says_who_invites_to_what_in_the_persons_language(cast, every_city):
    membership = actions.add_member(
        city=cast.tulsa, email="joao@tulsa.gov", name="João", role=Role.CITY_MEMBER, by=cast.lead, language="pt-br"
    )
    invitations.invite(membership, by=cast.lead)
    mail = last_mail(kind="invitation")
    assert (mail.to, mail.state, mail.reply_to) == ("joao@tulsa.gov", "queued", cast.lead.email)
    assert '<html lang="pt-br">' in mail.html
    assert "João" in mail.text
    assert cast.lead.name in mail.text
    assert "Tulsa" in mail.subject


def test_replies_go_to_the_cohorts_own_address(cast, ana, every_city):
    cast.cohort.reply_to = "help@govex.example"
    cast.cohort.save()
    invitations.invite(ana, by=cast.lead)
    assert last_mail(kind="invitation").reply_to == "help@govex.example"


def test_opening_the_link_changes_nothing_and_the_button_still_works(cast, ana, as_):
    """Mail scanners open links, with HEAD and GET, more than once."""
    path, before = path_in(last_mail(kind="invitation")), state(ana)
    for scanner in (as_(), as_()):
        for _ in range(2):
            assert scanner.head(path).status_code == 200
            page = scanner.get(path)
            assert page.status_code == 200
            assert not signed_in(scanner)
    assert state(ana) == before
    assert f"{cast.lead.name} has invited you" in page.text
    assert "ana@tulsa.gov" in page.text
    browser = as_()
    browser.get(path)
    assert browser.post(path)["Location"] == CODE
    assert not signed_in(browser)
    assert state(ana)[0] is None
    assert browser.post(CODE, {"code": code_for("ana@tulsa.gov")})["Location"] == "/"
    assert signed_in(browser)
    assert state(ana)[0] is not None


def test_the_code_goes_to_the_invited_address_whoever_presses_the_button(ana, as_):
    as_().post(path_in(last_mail(kind="invitation")), {"email": "evil@nowhere.example"})
    assert last_mail(kind="sign-in").to == "ana@tulsa.gov"


def test_the_link_goes_on_working_after_it_was_used(ana, as_):
    path = path_in(last_mail(kind="invitation"))
    first = as_()
    first.post(path)
    first.post(CODE, {"code": code_for("ana@tulsa.gov")})
    second = as_()
    assert second.get(path).status_code == 200
    assert second.post(path)["Location"] == CODE


def test_who_is_signed_in_already_just_goes_on(cast, ana, as_):
    path = path_in(last_mail(kind="invitation"))
    browser = as_(ana.user)
    assert "You’re already signed in." in browser.get(path).text
    assert state(ana)[0] is None
    assert browser.post(path)["Location"] == "/"
    assert state(ana)[0] is not None


def test_someone_else_is_signed_out_first(cast, ana, as_):
    path = path_in(last_mail(kind="invitation"))
    browser = as_(cast.mayor)
    assert f"You’re signed in as {cast.mayor} right now." in browser.get(path).text
    assert signed_in(browser)
    assert browser.post(path)["Location"] == CODE
    assert not signed_in(browser)


def test_the_page_speaks_the_persons_language(ana, as_):
    User.objects.filter(pk=ana.user.pk).update(language="es")
    assert '<html lang="es"' in as_().get(path_in(last_mail(kind="invitation"))).text


def test_the_button_sends_five_emails_and_none_of_the_others_locks_the_person_out(ana, as_):
    path = path_in(last_mail(kind="invitation"))
    for _ in range(7):
        browser = as_()
        assert browser.post(path)["Location"] == CODE
    assert len(emails(kind="sign-in")) == 5
    browser.post(CODE, {"code": code_for("ana@tulsa.gov")})
    assert signed_in(browser)


def test_the_button_has_a_limit_by_network(ana, as_):
    path, browser = path_in(last_mail(kind="invitation")), as_()
    for _ in range(20):
        browser.post(path)
    answer = browser.post(path, follow=True)
    assert answer.redirect_chain == [(path, 302)]
    assert messages_of(answer) == ["Too many requests from your network. Wait a minute, then try again."]


def test_a_withdrawn_invitation_says_so_and_has_no_button(cast, ana, as_):
    path = path_in(last_mail(kind="invitation"))
    with rls.every_city():
        team.end_membership(ana, by=cast.lead)
    for call in (as_().get, as_().post):
        page = call(path)
        assert page.status_code == 410
        assert "This invitation is no longer valid" in page.text
        assert cast.lead.email in page.text
    assert last_mail(kind="sign-in") is None


def test_a_corrected_address_makes_the_old_link_void(cast, ana, as_):
    old = path_in(last_mail(kind="invitation"))
    with rls.every_city():
        assert invitations.correct(ana.user, name="Ana", email="ana.silva@tulsa.gov", language="es", by=cast.lead)
    mail = last_mail(kind="invitation")
    assert mail.to == "ana.silva@tulsa.gov"
    assert '<html lang="es">' in mail.html
    page = as_().get(old)
    assert page.status_code == 410
    assert "ana.silva@tulsa.gov" not in page.text
    as_().post(old)
    assert last_mail(kind="sign-in") is None
    assert as_().post(path_in(mail))["Location"] == CODE


def test_a_forged_token_one_of_another_purpose_and_an_old_one_are_404(cast, ana, as_, monkeypatch):
    good = path_in(last_mail(kind="invitation"))
    token = good.split("/")[2]
    other = make_token("decision", city_id=cast.tulsa.pk, person=ana.user, invitation=1)
    for bad in (token[:-1] + ("a" if token[-1] != "a" else "b"), other, "x", signing.dumps({"city": 1})):
        assert as_().get(f"/invitation/{bad}/").status_code == 404
        assert as_().post(f"/invitation/{bad}/").status_code == 404
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 31 * 24 * 3600)
    assert as_().get(good).status_code == 404


def test_a_token_names_one_persons_invitation_only(cast, ana, as_):
    """A person's token with another invitation's number opens nothing."""
    with rls.every_city():
        other = invitations.invite(cast.mayor.membership_set.get(), by=cast.lead)
    token = make_token(invitations.PURPOSE, city_id=cast.tulsa.pk, person=ana.user, invitation=other.pk)
    assert as_().get(f"/invitation/{token}/").status_code == 410


@pytest.mark.parametrize("part", ["staff", "funder"])
def test_people_of_the_program_are_invited_too(cast, as_, part):
    with rls.every_city():
        if part == "staff":
            role = actions.add_staff(email="new@govex.example", name="New", role=Role.COACH, by=cast.admin)
            invitations.invite(role, by=cast.admin)
        else:
            grant = actions.grant_funder(cohort=cast.cohort, email="new@govex.example", name="New", by=cast.admin)
            invitations.invite(grant, by=cast.admin)
    page = as_().get(path_in(last_mail(kind="invitation")))
    assert page.status_code == 200
    assert ("Your role: coach." if part == "staff" else "to follow the cities in Cohort 2026") in page.text
    assert as_().post(path_in(last_mail(kind="invitation")))["Location"] == CODE


# Verbs ------------------------------------------------------------------------------


def test_inviting_twice_is_one_invitation_and_two_emails(cast, ana, every_city):
    first = ana.user.invitation_set.get()
    again = invitations.invite(ana, by=cast.admin)
    assert again.pk == first.pk
    assert ana.user.invitation_set.count() == 1
    assert again.invited_by == cast.admin
    assert len(emails(kind="invitation")) == 2


def test_only_who_has_not_come_yet_and_is_nowhere_else_can_be_corrected(cast, ana, every_city):
    assert invitations.may_correct(ana.user, by=cast.lead, city=cast.tulsa)
    actions.add_member(city=cast.rosario, email=ana.user.email, name="", role=Role.CITY_MEMBER, by=None)
    assert not invitations.may_correct(ana.user, by=cast.lead, city=cast.tulsa)
    assert not invitations.may_correct(cast.coach, by=cast.lead, city=cast.tulsa)
    assert not invitations.may_correct(cast.funder, by=cast.lead, city=cast.tulsa)
    cast.member.last_login = timezone.now()
    cast.member.save()
    assert not invitations.may_correct(cast.member, by=cast.lead, city=cast.tulsa)
    with pytest.raises(ValidationError):
        invitations.correct(cast.member, name="x", email="evil@nowhere.example", language="en", by=cast.lead)


def test_a_corrected_address_may_not_be_another_persons(cast, ana, every_city):
    for taken in (cast.mayor.email, cast.coach.email, cast.other_lead.email):
        with pytest.raises(ValidationError) as refusal:
            invitations.correct(ana.user, name="Ana", email=taken, language="en", by=cast.lead)
        assert refusal.value.messages == [
            f"{taken} already belongs to someone else on this site. "
            "Withdraw this invitation and send a new one to that address instead."
        ]
    ana.user.refresh_from_db()
    assert ana.user.email == "ana@tulsa.gov"


def test_changes_are_on_record(cast, ana, every_city):
    team.change_member(ana, role=Role.CITY_LEAD, title="CDO", until=None, by=cast.lead)
    team.end_membership(ana, by=cast.lead)
    verbs = list(
        AuditEvent.objects.filter(city_id=cast.tulsa.pk, actor_id=cast.lead.pk)
        .order_by("at")
        .values_list("verb", flat=True)
    )
    assert verbs == ["member added", "invitation sent", "member changed", "invitation withdrawn", "access ended"]


def test_an_invitation_grows_old(cast, ana, every_city):
    def shown():
        return next(member.state for member in members_of(cast.tulsa) if member.user == ana.user)

    assert shown() == "invited"
    ana.user.invitation_set.update(sent_at=timezone.now() - timedelta(days=31))
    assert shown() == "expired"
    invitations.accept(ana.user)
    assert shown() == "accepted"
