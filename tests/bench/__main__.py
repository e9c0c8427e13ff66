"""`make bench`: time, SQL statements and rows read of the main pages in programs of 10, 100 and 1,000 cities.

Prints one `name: value` a line and exits 1 past a ceiling. Times are milliseconds of the server's own work,
without a network. The database is made for the run and dropped after it.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

from accelerator import environment
from accelerator.local import servers

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "accelerator.settings")
if not environment.text("DATABASE_URL"):
    servers.ensure(environment.var())

import django  # noqa: E402 - the servers must run before Django's settings are read

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, get_runner, setup_test_environment  # noqa: E402

from tests.bench import program  # noqa: E402
from tests.clients import _PLUMBING, _rows_read  # noqa: E402

SIZES = [10, 100, 1000]
RUNS = 40
# At 1,000 cities at most this many times the figure at 10; a time may also differ by the noise of the machine.
GROWTH = 1.2
NOISE = 2.0
# A fifth of what the best writing tool of this kind takes to save one answer (370 ms) and to show a document (160 ms).
CEILINGS = {"save a section": 74.0, "desk": 32.0}
# Statements besides session, person, access, scope and transaction.
STATEMENTS = {"save a section": 8, "desk": 8, "mayor's page": 8, "city's home": 14, "cohort board": 14}

Page = tuple[Client, Callable[[int], dict[str, object]]]


class Undo(Exception):
    """Rolls back a measured request."""


def main() -> int:
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.WHITENOISE_AUTOREFRESH = True
    settings.ALLOWED_HOSTS = ["testserver"]
    setup_test_environment(debug=False)
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        figures = {size: measure(program.grow(size)) for size in SIZES}
    finally:
        runner.teardown_databases(databases)
    return report(figures)


def measure(world: program.World) -> dict[str, tuple[float, int, int, int]]:
    """For each page: p50 in ms, all statements, the page's own statements, rows read."""
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    return {name: cost_of(request) for name, request in world.requests().items()}


def cost_of(request: Callable[[], object]) -> tuple[float, int, int, int]:
    for _ in range(5):
        request()
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        request()
        times.append((time.perf_counter() - begun) * 1000)
    try:
        with transaction.atomic():
            # Ten cities' tables are read whole in one go; by index the sizes can be compared.
            with connection.cursor() as cursor:
                cursor.execute("set local enable_seqscan = off")
            before = _rows_read()
            with CaptureQueriesContext(connection) as captured:
                request()
            rows = _rows_read() - before
            raise Undo
    except Undo:
        pass
    own = [query for query in captured.captured_queries if not _PLUMBING.match(query["sql"])]
    return statistics.median(times), len(captured.captured_queries), len(own), rows


def report(figures: dict[int, dict[str, tuple[float, int, int, int]]]) -> int:
    """Print every figure and every ceiling passed; 1 where one was."""
    passed: list[str] = []
    for size, pages in figures.items():
        for name, (p50, statements, own, rows) in pages.items():
            print(f"{name} at {size} cities, p50 ms: {p50:.1f}")
            print(f"{name} at {size} cities, SQL statements: {statements}")
            print(f"{name} at {size} cities, SQL statements of the page itself: {own}")
            print(f"{name} at {size} cities, rows read: {rows}")
            if own > STATEMENTS[name]:
                passed.append(f"{name} at {size} cities makes {own} statements; the ceiling is {STATEMENTS[name]}")
            if p50 > CEILINGS.get(name, float("inf")):
                passed.append(f"{name} at {size} cities takes {p50:.1f} ms; the ceiling is {CEILINGS[name]}")
    few, many = figures[min(figures)], figures[max(figures)]
    for name in few:
        for what, index, slack in (("p50", 0, NOISE), ("statements", 1, 0), ("rows read", 3, 5)):
            growth = many[name][index] / max(few[name][index], 1)
            print(f"{name}, {what} at {max(figures)} over {min(figures)} cities: {growth:.2f}")
            if many[name][index] > few[name][index] * GROWTH + slack:
                passed.append(f"{name}: {what} grows {growth:.2f} times; the ceiling is {GROWTH}")
    for line in passed:
        print(f"past a ceiling: {line}", file=sys.stderr)
    return 1 if passed else 0


if __name__ == "__main__":
    sys.exit(main())
