"""Ending a role lists what is theirs and hands it on; undo for a day; a successor takes over."""

from datetime import time, timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from accelerator.models import AuditEvent
from cities.actions import add_member, assign_coach
from cities.models import CoachAssignment, Enrollment, Handover, Membership, Role, StaffRole
from coaching.models import CoachingSession
from strategy.plan import actions as plan
from strategy.plan.choices import Status
from tests.clients import main_text

pytestmark = pytest.mark.django_db


def messages_of(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)] or [
        str(message) for message in answer.context["messages"]
    ]


@pytest.fixture
def items(cast, every_city):
    """What the member of Tulsa has: 2 sections, a commitment, an action, a risk, a planned session, a mention."""
    city, member = cast.tulsa, cast.member
    sections = list(city.section_set.order_by("position")[:2])
    for section in sections:
        section.assign(to=member, due_on=section.due_on, by=cast.lead)
    tomorrow = city.today() + timedelta(days=1)
    session = CoachingSession.objects.create(
        city=city, title="Planned", on=tomorrow, at=time(10), time_zone=city.time_zone
    )
    session.presence_set.create(city=city, user=member)
    commitment = session.commitments.create(city=city, what="Call the clerk", owner=member, due_on=tomorrow)
    objective = plan.add_objective(city=city, by=cast.lead, title="Open data", component="quality")
    action = plan.add_action(objective=objective, by=cast.lead, title="Publish", owner=member)
    finished = plan.add_action(objective=objective, by=cast.lead, title="Done", owner=member, status=Status.COMPLETED)
    thread = sections[0].threads.create(city=city, revision=0, quote="", opened_by=cast.coach)
    comment = thread.comments.create(city=city, author=cast.coach, body="Please check")
    mention = comment.mentions.create(city=city, person=member)
    return {
        "sections": sections,
        "session": session,
        "commitment": commitment,
        "action": action,
        "finished": finished,
        "mention": mention,
    }


def end_url(cast, who="member"):
    pk = Membership.objects.get(user=getattr(cast, who), city=cast.tulsa).pk
    return reverse("dashboards:member-end", args=[cast.tulsa.slug, pk])


def choices(cast, to="lead", **changes):
    chosen = str(getattr(cast, to).pk)
    return dict.fromkeys(["section", "commitment", "action", "session", "mention"], chosen) | changes


def owners(items):
    for name in ("commitment", "action", "mention", "finished"):
        items[name].refresh_from_db()
    for section in items["sections"]:
        section.refresh_from_db()
    return {
        "section": {section.assignee_id for section in items["sections"]},
        "commitment": items["commitment"].owner_id,
        "action": items["action"].owner_id,
        "mention": items["mention"].person_id,
        "session": set(items["session"].presence_set.values_list("user_id", flat=True)),
    }


def all_with(pk):
    return {"section": {pk}, "commitment": pk, "action": pk, "mention": pk, "session": {pk}}


def test_end_page_lists_what_is_theirs_and_changes_nothing(cast, as_, items):
    page = as_(cast.lead).get(end_url(cast))
    assert page.status_code == 200
    text = main_text(page)
    for words in ("2 sections", "1 commitment", "1 action", "1 scheduled session", "1 unanswered comment"):
        assert words in text
    assert "Call the clerk" in text
    # The default is the city lead.
    assert {field.value() for _group, field in page.context["form"].pairs} == {str(cast.lead.pk)}
    assert owners(items) == all_with(cast.member.pk)
    assert Membership.objects.get(user=cast.member).is_active()


def test_end_without_choices_is_refused_and_access_stays(cast, as_, items):
    page = as_(cast.lead).post(end_url(cast), {})
    assert page.status_code == 422
    assert "Choose who takes this over, or choose no one." in page.text
    assert Membership.objects.get(user=cast.member).is_active()


def test_end_hands_everything_on_and_records_it(cast, as_, items):
    answer = as_(cast.lead).post(end_url(cast), choices(cast))
    assert answer.status_code == 302
    assert not Membership.objects.get(user=cast.member).is_active()
    assert owners(items) == all_with(cast.lead.pk)
    assert items["finished"].owner == cast.member  # what is done keeps its name
    handover = Handover.objects.get(city=cast.tulsa)
    assert (handover.person, handover.role, handover.ended_by) == (cast.member, Role.CITY_MEMBER, cast.lead)
    assert len(handover.items) == 6
    event = AuditEvent.objects.get(verb="items handed on")
    assert event.data["items"] == handover.items


def test_undo_restores_access_and_unchanged_items_only(cast, as_, items):
    browser = as_(cast.lead)
    browser.post(end_url(cast), choices(cast))
    items["sections"][0].refresh_from_db()
    items["sections"][0].assign(to=cast.admin, due_on=items["sections"][0].due_on, by=cast.lead)
    team = browser.get(reverse("cities:team", args=[cast.tulsa.slug]))
    undo = reverse("dashboards:handover-undo", args=[cast.tulsa.slug, Handover.objects.get().pk])
    assert undo in team.text
    answer = browser.post(undo, follow=True)
    assert messages_of(answer) == [
        "Member has access again.",
        "5 items were restored.",
        "1 item wasn’t restored because it has changed since then.",
    ]
    assert Membership.objects.get(user=cast.member).until is None
    assert owners(items) == all_with(cast.member.pk) | {"section": {cast.admin.pk, cast.member.pk}}
    assert messages_of(browser.post(undo, follow=True)) == [
        "This can no longer be undone. You can undo it only once, and only within a day."
    ]


def test_undo_after_a_day_is_refused(cast, as_, items):
    browser = as_(cast.lead)
    browser.post(end_url(cast), choices(cast))
    Handover.objects.update(at=timezone.now() - timedelta(hours=25))
    browser.post(reverse("dashboards:handover-undo", args=[cast.tulsa.slug, Handover.objects.get().pk]))
    assert not Membership.objects.get(user=cast.member).is_active()
    assert owners(items) == all_with(cast.lead.pk)


def test_successor_in_the_role_is_offered_what_went_to_no_one(cast, as_, items):
    as_(cast.lead).post(end_url(cast), choices(cast, section="none", commitment="none"))
    new = add_member(city=cast.tulsa, email="new@tulsa.gov", name="New", role=Role.CITY_MEMBER, by=cast.lead).user
    browser = as_(new)
    handover = Handover.objects.get()
    take = reverse("dashboards:handover-take-over", args=[cast.tulsa.slug, handover.pk])
    home = browser.get(reverse("dashboards:city", args=[cast.tulsa.slug]))
    assert take in home.text
    assert "Take over from Member: 2 sections, 1 commitment" in main_text(home)
    assert take in browser.get(reverse("cities:team", args=[cast.tulsa.slug])).text
    assert as_(cast.mayor).get(take).status_code == 403
    assert "2 sections, 1 commitment" in main_text(browser.get(take))
    browser.post(take)
    assert owners(items) == all_with(cast.lead.pk) | {"section": {new.pk}, "commitment": new.pk}
    assert take not in browser.get(reverse("cities:team", args=[cast.tulsa.slug])).text
    # The second click takes nothing from anyone.
    browser.post(take)
    assert owners(items)["commitment"] == new.pk


def test_lead_chooses_the_successor(cast, as_, items):
    browser = as_(cast.lead)
    browser.post(end_url(cast), choices(cast, section="none"))
    take = reverse("dashboards:handover-take-over", args=[cast.tulsa.slug, Handover.objects.get().pk])
    assert browser.post(take, {"successor": "9999999"}).status_code == 422
    assert browser.post(take, {"successor": str(cast.lead.pk)}).status_code == 302
    assert owners(items)["section"] == {cast.lead.pk}


def test_a_lapsed_membership_can_still_be_handed_on(cast, as_, items):
    Membership.objects.filter(user=cast.member).update(until=cast.tulsa.today() - timedelta(days=3))
    browser = as_(cast.lead)
    assert end_url(cast) in browser.get(reverse("cities:team", args=[cast.tulsa.slug])).text
    browser.post(end_url(cast), choices(cast))
    assert owners(items) == all_with(cast.lead.pk)
    assert "until" not in Handover.objects.get().before


def test_end_member_opens_to_those_who_manage_the_team(cast, as_):
    url = end_url(cast)
    for who, status in {
        "lead": 200,
        "admin": 200,
        "member": 403,
        "coach": 403,
        "other_lead": 404,
        "nobody": 404,
    }.items():
        assert as_(getattr(cast, who)).get(url).status_code == status, who
    other = Membership.objects.get(user=cast.other_lead).pk
    assert as_(cast.lead).get(reverse("dashboards:member-end", args=[cast.tulsa.slug, other])).status_code == 404


# Coaches


@pytest.fixture
def coach_items(cast, every_city):
    tomorrow = cast.tulsa.today() + timedelta(days=1)
    session = CoachingSession.objects.create(
        city=cast.tulsa, title="Planned", on=tomorrow, at=time(10), time_zone=cast.tulsa.time_zone
    )
    session.presence_set.create(city=cast.tulsa, user=cast.coach)
    return session, session.commitments.create(city=cast.tulsa, what="Send notes", owner=cast.coach, due_on=tomorrow)


def role_url(cast):
    return reverse("dashboards:staff-end", args=[StaffRole.objects.get(user=cast.coach, role=Role.COACH).pk])


def coaches_of(city):
    return {
        row.user for row in CoachAssignment.objects.filter(city=city).select_related("user", "city") if row.is_active()
    }


def test_end_of_a_coachs_role_hands_each_city_on(cast, as_, coach_items):
    browser = as_(cast.admin)
    page = browser.get(role_url(cast))
    assert "New coach for Tulsa" in main_text(page)
    assert "1 commitment, 1 scheduled session" in main_text(page)
    assert browser.post(role_url(cast), {}).status_code == 422  # no city loses its coach unsaid
    browser.post(role_url(cast), {f"city{cast.tulsa.pk}": str(cast.other_coach.pk)})
    assert coaches_of(cast.tulsa) == {cast.other_coach}
    session, commitment = coach_items
    commitment.refresh_from_db()
    assert commitment.owner == cast.other_coach
    assert [row.user for row in session.presence_set.all()] == [cast.other_coach]


def test_undo_of_a_coachs_role_restores_assignments_and_items(cast, as_, coach_items):
    browser = as_(cast.admin)
    browser.post(role_url(cast), {f"city{cast.tulsa.pk}": str(cast.other_coach.pk)})
    undo = reverse("dashboards:role-undo", args=[Handover.objects.get(city=None).pk])
    assert undo in browser.get(reverse("cities:people")).text
    browser.post(undo)
    assert StaffRole.objects.filter(user=cast.coach, role=Role.COACH).exists()
    assert coaches_of(cast.tulsa) == {cast.coach}
    session, commitment = coach_items
    commitment.refresh_from_db()
    assert commitment.owner == cast.coach
    assert [row.user for row in session.presence_set.all()] == [cast.coach]


def test_adding_the_role_back_points_to_the_undo(cast, as_, coach_items):
    browser = as_(cast.admin)
    browser.post(role_url(cast), {f"city{cast.tulsa.pk}": "none"})
    data = {"name": "Coach", "email": cast.coach.email, "role": "coach", "language": "en"}
    page = browser.post(reverse("cities:person-add"), data)
    assert "That also restores the person’s cities" in page.text
    assert not StaffRole.objects.filter(user=cast.coach).exists()


def test_a_city_left_without_a_coach_is_said_and_shown(cast, as_):
    browser = as_(cast.admin)
    answer = browser.post(role_url(cast), {f"city{cast.tulsa.pk}": "none"}, follow=True)
    assert "This city no longer has a coach: Tulsa." in messages_of(answer)
    for url in (reverse("cities:people"), reverse("dashboards:cohort-cities", args=[cast.cohort.slug])):
        assert "no coach" in main_text(browser.get(url))
        assert "Tulsa" in main_text(browser.get(url)).split("no coach")[1]


def test_a_second_coach_of_the_city_is_the_default(cast, as_, every_city):
    assign_coach(enrollment=Enrollment.objects.get(city=cast.tulsa), coach=cast.other_coach, by=cast.admin)
    page = as_(cast.admin).get(role_url(cast))
    assert page.context["form"][f"city{cast.tulsa.pk}"].value() == str(cast.other_coach.pk)


def test_end_of_one_citys_coaching_asks_for_the_next_coach(cast, as_, coach_items):
    row = CoachAssignment.objects.get(user=cast.coach, city=cast.tulsa)
    url = reverse("dashboards:coach-end", args=[cast.cohort.slug, cast.tulsa.slug, row.pk])
    browser = as_(cast.admin)
    assert browser.get(url).status_code == 200
    assert browser.post(url, {}).status_code == 422
    browser.post(url, {"coach": str(cast.other_coach.pk)})
    row.refresh_from_db()
    assert row.ends_on == cast.tulsa.today()
    assert cast.other_coach in coaches_of(cast.tulsa)
    coach_items[1].refresh_from_db()
    assert coach_items[1].owner == cast.other_coach


def test_ending_roles_is_for_program_admins(cast, as_):
    row = CoachAssignment.objects.get(user=cast.coach, city=cast.tulsa)
    for url in (role_url(cast), reverse("dashboards:coach-end", args=[cast.cohort.slug, cast.tulsa.slug, row.pk])):
        assert {who: as_(getattr(cast, who)).get(url).status_code for who in ("admin", "coach", "lead", "nobody")} == {
            "admin": 200,
            "coach": 403,
            "lead": 404,
            "nobody": 404,
        }
