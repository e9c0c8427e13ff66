"""The reader's language and time zone for the duration of a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from accelerator import errors


class LanguageAndZone:
    """For a signed-in person, that person's language and zone; otherwise the browser's language and UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        request.LANGUAGE_CODE = user.language
        with translation.override(user.language), timezone.override(user.time_zone):
            response = self.get_response(request)
        response.headers["Content-Language"] = user.language
        return response


class SignInRequired(LoginRequiredMiddleware):
    """Deny by default: pages redirect to sign-in."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        # htmx would put the sign-in page in place of the fragment, and autosave would count it as a success.
        if refusal and (request.headers.get("HX-Request") or request.headers.get("X-Requested-With")):
            return HttpResponse(status=401)
        # A redirect would lose the text submitted with the form.
        if refusal and request.method == "POST" and errors.typed_texts(request):
            return errors.typed_texts_page(request)
        return refusal
