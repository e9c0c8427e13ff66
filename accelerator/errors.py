"""Pages for requests that can't be read or accepted; any text that came with one is given back."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string

# In characters: shorter than any text worth recovering, longer than a name or a date.
SHORTEST_TEXT = 20
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    # Render without the request: Django's own page would look for a token in the form, which can't be read here.
    if isinstance(exception, RequestDataTooBig):
        return HttpResponse(render_to_string("413.html"), status=413)
    return HttpResponseBadRequest(render_to_string("400.html"))


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
