"""What only the demonstration has: one-click sign-in and a page with the mails. Elsewhere these are 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from allauth.account.adapter import get_adapter
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accelerator import mailbox
from accelerator.models import User
from cities.access import public_view
from cities.invitations import actions as invitations

A_PAGE = 50


def demo_only(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not settings.DEMO:
            raise Http404
        return view(request, *args, **kwargs)

    return wrapped


@require_POST
@public_view
@demo_only
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the fictional people; nobody else is ever found here."""
    chosen = request.POST.get("person", "")
    pk = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 else 0
    user = get_object_or_404(User, pk=pk, demo=True, is_active=True)
    adapter = get_adapter(request)
    adapter.login(request, user)
    invitations.accept(user)
    after = request.POST.get("next", "")
    return redirect(
        after if after.startswith("/") and adapter.is_safe_url(after) else settings.LOGIN_REDIRECT_URL
    )


@require_safe
@public_view
@demo_only
@never_cache
def mails(request: HttpRequest) -> HttpResponse:
    """All mails that were sent, newest first."""
    page = Paginator(mailbox.names(), A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "cities/demo_mails.html", {"page": page, "mails": list(mailbox.read(page.object_list))}
    )


def _mail(name: str) -> mailbox.Mail:
    found = next(mailbox.read([name]), None)
    if found is None:
        raise Http404
    return found


@require_safe
@public_view
@demo_only
@never_cache
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its text, and its HTML in a frame."""
    found = _mail(name)
    return render(request, "cities/demo_mail.html", {"mail": found, "text": found.part("plain")})


@require_safe
@public_view
@demo_only
@never_cache
@xframe_options_sameorigin
@csp_replace(
    {
        "script-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-top-navigation-by-user-activation"],
    }
)  # type: ignore[arg-type]
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """A mail's HTML by itself, where no script runs; its links open in the whole window."""
    html = _mail(name).part("html").replace("<head>", '<head>\n  <base target="_top">', 1)
    return HttpResponse(html)
