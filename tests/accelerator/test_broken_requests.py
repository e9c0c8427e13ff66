"""Requests that no browser sends: a response, never a server error page."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from django.urls import reverse

from accelerator.requests import Application
from accelerator.sessions import SessionStore
from accelerator.texts import richtext
from accelerator.walltime import check_year

pytestmark = pytest.mark.django_db


def test_a_form_in_another_encoding_is_not_understood(cast, as_):
    answer = as_(cast.lead).post(
        reverse("profile"), b"name=A", content_type="application/x-www-form-urlencoded; charset=utf-7"
    )
    assert (answer.status_code, "We couldn’t process this request" in answer.text) == (400, True)


@pytest.mark.parametrize("key", ["\0abcdefghij", "é" * 32, "../../abcdefgh", "x" * 9])
def test_a_session_cookie_that_is_none_means_signed_out(client, key):
    client.cookies["sessionid"] = key
    assert client.get(reverse("profile")).status_code == 302
    assert SessionStore(key).load() == {}


def test_a_session_of_ones_own_is_found_again(client):
    kept = SessionStore()
    kept["word"] = "here"
    kept.save()
    assert SessionStore(kept.session_key)["word"] == "here"


@pytest.mark.parametrize("day", [date.min, date(1, 1, 5), date(2000, 1, 3), date(9999, 12, 27), date.max])
def test_year_far_away_is_refused(day):
    with pytest.raises(ValidationError, match="Check the year"):
        check_year(day, date(2026, 3, 2))


def test_year_nearby_is_accepted():
    today = date(2026, 3, 2)
    for days in (-3650, 0, 3650):
        assert check_year(today + timedelta(days=days), today)


@pytest.mark.parametrize(
    "typed", ["if a<b and c>d then e<f", "x <i or y> z", "Ana <ana@x.org>", "from <a to> b", "p<p and more"]
)
def test_a_line_with_angle_brackets_keeps_every_word(typed):
    assert richtext.text(richtext.clean(typed).html) == typed


@pytest.mark.parametrize(
    "typed", ['<b class="x">kept</b>', "<B >kept</B >", "<br/>kept", '<a\nhref="https://x.org">kept</a>']
)
def test_elements_are_still_elements(typed):
    assert richtext.text(richtext.clean(typed).html) == "kept"


def test_a_form_of_twenty_megabytes_gets_advice(cast, as_):
    address = reverse("strategy:section-save", args=[cast.tulsa.slug, "vision"])
    answer = as_(cast.lead).post(address, {"html": "words " * 3_500_000, "base": 0})
    page = answer.content.decode()
    assert answer.status_code == 413
    assert "What you sent is too large to save in one go" in page
    assert "Use your browser’s Back button" in page


@pytest.mark.parametrize("charset", ["charset=base64", "charset=rot13", "charset*=nowhere''x", "charset*=utf-8''%00"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_charset_that_is_no_text_gets_the_page_for_bad_requests(charset, method):
    environ = RequestFactory().generic(method, "/?a=%C3%A9", b"name=A").environ
    environ["CONTENT_TYPE"] = f"application/x-www-form-urlencoded; {charset}"
    answered = []
    answer = Application()(environ, lambda status, headers: answered.append(status))
    page = b"".join(answer).decode()
    answer.close()
    assert answered == ["400 Bad Request"]
    assert "We couldn’t process this request" in page


BROKEN_FORMS = ["multipart/form-data", "multipart/form-data; boundary=é", "multipart/form-data; boundary=x"]


@pytest.mark.parametrize("kind", BROKEN_FORMS)
@pytest.mark.parametrize("person", ["lead", None])
def test_an_undecodable_form_at_an_unknown_address_is_not_found(cast, as_, kind, person):
    answer = as_(person and cast.people[person]).post("/no/such/page/", b"--y\r\nname=A", content_type=kind)
    assert (answer.status_code, "Page not found" in answer.text) == (404, True)


@pytest.mark.parametrize("kind", BROKEN_FORMS)
def test_an_undecodable_form_of_the_wrong_role_is_refused(cast, as_, kind):
    address = reverse("strategy:plan-objective-add", args=[cast.tulsa.slug])
    answer = as_(cast.guest).post(address, b"--y\r\nname=A", content_type=kind)
    assert (answer.status_code, "Your role doesn’t include access" in answer.text) == (403, True)
