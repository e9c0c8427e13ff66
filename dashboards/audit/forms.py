"""Filters of the audit log."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.models import AuditEvent, User
from accelerator.naming import normalize
from accelerator.web import row_field
from cities.models import City

PERIODS = [("", _("Last 30 days")), ("90", _("Last 90 days")), ("all", _("All time"))]
# Verbs about access, as staff read them; all others are shown as they are stored.
ACCESS = {
    "signed in": _("Signed in"),
    "sign-in failed": _("Sign-in failed"),
    "denied": _("Access denied"),
    "devices signed out": _("Devices signed out"),
}
MOST_PEOPLE = 500  # whom a typed name can mean


class AuditFilter(forms.Form):
    city = forms.ModelChoiceField(
        label=_("City"), queryset=City.objects.none(), to_field_name="slug", empty_label=_("All cities"), required=False
    )
    person = forms.CharField(label=_("Person or email address"), required=False, max_length=120)
    verb = forms.ChoiceField(label=_("Event"), choices=[("", _("All events")), *ACCESS.items()], required=False)
    period = forms.ChoiceField(label=_("When"), choices=PERIODS, required=False)

    def __init__(self, data: QueryDict) -> None:
        super().__init__(data)
        row_field(self, "city").queryset = City.objects.only("name", "slug")

    def rows(self) -> QuerySet[AuditEvent]:
        self.is_valid()  # an invalid value filters nothing
        chosen, rows = self.cleaned_data, AuditEvent.objects.all()
        period = chosen.get("period") or "30"
        if period != "all":
            rows = rows.filter(at__gt=timezone.now() - timedelta(days=int(period)))
        if verb := chosen.get("verb"):
            rows = rows.filter(verb=verb)
        if city := chosen.get("city"):
            # A sign-in has no city: it belongs to each city of the person.
            team = city.membership_set.values_list("user", flat=True)
            rows = rows.filter(Q(city_id=city.pk) | (Q(city_id=None) & _of(team)))
        if person := chosen.get("person", "").replace("\0", "").strip():
            found = Q(sort_name__contains=normalize(person)) | Q(email__contains=person.lower())
            people = User.objects.filter(found).values_list("pk", flat=True)[:MOST_PEOPLE]
            rows = rows.filter(_of(people) | Q(data__email=person.lower()))  # a failed attempt may name no one known
        return rows


def _of(people: QuerySet[User, int]) -> Q:
    """What these people did, and what was done about their accounts."""
    keys = list(people)
    return Q(actor_id__in=keys) | Q(kind="user", object_id__in=[str(key) for key in keys])
