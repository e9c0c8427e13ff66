"""Bring translations and the database up to this version of the code."""

import time
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from accelerator import checks, health

# Several web processes may start at once; only one at a time prepares.
LOCK = 6_021_975


class Command(BaseCommand):
    help = (
        "Waits for the database and Redis, compiles the translations, migrates and loads the default program;"
        " safe to run at each start."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--wait", type=float, default=0, help="seconds to wait for the servers")
        parser.add_argument("--only-wait", action="store_true", help="wait until another process has prepared")

    def handle(self, *, wait: float, only_wait: bool, **options: Any) -> None:
        deadline = time.monotonic() + wait
        _wait_for(("database", "redis"), deadline)
        _refuse_unsafe()
        if only_wait:
            _wait_for(("database", "redis", "migrations"), deadline)
            return
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [LOCK])
        try:
            # First: anything written from here on, such as a signed text, keeps the wording it finds.
            call_command("compile_catalogs", verbosity=0)
            _refuse_foreign_migrations()
            call_command("migrate", interactive=False, verbosity=0)
            call_command("createcachetable", verbosity=0)
            call_command("load_defaults", stdout=StringIO())
        finally:
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_unlock(%s)", [LOCK])


def _refuse_unsafe() -> None:
    # A superuser would read past the second wall, and a guessable key would sign anyone in: better not to start.
    if problem := checks.key_problem():
        raise SystemExit(f"SECRET_KEY isn't safe: {problem}.")
    with connection.cursor() as cursor:
        problem = checks.role_problem(cursor.cursor)
    if problem:
        raise SystemExit(f"The database isn't safe: {problem}. docker/database shows how the app's role is created.")


def _refuse_foreign_migrations() -> None:
    # The database has migrations this code doesn't know: Django would consider it up to date, and pages would fail.
    loader = MigrationLoader(connection)
    ours = {app for app, _name in loader.disk_migrations}
    foreign = sorted(set(loader.applied_migrations) - set(loader.disk_migrations))
    migration = next((f"{app} {name}" for app, name in foreign if app in ours), "")
    if migration:
        raise SystemExit(
            f"This database was created by another build of the app ({migration}) and can't be upgraded: "
            "use a new database; for the demo, run make demo RESET=1."
        )


def _wait_for(names: tuple[str, ...], deadline: float) -> None:
    while True:
        status = health.report()
        missing = [f"{name}: {status[name]}" for name in names if status[name] != "ok"]
        if not missing:
            return
        if time.monotonic() >= deadline:
            raise SystemExit(f"Not ready: {'; '.join(missing)}.")
        time.sleep(0.5)
