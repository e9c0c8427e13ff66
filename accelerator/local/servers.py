"""Embedded PostgreSQL and Redis: they start with their first user and stop with their last.

Each of our processes holds a shared lock on VAR/users.lock; a detached supervisor (accelerator/local/supervisor.py)
runs both servers and stops them once the last lock is released. See docs/running.md.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

from accelerator.environment import ROOT, socket_dir

ELSEWHERE = "choose another folder, for example VAR=/var/tmp/accelerator."
_user_locks: dict[Path, int] = {}


class CannotStart(Exception):
    """The app can't run here or with these settings; the message is one sentence that says what to do."""


def ensure(var: Path) -> Path:
    """Start the servers for this data folder or join them; returns the folder with their sockets.

    They run at least as long as this process. Raises CannotStart.
    """
    var = var.resolve()
    if var in _user_locks:
        return socket_dir(var)
    lay_out(var)
    # Before users.lock, so that two first starts can't both start a supervisor. A supervisor takes this lock too when
    # it ends, so the holder sees servers that are running, or none.
    start = lock(var / "start.lock", fcntl.LOCK_EX)
    try:
        _user_locks[var] = lock(var / "users.lock", fcntl.LOCK_SH)
        if supervisor(var) is None:
            _start_supervisor(var)
    except BaseException:
        if var in _user_locks:
            os.close(_user_locks.pop(var))
        raise
    finally:
        os.close(start)
    return socket_dir(var)


def leave(var: Path) -> None:
    """Stop using the servers; if no one else does, wait a few seconds at most until they have stopped."""
    os.close(_user_locks.pop(var.resolve()))
    with contextlib.suppress(CannotStart):
        os.close(lock(var / "users.lock", fcntl.LOCK_EX, seconds=0))
        os.close(lock(var / "servers.lock", fcntl.LOCK_EX, seconds=5))


def supervisor(var: Path) -> int | None:
    """The supervisor's process ID while its servers respond, else None."""
    try:
        pid = int((var / "supervisor.pid").read_text())
    except (OSError, ValueError):
        return None
    try:
        os.close(lock(var / "supervisor.lock", fcntl.LOCK_SH, seconds=0))
    except CannotStart:
        return pid
    return None


def lay_out(var: Path) -> None:
    """Create the data folder, its private folders and, once, its secret key; raises CannotStart if that fails."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        for name in ("log", "mail", "media"):
            (var / name).mkdir(mode=0o700, exist_ok=True)
        if not (var / "secret.key").exists():
            _make_key(var / "secret.key")
        (var / "secret.key").read_text()
    except OSError as error:
        raise CannotStart(f"The data folder {var} cannot be used ({error.strerror}): {ELSEWHERE}") from error


def _make_key(key: Path) -> None:
    # Write to a temporary file first: a process that starts at the same time never reads half a key.
    draft = key.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(secrets.token_urlsafe(50) + "\n")
    with contextlib.suppress(FileExistsError):  # of two first starts, one key wins, complete
        os.link(draft, key)
    draft.unlink()


def lock(path: Path, mode: int, seconds: float = 90) -> int:
    """An open file that holds the lock; raises CannotStart if others hold it for `patience` seconds."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(f"The file {path} cannot be written ({error.strerror}): {ELSEWHERE}") from error
    # Poll: a blocking flock can only be interrupted by a signal, and signals belong to the program.
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, mode | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(file)
                raise CannotStart(f"Another process has held {path} for {seconds:.0f} seconds.") from None
            time.sleep(0.02)


def _start_supervisor(var: Path) -> None:
    listen, report_pipe = os.pipe()
    with open(var / "log/supervisor.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "accelerator.local.supervisor", str(var), str(report_pipe)],
            cwd=ROOT,
            start_new_session=True,
            pass_fds=[report_pipe],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    os.close(report_pipe)
    with open(listen, "rb") as answer:
        message = answer.read().decode()
    if message != "ready":
        process.wait()
        raise CannotStart(message or f"The embedded servers did not start; {var / 'log/supervisor.log'} says why.")
    process.returncode = 0  # it outlives this process, which never calls wait()
