"""Sign-in: what allauth is allowed to do here. People don't sign up: they are invited and get a code by email."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accelerator import mail
from accelerator.models import Cohort, Email, User


class Adapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _("That code is incorrect. Enter the code from the newest email."),
        "too_many_login_attempts": _("Too many attempts. Request a new code."),
        "rate_limited": _("Too many requests from your network. Wait a minute, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        # Only pages on this host: a link to the sign-in page must not redirect to another site.
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def generate_login_code(self) -> str:
        return ""  # accelerator/signin.py has its own: allauth would store it in the session in clear

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        # accelerator/signin.py has sent its own.
        assert template_prefix == "account/email/login_code", template_prefix

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        # Our own pages show these messages. Allauth's errors have no template, so pass those on.
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        messages.error(request, _("This address no longer has access. Ask your city lead or the program team."))
        return redirect("sign-in")


def send_at_sign_in(email: str, template: str, **context: Any) -> None:
    """Send one email to the person who requested a code."""
    # Do the same work with and without access, so response time doesn't reveal who has an account.
    person = User.objects.filter(email=email).first()
    contact = Cohort.objects.exclude(reply_to="").values_list("reply_to", flat=True).first() or ""
    mail.send(
        to=email,
        kind=Email.Kind.SIGN_IN,
        person=person,
        template=template,
        context={"email": email, "contact": contact, **context},
        language=(person.language if person else get_language()) or settings.LANGUAGE_CODE,
        reply_to=contact,
    )
