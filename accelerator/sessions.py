"""Sessions in the database, for keys that a database can look up."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def __init__(self, session_key: str | None = None) -> None:
        """A cookie that no session ever had (PostgreSQL takes no null character) is no session."""
        super().__init__(session_key if session_key and session_key.isascii() and session_key.isalnum() else None)
