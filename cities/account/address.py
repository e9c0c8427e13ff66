"""Changing one's own email address, and the page behind the link that confirms it."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accelerator.models import User
from cities.access import PersonRequest, person_view, token_view
from cities.forms import AddressField
from cities.invitations import address
from cities.with_access import may_sign_in


class AddressForm(forms.Form):
    email = AddressField(
        label=gettext_lazy("New email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_view()
def change(request: PersonRequest) -> HttpResponse:
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _request_change(request, form):
        text = _("We’ve emailed a link to %(email)s. Your address will change once you open the link and confirm.")
        messages.success(request, text % form.cleaned_data)
        return redirect("profile")
    return render(request, "cities/account/address.html", {"form": form}, status=422 if form.is_bound else 200)


def _request_change(request: PersonRequest, form: AddressForm) -> bool:
    # No one's mailbox is flooded through this form.
    if not ratelimit.consume(request, action="address_change"):
        form.add_error("email", _("You’ve already requested several changes. Try again in an hour."))
        return False
    try:
        address.request_change(request.user, email=form.cleaned_data["email"], by=request.user)
    except ValidationError as refusal:
        form.add_error("email", refusal)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@token_view(address.PURPOSE, days=address.DAYS, in_own_cities=True)
def confirm(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    """Opening the link changes nothing: mail filters open every link before the person does."""
    # The link is void once the person's access ends or the address has changed.
    user = may_sign_in(data["email"]) if data["person"] else None
    if user is None or not address.is_open(user, data.get("request", "")):
        return _void(request)
    context = {"old": data["email"], "new": data["new"], "problem": ""}
    with translation.override(user.language):
        if request.method == "POST":
            try:
                address.confirm(user, old=data["email"], new=data["new"], request=data["request"])
            except ValidationError as refusal:
                context["problem"] = refusal.messages[0]
            else:
                if request.user == user:  # every session of theirs has ended, also this one
                    logout(request)
                messages.success(request, _("Your address is now %(email)s.") % {"email": data["new"]})
                return redirect("sign-in")
        status = 409 if context["problem"] else 200
        return render(request, "cities/account/address_confirm.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@token_view(address.KEEP_PURPOSE, days=address.DAYS)
def keep(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    """From the old address: cancel whatever change is open and sign out all devices."""
    user: User | None = data["person"]
    if user is None:
        return _void(request)
    with translation.override(user.language):
        if request.method != "POST":
            return render(request, "cities/account/address_keep.html", {"email": user.email})
        address.keep_address(user)
        if request.user == user:
            logout(request)
        messages.success(
            request, _("Your address stays %(email)s. All devices were signed out.") % {"email": user.email}
        )
        return redirect("sign-in")


def _void(request: HttpRequest) -> HttpResponse:
    return render(request, "cities/account/address_void.html", status=410)
