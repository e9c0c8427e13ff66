"""The clock's ticks: who gets an email when, and what becomes of it."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accelerator import mail, rls
from accelerator.models import Email
from reminders import clock
from reminders.models import Due
from strategy.models import Section, SectionState
from tests.reminders.stage import AWAY, BROKEN, CHICAGO, LATER, REFUSED, Killed, at

pytestmark = pytest.mark.django_db


def test_a_digest_leaves_at_half_past_eight(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    assert stage.tick("2026-01-23 08:29") == 0
    assert stage.tick("2026-01-23 08:30") == 1
    assert stage.tick("2026-01-23 08:31") == 0
    assert stage.dues() == [("lead", "2026-01-30 T-7", "sent", "")]
    assert stage.daily_emails() == [("lead", "2026-01-23", "sent")]
    assert [mail.to for mail in mailoutbox] == [["lead@tulsa-us.example"]]


def test_the_whole_ladder_of_a_section_that_stays_open(stage, mailoutbox):
    """Due Friday, January 30: a week before, two days before, on a Monday, finally with a copy."""
    stage.open("vision", "2026-01-30", assignee=stage.cast.member)
    sent = []
    for day in range(16):
        for hour in (7, 8, 19, 20):
            moment = at("2026-01-20 00:31") + timedelta(days=day, hours=hour)
            before = len(mailoutbox)
            clock.tick(moment)
            sent += [
                (f"{moment.astimezone(ZoneInfo(CHICAGO)):%m-%d}", mail.to[0].split("@")[0])
                for mail in mailoutbox[before:]
            ]
    assert sorted(sent) == [
        ("01-23", "member"),
        ("01-28", "member"),
        ("02-02", "member"),
        ("02-04", "lead"),
        ("02-04", "member"),
    ]


def test_after_three_days_without_a_clock_only_unexpired_reminders_leave(stage, mailoutbox):
    """The clock stops on Tuesday and runs again on Friday: what is still valid is sent, once."""
    stage.open("vision", "2026-01-28")  # T-7 on Wednesday 21: of use until Saturday
    stage.open("why-now", "2026-01-22")  # T-2 on Tuesday 20: of use until Thursday; T+1 on Friday 23
    stage.open("baseline", "2026-01-23")  # T-2 on Wednesday 21: of use until Friday
    stage.open("principles", "2026-01-26")  # T-7 on Monday 19: of use until Thursday
    stage.open("risks", "2026-01-15")  # T+5 on Tuesday 20: of use until Friday
    stage.open("oversight", "2026-01-18")  # T+1 on Monday 19: of use until Thursday; T+5 on Friday 23
    assert stage.tick("2026-01-23 08:31") == 1
    assert sorted((state, occurrence) for _person, occurrence, state, _reason in stage.dues()) == [
        ("planned", "2026-01-23 T+1"),  # tomorrow's
        ("planned", "2026-01-26 T-2"),
        ("sent", "2026-01-15 T+5"),
        ("sent", "2026-01-18 T+5"),
        ("sent", "2026-01-22 T+1"),
        ("sent", "2026-01-23 T-2"),
        ("sent", "2026-01-28 T-7"),
    ]
    assert stage.tick("2026-01-23 08:32") == 0
    assert len(mailoutbox) == 1


def test_planned_before_the_clock_stopped_but_stale_when_it_runs_again(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    stage.plan("2026-01-22 12:00")
    assert stage.tick("2026-01-27 09:00") == 0
    assert stage.dues() == [
        ("lead", "2026-01-30 T-7", "skipped", "too late"),
        ("lead", "2026-01-30 T-2", "planned", ""),
    ]
    assert mailoutbox == []


@pytest.mark.parametrize(
    ("zone", "quiet", "open_again"),
    [
        ("America/New_York", "2026-01-23 07:59", "2026-01-23 08:30"),
        ("America/New_York", "2026-01-23 20:00", "2026-01-26 08:00"),
        ("America/Sao_Paulo", "2026-01-24 12:00", "2026-01-26 08:00"),
        ("America/Phoenix", "2026-01-25 23:59", "2026-01-26 08:00"),
        ("Pacific/Auckland", "2026-01-24 12:00", "2026-01-26 08:00"),
    ],
)
def test_quiet_hours_and_weekends_are_the_persons_own(stage, mailoutbox, zone, quiet, open_again):
    stage.open("vision", "2026-01-30")
    stage.set(stage.cast.lead, time_zone=zone)
    assert clock.tick(at(quiet, zone)) == 0
    assert clock.tick(at(open_again, zone) - timedelta(seconds=1)) == 0
    assert clock.tick(at(open_again, zone)) == 1


@pytest.mark.parametrize(
    ("zone", "due_on", "before", "at_once"),
    [
        # The Monday after New York put its clocks forward: 08:00 is 12:00 UTC, no longer 13:00.
        ("America/New_York", "2026-03-15", "2026-03-09 11:59", "2026-03-09 12:00"),
        # The Monday after it put them back: 13:00 UTC.
        ("America/New_York", "2025-11-08", "2025-11-03 12:59", "2025-11-03 13:00"),
        ("America/Sao_Paulo", "2026-03-15", "2026-03-09 10:59", "2026-03-09 11:00"),
        ("America/Phoenix", "2025-11-08", "2025-11-03 14:59", "2025-11-03 15:00"),
    ],
)
def test_opening_hours_follow_the_change_of_the_clocks(stage, mailoutbox, zone, due_on, before, at_once):
    """T-7 falls on a weekend: the email leaves on Monday at 08:00."""
    stage.open("vision", due_on)
    stage.set(stage.cast.lead, time_zone=zone)
    assert clock.tick(at(before, "UTC")) == 0
    assert clock.tick(at(at_once, "UTC")) == 1


def test_a_person_gets_one_daily_email_however_much_is_due(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    assert stage.tick("2026-01-23 08:31") == 1
    stage.open("baseline", "2026-01-29")  # its T-7 was yesterday, still of use
    assert stage.tick("2026-01-23 09:00") == 0
    assert stage.tick("2026-01-23 19:59") == 0
    assert stage.tick("2026-01-26 08:00") == 0  # of use until Sunday
    assert stage.dues() == [("lead", "2026-01-29 T-7", "skipped", "too late"), ("lead", "2026-01-30 T-7", "sent", "")]
    stage.open("why-now", "2026-01-28")
    assert stage.tick("2026-01-26 08:31") == 1
    assert len(mailoutbox) == 2


@pytest.mark.parametrize("rows", [3, 300])
def test_any_number_of_reminders_is_one_digest_at_the_same_cost(stage, mailoutbox, rows):
    with rls.every_city():
        many(stage, rows)
    stage.plan("2026-01-23 08:31")
    with CaptureQueriesContext(connection) as captured:
        assert clock.send_to(stage.cast.lead, at("2026-01-23 08:32"))
    assert len(mailoutbox) == 1
    assert mailoutbox[0].subject == f"Tulsa: {rows} items to act on"
    assert mailoutbox[0].body.count("http://127.0.0.1:") == rows + 1
    assert set(stage.states()) == {"sent"}
    assert len(stage.states()) == rows
    assert len([q for q in captured if is_work(q["sql"])]) == 15


def is_work(sql):
    return not sql.startswith(("SAVEPOINT", "RELEASE", "select set_config"))


def many(stage, rows):
    """That many sections of one city, all due on January 30."""
    model = stage.cast.tulsa.section_set.first()
    Section.objects.bulk_create(
        Section(
            city=stage.cast.tulsa,
            strategy=model.strategy,
            template=model.template,
            key=f"section-{number}",
            position=100 + number,
            due_on=date(2026, 1, 30),
        )
        for number in range(rows)
    )


@pytest.mark.parametrize("rows", [1, 18])
def test_a_turn_costs_the_same_however_many_rows_it_plans_and_sends(stage, mailoutbox, rows):
    with rls.every_city():
        keys = list(stage.cast.tulsa.section_set.values_list("key", flat=True)[:rows])
    for key in keys:
        stage.open(key, "2026-01-30")
    with CaptureQueriesContext(connection) as captured:
        assert stage.tick("2026-01-23 08:31") == 1
    assert len([q for q in captured if is_work(q["sql"])]) == 37


CHANGES = {
    "done": lambda stage, section: stage.set(section, state=SectionState.REVIEWED),
    "date moved": lambda stage, section: stage.set(section, due_on=date(2026, 3, 6)),
    "not live": lambda stage, section: stage.set(stage.cast.cohort, live_at=None),
    "left": lambda stage, section: stage.set(stage.cast.lead, is_active=False),
}


@pytest.mark.parametrize("reason", CHANGES)
def test_what_changed_after_planning_is_seen_when_it_is_sent(stage, mailoutbox, reason):
    section = stage.open("vision", "2026-01-30")
    stage.plan("2026-01-23 08:00")
    CHANGES[reason](stage, section)
    assert clock.send_to(stage.cast.lead, at("2026-01-23 08:31")) is False
    assert mailoutbox == []
    assert stage.dues() == [("lead", "2026-01-30 T-7", "skipped", reason)]
    assert stage.daily_emails() == []


def test_only_valid_reminders_are_in_the_email(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    done = stage.open("baseline", "2026-01-30")
    stage.plan("2026-01-23 08:00")
    stage.set(done, state=SectionState.FINAL)
    assert clock.send_to(stage.cast.lead, at("2026-01-23 08:31"))
    assert mailoutbox[0].subject == "Due in 7 days: 1. Vision for three years (Tulsa)"
    assert sorted(stage.states()) == ["sent", "skipped"]


def test_a_crash_between_claim_and_sending_is_unknown_and_never_sent_again(stage, server, mailoutbox):
    stage.open("vision", "2026-01-30")
    server.now = Killed()
    with pytest.raises(Killed):
        stage.tick("2026-01-23 08:31")
    assert stage.dues() == [("lead", "2026-01-30 T-7", "claimed", "")]
    server.now = None
    assert stage.tick("2026-01-23 08:41") == 0
    assert stage.states() == ["claimed"]
    assert stage.tick("2026-01-23 08:42") == 0
    assert stage.dues() == [("lead", "2026-01-30 T-7", "unknown", Email.Why.INTERRUPTED)]
    assert stage.daily_emails() == [("lead", "2026-01-23", "unknown")]
    for moment in ("2026-01-23 19:00", "2026-01-26 08:00", "2026-01-26 12:00"):
        assert stage.tick(moment) == 0
    assert mailoutbox == []


def test_an_unforeseen_error_delays_no_other_person(stage, server, mailoutbox, caplog):
    stage.open("vision", "2026-01-30")
    stage.open("vision", "2026-01-30", city=stage.cast.rosario)
    server.now = RuntimeError("a mistake in a back end")
    assert stage.tick("2026-01-23 08:31") == 0
    assert stage.states() == ["claimed", "claimed"]
    assert caplog.text.count("did not go out") == 2


def test_a_broken_line_is_unknown(stage, server):
    stage.open("vision", "2026-01-30")
    server.now = BROKEN
    assert stage.tick("2026-01-23 08:31") == 0
    assert stage.dues() == [("lead", "2026-01-30 T-7", "unknown", "Connection unexpectedly closed")]
    server.now = None
    assert stage.tick("2026-01-23 08:32") == 0


def test_a_refused_digest_fails_with_the_servers_answer(stage, server):
    stage.open("vision", "2026-01-30")
    server.now = REFUSED
    assert stage.tick("2026-01-23 08:31") == 0
    assert stage.dues() == [("lead", "2026-01-30 T-7", "failed", "550 5.1.1 No such mailbox")]
    server.now = None
    assert stage.tick("2026-01-23 08:32") == 0
    assert stage.tick("2026-01-26 08:32") == 0


def test_not_now_is_tried_three_times_more(stage, server, mailoutbox):
    stage.open("vision", "2026-01-30")
    server.now = LATER
    for minute in (31, 32, 33):
        assert stage.tick(f"2026-01-23 08:{minute}") == 0
        assert stage.dues() == [("lead", "2026-01-30 T-7", "planned", "451 4.7.1 Try again later")]
    assert stage.tick("2026-01-23 08:34") == 0
    assert stage.dues() == [("lead", "2026-01-30 T-7", "failed", "451 4.7.1 Try again later")]
    server.now = None
    assert stage.tick("2026-01-23 08:35") == 0
    assert mailoutbox == []


def test_not_now_and_then_accepted(stage, server, mailoutbox):
    stage.open("vision", "2026-01-30")
    server.now = LATER
    assert stage.tick("2026-01-23 08:31") == 0
    server.now = None
    assert stage.tick("2026-01-23 08:32") == 1
    assert stage.dues() == [("lead", "2026-01-30 T-7", "sent", "")]
    assert stage.daily_emails() == [("lead", "2026-01-23", "sent")]
    assert len(mailoutbox) == 1


def test_a_server_that_is_away_costs_no_try_and_the_turn_ends(stage, server, mailoutbox):
    stage.open("vision", "2026-01-30")
    stage.open("vision", "2026-01-30", city=stage.cast.rosario)
    server.opens = AWAY
    for minute in range(31, 41):
        assert stage.tick(f"2026-01-23 08:{minute}") == 0
    assert stage.states() == ["planned", "planned"]
    with rls.every_city():
        assert [(e.state, e.tries) for e in Email.objects.all()] == [("queued", 0)]
    server.opens = None
    assert stage.tick("2026-01-23 08:41") == 2
    assert set(stage.states()) == {"sent"}


def test_a_late_answer_still_counts(stage, server):
    """The server accepts after the clock marked the claim unknown: it was sent."""
    stage.open("vision", "2026-01-30")
    server.now = lambda: mail.settle_silent(at("2026-01-23 08:45"))
    assert stage.tick("2026-01-23 08:31") == 1
    assert stage.states() == ["sent"]


def test_a_second_turn_in_the_middle_of_the_first_sends_nothing(stage, server, mailoutbox):
    """The first tick has claimed and is talking to the server when the second one runs from start to end."""
    stage.open("vision", "2026-01-30")
    second = []

    def run_another():
        server.now = None
        second.append(stage.tick("2026-01-23 08:31"))

    server.now = run_another
    assert stage.tick("2026-01-23 08:31") == 1
    assert second == [0]
    assert len(mailoutbox) == 1


def test_no_email_leaves_inside_a_scope(stage):
    stage.open("vision", "2026-01-30")
    stage.plan("2026-01-23 08:31")
    with rls.every_city(), pytest.raises(RuntimeError):
        clock.send_to(stage.cast.lead, at("2026-01-23 08:31"))


def test_send_now_passes_quiet_hours_but_not_the_days_cap(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    stage.plan("2026-01-22 22:00")
    with rls.every_city():
        row = Due.objects.get()
        assert row.press(at("2026-01-22 22:01"))
        assert not row.press(at("2026-01-22 22:02"))
    assert stage.tick("2026-01-22 22:03") == 1
    assert stage.states() == ["sent"]
    stage.open("baseline", "2026-01-29")
    stage.plan("2026-01-22 22:04")
    with rls.every_city():
        assert Due.objects.get(state="planned").press(at("2026-01-22 22:05"))
        assert clock.had_todays_email(stage.cast.lead, at("2026-01-22 22:06"))
    assert stage.tick("2026-01-22 22:06") == 0
    assert len(mailoutbox) == 1


def test_send_now_re_checks_like_any_other(stage, mailoutbox):
    section = stage.open("vision", "2026-01-30")
    stage.plan("2026-01-22 22:00")
    with rls.every_city():
        Due.objects.get().press(at("2026-01-22 22:01"))
    stage.set(section, state=SectionState.FINAL)
    assert stage.tick("2026-01-22 22:02") == 0
    assert stage.dues() == [("lead", "2026-01-30 T-7", "skipped", "done")]


def test_press_from_an_hour_ago_is_sent_in_the_morning(stage, mailoutbox):
    stage.open("vision", "2026-01-30")
    stage.plan("2026-01-22 12:00")
    with rls.every_city():
        Due.objects.get().press(at("2026-01-22 21:00"))
    assert stage.tick("2026-01-22 23:00") == 0
    assert stage.tick("2026-01-23 08:30") == 1


def test_a_refused_email_may_be_retried_by_hand_on_the_same_day(stage, server, mailoutbox):
    stage.open("vision", "2026-01-30")
    server.now = REFUSED
    assert stage.tick("2026-01-23 08:31") == 0
    server.now = None
    with rls.every_city():
        assert Due.objects.get().press(at("2026-01-23 09:00"))
        assert not clock.had_todays_email(stage.cast.lead, at("2026-01-23 09:00"))
    assert stage.tick("2026-01-23 09:01") == 1
    assert stage.dues() == [("lead", "2026-01-30 T-7", "sent", "")]
    assert len(mailoutbox) == 1
