"""Forms of the registers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator import walltime
from accelerator.web import DateInput
from cities.models import City
from strategy.plan import registers
from strategy.plan.forms import Quarters, members
from strategy.plan.models import AiUse, Policy, Risk
from strategy.plan.row_forms import Address, StampedForm
from strategy.sections.forms import PersonChoice
from strategy.sections.models import Strategy


class RegisterForm(StampedForm):
    """What each register's form takes: the row, and its city."""

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        self.city = city
        super().__init__(*args, **kwargs)
        self.narrow()
        self.initial["seen"] = self.shown()

    def narrow(self) -> None:
        """Hold every choice to the city."""

    def again(self, row: Any) -> RegisterForm:
        return type(self)(instance=row, city=self.city)

    def check(self, data: dict[str, Any]) -> dict[str, str]:
        found = registers.problems(self.row, data)
        return {name: sentence for name, sentence in found.items() if name not in self.errors}

    def day(self, name: str) -> date | None:
        day = self.cleaned_data[name]
        return walltime.check_year(day, self.city.today(), back=60) if day else day


class PolicyForm(RegisterForm):
    class Meta:
        model = Policy
        fields = [
            "title", "type", "state", "due", "instrument", "number", "adopted_by", "adopted_on", "url",
        ]  # fmt: skip
        widgets = {"adopted_on": DateInput}
        field_classes = {"url": Address}
        help_texts = {
            "due": _("For one that is planned or being drafted."),
            "instrument": _("How it becomes binding; needed once it is adopted."),
            "number": _("Of the order, resolution or law."),
            "url": _("Where everybody can read it."),
        }

    def __init__(self, *args: Any, strategy: Strategy, **kwargs: Any) -> None:
        self.strategy = strategy
        super().__init__(*args, **kwargs)

    def narrow(self) -> None:
        kept = registers.policy_types()
        if self.row.type_id:
            kept = kept | type(self.row.type).objects.filter(pk=self.row.type_id)
        self.fields["type"].queryset = kept.distinct()
        self.fields["due"] = Quarters(
            strategy=self.strategy,
            city=self.city,
            label=self.fields["due"].label,
            help_text=self.fields["due"].help_text,
        )

    def again(self, row: Any) -> PolicyForm:
        return PolicyForm(instance=row, city=self.city, strategy=self.strategy)

    def clean_adopted_on(self) -> date | None:
        return self.day("adopted_on")


class AiUseForm(RegisterForm):
    class Meta:
        model = AiUse
        fields = [
            "name", "purpose", "owner_role", "owner_name", "department", "vendor", "risk", "affects_residents",
            "human_review", "gate", "conditions", "reviewed_on", "next_review_on", "is_public",
        ]  # fmt: skip
        widgets = {
            "reviewed_on": DateInput, "next_review_on": DateInput,
            "purpose": forms.Textarea(attrs={"rows": 2}), "conditions": forms.Textarea(attrs={"rows": 2}),
        }  # fmt: skip
        help_texts = {
            "name": _("What the city uses AI for, in a few words."),
            "human_review": _("Who looks at what it says before it counts."),
            "conditions": _("Needed where it is approved with conditions."),
        }

    def clean_reviewed_on(self) -> date | None:
        return self.day("reviewed_on")

    def clean_next_review_on(self) -> date | None:
        return self.day("next_review_on")


class RiskForm(RegisterForm):
    class Meta:
        model = Risk
        fields = ["title", "likelihood", "impact", "owner_role", "owner", "mitigation"]
        widgets = {"mitigation": forms.Textarea(attrs={"rows": 3})}
        field_classes = {"owner": PersonChoice}
        help_texts = {
            "owner_role": _("The office that watches it."),
            "owner": _("Somebody with access here."),
        }

    def narrow(self) -> None:
        self.fields["owner"].queryset = members(self.city)
        self.fields["owner"].empty_label = _("nobody yet")
