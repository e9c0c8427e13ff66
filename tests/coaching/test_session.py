"""One session: its page for both sides, and its facts."""

from datetime import timedelta

import pytest

from accelerator import rls
from cities import actions as cities
from cities.models import Enrollment, Role
from tests.clients import cost
from tests.coaching.made import make_commitment, make_session, typed

SECRET = "marker-of-the-private-note"
STRANGERS = ["other_lead", "other_coach", "far_lead", "funder", "nobody"]
WRITERS = ["edit/", "clock/", "commitments/new/", "notes/shared/", "notes/private/"]


def page(session, city, more=""):
    return f"/cities/{city.slug}/coaching/{session.pk}/{more}"


@pytest.fixture
def session(cast):
    return make_session(cast.tulsa, cast.coach, shared="Agreed words.", private=SECRET)


def test_the_city_reads_the_shared_note_only(cast, as_, session):
    for who in ("lead", "member", "mayor", "delegate"):
        answer = as_(getattr(cast, who)).get(page(session, cast.tulsa))
        assert answer.status_code == 200
        assert "Agreed words." in answer.text
        assert SECRET not in answer.text
        assert "GovEx only" not in answer.text
        assert answer.context["private_note"] is None


def test_govex_reads_both_notes(cast, as_, session):
    for who in ("coach", "admin"):
        text = as_(getattr(cast, who)).get(page(session, cast.tulsa)).text
        assert "Agreed words." in text
        assert SECRET in text
        assert "6 people:" in text
        assert "2 people:" in text


def test_strangers_and_other_citys_sessions_are_not_found(cast, as_, session):
    theirs = make_session(cast.rosario, cast.other_coach)
    for more in ["", *WRITERS]:
        for who in STRANGERS:
            assert as_(getattr(cast, who)).get(page(session, cast.tulsa, more)).status_code == 404
        assert as_(cast.coach).get(page(theirs, cast.tulsa, more)).status_code == 404
        assert as_(cast.other_coach).get(page(theirs, cast.rosario, more)).status_code == 200


def test_the_city_changes_nothing_and_a_guest_reviewer_sees_nothing(cast, as_, session):
    for who in ("lead", "member", "mayor", "delegate", "guest"):
        browser = as_(getattr(cast, who))
        for more in WRITERS:
            assert browser.get(page(session, cast.tulsa, more)).status_code == 403
        for more in ("edit/", "commitments/new/"):
            assert browser.post(page(session, cast.tulsa, more), typed(cast.tulsa)).status_code == 403
    assert as_(cast.guest).get(page(session, cast.tulsa)).status_code == 403


def test_both_clocks_are_named(cast, as_, session):
    cast.coach.time_zone = "America/New_York"
    cast.coach.save()
    text = as_(cast.coach).get(page(session, cast.tulsa)).text
    assert ">CT<" in text
    assert "In your time zone" in text
    assert ">ET<" in text
    assert "In your time zone" not in as_(cast.lead).get(page(session, cast.tulsa)).text


def test_a_planned_session_shows_what_is_open_from_before(cast, as_, session):
    make_commitment(session, cast.lead, what="Open promise")
    planned = make_session(cast.tulsa, cast.coach, days_ago=-5, title="Next time")
    assert "Open promise" in as_(cast.mayor).get(page(planned, cast.tulsa)).text
    assert as_(cast.lead).get(page(session, cast.tulsa)).context["earlier"] == []


def seen(browser, url):
    return browser.get(url).context["form"]["seen"].value()


def test_the_facts_are_corrected(cast, as_, session):
    browser, url = as_(cast.coach), page(session, cast.tulsa, "edit/")
    data = typed(cast.tulsa, title="The first call", minutes="45", people=[cast.lead.pk], others="A librarian")
    answer = browser.post(url, data | {"seen": seen(browser, url)})
    assert answer["Location"] == page(session, cast.tulsa)
    with rls.every_city():
        session.refresh_from_db()
        assert (session.title, session.minutes, session.others) == ("The first call", 45, "A librarian")
        assert list(session.people.all()) == [cast.lead]
        assert session.shared_note.html == "<p>Agreed words.</p>"


def test_bad_facts_keep_what_was_typed(cast, as_, session):
    browser, url = as_(cast.coach), page(session, cast.tulsa, "edit/")
    data = typed(cast.tulsa, title="Typed title", minutes="x", seen=seen(browser, url))
    answer = browser.post(url, data)
    assert answer.status_code == 422
    assert answer.context["form"]["title"].value() == "Typed title"
    assert set(answer.context["form"].errors) == {"minutes"}
    with rls.every_city():
        session.refresh_from_db()
        assert session.title == "Getting started"


def test_colleagues_change_is_shown_and_not_overwritten(cast, as_, session):
    coach, admin, url = as_(cast.coach), as_(cast.admin), page(session, cast.tulsa, "edit/")
    before = seen(coach, url)
    assert admin.post(url, typed(cast.tulsa, title="The admin's", seen=before)).status_code == 302
    for late in ({"seen": before}, {}):
        answer = coach.post(url, typed(cast.tulsa, title="The coach's", **late))
        assert (answer.status_code, "Admin changed this while you were editing" in answer.text) == (409, True)
        assert answer.context["form"]["title"].value() == "The coach's"
    with rls.every_city():
        session.refresh_from_db()
        assert session.title == "The admin's"
    again = answer.context["form"]["seen"].value()
    assert coach.post(url, typed(cast.tulsa, title="The coach's", seen=again)).status_code == 302


def test_person_who_has_left_stays_among_those_present(cast, as_, session):
    with rls.every_city():
        session.presence_set.create(city=cast.tulsa, user=cast.member)
        cities.add_member(
            city=cast.tulsa,
            email=cast.member.email,
            name="Member",
            role=Role.CITY_MEMBER,
            by=None,
            until=cast.tulsa.today() - timedelta(days=2),
        )
    browser = as_(cast.coach)
    form = browser.get(page(session, cast.tulsa, "edit/")).context["form"]
    assert set(form["people"].value()) == {cast.coach.pk, cast.member.pk}
    data = typed(cast.tulsa, people=[cast.coach.pk, cast.member.pk], seen=form["seen"].value())
    assert browser.post(page(session, cast.tulsa, "edit/"), data).status_code == 302
    with rls.every_city():
        assert set(session.people.all()) == {cast.coach, cast.member}


def test_the_successor_reads_the_history_and_the_former_coach_no_longer_does(cast, as_, session):
    make_commitment(session, cast.coach, what="Open promise")
    with rls.every_city():
        enrollment = Enrollment.objects.get(city=cast.tulsa)
        today = cast.tulsa.today()
        enrollment.coachassignment_set.filter(user=cast.coach).update(ends_on=today - timedelta(days=2))
        cities.assign_coach(enrollment=enrollment, coach=cast.other_coach, by=cast.admin, starts_on=today)
    url = page(session, cast.tulsa)
    successor = as_(cast.other_coach)
    assert SECRET in successor.get(url).text
    assert "Open promise" in successor.get(f"/cities/{cast.tulsa.slug}/coaching/").text
    assert "Open promise" in successor.get(f"/cities/{cast.tulsa.slug}/coaching/new/").text
    assert successor.get(f"{url}notes/private/").status_code == 200
    for more in ("", "edit/", "notes/private/", "notes/shared/"):
        assert as_(cast.coach).get(url + more).status_code == 404
    assert as_(cast.coach).post(f"{url}notes/private/save/", {"html": "x", "base": 1}).status_code == 404


def test_a_session_outlives_the_person_who_logged_it(cast, as_, session):
    with rls.every_city():
        cast.coach.delete()
    text = as_(cast.admin).get(page(session, cast.tulsa)).text
    assert "Agreed words." in text
    assert SECRET in text


def test_session_costs_the_same_with_many_commitments(cast, as_):
    former = make_session(cast.tulsa, cast.coach)
    urls = {days: page(make_session(cast.tulsa, cast.coach, days_ago=days), cast.tulsa) for days in (3, -3)}
    measured = []
    for number in (10, 90):
        for row in range(number):
            make_commitment(former, cast.coach, what=f"Former {row}")
        for who in ("lead", "coach"):
            browser = as_(getattr(cast, who))
            for url in urls.values():
                browser.get(url)
                with cost() as spent:
                    assert browser.get(url).status_code == 200
                measured.append(spent.count)
    assert measured[:4] == measured[4:]
    assert max(measured) <= 8


def test_the_facts_page_costs_little(cast, as_, session):
    browser = as_(cast.coach)
    browser.get(page(session, cast.tulsa, "edit/"))
    with cost() as spent:
        browser.get(page(session, cast.tulsa, "edit/"))
    assert spent.count <= 8
