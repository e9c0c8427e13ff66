from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator import walltime
from accelerator.conflicts import SharedRowForm
from accelerator.web import DateInput
from convenings.models import Convening


class ConveningForm(SharedRowForm[Convening]):
    audience = forms.ChoiceField(label=_("For"), choices=Convening.Audience.choices, widget=forms.RadioSelect)

    class Meta:
        model = Convening
        fields = ["name", "audience", "place", "starts_on", "ends_on"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput}
        error_messages = {"starts_on": {"unique": _("This group already has a convening that starts on that day.")}}
        help_texts = {"place": _("City and venue. If you leave this blank, the location appears as “to be announced.”")}

    def clean_starts_on(self) -> date:
        return walltime.check_year(self.cleaned_data["starts_on"], self.instance.cohort.today())

    def clean_ends_on(self) -> date:
        return walltime.check_year(self.cleaned_data["ends_on"], self.instance.cohort.today())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The end date is before the start date. Choose the same day or a later one."))
        return data
