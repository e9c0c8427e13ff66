"""The app as `make demo` runs it: it starts, reports problems in one sentence, and ends together."""

import json
import signal
import socket
import urllib.request

import pytest

from accelerator import libraries
from tests.running.processes import begin_demo, clone, end, free_port, manage, named, query, tree

MODULES = {
    "web": "-m gunicorn",
    "worker": "-m celery -A accelerator.celery worker",
    "beat": "-m celery -A accelerator.celery beat",
    "launcher": "manage.py demo",
    "supervisor": "-m accelerator.local.supervisor",
}


@pytest.fixture
def start_demo(tmp_path_factory):
    """`start_demo(var, port)`: a demo of two cities that serves; what a failing test leaves is ended."""
    started, program = [], clone(tmp_path_factory.mktemp("clone") / "program")

    def start(var, port):
        started.append(begin_demo(var, port, root=program))
        return started[-1]

    yield start
    for demo in started:
        if demo.poll() is None:
            demo.kill()
            demo.communicate()


@pytest.fixture
def port():
    return free_port()


def process_of(processes, kind):
    """The process of this kind; of "web's child" the newest."""
    name, _, child = kind.partition("'s ")
    pids = sorted(pid for pid, command in processes.items() if MODULES[name] in command)
    assert len(pids) > bool(child), (kind, processes)
    return pids[-1] if child else pids[0]


# That a killed server ends the supervisor: test_embedded.py.
KINDS = ["launcher", "web", "web's child", "worker", "worker's child", "beat", "supervisor"]


@pytest.mark.slow
def test_whatever_is_killed_all_ends_and_the_data_stays(tmp_path, port, start_demo):
    """One data folder for all kinds, so that each start is also a start after a kill; at the end SIGTERM."""
    demo = start_demo(tmp_path, port)
    check_serving(tmp_path, port)
    people = query(tmp_path, "select count(*) from accelerator_user")
    assert people[0][0] > 10
    for kind in KINDS:
        processes = tree(demo.pid)
        seconds, left_over = end(processes, process_of(processes, kind))

        output, _ = demo.communicate()
        assert left_over == [], f"{kind}: after {seconds:.1f} s"
        assert named(tmp_path) == [], kind
        assert "Traceback" not in output, kind
        assert demo.returncode == (-signal.SIGKILL if kind == "launcher" else 1), kind
        demo = start_demo(tmp_path, port)
        assert query(tmp_path, "select count(*) from accelerator_user") == people, kind

    _, left_over = end(tree(demo.pid), demo.pid, signal.SIGTERM)
    output, _ = demo.communicate()
    assert (left_over, demo.returncode, named(tmp_path)) == ([], 0, [])
    assert output.endswith(" stopping\n")


def check_serving(var, port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
        assert set(json.load(answer).values()) == {"ok"}
    beside = manage("migrate", "--check", VAR=str(var))
    assert beside.returncode == 0, beside.stderr
    second = manage("demo", VAR=str(var), PORT="8765")
    assert second.returncode == 1
    assert second.stderr == f"A demo is already running on {var}: http://127.0.0.1:{port}/\n"


def test_a_port_in_use_is_reported(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        result = manage("demo", VAR=str(tmp_path), PORT=str(number))

    assert result.returncode == 1
    assert result.stderr == f"Port {number} is in use: choose another, for example `make demo PORT=8123`.\n"
    assert named(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("eighty", "PORT must be a whole number of at least 1, not 'eighty'.\n"),
        (
            "80000",
            "Port 80000 cannot be used (bind(): port must be 0-65535.): choose another, for example"
            " `make demo PORT=8123`.\n",
        ),
    ],
)
def test_a_port_that_is_none_is_reported(tmp_path, number, sentence):
    result = manage("demo", VAR=str(tmp_path), PORT=number)

    assert (result.returncode, result.stderr) == (1, sentence)


DEAD = {
    "DATABASE_URL": "postgres://app:secret@127.0.0.1:1/app",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "k",
}


def test_a_dead_database_is_reported(tmp_path):
    result = manage("migrate", **DEAD)

    assert result.returncode == 1
    assert result.stderr == (
        "The database app at 127.0.0.1 isn't responding:"
        ' connection failed: connection to server at "127.0.0.1", port 1 failed: Connection refused\n'
    )


def test_a_dead_database_and_redis_are_reported_before_anything_starts(tmp_path):
    result = manage("prepare", **DEAD)

    assert result.returncode == 1
    assert result.stderr == (
        "Not ready: database: PostgreSQL isn't responding (OperationalError);"
        " redis: Redis isn't responding (ConnectionError).\n"
    )


def test_a_dead_redis_ends_the_demo_with_a_message(tmp_path, port):
    result = manage("demo", VAR=str(tmp_path), PORT=str(port), REDIS_URL="redis://127.0.0.1:1/0")

    assert result.returncode == 1
    assert result.stderr == "Not ready: redis: Redis isn't responding (ConnectionError).\n"


def test_a_missing_library_is_reported_with_its_package(monkeypatch):
    assert libraries.complaint() == ""
    monkeypatch.setattr(libraries, "_NEEDED", ("libc.so.6", "libnothing-1.0.so.0"))

    assert libraries.complaint() == (
        "Rendering PDFs needs Pango, and libnothing-1.0.so.0 cannot be loaded:"
        " on Debian or Ubuntu, run: apt-get install libpango-1.0-0 libpangoft2-1.0-0"
    )
