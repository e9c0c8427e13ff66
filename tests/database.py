"""The test databases: a migrated one and one with the cast, created once and copied for each test process.

Both templates are valid until our code, a migration or the hour changes. A test with the fixture `cast` runs in a copy
with the cast, any other in an empty one. What a test commits is discarded with its copy.
"""

from __future__ import annotations

import base64
import hashlib
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone

from tests import cast as standing_cast

BASE = settings.DATABASES["default"]["NAME"]
EMPTY, CAST = f"test_{BASE}", f"test_{BASE}_cast"  # the templates
PROCESS = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
BUILDING = 1618  # PostgreSQL's advisory lock: one process builds while no other builds or copies


@contextmanager
def server() -> Iterator[psycopg.Connection]:
    """A connection that is in none of the test databases, to make and drop them."""
    at = {name: connection.settings_dict[name.upper()] or None for name in ("user", "password", "host", "port")}
    with psycopg.connect(**at, dbname="postgres", autocommit=True) as session:
        yield session


def connect_to(name: str) -> None:
    """Django's connections go to this database from now on, those of other threads too."""
    connection.close()
    connection.settings_dict["NAME"] = name


def sources() -> str:
    """A digest of what the templates are made from."""
    files = list(Path(standing_cast.__file__).parent.glob("cast.py"))
    for app in apps.get_app_configs():
        folder = Path(app.path)
        is_ours = folder.parent == Path(settings.BASE_DIR)
        files += [*folder.rglob("*.py"), *folder.rglob("*.json")] if is_ours else folder.glob("migrations/*.py")
    # No older than an hour: the cast's times are those of a test that has just begun.
    digest = hashlib.sha256(f"{timezone.localtime():%Y-%m-%d %H} {sys.version}".encode())
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def made_from(session: psycopg.Connection) -> tuple[str, bytes]:
    """The digest of the templates' sources and the pickled cast; None if they are incomplete."""
    statement = "select shobj_description(oid, 'pg_database') from pg_database where datname = %s"
    row = session.execute(statement, [CAST]).fetchone()
    digest, _, pickled = ((row and row[0]) or "").partition(" ")
    return digest, base64.b64decode(pickled)


def build(session: psycopg.Connection, digest: str) -> None:
    """Create both templates; the digest is written last, as a comment that marks them complete."""
    session.execute(f'drop database if exists "{CAST}" with (force)')
    session.execute(f'drop database if exists "{EMPTY}" with (force)')
    connect_to(BASE)
    connection.creation.create_test_db(verbosity=0, serialize=False)
    connection.close()
    session.execute(f'create database "{CAST}" template "{EMPTY}"')
    connect_to(CAST)
    with transaction.atomic():
        pickled = pickle.dumps(standing_cast.make_cast())
        connection.run_on_commit.clear()
    connection.close()
    session.execute(f"comment on database \"{CAST}\" is '{digest} {base64.b64encode(pickled).decode()}'")


class Databases:
    """This process's copies."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.pickled = b""
        self.unused: set[str] = set()  # templates of which the copy is as it was made

    def prepare(self) -> None:
        """Both templates as today's code makes them."""
        with server() as session:
            session.execute("select pg_advisory_lock(%s)", [BUILDING])
            wanted = sources()
            if made_from(session)[0] != wanted:
                build(session, wanted)
        self.day, self.unused = timezone.localdate(), set()

    def copy(self, template: str) -> None:
        connection.close()
        with server() as session:
            session.execute("select pg_advisory_lock_shared(%s)", [BUILDING])
            session.execute(f'drop database if exists "{template}_{PROCESS}" with (force)')
            session.execute(f'create database "{template}_{PROCESS}" template "{template}"')
            _, self.pickled = made_from(session)
        self.unused.add(template)

    def enter(self, template: str) -> None:
        """The coming test runs in this process's copy of the template."""
        if self.day != timezone.localdate():
            self.prepare()
        if template not in self.unused:
            self.copy(template)
        if connection.settings_dict["NAME"] != f"{template}_{PROCESS}":
            connect_to(f"{template}_{PROCESS}")

    def spoil(self) -> None:
        """The test that is ending committed: the next one gets a new copy."""
        self.unused.discard(connection.settings_dict["NAME"].removesuffix(f"_{PROCESS}"))

    def cast(self) -> standing_cast.Cast:
        """The cast with rows of its own for each test."""
        return pickle.loads(self.pickled)

    def drop(self) -> None:
        connect_to(BASE)
        with server() as session:
            for template in (EMPTY, CAST):
                session.execute(f'drop database if exists "{template}_{PROCESS}" with (force)')


databases = Databases()
# In place of emptying every table, which takes longer than a new copy and would take the cast along.
TransactionTestCase._fixture_teardown = lambda case: databases.spoil()
