"""The forecast and the preview match what the clock then does."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.models import Email
from reminders import clock, forecast
from reminders.models import Due
from strategy.models import Section, SectionState
from tests.examples import few
from tests.reminders.stage import REFUSED, at

pytestmark = pytest.mark.django_db


def ahead(moment):
    with rls.every_city():
        return [
            (mail.at, mail.person.email.split("@")[0], sorted(r.key for r in mail.reminders))
            for mail in forecast.forecast(moment)
        ]


def test_two_weeks_ahead(stage):
    stage.open("vision", "2026-01-30", assignee=stage.cast.member)
    stage.open("baseline", "2026-02-13", assignee=stage.cast.member)
    found = [(at_, who, len(keys)) for at_, who, keys in ahead(at("2026-01-22 12:00"))]
    assert found == [
        (at("2026-01-23 08:30"), "member", 1),
        (at("2026-01-28 08:30"), "member", 1),
        (at("2026-02-02 08:00"), "member", 1),
        (at("2026-02-04 08:30"), "lead", 1),
        (at("2026-02-04 08:30"), "member", 1),
    ]


@given(data=st.data())
@few(4)
def test_the_forecast_is_what_the_clock_then_sends(stage, mailoutbox, data):
    """Ticks at its times, and every 11 hours in between, send exactly the emails in the forecast at those times."""
    start = at("2026-01-21 00:00") + timedelta(hours=data.draw(st.integers(0, 96)), minutes=30)
    with rls.every_city():
        Due.objects.all().delete()
        Email.objects.all().delete()
        for section in Section.objects.filter(city=stage.cast.tulsa).order_by("pk")[:8]:
            section.due_on = date(2026, 1, 23) + timedelta(days=data.draw(st.integers(-8, 20)))
            section.state = data.draw(st.sampled_from([SectionState.FINAL, SectionState.NOT_STARTED]))
            section.assignee = data.draw(st.sampled_from([None, stage.cast.lead, stage.cast.member]))
            section.save()
    zone = data.draw(st.sampled_from(["America/Chicago", "America/Sao_Paulo", "Asia/Tokyo"]))
    stage.set(stage.cast.member, time_zone=zone)
    expected = ahead(start)
    between = {start + timedelta(hours=11 * number) for number in range(forecast.DAYS * 24 // 11)}
    for moment in sorted(between | {moment for moment, _who, _keys in expected}):
        clock.tick(moment)
    with rls.every_city():
        sent = sorted(
            (e.sent_at, e.person.email.split("@")[0], sorted(due.key for due in e.dues.all()))
            for e in Email.objects.select_related("person").prefetch_related("dues")
        )
    assert sent == sorted(expected)
    mailoutbox.clear()


def test_the_forecast_knows_todays_email_and_what_is_settled(stage):
    stage.open("vision", "2026-01-30")
    assert stage.tick("2026-01-23 08:31") == 1
    stage.open("baseline", "2026-01-30")
    assert [(at_, len(keys)) for at_, _who, keys in ahead(at("2026-01-23 09:00"))][:2] == [
        (at("2026-01-26 08:00"), 1),
        (at("2026-01-28 08:30"), 2),
    ]


def test_a_planned_row_shows_the_time_of_its_email_in_the_forecast(stage):
    stage.open("vision", "2026-01-30")
    stage.open("baseline", "2026-01-30", assignee=stage.cast.member)
    stage.plan("2026-01-22 12:00")
    stage.tick("2026-01-23 08:31")
    stage.open("principles", "2026-01-30")
    stage.plan("2026-01-23 09:00")
    moment = at("2026-01-23 09:00")
    expected = {key: when for when, _who, keys in ahead(moment) for key in keys}
    with rls.every_city():
        rows = list(Due.objects.filter(state=Due.State.PLANNED).select_related("person"))
        times = forecast.send_times(rows, moment)
    assert {row.key: times[row.pk] for row in rows} == {row.key: expected[row.key] for row in rows}
    # It is due at 8:30 on Friday, but that day's email has been sent.
    assert [(row.due_at, times[row.pk]) for row in rows] == [(at("2026-01-23 08:30"), at("2026-01-26 08:00"))]


def rehearse(moment):
    with rls.every_city():
        found = forecast.rehearse(at(moment))
    return (
        [(turn.person.email.split("@")[0], len(reminders)) for turn, reminders in found.leave],
        [(turn.person.email.split("@")[0], turn.wait, turn.at) for turn, _reminders in found.wait],
        [(row.person.email.split("@")[0], str(row.why), row.occurrence) for row in found.skip],
    )


def test_the_dry_run_lists_the_next_turn_and_changes_nothing(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    assert rehearse("2026-01-23 08:00") == ([], [], [])
    assert rehearse("2026-01-23 08:31") == ([("lead", 1)], [], [])
    monday = at("2026-01-26 08:00")
    assert rehearse("2026-01-24 12:00") == ([], [("lead", "hours", monday)], [])
    assert stage.dues() == []
    stage.tick("2026-01-23 08:31")
    stage.open("baseline", "2026-01-30")
    assert rehearse("2026-01-23 09:00") == ([], [("lead", "one a day", monday)], [])


def test_the_dry_run_says_why_something_is_not_sent(stage):
    section = stage.open("vision", "2026-01-30")
    joined = stage.open("baseline", "2026-01-30", assignee=stage.cast.member)
    with rls.every_city():
        stage.cast.tulsa.membership_set.filter(user=stage.cast.member).update(created_at=at("2026-01-23 08:31"))
    stage.plan("2026-01-22 12:00")
    stage.set(section, state=SectionState.FINAL)
    assert rehearse("2026-01-23 08:40") == (
        [],
        [],
        [
            ("lead", "Already done.", "2026-01-30 T-7"),
            ("member", "This person joined after the due date.", "2026-01-30 T-7"),
        ],
    )
    assert joined.pk


def overdue(moment):
    with rls.every_city():
        return forecast.overdue(at(moment))


def test_an_alert_when_email_was_expected_and_none_went_out(stage, server):
    stage.open("vision", "2026-01-30")
    assert overdue("2026-01-23 08:31") == 0
    assert overdue("2026-01-23 09:29") == 0
    assert overdue("2026-01-23 09:30") == 1  # the clock isn't running
    assert overdue("2026-01-25 12:00") == 0  # nothing could leave since Saturday noon
    assert overdue("2026-01-26 09:00") == 1
    server.now = REFUSED
    stage.tick("2026-01-26 09:00")
    assert overdue("2026-01-26 09:01") == 1
    assert overdue("2026-01-27 09:01") == 0
    server.now = None
    assert stage.tick("2026-01-28 08:31") == 1
    assert overdue("2026-01-28 12:00") == 0


def test_no_alert_where_any_email_went_out(stage):
    stage.open("vision", "2026-01-30")
    stage.tick("2026-01-23 08:31")
    stage.open("baseline", "2026-01-30", assignee=stage.cast.member)
    assert overdue("2026-01-23 12:00") == 0
