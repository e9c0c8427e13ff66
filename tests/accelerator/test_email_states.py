"""The state machine of every email: in any order of events, the server accepts it at most once."""

import smtplib
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accelerator import mail, rls
from accelerator.models import Email
from tests.mails import reload

pytestmark = pytest.mark.django_db
State = Email.State


class Killed(BaseException):
    """The process ends here: nothing in the app catches this."""


class Server(BaseEmailBackend):
    """Does what `Server.does` says; `Server.accepted` is what it has accepted."""

    does, accepted = "accept", []

    def open(self):
        if self.does == "away":
            raise ConnectionRefusedError("Connection refused")
        return True

    def send_messages(self, messages):
        code = {"later": 451, "refuse": 550}.get(self.does)
        if code:
            raise smtplib.SMTPRecipientsRefused({messages[0].to[0]: (code, b"No")})
        if self.does == "kill before":
            raise Killed
        if self.does == "another process":  # sends, waits and cleans up while this one talks to the server
            Server.does = "accept"
            mail.deliver_waiting()
        Server.accepted += messages
        if self.does == "kill after":
            raise Killed
        if self.does == "break after":
            raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
        if self.does == "slow":  # the clock has given up the claim by now
            mail.settle_silent(timezone.now() + timedelta(hours=1))
        return len(messages)


ANSWERS = ["accept", "away", "later", "refuse", "kill before", "kill after", "break after", "another process", "slow"]
EVENTS = [*((job, answer) for job in ("deliver", "clock") for answer in ANSWERS), ("give up", ""), ("skip", "")]


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "tests.accelerator.test_email_states.Server"
    return Server


def happen(email, job, answer):
    Server.does = answer
    with suppress(Killed, mail.NoServer):
        if job == "deliver":
            mail.deliver(email.pk)
        elif job == "clock":
            mail.deliver_waiting()
        elif job == "give up":
            mail.settle_silent(timezone.now() + timedelta(hours=1))
        else:
            with rls.every_city():
                Email.objects.filter(pk=email.pk).skip(Email.Why.WITHDRAWN)


@given(st.lists(st.sampled_from(EVENTS), max_size=9))
def test_an_email_is_never_accepted_twice_whatever_happens_in_whatever_order(server, events):
    server.accepted = []
    with rls.every_city():  # from the previous example
        Email.objects.all().delete()
    email = Email.objects.create(
        kind="invitation", to="ana@tulsa.example", text="secret", created_at=timezone.now() - timedelta(minutes=2)
    )
    for job, answer in events:
        before = reload(email).state
        happen(email, job, answer)
        after = reload(email).state
        assert len(server.accepted) <= 1
        if before in (State.SENT, State.SKIPPED, State.FAILED):
            assert after == before
        if after in (State.QUEUED, State.SKIPPED, State.FAILED):
            assert server.accepted == []
        if after == State.SENT:
            assert len(server.accepted) == 1
        assert (email.text == "secret") == (after in (State.QUEUED, State.CLAIMED))


@pytest.mark.parametrize(
    ("state", "step", "after"),
    [
        ("queued", "claim", "claimed"),
        ("claimed", "claim", "claimed"),
        ("queued", "skip", "skipped"),
        ("claimed", "skip", "claimed"),
        ("claimed", "requeue", "queued"),
        ("unknown", "requeue", "unknown"),
        ("claimed", "settle", "sent"),
        ("unknown", "settle", "sent"),
        ("queued", "settle", "queued"),
        *((state, step, state) for state in ("sent", "failed", "skipped") for step in ("claim", "skip", "requeue")),
        *((state, "settle", state) for state in ("sent", "failed", "skipped")),
        *(("unknown", step, "unknown") for step in ("claim", "skip")),
    ],
)
def test_a_step_out_of_another_state_changes_nothing(state, step, after):
    email = Email.objects.create(kind="invitation", to="ana@tulsa.example", state=state)
    with rls.every_city():
        row = Email.objects.filter(pk=email.pk)
        {
            "claim": lambda: row.get().claim(timezone.now()),
            "skip": lambda: row.skip(Email.Why.WITHDRAWN),
            "requeue": lambda: row.requeue("451 later", 1),
            "settle": lambda: row.settle(State.SENT, "", timezone.now()),
        }[step]()
    assert reload(email).state == after
