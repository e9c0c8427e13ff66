"""Sentences about a city's progress: each number, day and boundary has its own."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator.models import Cohort
from cities.models import City
from curriculum.models import ItemRole, ProgramItem
from dashboards.city import progress
from dashboards.city.progress import Progress

KICKOFF = date(2027, 1, 4)
TODAY = KICKOFF + timedelta(weeks=10)  # a Monday
CITY = City(name="Tulsa")


def cohort(**changes):
    return Cohort(**{"name": "Cohort", "kickoff": KICKOFF, "weeks": 26, "time_zone": "America/New_York", **changes})


def figures(total=18, begun=5, ready=3, late=0):
    return Progress(total=total, begun=begun, ready=ready, late=late, next_due=None)


def section(title, days):
    return SimpleNamespace(template=SimpleNamespace(title=title), due_on=TODAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"total": 0, "begun": 0, "ready": 0}, "There are no sections yet."),
        ({"begun": 0, "ready": 0}, "Nothing has been written yet."),
        ({"begun": 1, "ready": 0}, "No sections are ready yet."),
        ({"ready": 1}, "1 of 18 sections is ready."),
        ({"ready": 2}, "2 of 18 sections are ready."),
        ({"begun": 18, "ready": 17}, "17 of 18 sections are ready."),
        ({"begun": 18, "ready": 18}, "All 18 sections are ready."),
    ],
)
def test_sentence_says_how_many_sections_are_ready(numbers, sentence):
    row = figures(**numbers)
    assert row.sentence == sentence
    assert row.is_complete is sentence.startswith("All")


@pytest.mark.parametrize(
    ("days", "text"),
    [(0, "today"), (1, "tomorrow"), (2, "Wednesday"), (6, "Sunday"), (7, "on Mar 22, 2027"), (-1, "on Mar 14, 2027")],
)
def test_when_of_a_day_is_a_name_within_the_week_and_else_a_date(days, text):
    label = progress.when(TODAY + timedelta(days=days), TODAY)
    assert label == text or label == text.removesuffix(", 2027")


@given(st.integers(0, 400), st.sampled_from(["en", "es", "pt-br"]))
def test_when_of_days_to_come_is_never_empty_and_no_two_in_a_week_are_alike(days, language):
    with translation.override(language):
        labels = {progress.when(TODAY + timedelta(days=days + more), TODAY) for more in range(6)}
    assert len(labels) == 6
    assert all(labels)


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ([], ""),
        ([("Vision", 0)], "Vision is due today."),
        ([("Vision", 1), ("Goals", 2)], "Vision is due tomorrow."),
        ([("Vision", 2), ("Goals", 2)], "Vision and 1 more are due Wednesday."),
        ([("Vision", 2), ("Goals", 2), ("Risks", 2), ("Letter", 9)], "Vision and 2 more are due Wednesday."),
        ([("Vision", -1)], "Vision is 1 day late."),
        ([("Vision", -9), ("Goals", 0)], "Vision is 9 days late."),
        ([("Vision", -9), ("Goals", -1)], "Vision and 1 more are late."),
        ([("Vision", -9), ("Goals", -1), ("Risks", -1), ("Letter", 3)], "Vision and 2 more are late."),
    ],
)
def test_due_sentence_names_the_first_section_and_counts_the_others_of_its_day(sections, sentence):
    assert progress.due_sentence([section(*row) for row in sections], TODAY) == sentence


@pytest.mark.parametrize(
    ("week", "sections", "sentence"),
    [
        (11, [("Vision", 0)], "Week 11 of 26. 3 of 18 sections are ready. Vision is due today."),
        (11, [], "Week 11 of 26. 3 of 18 sections are ready."),
    ],
)
def test_headline_during_the_program_begins_with_the_week(week, sections, sentence):
    assert progress.headline(cohort(), figures(), [section(*row) for row in sections], TODAY) == sentence
    assert cohort().week_on(TODAY) == week


def test_headline_outside_the_program_says_when_it_is_before_how_far_it_is():
    today = cohort().today()
    coming = cohort(kickoff=today + timedelta(days=3))
    assert (
        progress.headline(coming, figures(), [], today) == "The program starts in 3 days. 3 of 18 sections are ready."
    )
    over = cohort(kickoff=today - timedelta(weeks=28))
    none = figures(begun=0, ready=0)
    assert progress.headline(over, none, [], today) == (
        "The 26-week program ended 3 weeks ago. Nothing has been written yet."
    )


@pytest.mark.parametrize(
    ("numbers", "today", "sentence"),
    [
        ({"begun": 18, "ready": 18}, TODAY, "Tulsa’s data strategy is ready for signature."),
        # Ready goes before everything: the program may not even have begun.
        ({"begun": 18, "ready": 18}, KICKOFF - timedelta(days=9), "Tulsa’s data strategy is ready for signature."),
        ({"late": 9}, KICKOFF - timedelta(days=1), "Work on Tulsa’s data strategy starts on Jan 4."),
        ({"late": 3}, KICKOFF, "Tulsa’s data strategy is behind schedule."),
        ({"late": 3}, TODAY, "Tulsa’s data strategy is behind schedule."),
        ({"late": 2}, TODAY, "Tulsa’s data strategy is a little behind schedule."),
        ({"late": 1, "begun": 0, "ready": 0}, TODAY, "Tulsa’s data strategy is a little behind schedule."),
        ({"begun": 0, "ready": 0}, KICKOFF, "Work on Tulsa’s data strategy is about to start."),
        (
            {"begun": 0, "ready": 0},
            TODAY,
            "Nothing has been written yet, so we can’t tell whether Tulsa’s data strategy is on schedule.",
        ),
        ({"begun": 1, "ready": 0}, TODAY, "Tulsa’s data strategy is on schedule."),
    ],
)
def test_verdict_is_one_plain_sentence_without_figures(numbers, today, sentence):
    assert progress.schedule_sentence(CITY, cohort(), figures(**numbers), today) == sentence


@pytest.mark.parametrize(
    ("days", "start"),
    [
        (None, "No sign-off date has been set yet."),
        (-1, "Sign-off was planned for "),
        (0, "Sign-off is today."),
        (1, "Sign-off is tomorrow."),
        (2, "Sign-off is in 2 days, on "),
        (90, "Sign-off is in 90 days, on "),
    ],
)
def test_sign_off_sentence_counts_the_days_to_it(days, start):
    day = None if days is None else TODAY + timedelta(days=days)
    assert progress.sign_off_sentence(day, TODAY).startswith(start)


def test_day_of_a_role_is_the_day_of_the_first_entry_that_has_it():
    items = [
        ProgramItem(role="", week=1, weekday=0),
        ProgramItem(role=ItemRole.SIGN_OFF, week=24, weekday=3),
        ProgramItem(role=ItemRole.SIGN_OFF, week=25, weekday=0),
    ]
    assert progress.day_of(ItemRole.SIGN_OFF, cohort(), items) == KICKOFF + timedelta(weeks=23, days=3)
    assert progress.day_of(ItemRole.OUTCOMES, cohort(), items) is None
    assert progress.day_of(ItemRole.SIGN_OFF, cohort(), []) is None
