from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator.conflicts import SharedRowForm
from cities.invitations import texts
from cities.models import InvitationText


class InvitationTextForm(SharedRowForm[InvitationText]):
    class Meta:
        model = InvitationText
        fields = ["subject", "body"]
        widgets = {"body": forms.Textarea(attrs={"rows": 14})}
        help_texts = {"body": _("Leave a blank line between paragraphs.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.Meta.fields:
            self.fields[name].widget.attrs["lang"] = self.row.language

    def find_problems(self, values: dict[str, Any]) -> dict[str, str]:
        found = {name: texts.problem_in(str(values.get(name, "")), self.row.role) for name in self.Meta.fields}
        return {name: problem for name, problem in found.items() if problem}

    def typed(self) -> texts.Text:
        """The text as it is in the form now, for the preview."""
        return texts.Text(str(self["subject"].value() or ""), str(self["body"].value() or ""))
