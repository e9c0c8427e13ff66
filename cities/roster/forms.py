"""The form that takes a roster file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from cities.roster.file import LARGEST, BadFile, Roster, read, too_large


class RosterForm(forms.Form):
    """A roster file; `cleaned_data["file"]` is a Roster."""

    file = forms.FileField(
        label=_("CSV file"),
        allow_empty_file=True,
        help_text=_("At most 1 MB and 2,000 rows; separated by commas, semicolons or tabs."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        error_messages={"required": _("Choose a file first.")},
    )

    def clean_file(self) -> Roster:
        file = self.cleaned_data["file"]
        try:
            if file.size > LARGEST:
                raise too_large(file.size)
            return read(file.read())
        except BadFile as bad:
            raise forms.ValidationError("%(name)s: %(why)s", params={"name": file.name, "why": bad}) from bad
