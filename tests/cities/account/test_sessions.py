"""Where a person is signed in: listed, signed out one by one or all, ended after disuse."""

import time

import pytest
from allauth.usersessions.models import UserSession
from django.urls import reverse

from accelerator import rls
from accelerator.models import AuditEvent
from accelerator.sessions import ABSOLUTE_DAYS, BEGAN, DAY, IDLE_DAYS, NOTED_EVERY, SEEN
from cities.account.sessions import device
from tests.mails import code_for, messages_of, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/me/devices/"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"
OFFICE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0"


@pytest.fixture
def sign_in(as_):
    def begin(person, agent=OFFICE):
        browser = as_()
        browser.defaults["HTTP_USER_AGENT"] = agent
        browser.post("/sign-in/", {"email": person.email})
        browser.post("/sign-in/code/", {"code": code_for(person.email)})
        assert signed_in(browser)
        return browser

    return begin


def row_of(browser):
    return UserSession.objects.get(session_key=browser.session.session_key)


def age(browser, **seconds):
    session = browser.session
    for name, value in seconds.items():
        session[name] = int(time.time()) - value
    session.save()


def test_devices_are_listed_with_this_one_first(cast, sign_in):
    phone, office = sign_in(cast.mayor, PHONE), sign_in(cast.mayor)
    sign_in(cast.lead)
    phone.get("/me/")
    rows = office.get(PAGE).context["rows"]
    assert [(name, is_here) for _row, name, is_here in rows] == [("Edge on Windows", True), ("Safari on iPhone", False)]
    page = office.get(PAGE).text
    assert "You’re signed in on 2 devices." in page
    assert page.count("this device") == 1


def test_profile_leads_to_the_devices(cast, as_):
    assert f'href="{reverse("sessions")}"' in as_(cast.lead).get("/me/").text


def test_one_device_is_signed_out_and_the_others_stay(cast, sign_in):
    phone, office = sign_in(cast.mayor, PHONE), sign_in(cast.mayor)
    answer = office.post(PAGE, {"end": str(row_of(phone).pk)}, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert messages_of(answer) == ["1 device was signed out."]
    assert phone.get("/me/").status_code == 302
    assert office.get("/me/").status_code == 200
    with rls.every_city():
        event = AuditEvent.objects.get(verb="devices signed out")
    assert (event.actor_id, event.data) == (cast.mayor.pk, {"count": 1})


def test_this_device_can_be_signed_out_too(cast, sign_in):
    office = sign_in(cast.mayor)
    assert office.post(PAGE, {"end": str(row_of(office).pk)})["Location"] == "/sign-in/"
    assert not signed_in(office)


def test_all_devices_are_signed_out(cast, sign_in):
    browsers, other = [sign_in(cast.mayor) for _ in range(3)], sign_in(cast.lead)
    answer = browsers[0].post(PAGE, {"end": "all"}, follow=True)
    assert messages_of(answer) == ["3 devices were signed out."]
    assert [browser.get("/me/").status_code for browser in [*browsers, other]] == [302, 302, 302, 200]
    assert list(UserSession.objects.values_list("user", flat=True)) == [cast.lead.pk]


def test_no_one_signs_out_someone_else(cast, sign_in):
    office, other = sign_in(cast.mayor), sign_in(cast.lead)
    for sent in (str(row_of(office).pk), "", "x", "0", "9" * 40):
        answer = other.post(PAGE, {"end": sent}, follow=True)
        assert "This device is already signed out." in answer.text, sent
    assert office.get("/me/").status_code == 200


def test_signed_out_visitor_has_no_list(as_):
    assert as_().get(PAGE).status_code == 302


@pytest.mark.parametrize(("days", "works"), [(IDLE_DAYS - 0.1, True), (IDLE_DAYS + 0.1, False)])
def test_unused_session_ends(cast, sign_in, days, works):
    browser = sign_in(cast.mayor)
    age(browser, **{SEEN: int(days * DAY)})
    answer = browser.get("/me/", follow=True)
    assert signed_in(browser) == works
    if not works:
        why = "You were signed out because this site wasn’t used on this device for 3 days. Sign in again."
        assert messages_of(answer) == [why]


@pytest.mark.parametrize(("days", "works"), [(ABSOLUTE_DAYS - 0.1, True), (ABSOLUTE_DAYS + 0.1, False)])
def test_session_ends_in_any_case(cast, sign_in, days, works):
    browser = sign_in(cast.mayor)
    age(browser, **{BEGAN: int(days * DAY)})
    browser.get("/me/")
    assert signed_in(browser) == works


def test_use_is_noted_every_five_minutes(cast, sign_in):
    browser = sign_in(cast.mayor)
    browser.get("/me/")
    age(browser, **{SEEN: NOTED_EVERY - 60})
    before = row_of(browser).last_seen_at
    browser.get("/me/")
    assert row_of(browser).last_seen_at == before
    age(browser, **{SEEN: NOTED_EVERY})
    browser.get("/me/")
    assert row_of(browser).last_seen_at > before
    assert browser.session[SEEN] >= time.time() - 60


def test_text_sent_after_the_session_ended_comes_back(cast, sign_in):
    browser = sign_in(cast.lead)
    age(browser, **{SEEN: 4 * DAY})
    text = "A paragraph that took an hour to write."
    answer = browser.post("/cities/tulsa-us/strategy/vision/save/", {"html": text, "base": "0"})
    assert (answer.status_code, text in answer.text) == (403, True)


@pytest.mark.parametrize(
    ("agent", "name"),
    [(OFFICE, "Edge on Windows"), (PHONE, "Safari on iPhone"), ("curl/8", "Unknown browser"), ("Firefox/1", "Firefox")],
)
def test_device_is_named_by_browser_and_system(agent, name):
    assert device(agent) == name
