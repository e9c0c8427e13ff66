from datetime import timedelta

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accelerator.naming import normalize
from cities.models import City
from reminders.models import Due
from reminders.rules.registry import RULES

PERIODS = [("", _("Last 30 days")), ("90", _("Last 90 days")), ("all", _("All"))]


class LedgerFilter(forms.Form):
    """Narrows the ledger; whatever is not understood narrows nothing."""

    state = forms.ChoiceField(label=_("State"), required=False)
    rule = forms.ChoiceField(label=_("Rule"), required=False)
    city = forms.ModelChoiceField(
        label=_("City"), queryset=City.objects.none(), to_field_name="slug", empty_label=_("All"), required=False
    )
    person = forms.CharField(label=_("Person"), required=False, max_length=120)
    period = forms.ChoiceField(label=_("Due"), choices=PERIODS, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        everything = [("", _("All"))]
        self.fields["state"].choices = everything + Due.State.choices
        self.fields["rule"].choices = everything + [(name, rule.label) for name, rule in RULES.items()]
        self.fields["city"].queryset = City.objects.only("name", "slug")

    def rows(self, now):
        """The rows of all states that the other fields choose."""
        self.is_valid()
        chosen, rows = self.cleaned_data, Due.objects.all()
        if chosen.get("period") != "all":
            rows = rows.filter(due_at__gt=now - timedelta(days=int(chosen.get("period") or 30)))
        if chosen.get("rule"):
            rows = rows.filter(rule=chosen["rule"])
        if chosen.get("city"):
            rows = rows.filter(city=chosen["city"])
        if words := chosen.get("person"):
            rows = rows.filter(
                Q(person__sort_name__contains=normalize(words)) | Q(person__email__contains=words.strip().lower())
            )
        return rows

    @property
    def state_chosen(self):
        return self.cleaned_data.get("state", "")
