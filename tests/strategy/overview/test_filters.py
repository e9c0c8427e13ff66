"""The filters and orders of the contents page, what is due, and the sentence above them."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.models import SectionState
from strategy.overview.forms import ContentsForm, is_due, is_unassigned
from strategy.overview.views.contents import headline
from strategy.sections.models import READY

MONDAY = date(2027, 5, 3)
DAYS = st.dates(date(2000, 1, 1), date(2090, 1, 1))
STATES = st.sampled_from(list(SectionState))


def section(key, state=SectionState.DRAFTING, days=0, person=None, position=1):
    return SimpleNamespace(
        key=key,
        state=state,
        due_on=MONDAY + timedelta(days=days),
        assignee_id=person,
        position=position,
        template=SimpleNamespace(title=key.title()),
    )


def shown(sections, person=1, **chosen):
    rows = ContentsForm(chosen).apply(sections, person=SimpleNamespace(pk=person), today=MONDAY)
    return [row.key for row in rows]


# What is due


@pytest.mark.parametrize(("days", "is_now"), [(-30, True), (0, True), (6, True), (7, False)])
def test_section_is_due_until_the_coming_sunday(days, is_now):
    assert is_due(section("vision", days=days), MONDAY) is is_now


@given(DAYS, st.integers(-40, 40), STATES)
def test_finished_section_is_never_due_and_a_late_one_always(today, days, state):
    row = SimpleNamespace(state=state, due_on=today + timedelta(days=days))
    same_week = row.due_on.isocalendar()[:2] == today.isocalendar()[:2]
    assert is_due(row, today) == (state not in READY and (days < 0 or same_week))


@pytest.mark.parametrize(
    ("state", "person", "expected"),
    [
        (SectionState.NOT_STARTED, None, True),
        (SectionState.IN_REVIEW, None, True),
        (SectionState.FINAL, None, False),
        (SectionState.NOT_STARTED, 1, False),
    ],
)
def test_unassigned_are_unfinished_sections_without_a_writer(state, person, expected):
    row = section("vision", state, person=person)
    assert is_unassigned(row) is expected
    assert shown([row], show="unassigned") == (["vision"] if expected else [])


# Filters and orders


SECTIONS = [
    section("vision", SectionState.FINAL, days=3, person=1),
    section("risks", days=40, person=2),
    section("plan", days=-2),
    section("letter", SectionState.IN_REVIEW, days=6, person=1),
]


@pytest.mark.parametrize(
    ("chosen", "keys"),
    [
        ({}, ["vision", "risks", "plan", "letter"]),
        ({"show": "mine"}, ["vision", "letter"]),
        ({"show": "week"}, ["plan", "letter"]),
        ({"show": "final"}, ["vision"]),
        ({"show": "not_started"}, []),
        ({"show": "nonsense"}, ["vision", "risks", "plan", "letter"]),
        ({"first": "mine"}, ["vision", "letter", "risks", "plan"]),
        ({"first": "due"}, ["plan", "vision", "letter", "risks"]),
        ({"first": "nonsense"}, ["vision", "risks", "plan", "letter"]),
        ({"show": "mine", "first": "due"}, ["vision", "letter"]),
        ({"show": "week", "first": "mine"}, ["letter", "plan"]),
    ],
)
def test_sections_are_filtered_and_ordered_as_chosen(chosen, keys):
    assert shown(SECTIONS, **chosen) == keys


@given(st.sampled_from(["", "mine", "due"]), st.lists(st.tuples(st.integers(-9, 9), st.sampled_from([None, 1, 2]))))
def test_an_order_loses_no_section(first, rows):
    sections = [section(str(number), days=days, person=person) for number, (days, person) in enumerate(rows)]
    assert sorted(shown(sections, first=first)) == sorted(row.key for row in sections)


# The sentence above them


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], ""),
        ([section("vision", SectionState.FINAL)], "1 of 1 sections is ready."),
        ([section("vision", days=-1)], "0 of 1 sections are ready. 1 is late."),
        ([section("vision", days=-1), section("risks", days=-9)], "0 of 2 sections are ready. 2 are late."),
        ([section("vision")], "0 of 1 sections are ready. Next: Vision."),
        (
            [section("vision", days=5), section("risks", days=2), section("plan", SectionState.FINAL, days=1)],
            "1 of 3 sections is ready. Next: Risks.",
        ),
        (
            [section("vision", days=5, position=2), section("risks", days=5, position=1), section("plan", days=-1)],
            "0 of 3 sections are ready. 1 is late. Next: Risks.",
        ),
    ],
)
def test_headline_names_what_is_ready_late_and_next(rows, sentence):
    assert headline(rows, MONDAY) == sentence
