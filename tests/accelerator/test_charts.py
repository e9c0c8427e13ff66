"""Week line geometry: everything is on the line, in order, and no labels overlap."""

from datetime import date
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator import charts

WEEKS = st.integers(1, 104)
STARTS = st.dates(date(2000, 1, 1), date(2090, 1, 1))


@given(st.floats(-50, 200), WEEKS)
def test_percent_of_any_week_is_on_the_line(week, weeks):
    assert 0 <= charts.percent(week, weeks) <= 100


@given(WEEKS)
def test_percent_of_each_week_grows_and_the_line_is_symmetric(weeks):
    places = [charts.percent(week, weeks) for week in range(1, weeks + 1)]
    assert places == sorted(set(places))
    assert places[0] == pytest.approx(100 - places[-1], abs=0.02)


@pytest.mark.parametrize(
    ("day", "following"),
    [
        (date(2027, 1, 31), date(2027, 2, 1)),
        (date(2028, 2, 29), date(2028, 3, 1)),
        (date(2027, 12, 1), date(2028, 1, 1)),
        (date(2027, 4, 30), date(2027, 5, 1)),
    ],
)
def test_next_month_is_the_first_of_the_one_that_follows(day, following):
    assert charts.next_month(day) == following


@given(STARTS)
def test_next_month_of_any_day_is_the_first_within_31_days(day):
    following = charts.next_month(day)
    assert following.day == 1
    assert 1 <= (following - day).days <= 31


@given(STARTS, WEEKS)
def test_months_are_in_order_and_every_name_has_room(start, weeks):
    places = [x for x, _name in charts.months(start, weeks)]
    assert places == sorted(places)
    assert places[-1] < 100 - charts.NARROW / 2
    assert all(x - before >= charts.NARROW - 1 for before, x in pairwise(places))


def test_months_of_half_a_year_begin_where_the_month_begins():
    with translation.override("en"):
        marks = charts.months(date(2027, 2, 1), 26)
    assert [name for _x, name in marks] == ["Feb", "Mar", "Apr", "May", "Jun", "Jul"]
    assert marks[0][0] == 0
    assert marks[1][0] == round(28 / (26 * 7) * 100, 2)


def test_months_of_a_start_at_the_end_of_a_month_leave_its_name_out():
    with translation.override("en"):
        names = [name for _x, name in charts.months(date(2027, 3, 29), 26)]
        assert names[0] == "Apr"
        assert [name for _x, name in charts.months(date(2027, 3, 1), 4)][0] == "Mar"
    with translation.override("es"):
        assert charts.months(date(2027, 3, 29), 26)[0][1].lower().startswith("abr")


@given(WEEKS, st.floats(-100, 100))
def test_ticks_have_every_week_and_no_number_under_today(weeks, today):
    marks = charts.ticks(weeks, today)
    assert [week for week, _x, _numbered in marks] == list(range(1, weeks + 1))
    for week, x, numbered in marks:
        assert not numbered or (abs(x - today) > charts.NARROW and (week == 1 or week % 5 == 0))


@pytest.mark.parametrize(
    ("week", "anchor"), [(0.5, "start"), (1, "start"), (4, "middle"), (13, "middle"), (23, "middle"), (26, "end")]
)
def test_today_at_the_ends_of_the_line_is_written_inward(week, anchor):
    assert charts.week_line_parts([], week, 26, None, "")["anchor"] == anchor


def test_week_line_row_of_a_dict_and_of_an_object_are_the_same():
    event = {"kind": "convening", "week": 3, "title": "Summit", "date": date(2027, 2, 15), "done": 1}
    row = charts.week_line_row(event, 26)
    assert row == charts.week_line_row(SimpleNamespace(**event), 26)
    assert (row["figure"], row["y"], row["done"], row["late"]) == ("diamond", 30, True, False)


@pytest.mark.parametrize(
    ("kind", "figure", "lane"),
    [("session", "circle", 30), ("deliverable", "square", 52), ("convening", "diamond", 30), ("other", "circle", 52)],
)
def test_week_line_row_of_a_kind_has_its_shape_and_lane(kind, figure, lane):
    row = charts.week_line_row({"kind": kind, "week": 1, "title": ""}, 26)
    assert (row["figure"], row["y"], row["date"]) == (figure, lane, None)


def test_week_line_parts_count_what_is_done_and_name_the_line():
    events = [{"kind": "session", "week": week, "title": "S", "done": week < 3} for week in range(1, 6)]
    parts = charts.week_line_parts(iter(events), 3.9, 26, date(2027, 1, 4), "")
    assert (parts["done_count"], parts["total"], parts["week"]) == (2, 5, 3)
    assert parts["title"] == "26-week program timeline"
    assert charts.week_line_parts([], 1, 26, None, "Our weeks")["title"] == "Our weeks"


def test_week_line_parts_outside_the_program_number_every_fifth_week():
    for week in (0, 27, 60):
        parts = charts.week_line_parts([], week, 26, None, "")
        assert [number for number, _x, numbered in parts["ticks"] if numbered] == [1, 5, 10, 15, 20, 25]
        assert parts["months"] == []


def test_months_of_two_years_are_every_other_one_and_of_one_year_all():
    with translation.override("en"):
        two_years = [name for _x, name in charts.months(date(2027, 1, 4), 104)]
        one_year = [name for _x, name in charts.months(date(2027, 1, 4), 52)]
    assert two_years[:4] == ["Mar", "May", "Jul", "Sep"]
    assert one_year == ["Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
