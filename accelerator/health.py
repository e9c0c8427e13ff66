"""Whether the process is up (/healthz) and whether it can serve requests (/readyz)."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

import psycopg
import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

from accelerator import checks

UNKNOWN = "unknown while the database isn't responding"
SECONDS = 2  # the most a probe waits, even for a server that accepts and then stays silent
FREE = 100 * 1024**2  # bytes: the largest file that a city can create, with room to spare


@login_not_required
@require_safe
@never_cache
def process(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    status = report()
    return JsonResponse(status, status=200 if set(status.values()) == {"ok"} else 503)


def report() -> dict[str, str]:
    """`ok` or the reason, without addresses or passwords."""
    database, migrations, role = _database()
    key = checks.key_problem() or "ok"
    return {
        "database": database,
        "redis": _redis(),
        "migrations": migrations,
        "disk": _disk(),
        "role": role,
        "secret_key": key,
    }


def _database() -> tuple[str, str, str]:
    # A connection of its own: a persistent one could block indefinitely on a hung server.
    limits = {"connect_timeout": SECONDS, "options": f"-c statement_timeout={SECONDS * 1000}"}
    try:
        with psycopg.connect(**{**connection.get_connection_params(), **limits}, autocommit=True) as probe:
            # This page is public: the role's name stays in the log of `prepare`.
            role = "bypasses row-level security" if checks.role_problem(probe) else "ok"
            applied = set(probe.execute("select app, name from django_migrations"))
    except psycopg.errors.UndefinedTable:
        applied = set()
    except psycopg.Error as error:
        return _message(error, "PostgreSQL isn't responding"), UNKNOWN, UNKNOWN
    # With code newer than the database, pages would fail: not ready until `prepare` has run.
    missing = _known_migrations() - applied
    return "ok", f"{len(missing)} not applied" if missing else "ok", role


@cache
def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations or ())


def _redis() -> str:
    # Without redis-py's own retries, which take longer than a probe waits.
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=Retry(NoBackoff(), 0)
    )
    try:
        client.ping()
    except redis.RedisError as error:
        return _message(error, "Redis isn't responding")
    finally:
        client.close()
    return "ok"


def _disk() -> str:
    """The space for media files, unless they are stored elsewhere, and for files in the making."""
    folders = {"temporary files": Path(tempfile.gettempdir())}
    if isinstance(default_storage, FileSystemStorage):
        # The storage creates its folder with the first file.
        media = Path(default_storage.location)
        folders["media files"] = next(folder for folder in (media, *media.parents) if folder.exists())
    for name, folder in folders.items():
        if shutil.disk_usage(folder).free < FREE:
            return f"less than {FREE // 1024**2} MB left for {name}"
    return "ok"


def _message(error: Exception, text: str) -> str:
    # The driver's message contains hosts and accounts, and this page is public.
    return f"{text} ({type(error).__name__})"
