from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from accelerator.conflicts import SharedRowForm
from accelerator.web import zone_choices
from cities.models import City


class CitySettingsForm(SharedRowForm[City]):
    class Meta:
        model = City
        fields = ["language", "paper", "fiscal_year_start", "time_zone", "delegate_decides"]
        help_texts = {
            "language": _("The language in which the strategy is written and published."),
            "paper": _("For the PDF."),
            "time_zone": _("Used for the city’s sessions and due dates."),
            "delegate_decides": _("Each decision is recorded with the delegate’s name and marked “on behalf of.”"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fiscal_year_start"] = forms.TypedChoiceField(
            label=self.fields["fiscal_year_start"].label,
            coerce=int,
            choices=list(MONTHS.items()),
            help_text=_("Quarters in the action plan are counted from this month."),
        )
        self.fields["time_zone"] = forms.ChoiceField(
            label=self.fields["time_zone"].label,
            help_text=self.fields["time_zone"].help_text,
            choices=zone_choices(self.instance.time_zone),
        )
