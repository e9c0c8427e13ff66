from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.conflicts import SharedRowForm
from accelerator.models import Cohort, User
from accelerator.web import choice_field
from cities.forms import LONGEST, AddressField
from cities.models import City
from cities.roles import CITY_ROLES, Role
from dashboards.directory.listing import Filters

_ROLES = [*CITY_ROLES, Role.COACH, Role.FUNDER]


class DirectoryFilter(forms.Form):
    """The filters in the address; an invalid one filters nothing."""

    q = forms.CharField(label=gettext_lazy("Name or email"), max_length=80, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Role"), required=False)
    city = forms.ChoiceField(label=gettext_lazy("City"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("Status"), required=False)

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cities = City.objects.filter(enrollment__cohort=cohort).values_list("slug", "name")
        any_of = [("", _("Any"))]
        choice_field(self, "role").choices = any_of + [(role.value, capfirst(str(role.label))) for role in _ROLES]
        choice_field(self, "city").choices = [*any_of, *cities]
        choice_field(self, "state").choices = [
            ("", _("Has access")),
            ("not_signed_in", _("Hasn’t signed in")),
            ("not_invited", _("Not invited yet")),
            ("ended", _("Access ended")),
        ]

    def chosen(self) -> Filters:
        self.is_valid()
        data = self.cleaned_data
        return Filters(
            data.get("q", "").replace("\0", ""), data.get("role", ""), data.get("city", ""), data.get("state", "")
        )


class PersonCorrectionForm(SharedRowForm[User]):
    """Corrects anyone's name, address and language; an address in use is confirmed by its new owner first."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=LONGEST)
    email = AddressField()
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)

    class Meta:
        model = User
        fields = ["name", "language"]

    def __init__(self, *args: Any, instance: User, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial={"email": instance.email}, **kwargs)
        if instance.last_login is not None:
            self.fields["email"].help_text = _(
                "A new address takes effect once the person confirms it with the link we email there. We’ll also "
                "notify the current address."
            )
