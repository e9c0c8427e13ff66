"""/healthz and /readyz: public, quick, and without addresses or accounts."""

import socket

import psycopg
import pytest
from django.db import connection

from accelerator import health

READY = {"database": "ok", "redis": "ok", "migrations": "ok", "disk": "ok", "role": "ok", "secret_key": "ok"}
UNKNOWN = "unknown while the database isn't responding"


@pytest.fixture
def elsewhere(db):
    """Let new connections to the database go to another host and port."""
    kept = {name: connection.settings_dict[name] for name in ("HOST", "PORT")}

    def move(host, port):
        connection.settings_dict.update(HOST=host, PORT=port)

    yield move
    connection.settings_dict.update(kept)


def test_the_process_is_up_without_any_server(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_ready(client, db):
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, READY)
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_only_reading(client, db, address):
    assert client.post(address).status_code == 405


def test_redis_gone(client, db, settings):
    settings.REDIS_URL = "redis://:secret@127.0.0.1:1/0"

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {**READY, "redis": "Redis isn't responding (ConnectionError)"}


def test_database_gone(client, elsewhere):
    elsewhere("127.0.0.1", 1)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        **READY,
        "database": "PostgreSQL isn't responding (OperationalError)",
        "migrations": UNKNOWN,
        "role": UNKNOWN,
    }


def test_a_full_disk(client, db, monkeypatch):
    monkeypatch.setattr(health, "FREE", 2**62)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {**READY, "disk": f"less than {2**42} MB left for temporary files"}


def test_servers_that_accept_and_say_nothing(client, elsewhere, settings):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        elsewhere("127.0.0.1", port)
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"

        answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        **READY,
        "database": "PostgreSQL isn't responding (ConnectionTimeout)",
        "redis": "Redis isn't responding (TimeoutError)",
        "migrations": UNKNOWN,
        "role": UNKNOWN,
    }


def test_a_migration_that_is_not_applied(client, db):
    # By a connection of its own: the check does not see what this test's transaction holds back.
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        row = "where app = 'sessions' and name = '0001_initial'"
        other.execute(f"update django_migrations set app = 'moved' {row}")
        try:
            answer = client.get("/readyz")
        finally:
            other.execute("update django_migrations set app = 'sessions' where app = 'moved'")

    assert answer.status_code == 503
    assert answer.json() == {**READY, "migrations": "1 not applied"}


@pytest.fixture
def superuser(db):
    """New connections are the superuser's, past every policy."""
    kept = connection.settings_dict["USER"]
    connection.settings_dict["USER"] = "postgres"
    yield
    connection.settings_dict["USER"] = kept


def test_superuser_is_not_ready(client, superuser):
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {**READY, "role": "bypasses row-level security"}


def test_role_that_can_become_the_superuser_is_not_ready(client, db):
    with psycopg.connect(**{**connection.get_connection_params(), "user": "postgres"}, autocommit=True) as server:
        server.execute("create role above superuser")
        server.execute(f"grant above to {connection.settings_dict['USER']}")
        try:
            answer = client.get("/readyz")
        finally:
            server.execute("drop role above")

    assert answer.status_code == 503
    assert answer.json() == {**READY, "role": "bypasses row-level security"}


@pytest.mark.parametrize("key", ["short", "s" * 60, "abcdefgh" * 8, "django-insecure-" + "0123456789abcdefg" * 4])
def test_guessable_key_is_not_ready(client, db, settings, key):
    settings.SECRET_KEY = key

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["secret_key"].startswith("it must be random")
    assert key not in answer.text
