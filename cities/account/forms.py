"""Forms for signing in and for the person's own profile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm
from allauth.core import context, ratelimit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accelerator import signin
from accelerator.conflicts import SharedRowForm
from accelerator.models import User
from cities.forms import AddressField
from cities.with_access import may_sign_in
from cities.zones import zone_choices


class SignInForm(forms.Form):
    email = AddressField(widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}))

    user: User | None = None  # the person who gets a code

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        # Before the lookup, or the limit itself would reveal which addresses are known.
        if not ratelimit.consume(context.request, action="request_login_code"):
            raise get_adapter().validation_error("rate_limited")
        self.user = may_sign_in(email)
        return email


class CodeForm(ConfirmLoginCodeForm):
    code = forms.CharField(
        label=_("Code from the email"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Enter the eight-character code from the email.")},
    )

    def __init__(self, *args: Any, is_right: Callable[[str], bool], **kwargs: Any) -> None:
        self.is_right = is_right
        super().__init__(*args, **kwargs)

    def clean_code(self) -> str:
        # What can't be a code doesn't cost a try.
        code = signin.normalize(self.cleaned_data["code"])
        if code is None:
            raise ValidationError(
                _("The code has eight letters and digits, like %(example)s."),
                code="shape",
                params={"example": "7KQM-4TXB"},
            )
        if not ratelimit.consume(context.request, action="sign_in_try"):
            raise get_adapter().validation_error("rate_limited")
        if not self.is_right(code):
            raise get_adapter().validation_error("incorrect_code")
        return code


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
