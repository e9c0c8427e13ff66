"""System checks: a database role that bypasses row-level security is an error, not a warning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


@register(Tags.database)
def role_is_plain(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    # PostgreSQL gives no warning when a superuser or a role with BYPASSRLS reads past every policy.
    if not kwargs.get("databases"):
        return []
    with connection.cursor() as cursor:
        cursor.execute("select current_user, rolsuper or rolbypassrls from pg_roles where rolname = current_user")
        role, above = cursor.fetchone()
    if above:
        return [
            Error(
                f"The database role {role} bypasses row-level security.",
                hint="Connect as a role created with: create role app login nosuperuser nobypassrls.",
                id="accelerator.E002",
            )
        ]
    return []
