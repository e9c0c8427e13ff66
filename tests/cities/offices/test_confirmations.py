"""A confirmation is someone's word about one person, one address and one term; it doesn't outlive any of them."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.models import User
from accelerator.refusals import Refused
from cities import actions as cities
from cities.models import Office, Officeholder, Role
from cities.offices import actions as offices
from cities.team import actions as team
from strategy.models import Signature
from strategy.signoff import actions as signoff
from strategy.signoff import approvers
from tests.clients import edit
from tests.strategy.made_ready import make_ready, sign, submit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def place(cast, person):
    with rls.every_city():
        return cast.tulsa.membership_set.select_related("user", "city").get(user=person)


def holds(cast, person, office=Office.MAYOR):
    with rls.every_city():
        return cast.tulsa.officeholder_set.current().filter(user=person, office=office).exists()


def member_page(cast, person):
    return reverse("cities:member", args=[cast.tulsa.slug, place(cast, person).pk])


# Delegates


@pytest.fixture
def with_mailbox(cast, as_):
    """Tulsa's version before the mayor, and a delegate whom the lead invited: the lead's own second mailbox."""
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        values = {"office": Office.MAYOR, "title": "Mayor", "instrument": "signature", "may_delegate": True}
        approvers.add(city=cast.tulsa, by=cast.lead, **values)
    data = {"people": "1", "person0-name": "Second Mailbox", "person0-email": "second@tulsa.example"}
    data |= {"person0-role": "mayors_delegate", "person0-language": "en"}
    assert as_(cast.lead).post(reverse("cities:team-invite", args=["tulsa-us"]), data).status_code == 302
    cast.people["second"] = User.objects.get(email="second@tulsa.example")
    return submit(cast.tulsa, cast.lead)


def test_delegate_invited_by_a_lead_does_not_sign_until_confirmed(cast, as_, with_mailbox):
    url = reverse("strategy:version", args=["tulsa-us", 1])
    assert "Sign on behalf of" not in as_(cast.second).get(url).text
    code = reverse("strategy:version-code", args=["tulsa-us", 1])
    assert as_(cast.second).post(code, {"sha256": with_mailbox.sha256}).status_code == 409
    with pytest.raises(Refused, match="You don’t have permission to sign"):
        sign(with_mailbox, cast.second)
    with rls.every_city():
        assert not Signature.objects.exists()
        offices.confirm(city=cast.tulsa, user=cast.second, office=Office.DELEGATE, by=cast.mayor)
    assert "Sign on behalf of" in as_(cast.second).get(url).text
    signature = sign(with_mailbox, cast.second)
    assert (signature.manner, signature.person_name, signature.office_confirmed_for) == (
        "behalf",
        "Second Mailbox",
        "mayor",
    )


@pytest.mark.parametrize("who", ["lead", "member", "coach", "delegate"])
def test_no_one_but_govex_and_the_mayor_confirms_a_delegate(cast, with_mailbox, who):
    with rls.every_city(), pytest.raises(Refused, match="Only GovEx or the mayor can confirm"):
        offices.confirm(city=cast.tulsa, user=cast.second, office=Office.DELEGATE, by=getattr(cast, who))


def test_delegate_of_a_former_mayor_does_not_sign_for_the_next(cast, with_mailbox):
    with rls.every_city():
        offices.confirm(city=cast.tulsa, user=cast.second, office=Office.DELEGATE, by=cast.mayor)
        team.end_membership(place(cast, cast.mayor), by=cast.admin)
        new = {"email": "new@tulsa.example", "name": "New Mayor", "role": Role.MAYOR}
        cities.add_member(city=cast.tulsa, by=cast.admin, **new)
        assert signoff.current_step(with_mailbox).signer.email == "new@tulsa.example"
    for person in (cast.second, cast.delegate):
        with pytest.raises(Refused, match="You don’t have permission to sign"):
            sign(with_mailbox, person)


def test_person_without_the_delegates_role_is_not_confirmed_as_delegate(cast):
    with rls.every_city(), pytest.raises(Refused, match="doesn’t have the role of mayor’s delegate"):
        offices.confirm(city=cast.tulsa, user=cast.member, office=Office.DELEGATE, by=cast.admin)


# Addresses


def test_corrected_address_needs_another_confirmation_and_no_other_edit_gives_it(cast, as_):
    assert holds(cast, cast.mayor)
    url = member_page(cast, cast.mayor)
    data = {"name": "Mayor", "email": "other@tulsa.example", "language": "en", "role": "mayor"}
    data |= {"title": "", "until": ""}
    assert "other@tulsa.example" not in edit(as_(cast.lead), url, data, follow=True).text
    assert holds(cast, cast.mayor), "a lead doesn't correct the mayor's address"
    assert edit(as_(cast.admin), url, data).status_code == 302
    assert not holds(cast, cast.mayor), "GovEx corrected the address"
    assert edit(as_(cast.admin), url, data | {"title": "Mayor of Tulsa"}).status_code == 302
    assert place(cast, cast.mayor).title == "Mayor of Tulsa"
    assert not holds(cast, cast.mayor), "GovEx edited another field"
    with rls.every_city():
        offices.confirm(city=cast.tulsa, user=place(cast, cast.mayor).user, office=Office.MAYOR, by=cast.admin)
    assert holds(cast, cast.mayor)


# Terms


def end_now(cast, membership):
    team.end_membership(membership, by=cast.admin)


def end_by_date(cast, membership):
    membership.until = cast.tulsa.today() - timedelta(days=3)
    membership.save(update_fields=["until"])


def change_role(cast, membership):
    team.change_member(membership, role=Role.CITY_MEMBER, title="", until=None, by=cast.admin)


@pytest.mark.parametrize("leave", [end_now, end_by_date, change_role])
@pytest.mark.parametrize("back", ["restored", "a later date", "invited"])
def test_confirmation_of_a_former_mayor_does_not_come_back_with_the_access(cast, leave, back):
    with rls.every_city():
        leave(cast, place(cast, cast.mayor))
        membership = place(cast, cast.mayor)
        if back == "restored":
            team.restore_membership(membership, by=cast.lead)
        elif back == "a later date":
            team.change_member(membership, role=Role.MAYOR, title="", until=None, by=cast.lead)
        else:
            member = {"email": cast.mayor.email, "name": "Mayor", "role": Role.MAYOR}
            cities.add_member(city=cast.tulsa, by=cast.lead, **member)
        assert place(cast, cast.mayor).is_active()
        ended = Officeholder.objects.filter(user=cast.mayor, office=Office.MAYOR).values_list("ended_at", flat=True)
    assert not holds(cast, cast.mayor)
    assert None not in ended


def test_mayor_who_leaves_and_comes_back_cannot_confirm_anyone(cast):
    with rls.every_city():
        team.end_membership(place(cast, cast.mayor), by=cast.lead)
        team.restore_membership(place(cast, cast.mayor), by=cast.lead)
        with pytest.raises(Refused, match="Only GovEx or the mayor can confirm"):
            offices.confirm(city=cast.tulsa, user=cast.member, office=Office.CITY_MANAGER, by=cast.mayor)


# Withdrawing


def test_unconfirmed_mayor_withdraws_no_confirmation(cast, as_):
    with rls.every_city():
        manager = offices.confirm(city=cast.tulsa, user=cast.member, office=Office.CITY_MANAGER, by=cast.admin)
        offices.end(holder=cast.tulsa.officeholder_set.get(office=Office.MAYOR, ended_at=None), by=cast.admin)
    browser, url = as_(cast.mayor), reverse("cities:offices", args=["tulsa-us"])
    assert "Withdraw the confirmation" not in browser.get(url).text
    answer = browser.post(reverse("cities:officeholder-end", args=["tulsa-us", manager.pk]), follow=True)
    assert "Only GovEx or the mayor can withdraw this confirmation." in answer.text
    assert holds(cast, cast.member, Office.CITY_MANAGER)
    with rls.every_city():
        offices.confirm(city=cast.tulsa, user=cast.mayor, office=Office.MAYOR, by=cast.admin)
    browser.post(reverse("cities:officeholder-end", args=["tulsa-us", manager.pk]))
    assert not holds(cast, cast.member, Office.CITY_MANAGER)


# What was shown is what is confirmed


def option(page, person):
    """The value of the person's choice, as the page has it."""
    return unescape(re.search(rf'<option value="({person.pk} [^"]*)"', page.text)[1])


def test_confirmation_of_an_address_that_changed_meanwhile_is_refused(cast, as_):
    browser, url = as_(cast.admin), reverse("cities:office-confirm", args=["tulsa-us"])
    chosen = option(browser.get(url), cast.member)
    assert chosen == f"{cast.member.pk} {cast.member.email} Member"
    data = {"person": chosen, "office": "city_manager", "title": "City manager"}
    User.objects.filter(pk=cast.member.pk).update(email="elsewhere@tulsa.example")
    answer = browser.post(url, data)
    assert answer.status_code == 409
    sentence = "Member’s details changed while this page was open. The email address is now elsewhere@tulsa.example."
    assert sentence in answer.text
    assert 'value="City manager"' in answer.text, "nothing typed is lost"
    assert not holds(cast, cast.member, Office.CITY_MANAGER)
    again = option(answer, cast.member)
    assert again != chosen
    assert browser.post(url, data | {"person": again}).status_code == 302
    assert holds(cast, cast.member, Office.CITY_MANAGER)


def test_confirmation_of_a_name_that_changed_meanwhile_is_refused(cast, as_):
    browser, url = as_(cast.admin), reverse("cities:office-confirm", args=["tulsa-us"])
    chosen = option(browser.get(url), cast.member)
    User.objects.filter(pk=cast.member.pk).update(name="Famous Name")
    data = {"person": chosen, "office": "city_manager", "title": ""}
    assert browser.post(url, data).status_code == 409
    assert browser.post(url, data | {"person": str(cast.member.pk)}).status_code == 409, "without what was shown"
    assert not holds(cast, cast.member, Office.CITY_MANAGER)


def test_change_between_the_form_and_the_lock_is_refused_too(cast):
    shown = ("Member", "former@tulsa.example")
    with rls.every_city(), pytest.raises(Refused, match="details changed while this page was open"):
        offices.confirm(city=cast.tulsa, user=cast.member, office=Office.CITY_MANAGER, by=cast.admin, shown=shown)


def test_other_office_is_confirmed_with_its_title(cast, as_):
    browser, url = as_(cast.admin), reverse("cities:office-confirm", args=["tulsa-us"])
    data = {"person": option(browser.get(url), cast.member), "office": "other", "title": ""}
    assert "Enter a title for this office." in browser.post(url, data).text
    assert browser.post(url, data | {"title": "City clerk"}).status_code == 302
    with rls.every_city():
        assert cast.tulsa.officeholder_set.get(user=cast.member).title == "City clerk"


def test_unconfirmed_delegate_is_shown_with_the_link_to_confirm(cast, as_, with_mailbox):
    page = as_(cast.mayor).get(reverse("cities:offices", args=["tulsa-us"])).text
    assert "Second Mailbox has the role of mayor’s delegate" in page
    assert f"?person={cast.second.pk}&office=delegate" in unescape(page)
