from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accelerator.models import Email
from accelerator.naming import normalize
from accelerator.web import row_field
from cities.models import City
from reminders.models import Due
from reminders.rules.registry import RULES

PERIODS = [("", _("Last 30 days")), ("90", _("Last 90 days")), ("all", _("All time"))]


class Filter(forms.Form):
    """Filters a list; `time` and `address` are fields of the rows."""

    model: type[Model]
    time: str
    address: str

    def rows(self, *ignored: str) -> QuerySet[Any]:
        self.is_valid()  # an invalid value filters nothing
        chosen = {name: value for name, value in self.cleaned_data.items() if value and name not in ignored}
        rows, person, period = self.model._default_manager.all(), chosen.pop("person", ""), chosen.pop("period", "30")
        if period != "all":
            rows = rows.filter(**{f"{self.time}__gt": timezone.now() - timedelta(days=int(period))})
        if person:
            by_address = Q(**{f"{self.address}__contains": person.strip().lower()})
            rows = rows.filter(Q(person__sort_name__contains=normalize(person)) | by_address)
        return rows.filter(**chosen)


class EmailFilter(Filter):
    model, time, address = Email, "created_at", "to"
    state = forms.ChoiceField(
        label=_("Status"), choices=[("", _("All statuses")), *Email.State.choices], required=False
    )
    kind = forms.ChoiceField(
        label=_("Type"),
        choices=[("", _("All types")), *((k.value, capfirst(k.label)) for k in Email.Kind)],
        required=False,
    )
    person = forms.CharField(label=_("Person or email address"), required=False, max_length=120)
    period = forms.ChoiceField(label=_("Created"), choices=PERIODS, required=False)


class DueFilter(Filter):
    model, time, address = Due, "due_at", "person__email"
    state = forms.ChoiceField(label=_("Status"), choices=[("", _("All statuses")), *Due.State.choices], required=False)
    rule = forms.ChoiceField(
        label=_("Reminder type"),
        choices=[("", _("All reminder types")), *((name, rule.label) for name, rule in RULES.items())],
        required=False,
    )
    city = forms.ModelChoiceField(
        label=_("City"), queryset=City.objects.none(), to_field_name="slug", empty_label=_("All cities"), required=False
    )
    person = forms.CharField(label=_("Person"), required=False, max_length=120)
    period = forms.ChoiceField(label=_("Scheduled for"), choices=PERIODS, required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        row_field(self, "city").queryset = City.objects.only("name", "slug")
