"""What was left to no one: counted as it is now, offered to the next in the role; what an undo says and restores."""

from datetime import time, timedelta

import pytest
from django.urls import reverse

from cities.actions import add_member
from cities.models import CoachAssignment, Handover, Membership, Role, StaffRole
from cities.team.actions import end_membership
from coaching.models import CoachingSession
from dashboards.handover import actions
from tests.clients import cost, main_text
from tests.mails import messages_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_city")]


def member_of(cast, who="member"):
    return Membership.objects.select_related("user", "city").get(user=getattr(cast, who), city=cast.tulsa)


def assign(cast, to, count=2):
    sections = list(cast.tulsa.section_set.order_by("position")[:count])
    for section in sections:
        section.assign(to=to, due_on=section.due_on, by=cast.lead)
    return sections


@pytest.fixture
def tomorrow(cast):
    return cast.tulsa.today() + timedelta(days=1)


@pytest.fixture
def session(cast, tomorrow):
    row = CoachingSession.objects.create(
        city=cast.tulsa, title="Planned", on=tomorrow, at=time(10), time_zone=cast.tulsa.time_zone
    )
    row.presence_set.create(city=cast.tulsa, user=cast.coach)
    return row


def page(browser, name, *args):
    return main_text(browser.get(reverse(name, args=["tulsa-us", *args])))


# Access that comes back


def test_undo_puts_back_the_former_end_date_even_if_it_has_passed(cast, as_):
    membership = member_of(cast)
    membership.until = cast.tulsa.today()
    membership.save()
    handover = actions.end_member(membership, {}, by=cast.lead)
    # As a day later, but within 24 hours.
    Handover.objects.filter(pk=handover.pk).update(before={"until": str(past(cast)), "invitations": []})
    answer = as_(cast.lead).post(reverse("dashboards:handover-undo", args=["tulsa-us", handover.pk]), follow=True)
    assert member_of(cast).until == past(cast)
    assert "Member has access again." not in messages_of(answer)
    assert any("so it isn’t restored" in message for message in messages_of(answer))


def past(cast):
    return cast.tulsa.today() - timedelta(days=1)


def test_undo_puts_back_a_later_end_date(cast, tomorrow):
    membership = member_of(cast)
    membership.until = tomorrow
    membership.save()
    actions.undo(actions.end_member(membership, {}, by=cast.lead), by=cast.lead)
    assert member_of(cast).until == tomorrow


def test_guest_without_an_end_date_is_not_restored(cast, as_):
    handover = actions.end_member(member_of(cast, "guest"), {}, by=cast.lead)
    ended = member_of(cast, "guest").until
    for url in (
        reverse("dashboards:handover-undo", args=["tulsa-us", handover.pk]),
        reverse("cities:member-take-up-again", args=["tulsa-us", member_of(cast, "guest").pk]),
    ):
        answer = as_(cast.lead).post(url, follow=True)
        assert messages_of(answer) == [
            "A guest reviewer’s access needs a last day. To give Guest access again, invite them and choose the last "
            "day."
        ]
        assert member_of(cast, "guest").until == ended


def test_guest_with_an_end_date_is_restored_until_then(cast, tomorrow):
    membership = member_of(cast, "guest")
    membership.until = tomorrow
    membership.save()
    actions.undo(actions.end_member(membership, {}, by=cast.lead), by=cast.lead)
    assert member_of(cast, "guest").until == tomorrow


def test_undo_of_reassigning_says_nothing_about_access(cast, as_):
    assign(cast, cast.member)
    end_membership(member_of(cast), by=cast.lead)
    browser = as_(cast.lead)
    handover = actions.end_member(member_of(cast), {"section": cast.lead}, by=cast.lead)
    team = page(browser, "cities:team")
    assert "Undo: give Member’s items back" in team
    assert "Restore access for Member" in team
    assert "access and items" not in team
    answer = browser.post(reverse("dashboards:handover-undo", args=["tulsa-us", handover.pk]), follow=True)
    assert messages_of(answer) == ["2 items were restored."]
    assert not member_of(cast).is_active()


# What is still open


def test_items_assigned_elsewhere_are_no_longer_reported_or_offered(cast, as_):
    assign(cast, cast.member, 3)
    actions.end_member(member_of(cast), {}, by=cast.lead)
    new = add_member(city=cast.tulsa, email="new@tulsa.gov", name="New", role=Role.CITY_MEMBER, by=cast.lead).user
    browser = as_(cast.lead)
    assert "When Member left, 3 items weren’t reassigned." in page(browser, "cities:team")
    assign(cast, cast.lead)
    assert "When Member left, 1 item wasn’t reassigned." in page(browser, "cities:team")
    assert "Take over from Member: 1 section" in page(as_(new), "dashboards:city")
    assign(cast, cast.lead, 3)
    assert "When Member left" not in page(browser, "cities:team")
    assert "Take over from Member" not in page(as_(new), "dashboards:city")


@pytest.mark.parametrize("name", ["cities:team", "dashboards:city"])
def test_many_handovers_cost_no_more_queries_than_one(cast, as_, name):
    sections, costs = assign(cast, None, 6), []
    for number, section in enumerate(sections):
        items = [{"kind": "section", "pk": section.pk, "to": None}]
        Handover.objects.create(city=cast.tulsa, person=cast.far_lead, role=Role.CITY_MEMBER, items=items)
        if number in {0, 5}:
            with cost() as measured:
                as_(cast.member).get(reverse(name, args=["tulsa-us"]))
            costs.append(measured.count)
    assert costs[0] == costs[1]


# Coaches


def test_next_coach_takes_over_what_a_coach_left_to_no_one(cast, as_, session, tomorrow):
    commitment = session.commitments.create(city=cast.tulsa, what="Send notes", owner=cast.coach, due_on=tomorrow)
    row = CoachAssignment.objects.get(user=cast.coach, city=cast.tulsa)
    handover = actions.end_coaching(row, coach=None, on=past(cast), by=cast.admin)
    take = reverse("dashboards:handover-take-over", args=["tulsa-us", handover.pk])
    assert as_(cast.lead).get(take).status_code == 403  # not the team's to take
    assert as_(cast.other_coach).get(take).status_code == 404
    cast.tulsa.coachassignment_set.create(
        user=cast.other_coach, enrollment=row.enrollment, starts_on=cast.cohort.kickoff
    )
    browser = as_(cast.other_coach)
    assert "Take over from Coach: 1 commitment, 1 scheduled session" in page(browser, "dashboards:city")
    assert "When Coach left, 2 items weren’t reassigned." in page(browser, "cities:team")
    assert "When Coach left" not in page(as_(cast.lead), "cities:team")
    assert browser.post(take).status_code == 302
    commitment.refresh_from_db()
    assert commitment.owner == cast.other_coach
    assert [row.user for row in session.presence_set.all()] == [cast.other_coach]
    assert "Take over from Coach" not in page(browser, "dashboards:city")


def test_session_handed_to_someone_who_attends_anyway_is_kept_apart(cast, as_, session):
    session.presence_set.create(city=cast.tulsa, user=cast.other_coach)
    role = StaffRole.objects.get(user=cast.coach, role=Role.COACH)
    actions.end_role(role, {cast.tulsa.pk: cast.other_coach}, by=cast.admin)
    handover = Handover.objects.get(city=cast.tulsa)
    item = {"kind": "session", "pk": session.pk, "to": cast.other_coach.pk, "kept": True}
    assert (handover.items, handover.open_items) == ([item], [])
    assert "When Coach left" not in page(as_(cast.other_coach), "cities:team")
    actions.undo(handover, by=cast.admin)
    assert {row.user for row in session.presence_set.all()} == {cast.coach, cast.other_coach}
