"""Forms for signing in and for the person's own profile."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm
from allauth.core import context, ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accelerator.conflicts import SharedRowForm
from accelerator.models import User
from cities import access
from cities.forms import AddressField
from cities.zones import zone_choices


class SignInForm(forms.Form):
    email = AddressField(widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}))

    _user: User | None = None  # the person who gets a code: allauth's view reads this from its own form

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        # Before the lookup, or the limit itself would reveal which addresses are known.
        if not ratelimit.consume(context.request, action="request_login_code", key=email):
            raise get_adapter().validation_error("too_many_login_attempts")
        self._user = access.may_sign_in(email)
        return email

    @property
    def has_access(self) -> bool:
        return self._user is not None


class CodeForm(ConfirmLoginCodeForm):
    code = forms.CharField(
        label=_("Six-digit code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
        error_messages={"required": _("Enter the six-digit code from the email.")},
    )

    def clean_code(self) -> str:
        # Codes are pasted with spaces and hyphens. Anything but six digits doesn't cost an attempt.
        digits = "".join(c for c in self.cleaned_data["code"] if not c.isspace() and c != "-")
        if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
            raise ValidationError(_("The code must have six digits."), code="shape")
        self.cleaned_data["code"] = digits
        return str(super().clean_code())


class ProfileForm(SharedRowForm[User]):
    """A shared row even though it is the reader's own: two devices may have it open, and any page sets the language."""

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        help_texts = {
            "language": _("The language of this site and of the emails you get."),
            "time_zone": _("Times are shown in this time zone, and emails are sent during daytime hours there."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The model's field is plain text; the choices are the zones Python knows.
        choices = zone_choices(self.instance.time_zone)
        self.fields["time_zone"] = forms.ChoiceField(
            label=self.fields["time_zone"].label, choices=choices, help_text=self.fields["time_zone"].help_text
        )
