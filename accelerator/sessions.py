"""Sessions in the database, for keys that a database can look up."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """A cookie that no session ever had (PostgreSQL takes no null character) is no session."""
        return bool(key) and str(key).isascii() and str(key).isalnum() and super()._validate_session_key(key)
