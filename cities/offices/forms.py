"""The form that confirms who holds an office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from accelerator.web import row_field
from cities.models import City
from cities.offices.models import BODIES, Office
from cities.roles import Role


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's takes no type at run time
    def label_from_instance(self, obj: Any) -> str:
        # The address matters as much as the name: codes for signatures are sent there.
        return f"{obj} ({obj.email})"


class ConfirmForm(forms.Form):
    person = PersonField(
        User.objects.none(),
        label=_("Who holds the office"),
        empty_label=_("Choose a person"),
        error_messages={"required": _("Choose the person who holds the office.")},
    )
    office = forms.ChoiceField(
        label=_("Office"), choices=[(value, label) for value, label in Office.choices if value not in BODIES]
    )

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = city.membership_set.active().exclude(role=Role.GUEST_REVIEWER)
        row_field(self, "person").queryset = User.objects.filter(pk__in=members.values("user")).order_by("sort_name")
