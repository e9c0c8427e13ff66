"""The whole app on one machine, as in production: web, worker and beat on the embedded servers."""

import errno
import fcntl
import hashlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import psycopg
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from accelerator import environment
from accelerator.child_processes import end_with_parent
from accelerator.local import servers
from accelerator.local.watch import ROLL, Watch
from accelerator.models import Cohort

SECONDS_TO_START = 90.0
# Then by force: including the servers (accelerator/local/supervisor.py), all ends within five seconds.
SECONDS_TO_END = 1.5
SECONDS_TO_END_BROKEN = 0.5
READY = ["web", "worker", "beat"]


class Stopped(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


class Command(BaseCommand):
    help = "Seeds the demo cohort once, starts everything and prints the address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="delete the demo's data and start over")
        parser.add_argument("--ends-with", type=int, metavar="PID", help="end when this process does")

    def handle(self, *, reset: bool, ends_with: int | None, **options: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise_stopped)
        self.began = time.monotonic()
        self.watch = Watch()
        self.children: list[subprocess.Popen[bytes]] = []
        self.watch.follow_terminal()
        if ends_with:
            self.watch.follow(ends_with, "process that started the demo")
        patience = SECONDS_TO_END_BROKEN
        try:
            demo_lock = _claim_folder(settings.VAR)
            self.prepare(reset)
            self.start()
            self.serve()
        except Stopped:
            patience = SECONDS_TO_END
            with suppress(OSError):  # the terminal may be gone
                self.say("stopping")
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            connections.close_all()
            _stop_children(self.children, patience)
            servers.leave(settings.VAR)
        os.close(demo_lock)

    def say(self, line: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.began:5.1f} s  {line}")
        self.stdout.flush()

    def prepare(self, reset: bool) -> None:
        """Everything that must exist before the first request."""
        self.say(f"database and Redis are up in {settings.VAR}")
        self.watch.follow(servers.supervisor(settings.VAR) or 0, "database or Redis")
        if reset:
            self.say("starting over: deleting the demo's data")
            _remove_data(settings.VAR)
        self.say("updating translations and database")
        call_command("prepare")
        if not Cohort.objects.exists():
            self.say("creating the demo cohort, once")
            # One transaction: if killed halfway, the next start begins anew.
            call_command("seed_demo", verbosity=0)
        self.say("collecting static files")
        _collect_static(Path(settings.STATIC_ROOT))

    def start(self) -> None:
        python = [sys.executable, "-m"]
        celery = [*python, "celery", "-A", "accelerator.celery"]
        web = ["--bind", f"127.0.0.1:{settings.PORT}", "--workers", str(environment.number("WEB_WORKERS"))]
        web += ["--threads", "4", "--timeout", "120", "--graceful-timeout", "2", "--no-control-socket"]
        tasks = ["--concurrency", str(environment.number("TASK_WORKERS")), "--without-gossip", "--without-mingle"]
        level = ["--loglevel", environment.text("LOG_LEVEL")]
        for stale_file in settings.VAR.glob("beat-schedule*"):  # a killed beat may leave a partial file
            stale_file.unlink()
        self.launch("web", [*python, "gunicorn", "accelerator.wsgi", *web])
        self.launch("worker", [*celery, "worker", *tasks, *level])
        self.launch("beat", [*celery, "beat", "--pidfile", "", *level])

    def launch(self, name: str, command: list[str]) -> None:
        report_pipe = self.watch.tell
        with open(settings.VAR / f"log/{name}.log", "wb") as log:
            child = subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env={**os.environ, "VAR": str(settings.VAR), ROLL: str(report_pipe)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # only this process gets the terminal's Ctrl-C
                pass_fds=[report_pipe],
                preexec_fn=partial(end_with_parent, signal.SIGKILL),
            )
        self.children.append(child)
        self.watch.follow(child.pid, name)

    def serve(self) -> None:
        """Print the URL once all processes are up, then block until the first one ends."""
        pending = set(READY)
        deadline: float | None = time.monotonic() + SECONDS_TO_START
        while True:
            seconds = None if deadline is None else max(0.0, deadline - time.monotonic())
            events = list(self.watch.events(seconds))
            for kind, name in events:
                # All or nothing: a demo without its worker would look fine but create no files.
                if kind == "ended":
                    raise servers.CannotStart(f"The {name} ended, so everything was stopped; {self.logs()}")
                pending.discard(name)
            if deadline and not pending:
                if _status(settings.PORT) != 200:
                    raise servers.CannotStart(f"The web server returns an error; {self.logs()}")
                self.say("web, worker and beat are up")
                self.stdout.write(f"ready: http://127.0.0.1:{settings.PORT}/")
                self.stdout.flush()
                deadline = None
            elif not events:
                names = ", ".join(sorted(pending))
                raise servers.CannotStart(f"Not started within {SECONDS_TO_START:.0f} s: {names}; {self.logs()}")

    def logs(self) -> str:
        return f"{settings.VAR / 'log'} may say why."


def _raise_stopped(*_: object) -> NoReturn:
    raise Stopped


def _claim_folder(var: Path) -> int:
    """The lock for the only demo on this data folder, with the servers joined and the port free."""
    try:
        demo_lock = servers.lock(var / "demo.lock", fcntl.LOCK_EX, seconds=0)
    except servers.CannotStart as refusal:
        port = (var / "demo.lock").read_text().strip() or str(settings.PORT)
        raise servers.CannotStart(f"A demo is already running on {var}: http://127.0.0.1:{port}/") from refusal
    # The file says where the demo runs, for a second one's error message.
    os.ftruncate(demo_lock, 0)
    os.write(demo_lock, str(settings.PORT).encode())
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the web server does
        try:
            trial.bind(("127.0.0.1", settings.PORT))
            trial.listen()
        except (OSError, OverflowError) as error:
            in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
            reason = "is in use" if in_use else f"cannot be used ({getattr(error, 'strerror', None) or error})"
            raise servers.CannotStart(
                f"Port {settings.PORT} {reason}: choose another, for example `make demo PORT=8123`."
            ) from error
    servers.ensure(var)
    return demo_lock


def _collect_static(target: Path) -> None:
    """Collect and compress the static files, unless they are unchanged since the last start."""
    files = sorted(
        (name, os.stat(storage.path(name)).st_mtime_ns, storage.size(name))
        for finder in get_finders()
        for name, storage in finder.list([])
    )
    # Compressing takes seconds; names, times and sizes reveal whether anything changed.
    digest = hashlib.sha256(repr(files).encode()).hexdigest()
    stamp = target / ".collected"
    if not stamp.exists() or stamp.read_text() != digest:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(digest)


def _remove_data(var: Path) -> None:
    run = str(environment.socket_dir(var))
    # From another database, as the superuser: open connections are ended by force.
    with psycopg.connect(host=run, user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute("drop database if exists app with (force)")
        connection.execute("create database app owner app")
    for folder in (Path(settings.MEDIA_ROOT), Path(settings.EMAIL_FILE_PATH)):
        for path in folder.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _status(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _stop_children(children: list[subprocess.Popen[bytes]], patience: float) -> None:
    for child in children:
        child.terminate()
    deadline = time.monotonic() + patience
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
        child.kill()  # its own children end with it (accelerator/child_processes.py)
        child.wait()
