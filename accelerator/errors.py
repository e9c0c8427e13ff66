"""The page for a request that cannot be read."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own page looks for a token in the form, and fails where the form is what cannot be read."""
    return HttpResponseBadRequest(render_to_string("400.html"))
