"""The texts that name a reminder's occurrence, and how long "send now" lasts."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator import formats, rls
from reminders.models import PRESSED_LASTS, Due
from reminders.rules.rule import Step, Window, date_of, step_label
from tests.mails import reload

DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(DAYS, st.integers(-400, 400))
def test_occurrence_of_a_step_holds_its_date_and_its_days(due_on, days):
    occurrence = Step(days, 1).occurrence(due_on)
    assert date_of(occurrence) == due_on
    assert len(occurrence) <= Due._meta.get_field("occurrence").max_length
    label = step_label(occurrence, due_on)
    assert label.startswith(f"{formats.days(abs(days))} ") is (days != 0)
    assert label.endswith(formats.day(due_on, due_on))


@pytest.mark.parametrize(
    ("occurrence", "label"),
    [
        ("2026-01-30 T-7", "7 days before Jan 30"),
        ("2026-01-30 T-1", "1 day before Jan 30"),
        ("2026-01-30 T+0", "on Jan 30"),
        ("2026-01-30 T+1", "1 day after Jan 30"),
        ("2026-01-30 T+14", "14 days after Jan 30"),
        ("2026-01-30 T", "2026-01-30 T"),
        ("2026-01-30", "2026-01-30"),
        ("yearly review", "yearly review"),
        ("", ""),
    ],
)
def test_step_label_of_an_occurrence_is_read_by_people(occurrence, label):
    assert step_label(occurrence, date(2026, 1, 20)) == label


def test_step_label_speaks_the_readers_language():
    with translation.override("es"):
        assert step_label("2026-01-30 T-7", date(2026, 1, 20)).startswith("7 días antes del 30")


@pytest.mark.parametrize("text", ["", "2026", "2026-02-30", "30.01.2026", "tomorrow", "2026-1-30 T-7", "\0"])
def test_date_of_a_text_without_a_date_is_none(text):
    assert date_of(text) is None


@given(st.text())
def test_date_of_any_text_is_a_date_or_none(text):
    assert date_of(text) is None or isinstance(date_of(text), date)


@pytest.mark.parametrize(
    ("due", "expires", "included"), [(0, 1, True), (-5, 1, True), (1, 2, False), (-5, 0, False), (-5, -1, False)]
)
def test_window_includes_what_is_due_by_its_end_and_not_expired_at_its_beginning(due, expires, included):
    now = datetime(2026, 1, 30, 12)
    at = [now + timedelta(hours=hours) for hours in (due, expires)]
    assert Window(now, now).includes(*at) is included
    assert Window(now, now, frozenset({1})).includes(*at)  # asked about one subject, whatever the day


@pytest.fixture
def make(stage):
    """A planned reminder to the lead; `fields` change it."""

    def making(**fields):
        now = timezone.now()
        with rls.every_city():
            row = Due.objects.create(
                rule="section-due",
                object_id=1,
                person=stage.cast.lead,
                city=stage.cast.tulsa,
                occurrence="2026-01-30 T-7",
                **{"due_at": now + timedelta(hours=3), "expires_at": now + timedelta(days=2), **fields},
            )
            return Due.objects.get(pk=row.pk)

    return making


def test_press_of_a_planned_reminder_works_once(make):
    row, now = make(), timezone.now()
    with rls.every_city():
        assert (row.may_be_pressed, row.is_pressed(now)) == (True, False)
        assert row.press(now) is True
        assert row.press(now) is False
        assert list(Due.objects.sendable(now)) == [row]  # though its own hour has not come
    row = reload(row)
    assert (row.may_be_pressed, row.is_pressed(now)) == (False, True)


def test_press_of_an_expired_reminder_does_nothing(make):
    now = timezone.now()
    row = make(due_at=now - timedelta(days=3), expires_at=now - timedelta(seconds=1))
    with rls.every_city():
        assert row.press(now) is False
        assert list(Due.objects.sendable(now)) == []
    assert (row.may_be_pressed, reload(row).send_now_at) == (False, None)


def test_press_of_a_skipped_reminder_does_nothing(make):
    now = timezone.now()
    row = make(skipped_at=now, why="done")
    with rls.every_city():
        assert row.press(now) is False
    assert (row.state, row.reason) == ("skipped", "Already done.")


def test_press_lasts_an_hour_and_then_the_reminder_is_sent_at_its_own_time(make):
    row, now = make(), timezone.now()
    with rls.every_city():
        row.press(now)
        almost, over = now + PRESSED_LASTS - timedelta(seconds=1), now + PRESSED_LASTS
        assert [list(Due.objects.sendable(moment)) for moment in (almost, over)] == [[row], []]
        assert list(Due.objects.sendable(row.due_at)) == [row]
    row = reload(row)
    assert [row.is_pressed(moment) for moment in (almost, over)] == [True, False]


def test_plan_again_of_what_was_skipped_clears_the_reason(make):
    row, now = make(), timezone.now()
    with rls.every_city():
        assert Due.objects.skip("gone", now) == 1
        assert Due.objects.skip("done", now) == 0  # the first reason stays
        assert Due.objects.get(pk=row.pk).why == "gone"
        assert list(Due.objects.sendable(row.due_at)) == []
        assert Due.objects.plan_again() == 1
        assert Due.objects.plan_again() == 0
        row = Due.objects.get(pk=row.pk)
    assert (row.state, row.why, row.reason) == ("planned", "", "")
