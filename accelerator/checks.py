"""What must hold before the app serves anyone: the database role and the secret key.

`prepare` (so each entrypoint) and /readyz ask here; `manage.py check --database default` knows the role too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

# Whoever can become such a role can also read past every policy.
_ABOVE = (
    "select current_user, exists (select 1 from pg_roles where (rolsuper or rolbypassrls) "
    "and pg_has_role(current_user, oid, 'member'))"
)
KEY_LENGTH, KEY_CHARACTERS = 50, 10


def role_problem(cursor: psycopg.Connection[Any] | Any) -> str:
    """Why the database role isn't acceptable; "" if it is."""
    # PostgreSQL gives no warning when a superuser or a role with BYPASSRLS reads past every policy.
    row = cursor.execute(_ABOVE).fetchone()
    assert row, "the statement always returns a row"
    role, is_above = row
    return f"the role {role} bypasses row-level security" if is_above else ""


def key_problem() -> str:
    """Why the secret key isn't acceptable; "" if it is. It signs sessions, links and codes."""
    key = settings.SECRET_KEY
    if len(key) < KEY_LENGTH or len(set(key)) < KEY_CHARACTERS or key.startswith("django-insecure-"):
        return f"it must be random and have at least {KEY_LENGTH} characters: openssl rand -hex 32"
    return ""


@register(Tags.database)
def role_is_plain(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not kwargs.get("databases"):
        return []
    with connection.cursor() as cursor:
        problem = role_problem(cursor.cursor)
    if problem:
        hint = "Connect as a role created with: create role app login nosuperuser nobypassrls."
        return [Error(f"The database isn't safe: {problem}.", hint=hint, id="accelerator.E002")]
    return []
