"""Forms about GovEx staff and the funder's people."""

from typing import Any, ClassVar

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accelerator.conflicts import SharedRowForm
from accelerator.models import Cohort, User
from cities.forms import PersonForm
from cities.models import Handover
from cities.roles import STAFF_ROLES, Role
from cities.with_access import has_staff_role


class StaffForm(PersonForm):
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, capfirst(role.label)) for role in [*STAFF_ROLES, Role.FUNDER]]
    )
    cohort = forms.ModelChoiceField(
        Cohort.objects.all(),
        label=_("Cohort"),
        required=False,
        empty_label=_("No cohort"),
        help_text=_("The cohort a funder representative can see."),
    )
    field_order = ["name", "email", "role", "cohort", "language"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        email, role, cohort = data.get("email"), data.get("role"), data.get("cohort")
        if role == Role.FUNDER and not cohort and "cohort" not in self.errors:
            self.add_error("cohort", _("Choose the cohort this person can see."))
        user = User.objects.filter(email=email).first() if email else None
        if user and role in STAFF_ROLES and has_staff_role(user, role):
            self.add_error("email", _("This person already has this role."))
        if (
            user
            and role in STAFF_ROLES
            and Handover.objects.undoable().filter(person=user, role=role, city=None).exists()
        ):
            self.add_error(
                "email",
                _(
                    "This role ended within the last day. Undo that on the People page instead. That also restores "
                    "the person’s cities."
                ),
            )
        if user and role == Role.FUNDER and user.fundergrant_set.filter(cohort=cohort).exists():
            self.add_error("email", _("This person can already see this cohort."))
        return data


class CorrectionForm(PersonForm, SharedRowForm[Any]):
    """Corrects a person who hasn't signed in yet."""

    class Meta:
        model = User
        # The model would reject a taken address; the action knows how to handle it.
        fields: ClassVar[list[str]] = []

    def __init__(self, *args: Any, instance: User, **kwargs: Any) -> None:
        initial = {name: getattr(instance, name) for name in ("name", "email", "language")}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)
