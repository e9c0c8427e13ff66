"""A changed email address stays the same person."""

import re

import pytest
from allauth.usersessions.models import UserSession
from django.core.exceptions import ValidationError
from django.urls import reverse

from accelerator import rls
from accelerator.models import AddressRequest, AuditEvent, User
from cities.invitations import address
from cities.invitations.actions import correct
from cities.people.actions import end_grant, end_staff
from cities.team.actions import end_membership, restore_membership
from tests.mails import code_for, emails, last_mail, messages_of

pytestmark = pytest.mark.django_db
NEW = "lead.new@tulsa.gov"


@pytest.fixture
def change():
    return reverse("address-change")


def link_in(mail):
    return re.search(r"https?://[^/\s]+(/address/\S+/)", mail.text).group(1)


def keep_link_in(mail):
    return re.search(r"https?://[^/\s]+(/keep-address/\S+/)", mail.text).group(1)


def ask(browser, change, new=NEW):
    browser.post(change, {"email": new})
    return link_in(last_mail(to=new))


def signed_in(browser, person):
    browser.post("/sign-in/", {"email": person.email})
    browser.post("/sign-in/code/", {"code": code_for(person.email)})
    return browser


def is_void(browser, link):
    return browser.get(link).status_code == browser.post(link).status_code == 410


def test_change_is_confirmed_at_the_new_address_and_told_at_the_old_one(cast, as_, change, every_city):
    old, browser = cast.lead.email, as_(cast.lead)
    page = browser.post(change, {"email": NEW}, follow=True)
    assert messages_of(page) == [
        f"We’ve emailed a link to {NEW}. Your address will change once you open the link and confirm."
    ]
    assert {mail.to for mail in emails(kind="notice")} == {NEW, old}
    assert "/address/" not in last_mail(to=old).text
    link = link_in(last_mail(to=NEW))
    assert as_().get(link).status_code == 200
    cast.lead.refresh_from_db()
    assert cast.lead.email == old  # opening the link changes nothing
    as_().post(link)
    cast.lead.refresh_from_db()
    assert cast.lead.email == NEW
    assert User.objects.filter(email=old).count() == 0
    assert cast.lead.membership_set.count() == 1
    assert last_mail(to=old).subject == "Your email address was changed"
    events = AuditEvent.objects.filter(kind="user", object_id=str(cast.lead.pk)).order_by("at")
    assert [(event.verb, event.data["former"], event.data["new"]) for event in events] == [
        ("address change requested", old, NEW),
        ("address changed", old, NEW),
    ]
    assert as_().post(link).status_code == 410  # it works once


def test_change_and_change_back_revives_no_confirmed_office(cast, as_, change, every_city):
    old = cast.mayor.email
    assert cast.tulsa.officeholder_set.current().filter(user=cast.mayor).exists()
    for new in (NEW, old):
        cast.mayor.refresh_from_db()
        as_(cast.mayor).post(change, {"email": new})
        as_().post(link_in(last_mail(to=new)))
    cast.mayor.refresh_from_db()
    assert cast.mayor.email == old
    assert not cast.tulsa.officeholder_set.current().filter(user=cast.mayor).exists()
    assert not cast.tulsa.officeholder_set.filter(user=cast.mayor, ended_at=None).exists()
    assert cast.tulsa.officeholder_set.current().filter(user=cast.delegate).exists()


def test_change_ends_every_session_of_the_person_and_no_one_elses(cast, as_, change):
    own, stolen, other = as_(), as_(), as_()
    for browser, person in ((own, cast.lead), (stolen, cast.lead), (other, cast.member)):
        browser.post("/sign-in/", {"email": person.email})
        browser.post("/sign-in/code/", {"code": code_for(person.email)})
        assert browser.get("/me/").status_code == 200
    own.post(change, {"email": NEW})
    page = own.post(link_in(last_mail(to=NEW)), follow=True)
    assert f"Your address is now {NEW}." in messages_of(page)
    assert page.redirect_chain[0] == ("/sign-in/", 302)
    assert own.get("/me/").status_code == 302
    assert stolen.get("/me/").status_code == 302
    assert other.get("/me/").status_code == 200


def test_corrected_address_revives_no_confirmed_office(cast, every_city):
    old = cast.mayor.email
    for email in (NEW, old):
        correct(cast.mayor, name="Mayor", email=email, language="en", by=cast.admin)
    assert not cast.tulsa.officeholder_set.filter(user=cast.mayor, ended_at=None).exists()


def test_an_address_of_someone_else_is_refused(cast, as_, change):
    page = as_(cast.lead).post(change, {"email": cast.mayor.email})
    assert page.status_code == 422
    assert page.context["form"].errors["email"] == [f"{cast.mayor.email} already belongs to someone else on this site."]
    assert page.context["form"]["email"].value() == cast.mayor.email
    assert emails(kind="notice") == []


@pytest.mark.parametrize("typed", ["", "no address", "lead@tulsa-us.example"])
def test_a_mistake_gets_a_sentence_and_sends_nothing(cast, as_, change, typed):
    page = as_(cast.lead).post(change, {"email": typed})
    assert page.status_code == 422
    assert len(page.context["form"].errors["email"]) == 1
    assert emails(kind="notice") == []


def test_someone_who_took_the_address_meanwhile_keeps_it(cast, as_, change):
    as_(cast.lead).post(change, {"email": NEW})
    link = link_in(last_mail(to=NEW))
    User.objects.create_user(NEW, name="Other")
    assert as_().post(link).status_code == 409
    cast.lead.refresh_from_db()
    assert cast.lead.email != NEW


def test_link_is_void_once_access_has_ended(cast, as_, change, every_city):
    as_(cast.member).post(change, {"email": NEW})
    link = link_in(last_mail(to=NEW))
    end_membership(cast.member.membership_set.select_related("user", "city").get(), by=cast.lead)
    assert as_().post(link).status_code == 410
    assert as_().get("/address/tampered/").status_code == 404


def test_staff_request_for_someone_is_told_at_the_old_address(cast, every_city):
    address.request_change(cast.lead, email=NEW, by=cast.admin)
    assert "Admin asked to change the address" in last_mail(to=cast.lead.email).text


def test_signed_out_one_is_asked_to_sign_in(as_, change):
    assert as_().get(change).status_code == 302


# One open request per person ------------------------------------------------------------


def test_used_link_stays_void_after_the_address_was_changed_back(cast, as_, change):
    old = cast.lead.email
    link = ask(as_(cast.lead), change)
    as_().post(link)
    cast.lead.refresh_from_db()
    as_().post(ask(as_(cast.lead), change, old))
    cast.lead.refresh_from_db()
    assert cast.lead.email == old
    assert is_void(as_(), link)


def test_newer_request_voids_the_older_one(cast, as_, change):
    older = ask(as_(cast.lead), change)
    newer = ask(as_(cast.lead), change, "lead.newer@tulsa.gov")
    assert is_void(as_(), older)
    assert as_().post(newer).status_code == 302
    cast.lead.refresh_from_db()
    assert cast.lead.email == "lead.newer@tulsa.gov"


def test_refused_request_leaves_the_open_one(cast, as_, change):
    link = ask(as_(cast.lead), change)
    assert as_(cast.lead).post(change, {"email": cast.mayor.email}).status_code == 422
    assert as_().get(link).status_code == 200


def test_signing_out_all_devices_voids_it_and_signing_out_one_does_not(cast, as_, change):
    link = ask(as_(cast.lead), change)
    browser = signed_in(as_(), cast.lead)
    row = UserSession.objects.get(session_key=browser.session.session_key)
    browser.post(reverse("sessions"), {"end": str(row.pk)})
    assert as_().get(link).status_code == 200
    as_(cast.lead).post(reverse("sessions"), {"end": "all"})
    assert is_void(as_(), link)


def test_ended_access_voids_it_for_good(cast, as_, change, every_city):
    link = ask(as_(cast.member), change)
    row = cast.member.membership_set.select_related("user", "city").get()
    end_membership(row, by=cast.lead)
    restore_membership(row, by=cast.lead)
    assert is_void(as_(), link)


def test_ended_roles_in_the_program_void_it(cast, as_, change, every_city):
    links = [ask(as_(who), change, f"new.{who.email}") for who in (cast.coach, cast.funder)]
    end_staff(cast.coach.staffrole_set.get(), by=cast.admin)
    end_grant(cast.funder.fundergrant_set.select_related("user", "cohort").get(), by=cast.admin)
    assert AddressRequest.objects.count() == 0
    assert all(is_void(as_(), link) for link in links)


def test_person_without_access_cannot_ask(cast, as_, change, every_city):
    end_membership(cast.member.membership_set.select_related("user", "city").get(), by=cast.lead)
    page = as_(cast.member).post(change, {"email": NEW})
    assert page.status_code == 422
    assert page.context["form"].errors["email"] == [f"{cast.member.email} no longer has access to this site."]
    assert emails(kind="notice") == []


def test_confirming_is_refused_if_it_was_voided_while_the_page_was_open(cast, as_, change):
    ask(as_(cast.lead), change)
    request = str(cast.lead.address_request.pk)
    address.void(cast.lead)
    with pytest.raises(ValidationError):
        address.confirm(cast.lead, old=cast.lead.email, new=NEW, request=request)


def test_warning_has_a_link_that_cancels_the_change_and_signs_out_all_devices(cast, as_, change):
    link = ask(as_(cast.lead), change)
    keep = keep_link_in(last_mail(to=cast.lead.email))
    own, other = signed_in(as_(), cast.lead), signed_in(as_(), cast.member)
    page = as_().get(keep)
    assert page.status_code == 200
    assert cast.lead.email in page.text
    assert as_().get(link).status_code == 200  # opening it cancels nothing
    page = as_().post(keep, follow=True)
    assert messages_of(page) == [f"Your address stays {cast.lead.email}. All devices were signed out."]
    assert is_void(as_(), link)
    assert own.get("/me/").status_code == 302
    assert other.get("/me/").status_code == 200
    with rls.every_city():
        events = AuditEvent.objects.filter(kind="user", object_id=str(cast.lead.pk)).order_by("-at")
        assert [event.verb for event in events[:2]] == ["devices signed out", "address change canceled"]


def test_link_to_cancel_is_void_at_an_address_that_is_no_longer_the_persons(cast, as_, change):
    link = ask(as_(cast.lead), change)
    keep = keep_link_in(last_mail(to=cast.lead.email))
    as_().post(link)
    assert is_void(as_(), keep)
    assert as_().get("/keep-address/tampered/").status_code == 404
