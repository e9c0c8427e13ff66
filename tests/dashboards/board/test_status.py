"""A city's status from its figures: each threshold for what is soon, urgent, silent or late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.models import Cohort, User
from cities.models import City, Enrollment
from dashboards.board.status import BEHIND, SILENT, STUCK, WAITING, CityStatus, Level, headline, week_sentence

KICKOFF = date(2027, 1, 4)
TODAY = KICKOFF + timedelta(weeks=10)
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 17, tzinfo=UTC)


def cohort(**changes):
    return Cohort(**{"name": "Cohort", "kickoff": KICKOFF, "weeks": 26, "time_zone": "America/New_York", **changes})


def status(today=TODAY, name="Tulsa", **figures):
    """A city with nothing wrong except what `figures` says, judged."""
    calm = {"leads": [User()], "coaches": [User()], "edited_at": NOON, "last_session": NOON}
    calm |= {"people": 2, "signed_in": 1, "has_mayor": True}
    row = CityStatus(City(name=name, sort_name=name.lower()), cohort(), today, **{**calm, **figures})
    row.judge()
    return row


def ago(days):
    return NOON - timedelta(days=days)


def test_status_of_a_calm_city_is_on_track():
    row = status()
    assert (row.level, row.reasons, row.level.tone, row.level.label) == (Level.ON_TRACK, [], "good", "On track")


@pytest.mark.parametrize(
    ("number", "level", "late"),
    [
        (1, Level.SOON, "1 late section still with the city team, due "),
        (BEHIND - 1, Level.SOON, "2 late sections still with the city team, the oldest due "),
        (BEHIND, Level.NOW, "3 late sections still with the city team, the oldest due "),
    ],
)
def test_status_with_late_sections_is_urgent_from_three_on(number, level, late):
    row = status(behind=number, behind_since=TODAY - timedelta(days=1))
    assert row.level is level
    assert row.reason_texts[0].startswith(late)


@pytest.mark.parametrize(
    ("days", "level"),
    [(WAITING, Level.ON_TRACK), (WAITING + 1, Level.SOON), (STUCK, Level.SOON), (STUCK + 1, Level.NOW)],
)
def test_status_with_a_pending_review_rises_after_one_and_two_weeks(days, level):
    row = status(review_since=ago(days))
    assert row.level is level
    assert row.reason_texts == (
        [f"A section has been waiting for coach review for {days} days"] if days > WAITING else []
    )


@pytest.mark.parametrize(("days", "level"), [(-1, Level.ON_TRACK), (0, Level.ON_TRACK), (1, Level.NOW)])
def test_status_with_a_decision_is_urgent_the_day_after_it_was_due(days, level):
    assert status(decision_due=TODAY - timedelta(days=days)).level is level


@pytest.mark.parametrize(
    ("figure", "silent"), [("last_session", "No coaching sessions in 22 days"), ("edited_at", "No new text in 22 days")]
)
def test_status_with_silence_needs_a_look_after_three_weeks(figure, silent):
    assert status(**{figure: ago(SILENT)}).reason_texts == []
    row = status(**{figure: ago(SILENT + 1)})
    assert (row.level, row.reason_texts) == (Level.SOON, [silent])


@pytest.mark.parametrize(
    ("figure", "never"), [("last_session", "No coaching session yet"), ("edited_at", "Nothing written yet")]
)
def test_status_without_any_session_or_text_counts_from_the_kickoff(figure, never):
    assert status(KICKOFF + timedelta(days=SILENT), **{figure: None}).level >= Level.NOT_KNOWN
    assert status(KICKOFF + timedelta(days=SILENT + 1), **{figure: None}).reason_texts == [never]


@pytest.mark.parametrize(
    ("figures", "reasons"),
    [
        ({"leads": []}, ["No city lead"]),
        ({"coaches": []}, ["No coach assigned"]),
        ({"leads": [], "coaches": []}, ["No city lead", "No coach assigned"]),
    ],
)
@pytest.mark.parametrize("today", [KICKOFF - timedelta(days=40), TODAY, KICKOFF + timedelta(weeks=40)])
def test_status_without_people_is_urgent_whatever_the_week(today, figures, reasons):
    row = status(
        today, **figures, edited_at=datetime(2028, 1, 1, tzinfo=UTC), last_session=datetime(2028, 1, 1, tzinfo=UTC)
    )
    assert (row.level, row.reason_texts) == (Level.NOW, reasons)


@pytest.mark.parametrize(
    ("today", "judged"),
    [
        (KICKOFF - timedelta(days=1), False),
        (KICKOFF, True),
        (KICKOFF + timedelta(days=26 * 7 - 1), True),
        (KICKOFF + timedelta(days=26 * 7), False),
    ],
)
def test_status_outside_the_weeks_of_the_cohort_has_nothing_late(today, judged):
    moment = datetime(today.year, today.month, today.day, 17, tzinfo=UTC)
    row = status(today, decision_due=today - timedelta(days=1), edited_at=moment, last_session=moment)
    assert (row.level is Level.NOW) is judged


def test_days_since_a_moment_counts_in_the_zone_of_the_cohort():
    row = status()
    late_evening = datetime(TODAY.year, TODAY.month, TODAY.day, 2, tzinfo=UTC)  # still yesterday in New York
    assert row.days_since(late_evening) == 1
    assert row.days_since(late_evening + timedelta(hours=4)) == 0
    assert row.days_since(TODAY - timedelta(days=3)) == 3


def test_reasons_are_shown_with_the_urgent_first_and_else_in_their_order():
    row = status(last_session=ago(30), edited_at=ago(40), decision_due=TODAY - timedelta(days=2))
    assert row.reason_texts[1:] == ["No coaching sessions in 30 days", "No new text in 40 days"]
    assert row.reason_texts[0].startswith("The mayor’s decision was due ")


def test_order_is_by_level_then_number_of_reasons_then_name():
    rows = [
        status(name="Calm"),
        status(name="Silent", edited_at=ago(30)),
        status(name="Zwolle", leads=[]),
        status(name="Aachen", leads=[]),
        status(name="Worst", leads=[], coaches=[]),
    ]
    assert [row.city.name for row in sorted(rows, key=lambda row: row.order)] == [
        "Worst",
        "Aachen",
        "Zwolle",
        "Silent",
        "Calm",
    ]


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 6))
def test_status_never_gets_calmer_as_days_pass(session, edit, review, behind):
    since = TODAY - timedelta(days=1) if behind else None
    figures = {"behind": behind, "behind_since": since}
    earlier = status(last_session=ago(session), edited_at=ago(edit), review_since=ago(review), **figures)
    later = status(last_session=ago(session + 1), edited_at=ago(edit + 1), review_since=ago(review + 1), **figures)
    assert later.level <= earlier.level
    assert len(later.reasons) >= len(earlier.reasons)


def running(week):
    """A cohort of 26 weeks that is in this week today."""
    today = cohort().today()
    return cohort(kickoff=today - timedelta(weeks=week - 1))


@pytest.mark.parametrize(
    ("week", "sentence"),
    [
        (1, "Week 1 of 26."),
        (26, "Week 26 of 26."),
        (27, "The 26-week program ended 1 week ago."),
        (30, "The 26-week program ended 4 weeks ago."),
        (0, "The program starts in 7 days."),
        (-1, "The program starts in 14 days."),
    ],
)
def test_week_sentence_before_during_and_after_the_program(week, sentence):
    assert week_sentence(running(week)) == sentence


def test_week_sentence_on_the_eve_counts_one_day():
    assert week_sentence(cohort(kickoff=cohort().today() + timedelta(days=1))) == "The program starts in 1 day."


@pytest.mark.parametrize(
    ("calm", "urgent", "sentence"),
    [
        (0, 0, "Week 3 of 26. There are no cities in this cohort yet."),
        (1, 0, "Week 3 of 26. 1 of 1 city on track."),
        (0, 1, "Week 3 of 26. 0 of 1 city on track. 1 needs attention now."),
        (2, 3, "Week 3 of 26. 2 of 5 cities on track. 3 need attention now."),
    ],
)
def test_headline_counts_who_is_on_track_and_who_needs_someone(calm, urgent, sentence):
    rows = [status() for _ in range(calm)] + [status(leads=[]) for _ in range(urgent)]
    assert headline(rows, running(3)) == sentence


@pytest.mark.parametrize(
    ("figures", "why"),
    [
        ({"signed_in": 0}, "No one on the city team has signed in yet"),
        ({"has_mayor": False}, "There’s no mayor or mayor’s delegate yet"),
        ({"edited_at": None}, "Nothing written yet"),
    ],
)
def test_status_of_a_city_of_which_too_little_is_known_is_not_on_track(figures, why):
    row = status(KICKOFF + timedelta(days=7), **figures)
    assert (row.level, row.reason_texts, row.level.tone) == (Level.NOT_KNOWN, [why], "not_known")


@pytest.mark.parametrize("state", ["invited", "paused", "withdrawn", "completed"])
def test_status_of_a_city_that_does_not_take_part_is_counted_apart(state):
    apart = status(leads=[], enrollment=Enrollment(state=state, state_on=TODAY, joined_on=KICKOFF))
    assert (apart.level, len(apart.reasons)) == (Level.APART, 1)
    sentence = "Week 3 of 26. 1 of 1 city on track. 1 city isn’t taking part right now and isn’t counted."
    assert headline([status(), apart], running(3)) == sentence


def test_silence_of_a_city_that_joined_late_counts_from_the_day_it_joined():
    late = Enrollment(joined_on=TODAY - timedelta(days=3))
    assert status(last_session=None, enrollment=late).reason_texts == []
    assert status(last_session=None).reason_texts == ["No coaching session yet"]


def test_each_level_has_a_sentence_that_says_when_it_applies():
    assert len({level.rule for level in Level}) == len(Level)
    assert not any("%(" in level.rule for level in Level)
