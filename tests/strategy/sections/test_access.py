"""Who can do what at the desk: each view works, outsiders get 404, a wrong role 403, another city's object 404."""

import pytest

from tests.clients import shown

pytestmark = pytest.mark.django_db
ALL = {"admin", "coach", "lead", "member", "mayor", "delegate", "guest"}
TEAM = {"lead", "member"}
MOVERS = TEAM | {"coach", "admin"}
LEADS = {"lead", "admin"}
STRANGERS = ["other_lead", "other_mayor", "far_lead", "other_coach", "funder", "nobody"]

# name of the address, method, data, who may
VIEWS = [
    ("section", "get", {}, ALL),
    ("section-save", "post", {"html": "<p>x</p>", "base": 1}, TEAM),
    ("section-here", "get", {}, TEAM),
    ("section-here", "post", {"writing": "1"}, TEAM),
    ("section-move", "post", {"to": "in_review"}, MOVERS),
    ("section-assign", "get", {}, LEADS),
    ("section-assign", "post", {"due_on": "2026-06-01"}, LEADS),
    ("section-history", "get", {}, ALL),
    ("section-revision", "get", {}, ALL),
    ("section-restore", "post", {"base": 1}, TEAM),
    ("section-aside", "post", {"html": "<p>x</p>", "base": 1}, TEAM),
    ("thread-open", "post", {"body": "Hello"}, ALL),
    ("thread-reply", "post", {"body": "Hello"}, ALL),
    ("thread-end", "get", {}, MOVERS),
    ("thread-end", "post", {"outcome": "settled"}, MOVERS),
    ("thread-accept", "post", {}, TEAM),
    ("comment-draft", "post", {"body": "Hel"}, ALL),
    ("comments-seen", "post", {}, ALL),
    ("thread-reopen", "post", {}, MOVERS),
]
IDS = [f"{name}-{method}" for name, method, _, _ in VIEWS]


@pytest.fixture
def things(cast, write, talk):
    """What the addresses name, in this city and in the other."""
    write(cast.lead, "words of tulsa")
    write(cast.other_lead, "words of rosario", city=cast.rosario)
    here, there = talk(cast.member), talk(cast.other_lead, city=cast.rosario)
    return {"revision": 1, "thread": here.pk, "other_thread": there.pk}


def more(name, things, thread="thread"):
    if name in {"section-revision", "section-restore"}:
        return {"number": things["revision"]}
    return {"pk": things[thread]} if name.startswith("thread-") and name != "thread-open" else {}


@pytest.mark.parametrize(("name", "method", "data", "may"), VIEWS, ids=IDS)
def test_each_role(cast, as_, at, things, name, method, data, may):
    for person in sorted(ALL):
        browser, url = as_(cast.people[person]), at(name, **more(name, things))
        is_shared = name == "section-assign" and person in may
        answer = getattr(browser, method)(url, data | (shown(browser, url) if is_shared else {}))
        expected = {200, 204, 302} if person in may else {403}
        assert answer.status_code in expected, (person, answer.status_code)


@pytest.mark.parametrize(("name", "method", "data", "may"), VIEWS, ids=IDS)
def test_strangers_and_the_signed_out(cast, as_, at, things, name, method, data, may):
    address = at(name, **more(name, things))
    for person in STRANGERS:
        assert getattr(as_(cast.people[person]), method)(address, data).status_code == 404, person
    signed_out = getattr(as_(), method)
    assert signed_out(address, data).status_code == 302
    assert signed_out(address, data, headers={"X-Requested-With": "fetch"}).status_code == 401


@pytest.mark.parametrize("name", ["thread-reply", "thread-end", "thread-accept", "thread-reopen"])
def test_another_citys_thread(cast, as_, at, things, name):
    answer = as_(cast.lead).post(at(name, pk=things["other_thread"]), {"body": "x"})
    assert answer.status_code == 404


def test_a_thread_under_another_section(cast, as_, at, things):
    answer = as_(cast.lead).post(at("thread-reply", section="risks", pk=things["thread"]), {"body": "x"})
    assert answer.status_code == 404


def test_missing_section_is_not_found(cast, as_, at):
    assert as_(cast.lead).get(at("section", section="nowhere")).status_code == 404
    assert as_(cast.lead).post(at("section-save", section="nowhere"), {"html": "x"}).status_code == 404


def test_reading_roles_see_no_editor(cast, as_, at, things):
    for person in ("coach", "mayor", "delegate", "guest", "admin"):
        page = as_(cast.people[person]).get(at("section")).content.decode()
        assert "words of tulsa" in page
        assert 'id="editor"' not in page
    assert 'id="editor"' in as_(cast.member).get(at("section")).content.decode()


def test_guests_and_the_mayor_settle_their_own_conversations(cast, as_, at, talk, things):
    for person in (cast.guest, cast.mayor):
        own = talk(person)
        assert as_(person).post(at("thread-end", pk=own.pk), {"outcome": "settled"}).status_code == 302
        assert as_(person).post(at("thread-reopen", pk=own.pk)).status_code == 302
