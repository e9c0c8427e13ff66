"""Django's WSGI handler, with an answer for requests whose headers can't be read."""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.response import HttpResponseBase

from accelerator import errors


class UnreadableHeaders(Exception):
    """A request object can't be created from these headers."""


class _Request(WSGIRequest):
    def __init__(self, environ: dict[str, Any]) -> None:
        try:
            super().__init__(environ)
        # Django looks up the charset, which may name a codec for bytes ("base64") or hold a NUL.
        except (LookupError, ValueError) as error:
            raise UnreadableHeaders from error


class Application(WSGIHandler):
    """Without it, such a request would get the server's own bare error, from before any middleware."""

    request_class = _Request

    def __call__(self, environ: Any, start_response: Any) -> HttpResponseBase:
        try:
            return super().__call__(environ, start_response)
        except UnreadableHeaders:
            page = errors.unreadable()
            start_response(f"{page.status_code} {page.reason_phrase}", list(page.items()))
            return page
