"""The form that confirms who holds an office."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from accelerator.web import row_field
from cities.models import City
from cities.offices import actions
from cities.offices.models import BODIES, Office
from cities.roles import Role


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django's takes no type at run time
    """A person with the name and address that were shown; those of that moment are what is confirmed."""

    def label_from_instance(self, obj: Any) -> str:
        # The address matters as much as the name: codes for signatures are sent there.
        return f"{obj} ({obj.email})"

    def prepare_value(self, value: Any) -> Any:
        return f"{value.pk} {value.email} {value}" if isinstance(value, User) else value

    def to_python(self, value: Any) -> User | None:
        pk, _space, shown = str(value or "").partition(" ")
        user: User | None = super().to_python(pk)
        if user is not None:
            email, _space, name = shown.partition(" ")
            self.shown = (name, email)
            if self.shown != (str(user), user.email):
                raise forms.ValidationError(actions.changed_sentence(user), code="changed")
        return user


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
    title = forms.CharField(
        label=_("Title as it will appear"),
        max_length=120,
        required=False,
        help_text=_("It’s printed next to the signature. If you leave it blank, the name of the office is used."),
    )

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = city.membership_set.active().exclude(role=Role.GUEST_REVIEWER)
        row_field(self, "person").queryset = User.objects.filter(pk__in=members.values("user")).order_by("sort_name")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("office") == Office.OTHER and not data.get("title"):
            self.add_error("title", _("Enter a title for this office."))
        return data

    @property
    def shown(self) -> tuple[str, str]:
        """The name and address of the chosen person, as the page showed them."""
        field = self.fields["person"]
        assert isinstance(field, PersonField)
        return field.shown

    @property
    def status_code(self) -> int:
        """409 if the person changed since the page was shown, 422 for other mistakes."""
        if not self.errors:
            return 200
        return 409 if self.has_error("person", "changed") else 422
