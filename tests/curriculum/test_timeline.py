"""The curriculum on a cohort's calendar: dates, breaks, moved sessions, and times across clock changes."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.models import Cohort
from curriculum import timeline
from curriculum.models import ItemKind, ProgramItem, Session

MONDAY = date(2025, 9, 29)
NEW_YORK, SAO_PAULO = ZoneInfo("America/New_York"), ZoneInfo("America/Sao_Paulo")


def cohort(**fields):
    return Cohort(**{"name": "Fall 2025", "kickoff": MONDAY, "weeks": 26, **fields})


def item(pk=1, **fields):
    given_fields = {"kind": ItemKind.KEYNOTE, "week": 1, "weekday": 1, "at": time(14), "minutes": 90}
    return ProgramItem(pk=pk, titles={"en": f"Item {pk}"}, **{**given_fields, **fields})


def test_an_item_gets_the_day_of_its_week_in_the_cohorts_zone():
    (entry,) = timeline.entries([item(week=4, weekday=1)], cohort())
    assert (entry.starts_on, entry.ends_on, entry.week) == (date(2025, 10, 21), date(2025, 10, 21), 4)
    assert entry.starts_at == datetime(2025, 10, 21, 18, tzinfo=UTC)


def test_a_window_ends_on_its_last_day():
    (entry,) = timeline.entries([item(week=13, weekday=0, days=14, at=None, kind=ItemKind.BREAK)], cohort())
    assert (entry.starts_on, entry.ends_on) == (date(2025, 12, 22), date(2026, 1, 4))
    assert entry.starts_at is None
    assert not entry.is_over(date(2026, 1, 4))
    assert entry.is_over(date(2026, 1, 5))


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2025, 11, 1), 1),
        (date(2025, 11, 2), 2),
        (date(2025, 11, 3), 2),
        (date(2026, 3, 7), 2),
        (date(2026, 3, 8), 1),
        (date(2026, 3, 9), 1),
    ],
)
def test_new_york_and_sao_paulo_are_one_then_two_then_one_hour_apart(day, hours):
    days = (day - MONDAY).days
    (entry,) = timeline.entries([item(week=days // 7 + 1, weekday=days % 7)], cohort())
    there, here = entry.starts_at.astimezone(SAO_PAULO), entry.starts_at.astimezone(NEW_YORK)
    assert here.time() == time(14)
    assert (there.hour - here.hour, there.date()) == (hours, day)


def test_a_weekly_series_keeps_its_wall_time_in_new_york_all_year():
    entries = timeline.entries([item(pk=week, week=week) for week in range(1, 27)], cohort())
    assert {entry.starts_at.astimezone(NEW_YORK).time() for entry in entries} == {time(14)}
    assert {entry.starts_at.astimezone(SAO_PAULO).hour for entry in entries} == {15, 16}


def test_moved_session_is_on_its_new_day():
    moved = Session(on=date(2025, 10, 30), at=time(9), time_zone="America/Bogota", minutes=45)
    (entry,) = timeline.entries([item(pk=7, week=4)], cohort(), {7: moved})
    assert (entry.starts_on, entry.week, entry.minutes) == (date(2025, 10, 30), 5, 45)
    assert entry.starts_at == datetime(2025, 10, 30, 14, tzinfo=UTC)


def test_canceled_session_is_marked():
    off = Session(on=MONDAY, at=time(9), time_zone="America/Bogota", cancelled_at=datetime(2025, 9, 1, tzinfo=UTC))
    (entry,) = timeline.entries([item(pk=7)], cohort(), {7: off})
    assert entry.cancelled


def test_every_week_is_there_and_the_current_one_is_marked():
    calendar = timeline.entries([item(pk=1, week=2), item(pk=2, week=30)], cohort())
    weeks = timeline.weeks(calendar, cohort(), date(2025, 10, 12))
    assert [week.number for week in weeks] == [*range(1, 27), 30]
    assert [week.number for week in weeks if week.is_now] == [2]
    assert [len(week.entries) for week in weeks[:3]] == [0, 1, 0]
    assert (weeks[1].starts_on, weeks[1].ends_on) == (date(2025, 10, 6), date(2025, 10, 12))
    assert weeks[1].label == "Week\u00a02"


def test_a_break_covers_each_week_that_it_touches():
    rest = item(kind=ItemKind.BREAK, week=13, weekday=0, days=14, at=None)
    weeks = timeline.weeks(timeline.entries([rest], cohort()), cohort(), MONDAY)
    assert [week.number for week in weeks if week.rest] == [13, 14]


def test_on_one_day_what_lasts_all_day_comes_first_then_by_time():
    rows = [item(pk=1, at=time(15)), item(pk=2, at=None), item(pk=3, at=time(9))]
    assert [entry.title for entry in timeline.entries(rows, cohort())] == ["Item 2", "Item 3", "Item 1"]


offsets = st.tuples(st.integers(1, 60), st.integers(0, 6), st.integers(1, 40))


@given(st.lists(offsets, max_size=30), st.dates(date(2020, 1, 6), date(2040, 1, 1)))
def test_every_item_becomes_one_entry_in_one_week_and_order(rows, day):
    kickoff = day.fromordinal(day.toordinal() - day.weekday())
    place = cohort(kickoff=kickoff)
    items = [item(pk=i, week=w, weekday=d, days=n) for i, (w, d, n) in enumerate(rows)]
    calendar = timeline.entries(items, place)
    assert sorted(entry.title for entry in calendar) == sorted(str(row.title) for row in items)
    assert [entry.starts_on for entry in calendar] == sorted(entry.starts_on for entry in calendar)
    weeks = timeline.weeks(calendar, place, day)
    assert sum(len(week.entries) for week in weeks) == len(items)
    assert all(w.starts_on <= e.starts_on <= w.ends_on for w in weeks for e in w.entries)
    assert sum(week.is_now for week in weeks) <= 1
