"""Database sessions; a cookie that can't be a session key is ignored."""

from __future__ import annotations

from django.contrib.sessions.backends import db


class SessionStore(db.SessionStore):
    def __init__(self, session_key: str | None = None) -> None:
        # PostgreSQL rejects NUL in a query: a forged cookie would cause an error page instead of an anonymous visit.
        super().__init__(session_key if session_key and session_key.isascii() and session_key.isalnum() else None)
