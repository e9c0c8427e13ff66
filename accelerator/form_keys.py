"""A form that creates something creates it once, however often it is sent.

Such a form carries a random key: `{% form_key %}`, or the form of a new row (accelerator/conflicts.py). What a person
sends with a key to an address is recorded in the view's own transaction, with where it led. Sent again as it was, it
leads there. Sent with other content, it is another form. The button of an email that may be wanted once more
(`{% form_key again=True %}`) counts as new after a minute: a browser keeps pages for longer.
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
    """The view's response, or for a form that was sent before a redirect to where it led."""
    if request.method != "POST" or not request.POST.get(NAME):
        return view()
    with transaction.atomic():
        return _once(request, view)


def _once(request: HttpRequest, view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    digest = _digest(request)
    if request.POST[NAME].startswith(AGAIN):
        SentForm.objects.filter(digest=digest, at__lt=timezone.now() - QUICK).delete()
    try:
        # The unique digest makes the second of two clicks wait here until the first is committed.
        with transaction.atomic():
            sent = SentForm.objects.create(digest=digest)
    except IntegrityError:
        return _redirect(request, SentForm.objects.get(digest=digest))
    response = view()
    # A fragment names in Content-Location where the same form leads without scripts.
    sent.url = response.headers.get("Location") or response.headers.get("Content-Location", "")
    if not sent.url:  # refused: sent again, the form is judged again
        sent.delete()
        return response
    sent.messages = [
        Message(message.level, str(message.message), message.extra_tags) for message in messages.get_messages(request)
    ]
    _add_messages(request, sent)  # reading them used them up
    sent.save()
    return response


def _digest(request: HttpRequest) -> str:
    # Everything but the CSRF token, which changes between two pages of the same form.
    fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    digest = hashlib.sha256(json.dumps([request.user.pk, request.get_full_path(), fields]).encode())
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
    # A form that was sent a day ago isn't sent again by a second click.
    SentForm.objects.filter(at__lt=timezone.now() - REMEMBERED).delete()
