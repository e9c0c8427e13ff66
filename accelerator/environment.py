"""Every environment variable the app reads, in one table; docs/settings.md is generated from it.

django-environ treats any unknown word as false (BEHIND_TLS=ja) and doesn't name the variable when a number is invalid;
environs (three packages) accepts an empty variable as a value. Both would need these readers around them.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str
    meaning: str


VARIABLES = (
    Variable(
        "DATABASE_URL", "", "PostgreSQL to use, `postgres://user:password@host:5432/name`. Unset: the embedded one."
    ),
    Variable(
        "REDIS_URL", "", "Redis or Valkey, `redis://host:6379/0`. Required with DATABASE_URL. Unset: the embedded one."
    ),
    Variable("SECRET_KEY", "", "Signs sessions and links. Required with DATABASE_URL. Unset: generated once in VAR."),
    Variable(
        "VAR", "var", "Folder for app data: embedded databases, files, demo email. Relative to the working directory."
    ),
    Variable("PORT", "8000", "Port of the web server."),
    Variable("BASE_URL", "http://127.0.0.1:PORT", "Base URL of links in emails."),
    Variable("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]", "Host names to serve, separated by commas."),
    Variable("DEMO", "0", "1: fictional people, one-click sign-in, email in files. Refused with DATABASE_URL."),
    Variable("DEBUG", "0", "1: Django's debug pages, for development."),
    Variable(
        "EMAIL_URL", "", "Mail server, `smtp://user:password@host:587/?tls=1`. Unset: email is written to VAR/mail."
    ),
    Variable("MAIL_FROM", "City Data Accelerator <accelerator@localhost>", "Sender of every email."),
    Variable("MEDIA_ROOT", "", "Folder for uploads and rendered files. Unset: VAR/media."),
    Variable("WEB_WORKERS", "2", "Number of web server processes."),
    Variable("TASK_WORKERS", "2", "Number of background worker processes."),
    Variable("LOG_LEVEL", "INFO", "Minimum level to log."),
    Variable("BEHIND_TLS", "0", "1: a proxy terminates TLS; turns on secure cookies, HSTS and redirects to HTTPS."),
)
_KNOWN = {variable.name: variable for variable in VARIABLES}


def text(name: str) -> str:
    """The variable's value, or its default."""
    # KeyError for a name missing from the table, so docs/settings.md stays complete.
    return os.environ.get(name, "").strip() or _KNOWN[name].default


def flag(name: str) -> bool:
    """True for 1, true, yes and on; raises ImproperlyConfigured for anything that is neither yes nor no."""
    value = text(name).lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"", "0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str) -> int:
    """A whole number of at least 1; raises ImproperlyConfigured with the variable's name."""
    value = text(name)
    if not value.isdigit() or int(value) < 1:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least 1, not {value!r}.")
    return int(value)


def comma_separated(name: str) -> list[str]:
    return [value.strip() for value in text(name).split(",") if value.strip()]


def required(name: str, why: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is missing: {why}.")
    return value


def var() -> Path:
    """The data folder, relative to the working directory; without VAR, next to the code."""
    folder = os.environ.get("VAR", "").strip()
    return Path(folder).expanduser().resolve() if folder else ROOT / "var"


def socket_dir(var: Path) -> Path:
    """The folder for both sockets; outside VAR if its path would be too long for a socket address."""
    folder = var / "run"
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= 100:
        return folder
    # Not tempfile's folder: two processes with different TMPDIR must agree on the path.
    name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path("/tmp", f"accelerator-{os.geteuid()}-{name}")  # noqa: S108 - the owner is checked before use


def database(url: str) -> dict[str, object]:
    """Django settings for a `postgres://` URL; raises ImproperlyConfigured for any other kind."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:5432/name.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": parts.port or "",
        # A query (`?sslmode=require`) is passed to libpq unchanged.
        "OPTIONS": {"connect_timeout": 5, **dict(parse_qsl(parts.query))},
    }


def smtp(url: str) -> dict[str, object]:
    """Host, port, user, password and TLS from an `smtp://` URL."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp://user:password@host:587/?tls=1.")
    query = dict(parse_qsl(parts.query))
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp" and query.get("tls", "1") == "1",
    }
