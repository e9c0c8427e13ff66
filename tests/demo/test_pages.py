"""One-click sign-in and the emails: only in the demo, only fictional people, only files in the folder."""

import pytest

from accelerator import mail, rls
from accelerator.mailbox import EmailBackend
from accelerator.models import User
from demo import mailbox
from demo.models import FictionalPerson
from tests.mails import last_mail, signed_in

pytestmark = pytest.mark.django_db
AS, MAILS = "/demo/sign-in/", "/demo/mail/"


def make_fictional(users):
    FictionalPerson.objects.bulk_create(FictionalPerson(user=user) for user in users)


@pytest.fixture
def demo(demo, settings, cast, tmp_path):
    settings.EMAIL_BACKEND = "accelerator.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    make_fictional(User.objects.exclude(pk=cast.nobody.pk))
    return cast


@pytest.fixture
def written(demo):
    """One email in the folder: its name."""
    letter = mail.Letter(
        "Olá",
        "Text <b>plain</b>",
        '<!doctype html><html><head></head><body><a href="http://127.0.0.1/x">Go</a></body></html>',
    )
    EmailBackend().send_messages([mail.message(letter, to="ana@tulsa.example", reply_to="help@govex.example")])
    return mailbox.names()[0]


def test_without_the_setting_nothing_of_it_exists(cast, as_):
    make_fictional(User.objects.all())
    browser = as_()
    assert browser.post(AS, {"person": cast.lead.pk}).status_code == 404
    assert not signed_in(browser)
    for path in (MAILS, f"{MAILS}x/", f"{MAILS}x/html/"):
        assert browser.get(path).status_code == 404
    assert "demo" not in browser.get("/sign-in/").text
    assert browser.get("/sign-in/").context.get("demo_people") is None
    browser.post("/sign-in/", {"email": cast.lead.email})
    assert "demo" not in browser.get("/sign-in/code/").text


def test_one_click_signs_in_as_a_fictional_person(demo, as_):
    page = as_().get("/sign-in/")
    for who in ("admin", "coach", "lead", "mayor", "funder"):
        browser, person = as_(), getattr(demo, who)
        assert f'name="person" value="{person.pk}"' in page.text, who
        answer = browser.post(AS, {"person": str(person.pk), "next": "/me/"})
        assert answer["Location"] == "/me/"
        assert browser.session["_auth_user_id"] == str(person.pk)


def test_the_others_are_offered_by_city(demo, as_):
    people = as_().get("/sign-in/").context["demo_people"]
    assert [(person.role, person.place) for person in people.main] == [
        ("program admin", ""),
        ("coach", ""),
        ("city lead", "Tulsa"),
        ("mayor", "Tulsa"),
        ("funder representative", ""),
    ]
    assert {city: len(found) for city, found in people.others.items()} == {"Tulsa": 3, "Rosario": 2, "Quito": 1}


def test_only_fictional_people_are_signed_in(demo, as_):
    FictionalPerson.objects.filter(user=demo.lead).delete()
    User.objects.filter(pk=demo.mayor.pk).update(is_active=False)
    for person in (demo.lead.pk, demo.mayor.pk, demo.nobody.pk, "", "x", "²", "-1", "9" * 30, 0):
        browser = as_()
        assert browser.post(AS, {"person": person}).status_code == 404
        assert not signed_in(browser)


def test_it_takes_a_button_and_stays_on_this_host(demo, as_):
    assert as_().get(AS, {"person": demo.lead.pk}).status_code == 405
    answer = as_().post(AS, {"person": demo.lead.pk, "next": "no-address"})
    assert (answer.status_code, answer.url) == (302, "/")
    answer = as_().post(AS, {"person": demo.lead.pk, "next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_signing_in_accepts_the_invitation(demo, as_):
    with rls.every_city():
        invitation = demo.lead.invitation_set.create(role="city_lead", city=demo.tulsa)
    as_().post(AS, {"person": demo.lead.pk})
    invitation.refresh_from_db()
    assert invitation.accepted_at is not None


@pytest.mark.urls("demo.urls")
def test_the_sign_in_page_works_without_people_and_without_cities(as_, db):
    assert as_().get("/sign-in/").status_code == 200


# The emails ------------------------------------------------------------------------------------


def test_emails_are_listed_newest_first_by_pages(demo, as_, written):
    letter = mail.Letter("Newer", "t", "<p>h</p>")
    for _ in range(50):
        EmailBackend().send_messages([mail.message(letter, to="ana@tulsa.example")])
    page = as_().get(MAILS)
    assert [found.subject for found in page.context["mails"]] == ["Newer"] * 50
    assert [found.subject for found in as_().get(f"{MAILS}?page=2").context["mails"]] == ["Olá"]


def test_an_empty_folder_says_what_to_do(demo, as_):
    assert "No emails yet." in as_().get(MAILS).text


def test_a_code_can_be_read_there(demo, as_):
    browser = as_()
    browser.post("/sign-in/", {"email": demo.lead.email})
    assert f'href="{MAILS}"' in browser.get("/sign-in/code/").text
    mail.deliver(last_mail(kind="sign-in").pk)
    (name,) = mailbox.names()
    page = browser.get(f"{MAILS}{name}/")
    assert "Your sign-in code" in page.text
    assert demo.lead.email in page.text


def test_a_email_is_shown_as_text_and_in_a_frame(demo, as_, written):
    page = as_().get(f"{MAILS}{written}/")
    assert page.status_code == 200
    assert "Text &lt;b&gt;plain&lt;/b&gt;" in page.text
    assert f'src="{MAILS}{written}/html/"' in page.text
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "help@govex.example" in page.text


def test_the_frame_runs_nothing_and_only_this_host_frames_it(demo, as_, written):
    frame = as_().get(f"{MAILS}{written}/html/")
    policy = frame["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "script-src 'none'",
        "style-src 'unsafe-inline'",
        "frame-ancestors 'self'",
        "sandbox allow-top-navigation-by-user-activation",
    ):
        assert part in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_top">' in frame.text


def test_no_other_file_is_read(demo, as_, written, tmp_path):
    (tmp_path / "secret.eml").write_text("Subject: secret\n\nsecret")
    names = ["../secret", "..%2fsecret", "secret", "%2e%2e/secret", "/etc/passwd", f"{written}.eml", "20260101"]
    for name in names:
        for path in (f"{MAILS}{name}/", f"{MAILS}{name}/html/"):
            assert as_().get(path).status_code == 404, path
