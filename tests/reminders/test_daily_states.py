"""The daily email goes through the states of every email: whatever happens to its turns, a reminder goes out once."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.models import Email
from reminders import clock
from reminders.models import Due
from strategy.models import SectionState
from tests.examples import few
from tests.reminders.stage import AWAY, BROKEN, LATER, REFUSED, Killed, at

pytestmark = pytest.mark.django_db

ANSWERS = {"accept": None, "killed": Killed(), "broken": BROKEN, "refused": REFUSED, "later": LATER}


@few(10)
@given(st.lists(st.tuples(st.sampled_from([*ANSWERS, "away", "press"]), st.integers(1, 15)), max_size=7))
def test_a_reminder_is_never_accepted_twice_whatever_happens_to_its_turns(stage, server, mailoutbox, events):
    with rls.every_city():
        Due.objects.all().delete()
        Email.objects.all().delete()
    mailoutbox.clear()
    stage.open("vision", "2026-01-30")
    moment = at("2026-01-23 08:31")
    for answer, minutes in events:
        moment += timedelta(minutes=minutes)
        server.now, server.opens = ANSWERS.get(answer), AWAY if answer == "away" else None
        if answer == "press":
            with rls.every_city():
                [row.press(moment) for row in Due.objects.all()]
        with suppress(Killed):
            clock.tick(moment)
        assert len(mailoutbox) <= 1
        for _person, _occurrence, state, _reason in stage.dues():
            assert (state == "sent") == (len(mailoutbox) == 1)
            if state == "unknown":
                assert mailoutbox == []


def test_an_email_whose_reminders_are_all_done_is_skipped(stage, server):
    section = stage.open("vision", "2026-01-30")
    server.now = LATER
    assert stage.tick("2026-01-23 08:31") == 0
    assert stage.daily_emails() == [("lead", "2026-01-23", "queued")]
    server.now = None
    stage.set(section, state=SectionState.FINAL)
    assert stage.tick("2026-01-23 08:32") == 0
    assert stage.tick("2026-01-23 08:33") == 0
    assert stage.dues() == [("lead", "2026-01-30 T-7", "skipped", "done")]
    assert stage.daily_emails() == [("lead", "2026-01-23", "skipped")]
    stage.open("why-now", "2026-01-30")  # the day's one email is still to be had
    assert stage.tick("2026-01-23 08:40") == 1


def test_a_reminder_left_over_night_goes_into_the_next_days_email(stage, server, mailoutbox):
    stage.open("vision", "2026-01-30")
    server.opens = AWAY
    assert stage.tick("2026-01-23 08:31") == 0
    server.opens = None
    assert stage.tick("2026-01-26 08:01") == 1
    assert stage.tick("2026-01-26 08:02") == 0
    assert stage.daily_emails() == [("lead", "2026-01-23", "skipped"), ("lead", "2026-01-26", "sent")]


def test_a_failed_reminder_stays_failed_when_another_is_retried(stage, server, mailoutbox):
    stage.open("vision", "2026-01-30")
    stage.open("baseline", "2026-01-30")
    server.now = REFUSED
    assert stage.tick("2026-01-23 08:31") == 0
    server.now = None
    with rls.every_city():
        assert Due.objects.order_by("pk").first().press(at("2026-01-23 09:00"))
    assert stage.tick("2026-01-23 09:01") == 1
    assert sorted(stage.states()) == ["failed", "sent"]
    assert mailoutbox[0].subject.startswith("Due in 7 days")
