"""Sign-in with an emailed code, sign-out, the language switch, and the reader's own profile.

Uses the two views of allauth's code flow and no others. Known and unknown addresses get the same response after the
same work; only the email differs.
"""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import FormView
from django.views.i18n import set_language as django_set_language

from accelerator import audit, form_keys, signin
from accelerator.conflicts import save_form
from accelerator.models import User
from cities.access import PersonRequest, person_view, public_view
from cities.account.forms import CodeForm, ProfileForm, SignInForm
from cities.invitations import actions as invitations
from cities.with_access import may_sign_in

ENOUGH_SENT = gettext_lazy(
    "We’ve sent several emails to this address in the last 15 minutes. Use the code from any of them."
)
EXPIRED = gettext_lazy("This code expired or was requested in another window. Request a new one here.")


def _equalize_work(user: object) -> None:
    # allauth queries a known person again on each page, so an unknown one must take the same time.
    if user is None:
        User.objects.filter(pk=0).first()


class AskForCode(RequestLoginCodeView):
    form_class: type[Any] = SignInForm
    template_name = "cities/account/request_login_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return HttpResponseRedirect(self.get_authenticated_redirect_url())  # type: ignore[no-untyped-call]
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: SignInForm) -> HttpResponse:
        # Not allauth's own: it would put the code into the session and send another email.
        if not signin.start(self.request, email=form.cleaned_data["email"], user=form.user):
            messages.warning(self.request, ENOUGH_SENT)
        return FormView.form_valid(self, form)


class EnterCode(ConfirmLoginCodeView):
    form_class = CodeForm
    template_name = "cities/account/confirm_login_code.html"

    @property
    def process(self) -> Any:
        """allauth's state of this attempt, None once it is over; allauth's own view exposes less."""
        return getattr(self, "_process", None)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        if self.process:
            _equalize_work(self.process.user)
        elif not request.user.is_authenticated:
            messages.warning(request, EXPIRED)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Two clicks on "Send a new code" send one email. The very first code can be sent twice: allauth stores it in
        # the session, which a first visit has only after the first click's response.
        view = partial(super().post, request, *args, **kwargs)
        return cast(HttpResponse, form_keys.once(request, view))

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if kwargs.pop("code", None) is not None:
            kwargs["is_right"] = self._is_right
        return kwargs

    def _is_right(self, code: str) -> bool:
        # Without access no code is accepted: access may have ended since, and allauth only checks accounts.
        email = self.process.state["email"]
        return signin.check(self.request, email=email, user=may_sign_in(email), code=code)

    def form_invalid(self, form: Any) -> HttpResponse:
        # Only a wrong code uses up a try, not a typo. The database counts; allauth's count is the session's.
        if form.has_error("code", "incorrect_code") and not signin.has_tries(self.request):
            self.process.state["failed_attempts"] = signin.TRIES
            return super().form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form))

    def form_valid(self, form: Any) -> HttpResponse:
        if not isinstance(form, CodeForm):
            self._before_another_code()
            return super().form_valid(form)
        # The address may have been corrected since the code was checked: then the code proves nothing anymore.
        with transaction.atomic():
            if not signin.lock_owner(self.process.user, email=self.process.state["email"]):
                self.process.abort()
                messages.warning(self.request, EXPIRED)
                return redirect("sign-in")
            response = super().form_valid(form)
            if self.request.user.is_authenticated:
                signin.finish(self.request)
                audit.record("signed in", by=self.request.user, about=self.request.user)
                invitations.accept(self.request.user)
        return response

    def _before_another_code(self) -> None:
        if signin.send_again(self.request, self.process):
            messages.success(self.request, _("A new email is on its way. Only the new code works now."))
        else:
            messages.warning(self.request, ENOUGH_SENT)


sign_in = public_view(AskForCode.as_view())
enter_code = public_view(EnterCode.as_view())


@require_POST
@public_view
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You’ve signed out."))
    return redirect("sign-in")


@require_POST
@public_view
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own switch; for a signed-in person, the language also applies to other devices and emails."""
    response = django_set_language(request)
    language = request.POST.get("language", "")
    if request.user.is_authenticated and language in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@person_view()
def profile(request: PersonRequest) -> HttpResponse:
    user = User.objects.get(pk=request.user.pk)
    form, is_saved = save_form(ProfileForm(request.POST or None, instance=user), partial(_change_profile, user))
    if is_saved:
        with translation.override(form.row.language):  # the next page uses it
            messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "cities/account/profile.html", {"form": form}, status=form.status_code)


def _change_profile(user: User, **values: Any) -> None:
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=[*values, "sort_name"])
    audit.record("profile changed", by=user, about=user, fields=list(values))
