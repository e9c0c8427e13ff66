"""A real Celery worker on the test's database, with a broker database of its own for each test process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection

from accelerator import environment


def broker_url() -> str:
    """The test process's own database of the embedded Redis: 1 for gw0, 2 for gw1."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    return f"{settings.CELERY_BROKER_URL.partition('?')[0]}?virtual_host={number}"


def _database_url() -> str:
    database = connection.settings_dict
    where = f"?host={database['HOST']}" if str(database["HOST"]).startswith("/") else ""
    host = "" if where else f"{database['HOST']}:{database['PORT'] or 5432}"
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    return f"postgres://{database['USER']}{password}@{host}/{database['NAME']}{where}"


@contextmanager
def running(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A worker for all queues, ready to take tasks; emails become files in `folder`/mail."""
    variables = {variable.name for variable in environment.VARIABLES}
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "accelerator.celery", "worker", "-Q", "mail,pdf,default"]
        + ["--concurrency", "1", "--without-gossip", "--without-mingle", "--loglevel", "INFO"],
        cwd=settings.BASE_DIR,
        env={name: value for name, value in os.environ.items() if name not in variables}
        | {
            "DATABASE_URL": _database_url(),
            "REDIS_URL": broker_url(),
            "SECRET_KEY": settings.SECRET_KEY,
            "VAR": str(folder),
            "MEDIA_ROOT": str(settings.MEDIA_ROOT),
            "BASE_URL": settings.BASE_URL,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for line in process.stdout:
            if "ready." in line:
                break
        else:
            raise AssertionError("the worker did not start")
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=20)
