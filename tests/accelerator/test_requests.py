"""Limits and headers of every request: large bodies, pages that are stored nowhere, denials on record."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.models import AuditEvent

pytestmark = pytest.mark.django_db
MEGABYTE = 1024**2
MULTIPART = "multipart/form-data; boundary=x"


class Body:
    """A body that fails the test when it is read."""

    def read(self, *_args):
        raise AssertionError("the body was read")

    readline = read


def post(browser, path, size, content_type):
    return browser.generic("POST", path, CONTENT_LENGTH=str(size), CONTENT_TYPE=content_type, **{"wsgi.input": Body()})


@pytest.mark.parametrize("content_type", [MULTIPART, "application/x-www-form-urlencoded", "text/plain"])
@pytest.mark.parametrize("path", ["/sign-in/", "/me/", "/cities/tulsa-us/settings/"])
def test_large_form_without_a_file_is_refused_before_it_is_read(cast, as_, path, content_type):
    answer = post(as_(cast.lead), path, 12 * MEGABYTE + 1, content_type)
    assert answer.status_code == 413
    assert "What you sent is too large to save in one go" in answer.content.decode()


def test_stranger_is_refused_too(cast, as_):
    assert post(as_(), "/sign-in/", 10**12, MULTIPART).status_code == 413


FILES = [
    reverse("strategy:uploads", args=["tulsa-us"]),
    reverse("strategy:pictures", args=["tulsa-us"]),
    reverse("strategy:plan-import", args=["tulsa-us"]),
    "/verify/",
]


@pytest.mark.parametrize("path", FILES)
def test_form_with_a_file_has_a_larger_limit(cast, as_, path):
    assert post(as_(cast.lead), path, 100 * MEGABYTE + 1, MULTIPART).status_code == 413
    with pytest.raises(AssertionError, match="the body was read"):
        post(as_(cast.lead), path, 100 * MEGABYTE, MULTIPART)


@pytest.mark.parametrize("length", ["", "-5", "x", "\u00b2"])
def test_length_that_is_none_is_no_body(client, length):
    assert client.generic("POST", "/sign-in/", CONTENT_LENGTH=length).status_code in {200, 400}


def test_signed_in_pages_are_stored_nowhere(cast, as_):
    browser = as_(cast.lead)
    for path in ("/me/", "/cities/tulsa-us/", "/strategies/", "/no/such/page/", "/cohorts/cohort-2026/roster/"):
        assert browser.get(path)["Cache-Control"] == "no-store, private", path
    answer = browser.post("/sign-out/")
    assert answer["Cache-Control"] == "no-store, private"


def test_public_pages_of_strangers_may_be_stored(client, db):
    assert "no-store" not in client.get("/strategies/").headers.get("Cache-Control", "")


def denials(**which):
    with rls.every_city():
        rows = AuditEvent.objects.filter(verb="denied", **which).order_by("at")
        return [(row.city_id, row.data["method"], row.data["path"]) for row in rows]


def test_wrong_role_and_outsiders_are_on_record_with_the_city(cast, as_):
    page = "/cities/tulsa-us/team/invite/"
    as_(cast.guest).get(page)
    as_(cast.guest).post(page, {"people": "1"})
    as_(cast.far_lead).get(page)
    as_(cast.far_lead).get("/cohorts/cohort-2026/board/")
    as_(cast.lead).get("/program/people/")
    as_().get(page)
    assert denials(actor_id=cast.guest.pk) == [(cast.tulsa.pk, "GET", page), (cast.tulsa.pk, "POST", page)]
    assert denials(actor_id=cast.far_lead.pk)[0] == (cast.tulsa.pk, "GET", page)
    assert denials(actor_id=None) == []


def test_denials_are_on_record_once_a_minute_for_a_person_view_and_city(cast, as_, monkeypatch):
    page = "/cities/tulsa-us/team/"
    first, guest, other = cast.lead.membership_set.get().pk, as_(cast.guest), as_(cast.far_lead)
    for number in range(5):
        guest.get(f"{page}{first + number}/")
        guest.post(f"{page}{first + number}/")
        other.get(f"{page}{first}/")
    own = [(cast.tulsa.pk, "GET", f"{page}{first}/"), (cast.tulsa.pk, "POST", f"{page}{first}/")]
    assert denials(actor_id=cast.guest.pk) == own
    assert len(denials(actor_id=cast.far_lead.pk)) == 1
    other.get(f"/cities/rosario-ar/team/{first}/")
    guest.get("/cities/tulsa-us/team/invite/")
    assert len(denials(actor_id=cast.far_lead.pk)) == 2
    assert len(denials(actor_id=cast.guest.pk)) == 3
    later = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr("django.core.cache.backends.db.tz_now", lambda: later)
    guest.get(f"{page}{first}/")
    assert len(denials(actor_id=cast.guest.pk)) == 4


def test_what_anyone_may_open_and_what_does_not_exist_is_not_on_record(cast, as_):
    as_(cast.lead).get("/cities/tulsa-us/")
    as_(cast.lead).get("/cities/no-such-city/")
    assert denials() == []
