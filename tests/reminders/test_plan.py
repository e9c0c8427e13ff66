"""The due table follows the state of the program."""

from datetime import date

import pytest

from accelerator import rls
from reminders import clock
from reminders.models import Due
from reminders.rules.registry import RULES
from reminders.rules.rule import date_of, step_label
from strategy.models import SectionState
from tests.reminders.stage import at

pytestmark = pytest.mark.django_db


def test_planned_a_day_ahead(stage):
    stage.open("vision", "2026-01-30")
    stage.plan("2026-01-22 08:29")
    assert stage.dues() == []
    stage.plan("2026-01-22 08:30")
    assert stage.dues() == [("lead", "2026-01-30 T-7", "planned", "")]


def test_a_moved_date_is_a_new_occurrence_and_the_old_one_is_skipped(stage, mailoutbox):
    section = stage.open("vision", "2026-01-30")
    stage.plan("2026-01-22 12:00")
    stage.set(section, due_on=date(2026, 2, 2))
    stage.plan("2026-01-22 12:01")
    assert stage.dues() == [("lead", "2026-01-30 T-7", "skipped", "date moved")]
    assert stage.tick("2026-01-23 08:31") == 0
    assert stage.tick("2026-01-26 08:31") == 1
    assert stage.dues() == [("lead", "2026-01-30 T-7", "skipped", "date moved"), ("lead", "2026-02-02 T-7", "sent", "")]
    assert len(mailoutbox) == 1


def test_a_date_that_moves_back_in_time_is_reminded_of_after_all(stage, mailoutbox):
    section = stage.open("vision", "2026-01-30")
    stage.plan("2026-01-22 12:00")
    stage.set(section, due_on=date(2026, 3, 2))
    stage.plan("2026-01-22 12:01")
    stage.set(section, due_on=date(2026, 1, 30))
    stage.plan("2026-01-22 12:02")
    assert stage.dues() == [("lead", "2026-01-30 T-7", "planned", "")]


def test_what_was_sent_is_not_sent_again_when_the_date_comes_back(stage, mailoutbox):
    section = stage.open("vision", "2026-01-30")
    assert stage.tick("2026-01-23 08:31") == 1
    stage.set(section, due_on=date(2026, 1, 31))
    stage.plan("2026-01-23 09:00")
    stage.set(section, due_on=date(2026, 1, 30))
    assert stage.tick("2026-01-26 08:31") == 0
    assert len(mailoutbox) == 1


def test_a_section_that_is_reopened_in_time_is_planned_again(stage):
    section = stage.open("vision", "2026-01-30")
    stage.plan("2026-01-22 12:00")
    stage.set(section, state=SectionState.FINAL)
    stage.plan("2026-01-22 13:00")
    assert stage.dues() == [("lead", "2026-01-30 T-7", "skipped", "done")]
    stage.set(section, state=SectionState.DRAFTING)
    stage.plan("2026-01-22 14:00")
    assert stage.dues() == [("lead", "2026-01-30 T-7", "planned", "")]


def test_an_expired_reminder_is_skipped_as_too_late(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    stage.plan("2026-01-22 12:00")
    stage.plan("2026-01-26 20:00")
    assert stage.dues() == [("lead", "2026-01-30 T-7", "skipped", "too late")]


@pytest.mark.parametrize("sections", [1, 18])
def test_planning_costs_the_same_however_much_is_due(stage, django_assert_num_queries, sections):
    with rls.every_city():
        keys = list(stage.cast.tulsa.section_set.values_list("key", flat=True)[:sections])
    for key in keys:
        stage.open(key, "2026-01-30")
    with rls.every_city(), django_assert_num_queries(5 + len(RULES)):
        found = clock.compare(at("2026-01-23 09:00"), at("2026-01-24 09:00"))
        assert len(found.new) == sections


def test_a_second_planner_leaves_the_first_alone(stage):
    """Twice in one transaction is the same lock; another connection is told to come back (test_parallel.py)."""
    stage.open("vision", "2026-01-30")
    stage.plan("2026-01-23 09:00")
    stage.plan("2026-01-23 09:00")
    with rls.every_city():
        assert Due.objects.count() == 1


def test_steps_and_dates_have_readable_labels():
    today = date(2026, 1, 20)
    assert step_label("2026-01-30 T-7", today) == "7 days before Jan 30"
    assert step_label("2026-01-30 T+1", today) == "1 day after Jan 30"
    assert step_label("2026-01-30 T+0", today) == "on Jan 30"
    assert step_label("quarter 3", today) == "quarter 3"
    assert date_of("2026-01-30 T-7") == date(2026, 1, 30)
    assert date_of("quarter 3") is None
