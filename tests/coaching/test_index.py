"""The city's coaching: open commitments first, then its sessions."""

import pytest

from tests.clients import cost
from tests.coaching.made import make_commitment, make_session


def page(cast):
    return f"/cities/{cast.tulsa.slug}/coaching/"


def test_index_is_open_to_all_coaching_roles(cast, as_):
    session = make_session(cast.tulsa, cast.coach)
    make_commitment(session, cast.lead, what="List the departments", due_in=-2)
    for reader in (cast.lead, cast.member, cast.mayor, cast.delegate, cast.coach, cast.admin):
        answer = as_(reader).get(page(cast))
        assert answer.status_code == 200
        assert "List the departments" in answer.text
        assert "Getting started" in answer.text
        assert "One commitment is open, and it’s late." in answer.text


def test_index_is_404_for_a_stranger(cast, as_):
    for stranger in (cast.other_lead, cast.other_coach, cast.far_lead, cast.funder, cast.nobody):
        assert as_(stranger).get(page(cast)).status_code == 404


def test_index_is_403_for_a_guest_reviewer(cast, as_):
    assert as_(cast.guest).get(page(cast)).status_code == 403


def test_index_signed_out_redirects_to_sign_in(cast, as_):
    assert as_().get(page(cast)).status_code == 302


def test_another_citys_rows_do_not_show(cast, as_):
    theirs = make_session(cast.rosario, cast.other_coach, title="Rosario words")
    make_commitment(theirs, cast.other_lead, what="Rosario promise")
    text = as_(cast.lead).get(page(cast)).text
    assert "Rosario words" not in text
    assert "Rosario promise" not in text


def test_longest_overdue_commitment_comes_first_and_own_ones_are_marked(cast, as_):
    session = make_session(cast.tulsa, cast.coach)
    make_commitment(session, cast.member, what="Later", due_in=9)
    make_commitment(session, cast.lead, what="Late", due_in=-4)
    make_commitment(session, cast.coach, what="Soon", due_in=1)
    answer = as_(cast.lead).get(page(cast))
    rows = answer.context["commitments"]
    assert [row.what for row in rows] == ["Late", "Soon", "Later"]
    assert [row.is_own for row in rows] == [True, False, False]
    assert answer.text.count("<strong>You</strong>") == 1
    assert "4 days late" in answer.text


def test_only_the_coach_and_staff_may_log(cast, as_):
    for reader, may in ((cast.coach, True), (cast.admin, True), (cast.lead, False), (cast.mayor, False)):
        text = as_(reader).get(page(cast)).text
        assert (f"{page(cast)}new/" in text) == may


def test_sessions_come_newest_first_and_page_by_page(cast, as_):
    for number in range(23):
        make_session(cast.tulsa, cast.coach, days_ago=number, title=f"Session {number:02}")
    first = as_(cast.lead).get(page(cast)).context["page"]
    assert [session.title for session in first][:3] == ["Session 00", "Session 01", "Session 02"]
    second = as_(cast.lead).get(page(cast) + "?page=2").context["page"]
    assert [session.title for session in second] == ["Session 20", "Session 21", "Session 22"]


def test_a_planned_session_says_so_and_is_the_next_one(cast, as_):
    make_session(cast.tulsa, cast.coach, days_ago=-4, title="The visit")
    text = as_(cast.mayor).get(page(cast)).text
    assert "Scheduled" in text
    assert "The next session is " in text
    assert ">CT<" in text


def test_empty_index_says_what_will_appear(cast, as_):
    assert "Your coach logs sessions and visits here" in as_(cast.mayor).get(page(cast)).text
    assert "Log the first one after your call" in as_(cast.coach).get(page(cast)).text


def fill(cast, sessions):
    for number in range(sessions):
        session = make_session(cast.tulsa, cast.coach, days_ago=number, title=f"Session {number}")
        make_commitment(session, cast.lead, what=f"Promise {number}", due_in=number - 5)


@pytest.mark.parametrize("who", ["lead", "coach"])
def test_index_costs_the_same_with_many_rows(cast, as_, who):
    browser = as_(getattr(cast, who))
    fill(cast, 10)
    browser.get(page(cast))
    with cost() as few:
        browser.get(page(cast))
    fill(cast, 90)
    with cost() as many:
        browser.get(page(cast))
    assert few.count == many.count <= 14
