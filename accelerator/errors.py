"""The pages for a request that cannot be read or taken; a text that came with it is handed back."""

from __future__ import annotations

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import render
from django.template.loader import render_to_string

# Shorter than any text that somebody would miss, longer than a token's name or a date.
WORTH_KEEPING = 20
_TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own page looks for a token in the form, and fails where the form is what cannot be read."""
    if isinstance(exception, RequestDataTooBig):
        return HttpResponse(render_to_string("413.html"), status=413)
    return HttpResponseBadRequest(render_to_string("400.html"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from an earlier sign-in: nothing is changed, and what was typed stands on the page to copy."""
    return typed_texts_page(request)


def typed_texts(request: HttpRequest) -> list[str]:
    """The texts that came with a form."""
    return [
        text
        for name, values in request.POST.lists()
        for text in values
        if name != _TOKEN and len(text.strip()) >= WORTH_KEEPING
    ]


def typed_texts_page(request: HttpRequest) -> HttpResponse:
    """What a form held, on a page that says that nothing was saved."""
    context = {"typed": typed_texts(request), "signed_in": request.user.is_authenticated}
    return render(request, "403_csrf.html", context, status=403)
