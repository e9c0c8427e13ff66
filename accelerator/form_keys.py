"""A form that creates something creates it once, however often it is submitted.

Such a form carries a random key: `{% form_key %}`, or the form for a new row (accelerator/conflicts.py). What a person
submits with a key to a URL is recorded in the view's own transaction, along with the redirect. The same content
submitted again redirects to the same place; different content counts as a new form. The button for an email that may be
sent again (`{% form_key again=True %}`) counts as new after a minute, because browsers keep pages longer.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone

from accelerator.models import SentForm

NAME = "form_key"
REMEMBERED = timedelta(days=1)
AGAIN, QUICK = "again:", timedelta(minutes=1)


def new_key(*, again: bool = False) -> str:
    return (AGAIN if again else "") + secrets.token_urlsafe(16)


def once(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The view's response, or, for a form that was submitted before, a redirect to its result."""
    if request.method != "POST" or not request.POST.get(NAME):
        return view()
    with transaction.atomic():
        return _once(request, view)


def _once(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    digest = _digest(request)
    if request.POST[NAME].startswith(AGAIN):
        SentForm.objects.filter(digest=digest, at__lt=timezone.now() - QUICK).delete()
    try:
        # With the unique digest, the second of two clicks blocks here until the first commits.
        with transaction.atomic():
            sent = SentForm.objects.create(digest=digest)
    except IntegrityError:
        return _redirect(request, SentForm.objects.get(digest=digest))
    response = view()
    # A fragment's Content-Location names the page that the form would lead to without JavaScript.
    sent.url = response.headers.get("Location") or response.headers.get("Content-Location", "")
    if not sent.url:  # refused: a second submission is validated again
        sent.delete()
        return response
    sent.messages = [
        Message(message.level, str(message.message), message.extra_tags) for message in messages.get_messages(request)
    ]
    _add_messages(request, sent)  # reading the messages consumed them
    sent.save()
    return response


def _digest(request: HttpRequest) -> str:
    # Everything but the CSRF token, which differs between two renderings of the same form.
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    # An emailed link names its person, and what it does may end the session between two clicks.
    is_link = request.resolver_match is not None and "token" in request.resolver_match.kwargs
    person = None if is_link else request.user.pk
    digest = hashlib.sha256(json.dumps([person, request.get_full_path(), fields]).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(json.dumps([name, file.name, file.size]).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def _add_messages(request: HttpRequest, sent: SentForm) -> None:
    for message in sent.messages:
        messages.add_message(request, message.level, message.message, message.extra_tags)


def _redirect(request: HttpRequest, sent: SentForm) -> HttpResponse:
    _add_messages(request, sent)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": sent.url, "HX-Refresh": "true"})
    return HttpResponseRedirect(sent.url)


def forget_old() -> None:
    # No double click is a day apart.
    SentForm.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()
