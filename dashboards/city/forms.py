from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator import formats
from accelerator.conflicts import SharedRowForm
from cities.currencies import currency_choices
from cities.models import City
from cities.zones import zone_choices


class CitySettingsForm(SharedRowForm[City]):
    class Meta:
        model = City
        fields = ["language", "paper", "fiscal_year_start", "currency", "time_zone", "delegate_decides"]
        help_texts = {
            "language": _("The language in which the strategy is written and published."),
            "paper": _("Used for the PDF."),
            "currency": _("Amounts in the action plan are in this currency."),
            "time_zone": _("Used for the city’s sessions and due dates."),
            "delegate_decides": _("Each decision is recorded with the delegate’s name and marked “on behalf of.”"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fiscal_year_start"] = forms.TypedChoiceField(
            label=self.fields["fiscal_year_start"].label,
            coerce=int,
            choices=list(enumerate(formats.month_names(), 1)),
            help_text=_("Quarters in the action plan are counted from this month."),
        )
        for name, choices in (
            ("currency", currency_choices),
            ("time_zone", partial(zone_choices, self.instance.time_zone)),
        ):
            field = self.fields[name]
            self.fields[name] = forms.ChoiceField(label=field.label, help_text=field.help_text, choices=choices)
