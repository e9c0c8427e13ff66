"""Wall times and instants: typos in the year, hours that a clock change skips or repeats, the reader's own clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator import walltime

NEW_YORK, SAO_PAULO, PHOENIX = "America/New_York", "America/Sao_Paulo", "America/Phoenix"
TODAY = date(2027, 6, 15)
ZONES = st.sampled_from([NEW_YORK, SAO_PAULO, PHOENIX, "Europe/Lisbon", "Australia/Lord_Howe", "Asia/Kathmandu"])
DAYS = st.dates(date(1990, 1, 1), date(2037, 12, 31))
MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
FORWARD, BACK = date(2027, 3, 14), date(2027, 11, 7)  # New York's clocks, at two in the morning


@pytest.mark.parametrize("days", [-10 * 366, -1, 0, 1, 10 * 366])
def test_check_year_within_ten_years_gives_the_day_back(days):
    day = TODAY + timedelta(days=days)
    assert walltime.check_year(day, TODAY) == day


@pytest.mark.parametrize("days", [-10 * 366 - 1, 10 * 366 + 1])
def test_check_year_one_day_beyond_ten_years_is_refused_with_the_year(days):
    day = TODAY + timedelta(days=days)
    with pytest.raises(ValidationError) as refused:
        walltime.check_year(day, TODAY)
    assert refused.value.messages == [f"Check the year: {day.year} is too far from today."]


def test_check_year_with_own_limits_follows_them():
    assert walltime.check_year(TODAY, TODAY, back=0, ahead=0) == TODAY
    for day, limits in [(TODAY - timedelta(days=1), {"back": 0}), (TODAY + timedelta(days=367), {"ahead": 1})]:
        assert walltime.check_year(day, TODAY) == day
        with pytest.raises(ValidationError):
            walltime.check_year(day, TODAY, **limits)


@pytest.mark.parametrize(
    ("day", "at", "zone", "instant"),
    [
        (date(2027, 1, 15), time(9), NEW_YORK, datetime(2027, 1, 15, 14, tzinfo=UTC)),
        (date(2027, 7, 15), time(9), NEW_YORK, datetime(2027, 7, 15, 13, tzinfo=UTC)),
        (date(2027, 7, 15), time(22), PHOENIX, datetime(2027, 7, 16, 5, tzinfo=UTC)),
        # 01:30 comes twice on this day: the first is still summer time.
        (BACK, time(1, 30), NEW_YORK, datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),
        (BACK, time(2), NEW_YORK, datetime(2027, 11, 7, 7, tzinfo=UTC)),
    ],
)
def test_to_utc_of_a_wall_time_is_the_instant_and_the_first_of_two(day, at, zone, instant):
    assert walltime.to_utc(day, at, zone) == instant


@pytest.mark.parametrize(
    ("at", "skipped"),
    [(time(1, 59), False), (time(2), True), (time(2, 30), True), (time(2, 59), True), (time(3), False)],
)
def test_skipped_by_clock_change_is_true_in_the_skipped_hour_alone(at, skipped):
    assert walltime.skipped_by_clock_change(FORWARD, at, NEW_YORK) is skipped
    # Arizona and, since 2019, Brazil never change their clocks.
    assert not walltime.skipped_by_clock_change(FORWARD, at, PHOENIX)
    assert not walltime.skipped_by_clock_change(FORWARD, at, SAO_PAULO)


@given(DAYS, MINUTES, ZONES)
def test_to_utc_of_a_time_that_exists_comes_back_as_the_same_wall_time(day, at, zone):
    there = walltime.to_utc(day, at, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert (there == datetime.combine(day, at)) is not walltime.skipped_by_clock_change(day, at, zone)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)), ZONES)
def test_local_day_is_the_day_on_the_calendar_of_the_zone(moment, zone):
    day = walltime.local_day(moment, zone)
    assert walltime.to_utc(day, time(0), zone) <= moment < walltime.to_utc(day + timedelta(days=2), time(0), zone)
    assert abs((day - moment.date()).days) <= 1


def test_local_day_at_the_turn_of_the_day_differs_between_zones():
    moment = datetime(2027, 7, 1, 4, 0, tzinfo=UTC)
    assert walltime.local_day(moment, NEW_YORK) == date(2027, 7, 1)
    assert walltime.local_day(moment - timedelta(microseconds=1), NEW_YORK) == date(2027, 6, 30)
    assert walltime.local_day(moment, PHOENIX) == date(2027, 6, 30)


def test_own_clock_in_the_same_zone_is_silent():
    with timezone.override(NEW_YORK):
        assert walltime.own_clock(TODAY, time(9), NEW_YORK) == ""


def test_own_clock_in_another_zone_of_the_same_hour_is_silent():
    with timezone.override("America/Toronto"):
        assert walltime.own_clock(TODAY, time(9), NEW_YORK) == ""


def test_own_clock_in_another_zone_names_day_time_and_place():
    with timezone.override(PHOENIX), translation.override("en"):
        sentence = walltime.own_clock(TODAY, time(9), NEW_YORK)
        past_midnight = walltime.own_clock(TODAY, time(1), NEW_YORK)
    assert sentence.startswith("On your clock that is ")
    assert sentence.endswith(", 6:00 a.m. MST.")
    assert "Jun 15" in sentence
    assert "Jun 14" in past_midnight
    assert ", 10:00 p.m. MST" in past_midnight


def test_own_clock_of_a_skipped_time_asks_for_another():
    with timezone.override(PHOENIX), translation.override("en"):
        sentence = walltime.own_clock(FORWARD, time(2, 30), NEW_YORK)
    assert sentence == walltime.skipped_message(FORWARD, time(2, 30), NEW_YORK)
    assert sentence.startswith("Clocks in New York are put forward over 2:30 a.m. on ")
    assert sentence.endswith("there is no such time. Choose another.")


@pytest.mark.parametrize(
    ("at", "twice"), [(time(0, 59), False), (time(1), True), (time(1, 59), True), (time(2), False)]
)
def test_own_clock_of_a_repeated_hour_says_which_is_meant(at, twice):
    with timezone.override(NEW_YORK), translation.override("en"):
        sentence = walltime.own_clock(BACK, at, NEW_YORK)
    assert sentence == ("This hour comes twice on that day; the first one is meant." if twice else "")


def test_own_clock_of_a_repeated_hour_elsewhere_gives_both_sentences():
    with timezone.override(SAO_PAULO), translation.override("en"):
        sentence = walltime.own_clock(BACK, time(1, 30), NEW_YORK)
    assert "2:30 a.m. São Paulo time. This hour comes twice on that day; the first one is meant." in sentence


@pytest.mark.parametrize(("year", "answers"), [(1, False), (202, False), (1970, False), (1971, True), (2199, True)])
def test_own_clock_of_a_year_half_typed_is_silent(year, answers):
    with timezone.override(PHOENIX):
        assert bool(walltime.own_clock(date(year, 6, 15), time(9), "Europe/Lisbon")) is answers


def test_own_clock_of_the_last_year_is_silent():
    with timezone.override("Asia/Tokyo"):
        assert walltime.own_clock(date(2200, 1, 1), time(9), PHOENIX) == ""
        assert walltime.own_clock(date.max, time(23, 59), PHOENIX) == ""
