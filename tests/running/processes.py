"""Real processes in a data folder of their own: start them, kill one, see that all of them end."""

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg

from accelerator import environment

# Five on a machine with nothing else to do (docs/running.md); tests run beside others.
SECONDS = 15.0
USER = """
import sys
from pathlib import Path
from accelerator.local import servers
print(servers.ensure(Path(sys.argv[1])), flush=True)
sys.stdin.read()
"""


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without what the tests set for themselves."""
    names = {variable.name for variable in environment.VARIABLES}
    return {**{name: value for name, value in os.environ.items() if name not in names}, **more}


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def manage(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=environment.ROOT,
        env=clean_environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
    )


def start_user(var: Path) -> subprocess.Popen[bytes]:
    """A process that uses the servers of this folder until its standard input closes."""
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(var)],
        cwd=environment.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    line = user.stdout.readline()
    assert line, user.stderr.read().decode()
    return user


def begin_demo(var: Path, port: int, root: Path = environment.ROOT, until: str = "") -> subprocess.Popen[str]:
    """`manage.py demo` of the program in `root`, once it has printed its address or another line."""
    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=root,
        env=clean_environment(VAR=str(var), PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if line.endswith(f"{until}\n" if until else f"ready: http://127.0.0.1:{port}/\n"):
            return demo
    demo.communicate()
    raise AssertionError("".join(lines))


NOT_CLONED = shutil.ignore_patterns(".*", "*.mo", "__pycache__", "var", "build", "media", "staticfiles", "tests")
# One city in Spanish, and the one in English that the seed makes a PDF for; each more costs seconds.
CITIES = {"merida-mx.json", "tulsa-us.json"}


def clone(folder: Path) -> Path:
    """The app as a fresh clone, with a demo of two cities."""
    shutil.copytree(environment.ROOT, folder, ignore=NOT_CLONED)
    for path in (folder / "demo/cohort/cities").iterdir():
        if path.name not in CITIES:
            path.unlink()
    assert list(folder.rglob("*.mo")) == []
    return folder


def tree(pid: int) -> dict[int, str]:
    """The process and all its descendants, with their command lines."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(folder.name)] = (int(stat.rpartition(")")[2].split()[1]), command)
    found = {pid: parents[pid][1]}
    grown = True
    while grown:
        more = {p: command for p, (parent, command) in parents.items() if parent in found and p not in found}
        found.update(more)
        grown = bool(more)
    return found


def end(processes: dict[int, str], victim: int, how: signal.Signals = signal.SIGKILL) -> tuple[float, list[str]]:
    """Kill one; seconds until all have ended, and the command lines of those still there at the deadline."""
    waiting = {}
    for pid, command in processes.items():
        with contextlib.suppress(ProcessLookupError):  # a server's short-lived child may have ended by itself
            waiting[os.pidfd_open(pid)] = command
    poll = select.poll()
    for file in waiting:
        poll.register(file, select.POLLIN)
    began = time.monotonic()
    os.kill(victim, how)
    while waiting and (left := began + SECONDS - time.monotonic()) > 0:
        for file, _ in poll.poll(left * 1000):
            poll.unregister(file)
            os.close(file)
            del waiting[file]
    left_over = list(waiting.values())
    for file in waiting:
        os.close(file)
    return time.monotonic() - began, left_over


def named(var: Path) -> list[str]:
    """Command lines of processes with this data folder in arguments or environment that outlive the deadline.

    A server may have started another child after it was counted and before it was told to end.
    """
    deadline, pause = time.monotonic() + SECONDS, threading.Event()
    while (found := _named_now(var)) and time.monotonic() < deadline:
        pause.wait(0.1)
    return found


def _named_now(var: Path) -> list[str]:
    needle = os.fsencode(var)
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
            if int(folder.name) != os.getpid() and needle in command + (folder / "environ").read_bytes():
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return found


def query(var: Path, statement: str, role: str = "app") -> list[tuple]:
    run = str(environment.socket_dir(var.resolve()))
    with psycopg.connect(host=run, user=role, dbname="app", autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []
