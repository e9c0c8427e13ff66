"""The page behind an emailed invitation; its button sends the sign-in code."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accelerator import signin
from accelerator.models import User
from cities.access import token_view
from cities.invitations import actions
from cities.models import Invitation
from cities.with_access import may_sign_in


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@token_view(actions.PURPOSE, days=actions.DAYS)
def invitation(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    """Who invites the person to what; 410 if it was withdrawn or sent to a previous address."""
    # Opening it changes nothing: mail filters open every link before the person does.
    row = _invitation_in(data)
    user = may_sign_in(data["email"])
    if row is None or row.withdrawn_at or user is None or user.pk != row.user_id:
        contact = actions.contact_for(row) if row else ""
        return render(request, "cities/invitations/invitation_void.html", {"contact": contact}, status=410)
    if request.method == "POST":
        return _sign_in(request, user)
    here = request.user if request.user.is_authenticated else None
    reader = {"email": user.email, "is_here": here == user, "other": here if here != user else None}
    with translation.override(user.language):
        return render(request, "cities/invitations/invitation.html", {**actions.details(row), **reader})


def _invitation_in(data: dict[str, Any]) -> Invitation | None:
    user = User.objects.filter(pk=data["user"], email=data["email"]).first()
    if user is None:
        return None
    return (
        user.invitation_set.select_related("user", "city", "cohort", "invited_by").filter(pk=data["invitation"]).first()
    )


def _sign_in(request: HttpRequest, user: User) -> HttpResponse:
    # A link can be forwarded, so it signs no one in: the code goes to the invited address.
    if request.user == user:
        actions.accept(user)
        return redirect("/")
    if not ratelimit.consume(request, action="request_login_code"):
        messages.error(request, get_adapter(request).error_messages["rate_limited"])
        return redirect(request.path)
    if request.user.is_authenticated:
        logout(request)
    signin.start(request, email=user.email, user=user)
    return redirect("account_confirm_login_code")
