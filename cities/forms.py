"""Shared parts of forms about people."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accelerator import mail

LONGEST = 120  # characters in a name or a position


class AddressField(forms.CharField):
    """An email address in normalized form."""

    widget = forms.EmailInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Email address"))
        super().__init__(max_length=254, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return mail.address(text) if text else ""


class PersonForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=LONGEST)
    email = AddressField()
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("Used for the invitation and on this site. Each person can change it later."),
    )
