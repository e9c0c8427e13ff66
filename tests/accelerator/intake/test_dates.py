"""Dates as people type them: each meaning, and what the other dates of a file show."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.intake.dates import DAY_FIRST, MONTH_FIRST, is_ambiguous, meanings, order_shown, read_date

LAST = date(2026, 9, 30)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-09-30",
        "2026-09-30 00:00",
        "9/30/2026",
        "30/09/2026",
        "30/9/26",
        "30.09.2026",
        "30-Sep-26",
        "30-sept.-2026",
        "Sep 30, 2026",
        "September 30th, 2026",
        "30 de setembro de 2026",
        "30 de septiembre del 2026",
        "30 set. 2026",
        "46295",
    ],
)
def test_date_with_one_meaning_is_read_whatever_the_order(typed):
    assert [read_date(typed, order).day for order in (DAY_FIRST, MONTH_FIRST, "")] == [LAST] * 3


def test_date_with_two_meanings_is_read_by_the_order():
    assert is_ambiguous("03/04/2026")
    assert not is_ambiguous("03/03/2026")
    assert not is_ambiguous("03.04.2026")
    assert read_date("03/04/2026", DAY_FIRST).day == read_date("03.04.2026", MONTH_FIRST).day == date(2026, 4, 3)
    assert read_date("03/04/2026", MONTH_FIRST).day == date(2026, 3, 4)


@pytest.mark.parametrize(
    "typed", ["Jan 2027", "Jan-27", "enero de 2027", "janeiro/2027", "01/2027", "2027-01", "jan. 2027"]
)
def test_month_of_a_year_is_read_as_a_month(typed):
    meaning = read_date(typed, "")
    assert (meaning.day, meaning.is_month) == (date(2027, 1, 1), True)


@pytest.mark.parametrize(
    "typed",
    ["", "x", "12", "2027", "31/02/2027", "13/13/2027", "Y1Q1", "Q3 2027", "may", "30 Sep", "ma 3 2027", "99999"],
)
def test_text_that_is_no_date_has_no_meaning(typed):
    assert meanings(typed) == {}


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2026", "30/09/2026"], DAY_FIRST),
        (["03/04/2026", "9/30/2026"], MONTH_FIRST),
        (["03/04/2026", "9/30/2026", "30/09/2026"], ""),
        (["03/04/2026", "2026-09-30", "Jan 2027"], ""),
    ],
)
def test_other_dates_of_a_file_show_its_order(texts, order):
    assert order_shown(texts) == order


@given(st.text(st.sampled_from("0123456789/.- ") | st.characters(codec="utf-8"), max_size=20))
def test_any_text_has_at_most_two_meanings(text):
    assert len(set(meanings(text).values())) <= 2
