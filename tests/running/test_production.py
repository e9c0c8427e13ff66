"""What docker-compose.yml runs, by hand: its database script, entrypoints and health checks.

They run against a PostgreSQL and a Redis of their own on loopback, as another machine would have them.
"""

import re
import secrets
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from django.core import signing

from accelerator import environment
from accelerator.local.account import choose
from accelerator.local.supervisor import _postgres, _redis
from tests.running.processes import clean_environment, free_port

DOCKER = environment.ROOT / "docker"
COMPOSE = (environment.ROOT / "docker-compose.yml").read_text()
PASSWORD = "password-of-the-plain-role"


def wait_until(answers, process):
    """Call until it answers; the process that should answer must live meanwhile."""
    while not answers():
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.1)


def connects(address):
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture
def account(tmp_path):
    tmp_path.chmod(0o755)
    (tmp_path / "data").mkdir(mode=0o700)
    return choose(tmp_path, [tmp_path / "data"], _postgres())


@pytest.fixture
def postgres(tmp_path, account):
    """The port of a PostgreSQL as the compose file makes it: superuser with a password, TCP."""
    data, program, port = tmp_path / "data", _postgres(), free_port()
    secret = tmp_path / "superuser"
    secret.write_text("superuser")
    arguments = re.search(r"POSTGRES_INITDB_ARGS: (.*)", COMPOSE)[1].split()
    initdb = [program.with_name("initdb"), "-D", data / "18", "-U", "postgres", "--auth=scram-sha-256"]
    how = {**account.popen(), "cwd": data, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*initdb, "--pwfile", secret, *arguments], check=True, **how)
    listen = [f"--port={port}", "--listen_addresses=127.0.0.1", "--unix_socket_directories="]
    address = f"postgresql://postgres:superuser@127.0.0.1:{port}/postgres"
    with subprocess.Popen([program, "-D", data / "18", *listen], **how) as server:
        wait_until(lambda: connects(address), server)
        yield port
        server.send_signal(signal.SIGINT)


@pytest.fixture
def redis(tmp_path):
    port = free_port()
    command = [_redis(), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        yield port
        server.terminate()


@pytest.fixture
def servers(tmp_path, postgres, redis):
    """The environment of the compose file's services, with both servers running."""
    return clean_environment(
        PATH=f"{Path(sys.executable).parent}:{_postgres().parent}:/usr/bin:/bin",
        PGHOST="127.0.0.1",
        PGPORT=str(postgres),
        PGPASSWORD="superuser",
        POSTGRES_USER="postgres",
        APP_PASSWORD=PASSWORD,
        DATABASE_URL=f"postgres://app:{PASSWORD}@127.0.0.1:{postgres}/app",
        REDIS_URL=f"redis://127.0.0.1:{redis}/0",
        SECRET_KEY=secrets.token_hex(32),
        ALLOWED_HOSTS=".example.org",
        BASE_URL="https://accelerator.example.org",
        BEHIND_TLS="1",
        EMAIL_URL="smtp://mail.example.org:587/",
        VAR=str(tmp_path),
        MEDIA_ROOT=str(tmp_path),
        WEB_WORKERS="1",
        TASK_WORKERS="1",
        PORT=str(free_port()),
    )


def run(command, variables):
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)


@pytest.mark.slow
def test_the_compose_file_s_commands(servers, tmp_path):
    made = run([DOCKER / "database/10-program.sh"], servers)
    assert (made.returncode, made.stderr) == (0, "")
    healthy = re.search(r"test: (pg_isready .*)", COMPOSE)[1].split()
    assert run(healthy, servers).returncode == 0
    with psycopg.connect(servers["DATABASE_URL"]) as connection:
        plain = "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user"
        assert connection.execute(plain).fetchone() == (False, False, False)
        locale = "select datlocprovider::text, datlocale from pg_database where datname = 'app'"
        assert connection.execute(locale).fetchone() == ("b", "C.UTF-8")

    early = run([sys.executable, environment.ROOT / "manage.py", "prepare", "--only-wait"], servers)
    assert early.returncode == 1
    assert re.fullmatch(r"Not ready: migrations: \d+ not applied\.\n", early.stderr)

    # Each entrypoint refuses a role that bypasses the policies, and a key that can be guessed.
    superuser = f"postgres://postgres:superuser@127.0.0.1:{servers['PGPORT']}/app"
    for name in ("web", "worker", "beat"):
        refused = run([DOCKER / "entrypoint", name], {**servers, "DATABASE_URL": superuser})
        assert (refused.returncode, refused.stderr.partition(":")[0]) == (1, "The database isn't safe"), name
        refused = run([DOCKER / "entrypoint", name], {**servers, "SECRET_KEY": "s" * 64})
        assert (refused.returncode, refused.stderr.partition(":")[0]) == (1, "SECRET_KEY isn't safe"), name

    # Containers have addresses of their own; here everything stays on loopback.
    variables = {**servers, "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{servers['PORT']}"}
    with ExitStack() as stack:
        services = {}
        for name in ("web", "worker", "beat"):
            log = stack.enter_context(open(tmp_path / name, "wb"))
            service = subprocess.Popen([DOCKER / "entrypoint", name], env=variables, stdout=log, stderr=log)
            services[name] = stack.enter_context(service)
            stack.callback(service.terminate)
        for name, line in {"web": "Booting worker", "worker": " ready.", "beat": "beat: Starting"}.items():
            wait_until(lambda: line in (tmp_path / name).read_text(), services[name])  # noqa: B023
            wait_until(lambda: run([DOCKER / "health", name], variables).returncode == 0, services[name])  # noqa: B023
        # An emailed link is opened, and a page that leads there: the access log holds neither token.
        token = "/status/" + signing.dumps({"city": 1}, key=servers["SECRET_KEY"], salt="action-status") + "/"
        with socket.create_connection(("127.0.0.1", int(servers["PORT"]))) as browser:
            head = f"Host: www.example.org\r\nReferer: https://www.example.org{token}\r\nX-Forwarded-Proto: https\r\n"
            browser.sendall(f"OPTIONS {token} HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
            assert browser.makefile().read().startswith("HTTP/1.1 405")
        wait_until(lambda: "OPTIONS /status/[token]/" in (tmp_path / "web").read_text(), services["web"])
        assert token.rstrip("/")[-30:] not in (tmp_path / "web").read_text()
    logs = {name: (tmp_path / name).read_text() for name in services}
    assert [name for name, text in logs.items() if "Traceback" in text] == []
