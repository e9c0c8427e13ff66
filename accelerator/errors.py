"""Pages for requests that can't be read or accepted; any text that came with one is given back."""

from __future__ import annotations

import logging

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string

# In characters: shorter than any text worth recovering, longer than a name or a date.
SHORTEST_TEXT = 20
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


logger = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Render without the request: Django's own page would look for a token in the form, which can't be read here.
    if isinstance(exception, RequestDataTooBig):
        return HttpResponse(render_to_string("413.html"), status=413)
    return unreadable()


def unreadable() -> HttpResponse:
    return HttpResponseBadRequest(render_to_string("400.html"))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Not Django's own: it looks for a token in the form that was sent, which may be unreadable.
    return render(request, "404.html", status=404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Whatever failed, such as the database: the page shows what was typed so it can be copied."""
    # Render without the request: a context processor may need what has failed.
    return HttpResponse(render_to_string("500.html", {"texts": _texts_after_a_failure(request)}), status=500)


def _texts_after_a_failure(request: HttpRequest) -> list[str]:
    try:
        return typed_texts(request)
    except Exception:  # reading the form may be the very thing that failed
        logger.exception("the form can't be read for the error page")
        return []


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from an earlier session: nothing is saved, and the page shows what was typed so it can be copied."""
    return typed_texts_page(request)


def typed_texts(request: HttpRequest) -> list[str]:
    return [
        text
        for name, values in request.POST.lists()
        for text in values
        if name != _TOKEN and len(text.strip()) >= SHORTEST_TEXT
    ]


def typed_texts_page(request: HttpRequest) -> HttpResponse:
    context = {"texts": typed_texts(request), "signed_in": request.user.is_authenticated}
    return render(request, "403_csrf.html", context, status=403)
