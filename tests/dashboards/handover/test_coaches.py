"""Coaching that is handed over, withdrawn and restored: whoever isn't a coach anymore coaches no one."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cities import participation
from cities.actions import assign_coach
from cities.models import City, CoachAssignment, Enrollment, Handover, Role, StaffRole
from dashboards.board.status import statuses
from dashboards.city import progress
from dashboards.handover import actions
from reminders.digest import _coaches
from strategy.review.conversations import readers
from strategy.signoff.letters import observers
from tests.cast import make_cohort

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_city")]


def part(cast, city=None):
    return Enrollment.objects.get(city=city or cast.tulsa, cohort=cast.cohort)


def own(cast):
    return CoachAssignment.objects.get(user=cast.coach, enrollment=part(cast))


def coach_role(cast):
    return StaffRole.objects.get(user=cast.coach, role=Role.COACH)


def withdraw(cast):
    change = participation.CHANGES["withdraw"]
    participation.change_state(part(cast), change, on=cast.tulsa.today(), reason="Elections", by=cast.admin)


@pytest.fixture
def planned(cast):
    """The other coach is to start in a week, with no last day."""
    monday = cast.tulsa.today() + timedelta(days=7)
    return assign_coach(enrollment=part(cast), coach=cast.other_coach, by=cast.admin, starts_on=monday)


@pytest.mark.parametrize("way", ["coaching", "role"])
def test_handover_to_a_coach_planned_for_later_starts_that_coaching_today(cast, as_, planned, way):
    starts_on, browser = planned.starts_on, as_(cast.admin)
    if way == "coaching":
        url, data = reverse("dashboards:coach-end", args=[cast.cohort.slug, "tulsa-us", own(cast).pk]), "coach"
    else:
        url, data = reverse("dashboards:staff-end", args=[coach_role(cast).pk]), f"city{cast.tulsa.pk}"
    assert browser.post(url, {data: str(cast.other_coach.pk)}).status_code == 302
    planned.refresh_from_db()
    assert (planned.starts_on, planned.ends_on) == (cast.tulsa.today(), None)
    assert part(cast).coachassignment_set.filter(user=cast.other_coach).count() == 1
    actions.undo(Handover.objects.get(city=cast.tulsa), by=cast.admin)
    planned.refresh_from_db()
    assert planned.starts_on == starts_on
    assert own(cast).ends_on is None


def test_undo_of_a_withdrawal_restores_no_coaching_by_a_former_coach(cast, as_):
    withdraw(cast)
    actions.end_role(coach_role(cast), {}, by=cast.admin)
    page = as_(cast.admin).get(reverse("dashboards:cohort-city-undo", args=[cast.cohort.slug, "tulsa-us"]))
    assert page.context["coaching"] == 0
    participation.undo(part(cast), by=cast.admin)
    assert own(cast).ends_on is not None


def test_assignment_without_the_role_counts_nowhere(cast):
    def coaches():
        city, now = City.objects.get(pk=cast.tulsa.pk), timezone.now()
        section = city.section_set.first()
        return {
            "active": own(cast).is_active(),
            "letters": cast.coach in observers(city, besides=cast.lead),
            "mentions": cast.coach in readers(section),
            "contact": _coaches([city], now).get(city.pk) == cast.coach,
            "home": cast.coach in {row.user for row in progress.coaches(city, cast.cohort)},
            "board": cast.coach in statuses(cast.cohort, [city.pk])[0].coaches,
        }

    assert set(coaches().values()) == {True}
    coach_role(cast).delete()
    assert own(cast).ends_on is None
    assert set(coaches().values()) == {False}


def test_restored_role_reopens_no_coaching_in_a_cohort_the_city_has_left(cast):
    actions.end_role(coach_role(cast), {cast.tulsa.pk: cast.other_coach}, by=cast.admin)
    withdraw(cast)
    actions.undo(Handover.objects.get(city=None), by=cast.admin)
    assert coach_role(cast)
    assert own(cast).ends_on is not None
    assert not CoachAssignment.objects.active().filter(enrollment=part(cast), ends_on=None).exists()


def test_coach_of_a_city_in_two_cohorts_is_replaced_and_restored_in_both(cast, as_):
    content = cast.cohort.cohorttemplate.version, cast.cohort.cohortprogram.program, cast.cohort.cohortprogram.rubric
    second = make_cohort("Second", "second", -10, content)
    enrollment = second.enrollment_set.create(city=cast.tulsa, slug=cast.tulsa.slug, joined_on=second.kickoff)
    assign_coach(enrollment=enrollment, coach=cast.coach, by=cast.admin)
    url = reverse("dashboards:staff-end", args=[coach_role(cast).pk])
    as_(cast.admin).post(url, {f"city{cast.tulsa.pk}": str(cast.other_coach.pk)})
    rows = CoachAssignment.objects.filter(city=cast.tulsa, ends_on=None)
    assert {(row.user, row.enrollment) for row in rows} == {
        (cast.other_coach, part(cast)),
        (cast.other_coach, enrollment),
    }
    assert len(Handover.objects.get(city=cast.tulsa).before["assignments"]) == 2
    actions.undo(Handover.objects.get(city=None), by=cast.admin)
    assert {(row.user, row.enrollment) for row in rows.all()} == {(cast.coach, part(cast)), (cast.coach, enrollment)}
