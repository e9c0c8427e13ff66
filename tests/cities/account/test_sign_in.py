"""Signing in: the same response for everyone, a code that works once within 15 minutes, limits."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accelerator import signin
from accelerator.models import SignInCode, User
from cities.models import StaffRole
from tests.cities.account.steps import CODE, SIGN_IN, ask
from tests.mails import code_for, emails, last_mail, messages_of, signed_in

pytestmark = pytest.mark.django_db


def wrong(code):
    return code[1:] + ("2" if code[0] != "2" else "3") if "-" not in code else "-".join(map(wrong, code.split("-")))


# The way in -------------------------------------------------------------------------


def test_a_person_signs_in_with_the_code_from_the_email(cast, as_):
    browser = as_()
    answer = ask(browser, f" {cast.lead.email.upper()} ", "/me/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/code/?next=%2Fme%2F")
    mail = last_mail(to=cast.lead.email)
    assert (mail.kind, mail.state, mail.subject) == ("sign-in", "queued", "Your sign-in code")
    page = browser.get(answer["Location"])
    assert page.status_code == 200
    assert cast.lead.email in page.text
    done = browser.post(answer["Location"], {"code": code_for(cast.lead.email)})
    assert (done.status_code, done["Location"]) == (302, "/me/")
    assert signed_in(browser)
    cast.lead.refresh_from_db()
    assert cast.lead.last_login is not None


def test_the_code_field_is_one_input(cast, as_):
    browser = as_()
    ask(browser, cast.lead.email)
    page = browser.get(CODE).text
    assert page.count('name="code"') == 1
    assert 'autocapitalize="characters"' in page
    assert 'autocomplete="one-time-code"' in page


def test_spaces_hyphens_and_small_letters_in_a_code_do_not_matter(cast, as_):
    for shape in ("{0}", " {0} ", "{1} {2}", "{1}{2}"):
        browser = as_()
        ask(browser, cast.lead.email)
        code = code_for(cast.lead.email)
        browser.post(CODE, {"code": shape.format(code, *code.lower().split("-"))})
        assert signed_in(browser), shape


def test_the_email_speaks_the_persons_language(cast, as_):
    User.objects.filter(pk=cast.lead.pk).update(language="es")
    ask(as_(), cast.lead.email)
    assert '<html lang="es">' in last_mail(to=cast.lead.email).html


def test_signing_in_accepts_open_invitations(cast, as_, every_city):
    invitation = cast.lead.invitation_set.create(role="city_lead", city=cast.tulsa)
    browser = as_()
    ask(browser, cast.lead.email)
    browser.post(CODE, {"code": code_for(cast.lead.email)})
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "http:///evil.example",
]


def test_one_goes_on_to_a_page_of_this_host_only(cast, as_):
    for after in ELSEWHERE:
        browser = as_()
        assert ask(browser, cast.lead.email, after)["Location"] == CODE
        done = browser.post(f"{CODE}?next={after}", {"code": code_for(cast.lead.email)})
        assert done["Location"] == "/", after


def test_who_is_signed_in_goes_on(cast, as_):
    browser = as_(cast.lead)
    assert browser.get(SIGN_IN)["Location"] == "/"
    assert browser.get(f"{SIGN_IN}?next=/me/")["Location"] == "/me/"
    assert browser.get(CODE)["Location"] == "/"


def test_another_address_can_be_typed_while_a_code_is_awaited(cast, as_):
    browser = as_()
    ask(browser, "wrong@tulsa.example")
    assert browser.get(SIGN_IN).status_code == 200
    ask(browser, cast.lead.email)
    browser.post(CODE, {"code": code_for(cast.lead.email)})
    assert signed_in(browser)


def test_invalid_address_gets_a_message_and_no_email(db, as_):
    for typed in ("", "lead", "lead@tulsa", "joão@tulsa.gov", "a" * 300 + "@tulsa.gov"):
        page = ask(as_(), typed)
        assert page.status_code == 200
        assert len(page.context["form"].errors["email"]) == 1, typed
    assert len(emails()) == 0


# Known and unknown -----------------------------------------------------------------------


@pytest.fixture
def outsiders(cast):
    """Addresses that get no code: unknown, without a role, ended, inactive."""
    User.objects.filter(pk=cast.member.pk).update(is_active=False)
    cast.guest.membership_set.update(until=timezone.localdate() - timedelta(days=2))
    return ["who@nowhere.example", cast.nobody.email, cast.guest.email, cast.member.email]


def plain(response, email):
    """The response without what differs every time: tokens, nonces, times, and the typed address."""
    body = re.sub(r'(name="(?:csrfmiddlewaretoken|form_key)" value|nonce)="[^"]*"', r'\1=""', response.text)
    headers = {key: re.sub(r"'nonce-[^']*'", "", value) for key, value in response.items()}
    length = int(headers.pop("Content-Length", 0)) - body.count(email) * len(email)
    headers.pop("Expires", None)
    cookies = {name: (c["path"], c["httponly"], c["max-age"]) for name, c in response.cookies.items()}
    return response.status_code, headers, length, cookies, body.replace(email, "ADDRESS")


def walk(browser, email):
    """Everything a person without the email can see, with the number of statements and emails behind it."""
    steps = [
        lambda: browser.get(SIGN_IN),
        lambda: ask(browser, email, "/me/"),
        lambda: browser.get(f"{CODE}?next=/me/"),
        lambda: browser.post(CODE, {"code": "1"}),
        lambda: browser.post(CODE, {"code": "22222222"}),
        lambda: browser.post(CODE, {"action": "resend", "form_key": f"the key of {email}"}),
        lambda: browser.get(CODE),
        lambda: browser.post(CODE, {"action": "resend"}),
        lambda: browser.get(CODE),
        lambda: browser.post(CODE, {"action": "resend"}),
        lambda: browser.post(CODE, {"code": "22222222"}),
        lambda: browser.get(SIGN_IN),
    ]
    for step in steps:
        before = len(emails(to=email))
        with CaptureQueriesContext(connection) as statements:
            response = step()
        mails = len(emails(to=email)) - before
        yield plain(response, email), len(statements), mails


def test_who_is_not_known_gets_the_same_answers_after_the_same_work(cast, as_, outsiders, monkeypatch):
    monkeypatch.setattr(signin, "generate_user_code", lambda **_: "3333-3333")  # never guessed here
    ask(as_(), "first@nowhere.example")  # warms up what is compiled once
    ask(as_(), cast.lead.email)
    cache.clear()
    known = list(walk(as_(), cast.lead.email))
    assert [mails for _answer, _count, mails in known] == [0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0]
    for email in outsiders:
        cache.clear()
        seen = list(walk(as_(), email))
        assert [answer for answer, _count, _mails in seen] == [answer for answer, _count, _mails in known]
        assert [mails for _a, _c, mails in seen] == [mails for _a, _c, mails in known]
        assert [count for _a, count, _m in seen] == [count for _a, count, _m in known], email


def test_unknown_address_gets_an_email_without_a_code_that_says_whom_to_contact(cast, as_, outsiders):
    cast.cohort.reply_to = "help@govex.example"
    cast.cohort.save()
    for email in outsiders:
        ask(as_(), email)
        mail = last_mail(to=email)
        assert (mail.kind, mail.subject) == ("sign-in", "You can’t sign in with this address yet")
        assert not re.search(r"\b[2-9B-Z]{4}-?[2-9B-Z]{4}\b", mail.text)
        assert "letter-spacing" not in mail.html  # how a code is set
        assert "help@govex.example" in mail.text
        assert "sign-up" not in mail.text + mail.html
        assert "signup" not in mail.text + mail.html


def test_no_code_fits_an_unknown_address(cast, as_, monkeypatch):
    """One is made for it, for the same work, and sent to no one."""
    monkeypatch.setattr(signin, "generate_user_code", lambda **_: "3333-3333")
    browser = as_()
    ask(browser, "who@nowhere.example")
    page = browser.post(CODE, {"code": "3333-3333"})
    assert page.status_code == 200
    assert not signed_in(browser)


# The code ------------------------------------------------------------------------------------


def test_a_code_works_once(cast, as_):
    browser = as_()
    ask(browser, cast.lead.email)
    code = code_for(cast.lead.email)
    browser.post(CODE, {"code": code})
    browser.post("/sign-out/")
    assert browser.post(CODE, {"code": code})["Location"] == SIGN_IN
    assert not signed_in(browser)
    ask(browser, cast.lead.email)
    browser.post(CODE, {"code": code})
    assert signed_in(browser) == (code == code_for(cast.lead.email))


def test_a_code_works_only_in_the_browser_that_asked(cast, as_):
    one, other = as_(), as_()
    ask(one, cast.lead.email)
    code = code_for(cast.lead.email)
    assert other.post(CODE, {"code": code})["Location"] == SIGN_IN
    ask(other, cast.member.email)
    if code != code_for(cast.member.email):
        other.post(CODE, {"code": code})
    assert not signed_in(other)


def shift(browser, seconds):
    """Let the code have been asked for so many seconds ago."""
    session = browser.session
    login = session["account_login"]
    login["initiated_at"] -= seconds
    login["state"]["stages"]["login_by_code"]["data"]["at"] -= seconds
    session["account_login"] = login
    session.save()
    SignInCode.objects.update(sent_at=F("sent_at") - timedelta(seconds=seconds))


@pytest.mark.parametrize(("minutes", "works"), [(14, True), (16, False), (61, False)])
def test_a_code_works_for_a_quarter_of_an_hour(cast, as_, minutes, works):
    browser = as_()
    ask(browser, cast.lead.email)
    shift(browser, minutes * 60)
    answer = browser.post(CODE, {"code": code_for(cast.lead.email)}, follow=True)
    assert signed_in(browser) == works
    if not works:
        assert answer.redirect_chain == [(SIGN_IN, 302)]
        assert messages_of(answer) == ["This code expired or was requested in another window. Request a new one here."]


def test_three_wrong_codes_end_the_attempt(cast, as_):
    browser = as_()
    ask(browser, cast.lead.email)
    code = code_for(cast.lead.email)
    for _ in range(2):
        page = browser.post(CODE, {"code": wrong(code)})
        assert page.context["form"].errors["code"] == ["That code is incorrect. Enter the code from the newest email."]
    answer = browser.post(CODE, {"code": wrong(code)}, follow=True)
    assert answer.redirect_chain == [(SIGN_IN, 302)]
    assert messages_of(answer) == ["Too many attempts. Request a new code."]
    browser.post(CODE, {"code": code})
    assert not signed_in(browser)


def test_typing_mistake_costs_no_attempt(cast, as_):
    browser = as_()
    ask(browser, cast.lead.email)
    for typed in ("", "2345678", "234567892", "OOOO-0000", "٢٣٤٥٦٧٨٩", "x" * 99):
        page = browser.post(CODE, {"code": typed})
        assert len(page.context["form"].errors["code"]) == 1
    browser.post(CODE, {"code": code_for(cast.lead.email)})
    assert signed_in(browser)


def test_a_new_code_replaces_the_old_one_and_has_its_own_quarter_of_an_hour(cast, as_):
    browser = as_()
    ask(browser, cast.lead.email)
    old = code_for(cast.lead.email)
    shift(browser, 14 * 60)
    answer = browser.post(CODE, {"action": "resend"}, follow=True)
    assert messages_of(answer) == ["A new email is on its way. Only the new code works now."]
    shift(browser, 10 * 60)
    new = code_for(cast.lead.email)
    if old != new:
        browser.post(CODE, {"code": old})
        assert not signed_in(browser)
    browser.post(CODE, {"code": new})
    assert signed_in(browser)


def test_new_code_asked_for_by_two_clicks_is_one_email_and_works(cast, as_):
    browser = as_()
    ask(browser, cast.lead.email)
    key = re.search(r'name="form_key" value="([^"]+)"', browser.get(CODE).text)[1]
    browser.post(CODE, {"action": "resend"}, follow=True)  # allauth allows two
    for _click in range(2):
        answer = browser.post(CODE, {"action": "resend", "form_key": key}, follow=True)
        assert answer.redirect_chain == [(CODE, 302)]
        assert messages_of(answer) == ["A new email is on its way. Only the new code works now."]
    assert len(emails(to=cast.lead.email)) == 3
    browser.post(CODE, {"code": code_for(cast.lead.email)})
    assert signed_in(browser)


def test_person_who_lost_access_after_asking_for_a_code_cannot_sign_in(cast, as_):
    browser, coach = as_(), as_()
    ask(browser, cast.lead.email)
    ask(coach, cast.coach.email)
    cast.lead.membership_set.update(until=timezone.localdate() - timedelta(days=2))
    StaffRole.objects.filter(user=cast.coach).delete()
    browser.post(CODE, {"code": code_for(cast.lead.email)})
    coach.post(CODE, {"code": code_for(cast.coach.email)})
    assert not signed_in(browser)
    assert not signed_in(coach)


# What does not exist ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "account_reset_password",
        "account_change_password",
        "account_set_password",
        "account_email",
        "account_inactive",
        "account_logout",
        "account_reauthenticate",
    ],
)
def test_none_of_allauths_other_pages_exists(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_their_usual_addresses_lead_nowhere(cast, as_):
    browser = as_(cast.lead)
    for path in ("/accounts/login/", "/sign-up/", "/accounts/signup/", "/accounts/password/reset/"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"email": "x@tulsa.example"}).status_code == 404


def test_a_password_opens_nothing(cast, as_):
    cast.lead.set_password("correct horse battery staple")
    cast.lead.save()
    browser = as_()
    browser.post(
        SIGN_IN, {"email": cast.lead.email, "login": cast.lead.email, "password": "correct horse battery staple"}
    )
    assert not signed_in(browser)


# Out --------------------------------------------------------------------------------------------


def test_signing_out_takes_a_button(cast, as_):
    browser = as_(cast.lead)
    assert browser.get("/sign-out/").status_code == 405
    assert signed_in(browser)
    answer = browser.post("/sign-out/", follow=True)
    assert answer.redirect_chain == [(SIGN_IN, 302)]
    assert messages_of(answer) == ["You’ve signed out."]
    assert not signed_in(browser)


def test_a_page_leads_a_stranger_to_sign_in_and_back(cast, as_):
    answer = as_().get("/me/")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/?next=/me/")
    assert as_().get("/me/", headers={"HX-Request": "true"}).status_code == 401


def test_code_sent_to_an_address_that_was_corrected_after_the_check_signs_no_one_in(cast, as_, monkeypatch):
    """The correction comes between the check of the code and the sign-in."""
    browser, check = as_(), signin.check

    def then_corrected(*args, **kwargs):
        is_right = check(*args, **kwargs)
        User.objects.filter(pk=cast.lead.pk).update(email="corrected@tulsa.example")
        return is_right

    monkeypatch.setattr(signin, "check", then_corrected)
    ask(browser, cast.lead.email)
    answer = browser.post(CODE, {"code": code_for(cast.lead.email)}, follow=True)
    assert not signed_in(browser)
    assert messages_of(answer) == ["This code expired or was requested in another window. Request a new one here."]
    assert User.objects.get(pk=cast.lead.pk).last_login is None
    # The address was given to someone else meanwhile: neither of the two is signed in.
    monkeypatch.setattr(signin, "check", check)
    ask(browser, "corrected@tulsa.example")
    User.objects.filter(pk=cast.lead.pk).update(email=f"former@{cast.lead.pk}.example")
    User.objects.filter(pk=cast.member.pk).update(email="corrected@tulsa.example")
    browser.post(CODE, {"code": code_for("corrected@tulsa.example")})
    assert not signed_in(browser)


def test_sign_in_holds_the_person_until_it_is_done(cast, as_):
    browser = as_()
    ask(browser, cast.lead.email)
    with CaptureQueriesContext(connection) as queries:
        browser.post(CODE, {"code": code_for(cast.lead.email)})
    statements = [query["sql"] for query in queries]
    lock = next(i for i, sql in enumerate(statements) if "accelerator_user" in sql and "FOR NO KEY UPDATE" in sql)
    login = next(i for i, sql in enumerate(statements) if "last_login" in sql and sql.startswith("UPDATE"))
    assert lock < login
