from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator.intake.fields import ContentField
from cities.roster.file import LIMITS, read


class RosterForm(forms.Form):
    """`cleaned_data["file"]` is a Roster."""

    file = ContentField(
        label=_("File"),
        read=read,
        megabytes=LIMITS.megabytes,
        accept=".xlsx,.csv,.txt,text/csv",
        help_text=_("An Excel workbook (.xlsx) or CSV file, up to 1 MB and 2,000 rows."),
    )
