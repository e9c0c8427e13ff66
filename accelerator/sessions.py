"""Database sessions: forged cookies are ignored, and a session ends after disuse, or after two weeks in any case."""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accelerator import formats
from accelerator.models import User

DAY = 24 * 3600
# People visit about twice a week (docs/adr/0019); signing in again takes an email.
IDLE_DAYS, ABSOLUTE_DAYS = 3, settings.SESSION_COOKIE_AGE // DAY
# How exactly disuse is measured: writing at each request would cost a statement each.
NOTED_EVERY = 300
BEGAN, SEEN = "began_at", "seen_at"
ENDED = _("You were signed out because this site wasn’t used on this device for %(length)s. Sign in again.")


class SessionStore(db.SessionStore):
    def __init__(self, session_key: str | None = None) -> None:
        # PostgreSQL rejects NUL in a query: a forged cookie would cause an error page instead of an anonymous visit.
        super().__init__(session_key if session_key and session_key.isascii() and session_key.isalnum() else None)


class SessionLimits:
    """Middleware: end an unused or old session, and note for the list of devices when it was last used."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _limit(request, int(time.time()))
        return self.get_response(request)


def _limit(request: HttpRequest, now: int) -> None:
    session = request.session
    began, seen = session.get(BEGAN, now), session.get(SEEN, now)
    is_idle = now - seen > IDLE_DAYS * DAY
    if is_idle or now - began > ABSOLUTE_DAYS * DAY:
        # What was typed survives: the page for signed-out forms gives it back, and the desk signs in elsewhere.
        logout(request)
        request.session_has_ended = is_idle  # type: ignore[attr-defined]
    elif SEEN not in session or now - seen >= NOTED_EVERY:
        session[BEGAN], session[SEEN] = began, now
        try:
            # At once: saved with the response, it would overwrite what a request beside this one stores meanwhile.
            session.save()
        except UpdateError:  # signed out on another device this very moment
            logout(request)
            return
        session.modified = False
        UserSession.objects.create_from_request(request)


def end_all(user: User) -> int:
    """Sign the person out on every device; returns on how many."""
    rows = list(UserSession.objects.filter(user=user))
    for row in rows:
        row.end()
    return len(rows)


class SessionEndedMessage:
    """Middleware, after the messages': say why the reader has to sign in again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "session_has_ended", False):
            messages.info(request, ENDED % {"length": formats.days(IDLE_DAYS)})
        return self.get_response(request)
