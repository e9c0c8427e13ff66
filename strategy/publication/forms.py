"""Forms after sign-off."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.languages import mark_fields, written_in
from strategy.plan.choices import Rag, Status
from strategy.plan.models import Action
from strategy.signoff.models import YearlyReview


class StatusForm(forms.Form):
    """An action's status; its cleaned data are arguments of `progress.record_answer`."""

    status = forms.ChoiceField(
        label=gettext_lazy("How far along is it?"), choices=Status.choices, widget=forms.RadioSelect
    )
    rag = forms.ChoiceField(
        label=gettext_lazy("How is it going?"), choices=Rag.choices, widget=forms.RadioSelect, required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Why, and what would help?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Required if the action is at risk or off track."),
    )
    words = forms.CharField(
        label=gettext_lazy("What happened this quarter?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One or two sentences for the team and the mayor’s office."),
    )
    percent = forms.IntegerField(label=gettext_lazy("Percent complete"), min_value=0, max_value=100, required=False)
    # Not type="number", which takes a decimal point only.
    value = forms.DecimalField(
        max_digits=16,
        decimal_places=3,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    evidence = forms.URLField(
        label=gettext_lazy("Link to a result people can see"), max_length=500, required=False, assume_scheme="https"
    )

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        self.action = action
        kwargs.setdefault(
            "initial",
            {"status": action.status, "rag": action.rag, "reason": action.rag_reason, "percent": action.percent},
        )
        super().__init__(*args, **kwargs)
        mark_fields(self, action.city.language)
        if not action.measure:
            del self.fields["value"]
        else:
            unit = f" ({action.unit})" if action.unit else ""
            self.fields["value"].label = written_in(f"{action.measure}{unit}", action.city.language)
            self.fields["value"].help_text = _("The value at the end of the quarter, if you have it.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("rag") in {Rag.AMBER, Rag.RED} and not cleaned.get("reason"):
            self.add_error("reason", _("In one sentence, explain why it’s at risk or off track."))
        if cleaned.get("rag") in {"", Rag.GREEN}:
            cleaned["reason"] = ""
        cleaned.setdefault("value", None)
        return cleaned


class YearlyReviewForm(forms.Form):
    result = forms.ChoiceField(
        label=gettext_lazy("What’s next for the strategy?"),
        choices=YearlyReview.Result.choices,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=gettext_lazy("What did you learn, and what will change?"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": gettext_lazy("Write a few sentences about what you learned.")},
    )
    is_public = forms.BooleanField(label=gettext_lazy("Show this on the strategy’s public page"), required=False)
