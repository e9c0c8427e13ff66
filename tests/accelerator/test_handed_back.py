"""A text that can't be accepted, because the form or the session is too old, is returned to its writer."""

import pytest
from django.db import connection
from django.test import Client

WORDS = "Four hundred words about <governance> that no one wants to type again."


@pytest.fixture
def address(cast):
    return f"/cities/{cast.tulsa.slug}/strategy/vision/save/"


def test_a_form_without_a_valid_token_hands_the_text_back(cast, address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.lead)
    answer = browser.post(address, {"html": WORDS, "base": "0", "csrfmiddlewaretoken": "old"})
    assert answer.status_code == 403
    assert "about &lt;governance&gt; that no one" in answer.content.decode()


def test_a_form_sent_after_signing_out_hands_the_text_back(address, as_):
    answer = as_(None).post(address, {"html": WORDS, "base": "0"})
    assert answer.status_code == 403
    assert "about &lt;governance&gt; that no one" in answer.content.decode()
    assert 'href="/sign-in/"' in answer.content.decode()


def test_form_without_a_text_redirects_to_sign_in(address, as_):
    answer = as_(None).post(address, {"base": "0"})
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address}")


def test_script_without_a_session_gets_401(address, as_):
    assert as_(None).post(address, {"html": WORDS}, headers={"X-Requested-With": "fetch"}).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_plain_form_without_a_database_hands_the_text_back(cast, as_, address):
    browser = as_(cast.lead)
    browser.raise_request_exception = False
    present = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT=1)
    try:
        answer = browser.post(address, {"html": WORDS, "base": "0", "csrfmiddlewaretoken": "a" * 64})
    finally:
        connection.settings_dict.update(present)
    page = answer.content.decode()
    assert answer.status_code == 500
    assert "about &lt;governance&gt; that no one" in page
    assert "a" * 64 not in page


def test_the_error_page_of_an_unreadable_form_is_a_page(client, monkeypatch):
    client.raise_request_exception = False
    client.cookies["sessionid"] = "k" * 32  # without the database, whose rows no test may read here
    answer = client.post("/no/such/", b"--y", content_type="multipart/form-data")
    assert (answer.status_code, "Something went wrong on our side" in answer.content.decode()) == (500, True)
