"""Sessions in the database, for keys that a database can look up."""

from __future__ import annotations

from django.contrib.sessions.backends import db

SHORTEST = 8


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """A cookie that no session ever had (PostgreSQL takes no null character) is no session."""
        return key is not None and key.isascii() and key.isalnum() and len(key) >= SHORTEST
