"""Several clocks at once, on connections of their own."""

from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import connection

from accelerator import rls
from accelerator.models import Email
from reminders import clock
from reminders.models import Due
from tests.at_once import at_once
from tests.reminders.stage import Killed, at

pytestmark = pytest.mark.django_db(transaction=True)

MORNING = at("2026-01-23 08:31")


def test_four_turns_at_once_send_one_email_a_person(stage):
    stage.open("vision", "2026-01-30")
    stage.open("baseline", "2026-01-30", assignee=stage.cast.member)
    stage.open("vision", "2026-01-30", city=stage.cast.rosario)
    for _round in range(6):
        with rls.every_city():
            Due.objects.all().delete()
            Email.objects.all().delete()
        mail.outbox.clear()
        assert sum(at_once(*[lambda: clock.tick(MORNING)] * 4)) == 3
        assert sorted(message.to[0].split("@")[0] for message in mail.outbox) == ["lead", "member", "other.lead"]
        assert stage.states() == ["sent"] * 3


def test_the_claim_alone_stops_a_second_sender(stage):
    """Without any planning: several turns that have all seen the same waiting rows."""
    stage.open("vision", "2026-01-30")
    clock.plan(MORNING)
    assert sum(at_once(*[lambda: clock.send_to(stage.cast.lead, MORNING)] * 4)) == 1
    assert len(mail.outbox) == 1
    assert stage.daily_emails() == [("lead", "2026-01-23", "sent")]


def test_a_second_planner_returns_at_once(stage):
    """While one turn plans, another goes on without planning; the row is there once."""
    stage.open("vision", "2026-01-30")

    def locked():
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [clock._PLANNING])
            barrier.wait(timeout=10)
            barrier.wait(timeout=10)
            # Given back by word: a closed connection's server process may end a moment after its client.
            cursor.execute("select pg_advisory_unlock(%s)", [clock._PLANNING])

    def second():
        barrier.wait(timeout=10)
        clock.plan(MORNING)
        before = stage.dues()
        barrier.wait(timeout=10)
        return before

    barrier = Barrier(2)
    assert at_once(locked, second)[1] == []
    clock.plan(MORNING)
    assert stage.states() == ["planned"]


def test_claim_is_committed_before_the_server_is_contacted(stage, server):
    """Seen from another connection while the server is being talked to; then the process is killed."""
    stage.open("vision", "2026-01-30")
    seen = []

    def look_and_die():
        seen.extend(at_once(stage.dues, stage.daily_emails))
        assert not connection.in_atomic_block
        assert rls.current() == rls.CLOSED
        raise Killed

    server.now = look_and_die
    with pytest.raises(Killed):
        clock.tick(MORNING)
    assert seen == [[("lead", "2026-01-30 T-7", "claimed", "")], [("lead", "2026-01-23", "claimed")]]
    server.now = None
    assert clock.tick(MORNING + timedelta(minutes=11)) == 0
    assert stage.states() == ["unknown"]
    assert mail.outbox == []
