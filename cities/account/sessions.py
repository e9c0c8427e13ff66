"""The devices on which the reader is signed in, each of which can be signed out."""

from __future__ import annotations

import re

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accelerator import audit
from accelerator.sessions import ABSOLUTE_DAYS, IDLE_DAYS
from accelerator.web import text_in, whole_number
from cities.access import PersonRequest, person_view
from cities.invitations import address

# The first match counts: each of these also names those after it.
_BROWSERS = [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]
_SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
]


@require_http_methods(["GET", "HEAD", "POST"])
@person_view()
def sessions(request: PersonRequest) -> HttpResponse:
    """POST signs out one of the reader's devices (`end`: its number) or all of them (`end`: all)."""
    if request.method == "POST":
        return _end(request, text_in(request, "end"))
    rows = UserSession.objects.purge_and_list(request.user)
    rows.sort(key=lambda row: (row.session_key != request.session.session_key, -row.last_seen_at.timestamp()))
    context = {
        "rows": [(row, device(row.user_agent), row.session_key == request.session.session_key) for row in rows],
        "idle_days": IDLE_DAYS,
        "absolute_days": ABSOLUTE_DAYS,
    }
    return render(request, "cities/account/sessions.html", context)


def _end(request: PersonRequest, which: str) -> HttpResponse:
    own = UserSession.objects.filter(user=request.user)
    rows = list(own if which == "all" else own.filter(pk=whole_number(which)))
    if not rows and which != "all":  # a second click, or the device was signed out elsewhere
        messages.info(request, _("This device is already signed out."))
        return redirect("sessions")
    is_here = any(row.session_key == request.session.session_key for row in rows)
    for row in rows:
        row.end()
    if which == "all":  # whoever asked for another address may be on one of them
        address.void(request.user)
    audit.record("devices signed out", by=request.user, about=request.user, count=len(rows))
    if is_here or which == "all":
        logout(request)
    message = ngettext("%(count)d device was signed out.", "%(count)d devices were signed out.", len(rows))
    messages.success(request, message % {"count": len(rows)})
    return redirect("sign-in" if is_here or which == "all" else "sessions")


def device(user_agent: str) -> str:
    """The browser and system in a user agent, as far as they are named there."""
    names = [
        next((name for mark, name in marks if re.search(re.escape(mark), user_agent)), "")
        for marks in (_BROWSERS, _SYSTEMS)
    ]
    browser, system = names
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")
