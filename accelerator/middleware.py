"""What holds for every request: a limit on its size, the reader's language and zone, sign-in, and denials on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from accelerator import audit, errors
from accelerator.logs import redact
from accelerator.refusals import Outsider

MEGABYTE = 1024**2
View = TypeVar("View", bound=Callable[..., Any])


class BodyLimit:
    """Refuse a body that is too large by its declared length, before anything reads it."""

    # A file over its view's own limit still gets that form's message, up to this size.
    WITHOUT_FILE, WITH_FILE = 12 * MEGABYTE, 100 * MEGABYTE

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        # Runs before CsrfViewMiddleware's, which reads the whole form and writes its files to disk.
        most = self.WITH_FILE if getattr(view_func, "takes_file", False) else self.WITHOUT_FILE
        if length_of(request) > most:
            return errors.bad_request(request, RequestDataTooBig())
        return None


def length_of(request: HttpRequest) -> int:
    # Without a length there is no body: the server passes on at most as many bytes as were declared.
    declared = request.META.get("CONTENT_LENGTH") or "0"
    return int(declared) if declared.isdecimal() and declared.isascii() else 0


def takes_file(view: View) -> View:
    """Mark a view whose form has a file: its requests may be larger than a text."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


class PrivatePages:
    """Signed-in pages are stored nowhere, and a denied request is on record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Also after signing out: Back must not show the last person's page on a shared computer.
        if request.user.is_authenticated or settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.headers["Cache-Control"] = "no-store, private"
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        # Here the view's transaction has been rolled back, so the record stays.
        if isinstance(exception, (PermissionDenied, Outsider)) and request.user.is_authenticated:
            city_id = getattr(request, "denied_in", None)
            if _is_first_denial(request, city_id):
                path = redact(request.path)[:200]
                audit.record("denied", by=request.user, city_id=city_id, path=path, method=str(request.method))


def _is_first_denial(request: HttpRequest, city_id: int | None) -> bool:
    """Once a minute for a person, a view and a city, separately for acts: no one can fill the log."""
    view = request.resolver_match.view_name if request.resolver_match else ""
    is_act = request.method not in ("GET", "HEAD")
    return cache.add(f"denied:{request.user.pk}:{view}:{city_id}:{is_act}", True, timeout=60)


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
