from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.intake.fields import ContentField
from accelerator.intake.files import UnreadableFile
from accelerator.intake.questions import question_field
from cities.roster.file import LIMITS, read

ASKED = ("encoding", "hidden")


class RosterForm(forms.Form):
    """`cleaned_data["file"]` is a Roster. A question about the file is a field of its own once it is asked."""

    file = ContentField(
        label=gettext_lazy("File"),
        read=bytes,
        megabytes=LIMITS.megabytes,
        accept=".xlsx,.csv,.txt,text/csv",
        help_text=gettext_lazy("An Excel workbook (.xlsx) or CSV file, up to 1 MB and 2,000 rows."),
    )

    def clean(self) -> dict[str, Any]:
        super().clean()
        if "file" in self.cleaned_data:
            self._read(self.cleaned_data["file"])
        return self.cleaned_data

    def _read(self, content: bytes) -> None:
        try:
            roster = read(content, {name: self.data.get(name, "") for name in ASKED})
        except UnreadableFile as why:
            self.add_error("file", f"{self.files['file']}: {why}")
            return
        self.cleaned_data["file"] = roster
        for question in roster.questions:
            self.fields[question.name] = question_field(question)
            if question.is_open:
                # A browser never sends a file twice by itself.
                self.add_error(question.name, _("Choose an answer, then choose the file again."))
