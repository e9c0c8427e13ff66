"""A worker killed in the middle of a file: the work is taken up again, and ends once."""

import os
import signal
import time
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.utils import timezone

from accelerator import rls
from cities.exports import actions as exports
from cities.models import Export
from strategy.tasks import requeue_silent
from tests import worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
SECONDS = 60
State = Export.State


def wait_for(export, *states):
    """The row, once it is in one of these states; polls until a deadline."""
    deadline, pause = time.monotonic() + SECONDS, Event()
    while time.monotonic() < deadline:
        with rls.every_city():
            export.refresh_from_db()
        if export.state in states:
            return export
        pause.wait(0.05)
    raise AssertionError(f"still {export.state} after {SECONDS} s")


def child_of(pid):
    """The process of the pool that works on tasks."""
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def test_export_of_a_killed_child_is_finished_on_the_next_attempt(cast, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    with rls.every_city():
        export = exports.request_export(city=cast.tulsa, kind=Export.Kind.STRATEGY_PDF, by=cast.lead)
        exports.start(export)
    with worker.running(tmp_path) as process:
        assert wait_for(export, State.RUNNING, State.DONE).state == State.RUNNING
        os.kill(child_of(process.pid), signal.SIGKILL)
        with rls.every_city():  # half a minute of silence, without the wait
            silent = timezone.now() - timedelta(seconds=31)
            Export.objects.filter(pk=export.pk).update(heartbeat_at=silent)
        requeue_silent()
        requeue_silent()  # the clock may say so twice
        wait_for(export, State.DONE, State.FAILED)
    assert (export.state, export.attempt) == (State.DONE, 2)
    files = [path.name for path in (tmp_path / "media").rglob("*.pdf")]
    assert files == [f"{export.pk}-2.pdf"]
