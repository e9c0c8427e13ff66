from collections.abc import Iterator
from datetime import date
from typing import Any, Self

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accelerator.conflicts import SharedRowForm
from accelerator.models import User
from accelerator.names import validate_name
from accelerator.web import DateInput, whole_number
from cities.actions import require_near_end
from cities.forms import LONGEST, AddressField, PersonForm
from cities.models import City, Membership
from cities.roles import CITY_ROLES, SUGGESTED_TITLES, Role


class TitleInput(forms.TextInput):
    """A text input with the program's suggested positions; any other text is fine too."""

    template_name = "cities/team/title.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["suggestions"] = SUGGESTED_TITLES
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}-list"
        return context


class PlaceForm(forms.Form):
    city: City
    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, capfirst(role.label)) for role in CITY_ROLES], initial=Role.CITY_MEMBER
    )
    title = forms.CharField(
        label=_("Position"),
        max_length=LONGEST,
        required=False,
        validators=[validate_name],
        widget=TitleInput,
        help_text=_("For example, “Chief data officer.” Use whatever title fits your city."),
    )
    until = forms.DateField(
        label=_("Last day of access"),
        required=False,
        widget=DateInput,
        help_text=_("Required for guest reviewers. For anyone else, fill this in only if you know the date."),
    )

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until < self.city.today():
            raise ValidationError(_("That date has passed. Choose today or a later date."))
        return until

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("role") == Role.GUEST_REVIEWER and not data.get("until") and "until" not in self.errors:
            self.add_error("until", _("Choose the guest reviewer’s last day of access."))
        try:
            require_near_end(self.city, data.get("role", ""), data.get("until"))
        except ValidationError as too_far:
            self.add_error("until", too_far)
        return data


class InviteForm(PlaceForm, PersonForm):
    field_order = ["name", "email", "role", "title", "language", "until"]

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.city = city
        self.fields["language"].initial = city.language

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if self.city.membership_set.active().filter(user__email=email).exists():
            raise ValidationError(_("%(email)s is already on the team."), params={"email": email})
        if User.objects.filter(email=email, is_active=False).exists():
            raise ValidationError(_("%(email)s no longer has access to this site."), params={"email": email})
        return email


class InviteForms:
    """Several people to invite at once, one form each; empty forms don't count."""

    MOST = 20  # use a roster file for more

    def __init__(self, *, city: City, data: Any = None, typed: list[dict[str, Any]] | None = None) -> None:
        self.city = city
        sent = data.get("people", "") if data is not None else ""
        count = len(typed) if typed else whole_number(sent, digits=3) or 1
        self.forms = [
            InviteForm(
                data,
                city=city,
                prefix=f"person{number}",
                initial=typed[number] if typed else None,
                empty_permitted=number > 0,
                use_required_attribute=False,
            )
            for number in range(min(max(count, 1), self.MOST))
        ]

    @property
    def filled(self) -> list[InviteForm]:
        return [form for form in self.forms if form.cleaned_data]

    @property
    def may_grow(self) -> bool:
        return len(self.forms) < self.MOST

    def is_valid(self) -> bool:
        """Every form is valid, and no address occurs twice."""
        valid = all([form.is_valid() for form in self.forms])  # a list, so that every form shows its errors at once
        seen: set[str] = set()
        for form in self.forms:
            email = form.cleaned_data.get("email")
            if email and email in seen:
                form.add_error("email", _("This address is already entered above."))
                valid = False
            seen.add(email or "")
        return valid

    def with_one_more(self) -> Self:
        """The same forms as typed, without validation, plus an empty one."""
        typed = [{name: form[name].value() for name in form.fields} for form in self.forms]
        return type(self)(city=self.city, typed=[*typed, {}])

    def __iter__(self) -> Iterator[forms.BoundField]:
        # The error summary iterates over fields.
        return (field for form in self.forms for field in form)

    @property
    def errors(self) -> list[str]:
        return [str(error) for field in self for error in field.errors]


class MemberForm(PlaceForm, SharedRowForm[Membership]):
    name = forms.CharField(label=_("Name"), max_length=LONGEST, validators=[validate_name])
    email = AddressField(
        help_text=_("If you correct the address, we’ll send a new invitation, and the old link will stop working.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ["name", "email", "language", "role", "title", "until"]
    init_names = ("is_correctable",)

    class Meta:
        model = Membership
        fields = ["role", "title", "until"]

    def __init__(self, *args: Any, instance: Membership, is_correctable: bool, **kwargs: Any) -> None:
        self.city, self.is_correctable = instance.city, is_correctable
        user = {name: getattr(instance.user, name) for name in ("name", "email", "language")}
        super().__init__(*args, instance=instance, initial=user, **kwargs)
        if not is_correctable:
            for name in user:
                del self.fields[name]

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        # A former member's date is in the past; correcting the position must not require a new one.
        return until if until == self.row.until else super().clean_until()
