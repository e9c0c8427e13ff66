"""The audit log's page: what is on record about access, by city and person."""

import pytest

from accelerator import audit, rls
from accelerator.models import AuditEvent
from dashboards.audit.forms import ACCESS
from tests.clients import cost, main_text
from tests.mails import code_for

pytestmark = pytest.mark.django_db
PAGE = "/audit/"


def shown(browser, **filters):
    """(verb, person, city) of the page's rows, newest first."""
    answer = browser.get(PAGE, filters)
    assert answer.status_code == 200
    rows = answer.context["page_rows"]  # the cast's own events are on record too
    return [(row.event.verb, row.person, row.city) for row in rows if row.event.verb in ACCESS]


@pytest.fixture
def events(cast, as_):
    """The member signs in after a wrong code, a stranger fails, the guest is denied a page."""
    browser, stranger = as_(), as_()
    browser.post("/sign-in/", {"email": cast.member.email})
    browser.post("/sign-in/code/", {"code": "2222-2222"})
    browser.post("/sign-in/code/", {"code": code_for(cast.member.email)})
    stranger.post("/sign-in/", {"email": "who@nowhere.example"})
    stranger.post("/sign-in/code/", {"code": "2222-2222"})
    as_(cast.guest).get("/cities/tulsa-us/team/invite/")


def test_sign_ins_failures_and_denials_are_on_record(cast, as_, events):
    assert shown(as_(cast.admin)) == [
        ("denied", cast.guest, cast.tulsa),
        ("sign-in failed", None, None),
        ("signed in", cast.member, None),
        ("sign-in failed", cast.member, None),
    ]
    page = as_(cast.admin).get(PAGE).text
    for words in (
        "Signed in",
        "Sign-in failed",
        "Access denied",
        "who@nowhere.example",
        "/cities/tulsa-us/team/invite/",
    ):
        assert words in page


def test_log_is_read_by_city(cast, as_, events):
    """The sign-ins of a city's team belong to it too."""
    verbs = [verb for verb, _person, _city in shown(as_(cast.admin), city="tulsa-us")]
    assert verbs == ["denied", "signed in", "sign-in failed"]
    assert shown(as_(cast.admin), city="rosario-ar") == []


@pytest.mark.parametrize(
    ("typed", "verbs"),
    [
        ("member", ["signed in", "sign-in failed"]),
        ("MEMBER@tulsa", ["signed in", "sign-in failed"]),
        ("who@nowhere.example", ["sign-in failed"]),
        ("guest", ["denied"]),
        ("no such person", []),
        ("\0", ["denied", "sign-in failed", "signed in", "sign-in failed"]),
    ],
)
def test_log_is_read_by_person(cast, as_, events, typed, verbs):
    assert [verb for verb, _person, _city in shown(as_(cast.admin), person=typed)] == verbs


def test_log_is_read_by_event_and_period(cast, as_, events):
    assert [row[0] for row in shown(as_(cast.admin), verb="denied", period="all")] == ["denied"]
    assert len(shown(as_(cast.admin), verb="none such", period="x", city="none")) == 4


@pytest.mark.parametrize(("who", "status"), [("coach", 403), ("lead", 404), ("mayor", 404), ("funder", 404)])
def test_only_program_admins_read_the_log(cast, as_, who, status):
    assert as_(getattr(cast, who)).get(PAGE).status_code == status
    assert as_(cast.admin).post(PAGE).status_code == 405


def test_changes_and_erased_people_are_shown_as_stored(cast, as_):
    with rls.every_city():
        audit.record("member added", by=cast.nobody, about=cast.tulsa, role="mayor", empty="")
    cast.nobody.delete()
    page = main_text(as_(cast.admin).get(PAGE))
    assert "member added" in page
    assert "Unknown person" in page
    assert "role: mayor" in page
    assert "empty" not in page


def test_a_page_costs_the_same_for_10_and_100_events(cast, as_):
    browser, counts = as_(cast.admin), []
    for number in (10, 40):
        with rls.every_city():
            AuditEvent.objects.bulk_create(
                AuditEvent(actor_id=cast.lead.pk, city_id=cast.tulsa.pk, verb="member added") for _ in range(number)
            )
        with cost() as asked:
            browser.get(PAGE)
        counts.append(asked.count)
    assert counts[0] == counts[1]
