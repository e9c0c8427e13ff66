"""Servers killed at any moment: nothing acknowledged is lost, nothing is emailed twice. Prints its figures."""

import random
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
from django.db import connection

from accelerator import rls
from accelerator.models import Email
from strategy.models import SectionRevision
from tests.accelerator.test_mail import server, waiting  # noqa: F401 - a fixture
from tests.faults.conftest import FAULTS
from tests.running.test_embedded import test_one_server_killed_ends_all_and_loses_nothing  # noqa: F401 - run again here
from tests.strategy.document.test_full_disk import test_an_export_on_a_full_disk_fails_at_once_and_leaves_no_file  # noqa: F401 - run again here
from tests.strategy.document.test_killed import test_export_of_a_killed_child_is_finished_on_the_next_attempt  # noqa: F401 - run again here

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECONDS = int(FAULTS or 0)
SECTIONS = ["vision", "principles", "risks"]
EMAILS = 120
TURN = """
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = "{name}"
django.setup()
settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", {port}, 20
settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
from accelerator import mail
print("turn", flush=True)
while mail.deliver_waiting():
    pass
"""


class Writer:
    """A writing process that is started again whenever it is killed, and what it was told is saved."""

    def __init__(self, city, key, person):
        self.city, self.key, self.person = city, key, person
        self.acknowledged: list[str] = []
        self.started = 0
        self.start()

    def start(self):
        self.started += 1
        begin = self.started * 1_000_000
        names = [connection.settings_dict["NAME"], self.city.pk, self.key, self.person.pk, begin]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.writer", *map(str, names)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.reader = threading.Thread(target=self.read, args=(self.process.stdout,))
        self.reader.start()

    def read(self, lines):
        for line in lines:
            if line.endswith("\n"):  # a line that broke off with its process was never read by anyone
                self.acknowledged.append(line.strip())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()


def kill_a_connection(dice):
    """End one connection's process in the middle of whatever it does."""
    # A killed server as a whole is below: test_one_server_killed_ends_all_and_loses_nothing.
    with connection.cursor() as cursor:
        cursor.execute(
            "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        )
        if pids := [pid for (pid,) in cursor.fetchall()]:
            cursor.execute("select pg_terminate_backend(%s)", [dice.choice(pids)])
    return bool(pids)


def test_no_acknowledged_save_is_lost_when_servers_are_killed(cast):
    dice, kills = random.Random(10), Counter()  # noqa: S311 - no secret
    writers = [Writer(cast.tulsa, key, cast.lead) for key in SECTIONS]
    end = time.monotonic() + SECONDS
    pause = threading.Event()
    try:
        while time.monotonic() < end:
            pause.wait(dice.uniform(2, 5))  # until they have written for a while, at any moment of a save
            if dice.random() < 0.5:
                kills["database connections"] += kill_a_connection(dice)
            else:
                writer = dice.choice(writers)
                writer.kill()
                kills["web processes"] += 1
                writer.start()
    finally:
        for writer in writers:
            writer.kill()
    acknowledged = [text for writer in writers for text in writer.acknowledged]
    with rls.every_city():
        stored = Counter(SectionRevision.objects.filter(city=cast.tulsa).values_list("html", flat=True))
    lost = [text for text in acknowledged if text not in stored]
    twice = [text for text, count in stored.items() if count > 1]
    print(
        f"\nsaves: {len(acknowledged)} acknowledged, {dict(kills)} killed, {len(lost)} lost, {len(twice)} stored twice"
    )
    assert lost == []
    assert twice == []
    assert len(acknowledged) > 10 * sum(kills.values()) > 0


def in_state(state):
    with rls.every_city():
        return Email.objects.filter(state=state).count()


def test_no_email_is_sent_twice_when_turns_are_killed(server):  # noqa: F811
    dice, turns = random.Random(11), 0  # noqa: S311 - no secret
    with rls.every_city():
        for number in range(EMAILS):
            waiting(seconds=60 + number)
        for number, row in enumerate(Email.objects.all()):
            Email.objects.filter(pk=row.pk).update(to=f"person{number}@tulsa.example")
    code, pause = TURN.format(name=connection.settings_dict["NAME"], port=server.port), threading.Event()
    while in_state(Email.State.QUEUED):
        turn = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert turn.stdout.readline() == "turn\n"
        pause.wait(dice.uniform(0.01, 0.3))
        turn.kill()
        turn.wait()
        turn.stdout.close()
        turns += 1
    received = Counter(email["To"] for email in server.mails)
    with rls.every_city():
        states = Counter(Email.objects.values_list("state", flat=True))
    double = [to for to, count in received.items() if count > 1]
    print(f"\nemails: {len(server.mails)} of {EMAILS} received, {turns} turns killed, {len(double)} sent twice")
    print(f"their states: {dict(states)}")
    assert double == []
    assert states[Email.State.SENT] <= len(received) <= EMAILS
    assert turns > 1
