"""When daily emails may leave: the edges of the day, of the week and of the change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.walltime import to_utc
from reminders.quiet_hours import CLOSES, OPENS, next_open, opening_after

NEW_YORK = "America/New_York"
ZONES = st.sampled_from([NEW_YORK, "America/Sao_Paulo", "America/Phoenix", "Asia/Kathmandu", "Pacific/Auckland"])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))
FRIDAY, MONDAY, TUESDAY = date(2027, 6, 11), date(2027, 6, 14), date(2027, 6, 15)


def wall(moment, zone=NEW_YORK):
    local = moment.astimezone(ZoneInfo(zone))
    return local.date(), local.time()


def is_open(moment, zone):
    day, at = wall(moment, zone)
    return day.weekday() < 5 and OPENS <= at < CLOSES


@pytest.mark.parametrize("at", [time(8), time(12, 34, 56), time(19, 59, 59)])
def test_next_open_in_opening_hours_is_the_moment_itself(at):
    moment = to_utc(MONDAY, at, NEW_YORK)
    assert next_open(moment, NEW_YORK) == moment


@pytest.mark.parametrize(
    ("day", "at", "opens_on"),
    [
        (MONDAY, time(0), MONDAY),
        (MONDAY, time(7, 59, 59), MONDAY),
        (MONDAY, time(20), TUESDAY),
        (MONDAY, time(23, 59), TUESDAY),
        (FRIDAY, time(20), MONDAY),
        (FRIDAY + timedelta(days=1), time(12), MONDAY),
        (FRIDAY + timedelta(days=2), time(23, 59), MONDAY),
    ],
)
def test_next_open_outside_opening_hours_is_eight_of_the_next_working_day(day, at, opens_on):
    assert wall(next_open(to_utc(day, at, NEW_YORK), NEW_YORK)) == (opens_on, OPENS)


def test_next_open_of_one_moment_differs_by_zone():
    # Friday 19:30 in Phoenix is 22:30 in New York: there it waits for Monday.
    moment = to_utc(FRIDAY, time(19, 30), "America/Phoenix")
    assert next_open(moment, "America/Phoenix") == moment
    assert wall(next_open(moment, NEW_YORK)) == (MONDAY, OPENS)


@pytest.mark.parametrize("sunday", [date(2027, 3, 14), date(2027, 11, 7)])
def test_next_open_over_a_change_of_the_clocks_is_eight_on_the_wall(sunday):
    friday_night = to_utc(sunday - timedelta(days=2), time(21), NEW_YORK)
    opening = next_open(friday_night, NEW_YORK)
    assert wall(opening) == (sunday + timedelta(days=1), OPENS)
    hours = (opening - friday_night) / timedelta(hours=1)
    assert hours == 59 + (-1 if sunday.month == 3 else 1)


@given(MOMENTS, ZONES)
def test_next_open_is_open_not_earlier_and_the_same_when_asked_again(moment, zone):
    opening = next_open(moment, zone)
    assert opening >= moment
    assert is_open(opening, zone)
    assert next_open(opening, zone) == opening
    assert opening - moment <= timedelta(hours=61)


@given(MOMENTS, ZONES)
def test_next_open_passes_over_no_open_hour(moment, zone):
    opening = next_open(moment, zone)
    assert opening == moment or not is_open(moment, zone)
    assert opening == moment or not is_open(opening - timedelta(minutes=1), zone)


@pytest.mark.parametrize(
    ("day", "opens_on"),
    [
        (MONDAY, TUESDAY),
        (FRIDAY, MONDAY),
        (FRIDAY + timedelta(days=1), MONDAY),
        (FRIDAY + timedelta(days=2), MONDAY),
        (FRIDAY - timedelta(days=1), FRIDAY),
    ],
)
def test_opening_after_a_day_is_eight_of_the_next_working_day(day, opens_on):
    assert wall(opening_after(day, NEW_YORK)) == (opens_on, OPENS)


@given(st.dates(date(2020, 1, 1), date(2036, 1, 1)), ZONES)
def test_opening_after_a_day_is_a_later_working_day_in_the_zone(day, zone):
    on, at = wall(opening_after(day, zone), zone)
    assert at == OPENS
    assert on > day
    assert on.weekday() < 5
    assert (on - day).days <= 3
