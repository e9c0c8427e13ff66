"""Only in the demo: one-click sign-in and pages with the emails."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from accelerator.web import whole_number
from cities.access import public_view
from cities.account import views as signin
from cities.invitations import actions as invitations
from demo import mailbox, people

A_PAGE = 50


class AskForCode(signin.AskForCode):
    """The sign-in page, plus the fictional people."""

    template_name = "demo/sign_in.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "demo_people": people.people()}


sign_in = public_view(AskForCode.as_view())


@require_POST
@public_view
def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the fictional people, and no one else."""
    pk = whole_number(request.POST.get("person", ""), digits=18)
    user = get_object_or_404(people.fictional(), pk=pk)
    adapter = get_adapter(request)
    adapter.login(request, user)
    invitations.accept(user)
    after = request.POST.get("next", "")
    return redirect(after if after.startswith("/") and adapter.is_safe_url(after) else settings.LOGIN_REDIRECT_URL)


@require_safe
@public_view
@never_cache
def mails(request: HttpRequest) -> HttpResponse:
    page = Paginator(mailbox.names(), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "demo/mails.html", {"page": page, "mails": list(mailbox.read(list(page)))})


def _mail(name: str) -> mailbox.Mail:
    message = next(mailbox.read([name]), None)
    if message is None:
        raise Http404
    return message


@require_safe
@public_view
@never_cache
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # its types know no view with arguments
def mail(request: HttpRequest, name: str) -> HttpResponse:
    message = _mail(name)
    return render(request, "demo/mail.html", {"mail": message, "text": message.part("plain")})


@require_safe
@public_view
@never_cache
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]  # as above
    {
        "script-src": ["'none'"],
        "style-src": ["'unsafe-inline'"],
        "img-src": ["data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": ["allow-top-navigation-by-user-activation"],
    }
)
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """An email's HTML by itself, with scripts blocked; its links open in the full window."""
    html = _mail(name).part("html").replace("<head>", '<head>\n  <base target="_top">', 1)
    return HttpResponse(html)
