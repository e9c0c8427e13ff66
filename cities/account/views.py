"""Signing in with a code from a mail, signing out, the language switch, and one's own profile.

allauth's two views of the code flow, and none of its others. A known and an unknown address get the same
answer after the same work; only the mail differs.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django.views.i18n import set_language as django_set_language

from accelerator import audit
from accelerator.accounts import send_at_sign_in
from accelerator.models import User
from cities.access import PersonRequest, may_sign_in, person_view, public_view
from cities.account.forms import CodeForm, ProfileForm, SignInForm
from cities.invitations import actions as invitations

if TYPE_CHECKING:  # allauth.account.stages cannot be the first of its modules to be imported
    from allauth.account.stages import LoginStage

EXPIRED = gettext_lazy("The code has expired, or it was asked for in another window. Ask for a new one here.")


def _same_work(user: object) -> None:
    """allauth looks a known person up once more on each page: for an unknown one we do the like."""
    if user is None:
        User.objects.filter(pk=0).first()


class AskForCode(RequestLoginCodeView):
    template_name = "cities/account/request_login_code.html"

    def get_form_class(self) -> type[SignInForm]:
        return SignInForm

    def form_valid(self, form: SignInForm) -> HttpResponse:
        if form._user is None:
            send_at_sign_in(form.cleaned_data["email"], "no_access")
        return super().form_valid(form)

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        """Who waits for a code may still come back here and type another address."""
        _same_work(stage.login.user)


class EnterCode(ConfirmLoginCodeView):
    template_name = "cities/account/confirm_login_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if process := getattr(self, "_process", None):
            _same_work(process.user)
        elif not request.user.is_authenticated:
            messages.warning(request, EXPIRED)
        return response

    def get_form_class(self) -> Any:
        return super().get_form_class() if self._action == "resend" else CodeForm  # type: ignore[no-untyped-call]

    def get_form_kwargs(self) -> dict[str, Any]:
        """No code fits an address without access, whatever allauth has noted for it."""
        found = super().get_form_kwargs()
        if "code" in found and may_sign_in(self._process.state["email"]) is None:
            found["code"] = ""
        return found

    def form_invalid(self, form: Any) -> HttpResponse:
        """Only a wrong code costs one of the attempts, not a slip of the finger."""
        if form.has_error("code", "incorrect_code"):
            return super().form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form))

    def _resend_form_valid(self, form: Any) -> HttpResponse:
        self._process.state["at"] = time.time()  # the new code has its own quarter of an hour
        if self._process.user is None:
            send_at_sign_in(self._process.state["email"], "no_access")
        messages.success(self.request, _("A new mail is on its way. Only its code works now."))
        return super()._resend_form_valid(form)

    def _verify_form_valid(self, form: Any) -> HttpResponse:
        response = super()._verify_form_valid(form)
        if self.request.user.is_authenticated:
            invitations.accept(self.request.user)
        return response


sign_in = public_view(AskForCode.as_view())
enter_code = public_view(EnterCode.as_view())


@require_POST
@public_view
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You have signed out."))
    return redirect("sign-in")


@require_POST
@public_view
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own switch; who is signed in keeps the language on other machines and in mails too."""
    response = django_set_language(request)
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@person_view()
def profile(request: PersonRequest) -> HttpResponse:
    """About oneself: name, language, time zone."""
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        user = form.save()
        audit.record("profile changed", by=user, about=user, fields=form.changed_data)
        with translation.override(user.language):  # the next page is in it
            messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "cities/account/profile.html", {"form": form})
