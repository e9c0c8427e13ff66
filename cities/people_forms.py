"""Forms of people: signing in, inviting, one's own profile. They return domain values, not text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from allauth.account.adapter import get_adapter
from allauth.account.forms import ConfirmLoginCodeForm
from allauth.core import context, ratelimit
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accelerator import mail
from accelerator.models import Cohort, User
from accelerator.web import DateInput
from cities import access
from cities.models import City, Membership
from cities.roles import CITY_ROLES, STAFF_ROLES, SUGGESTED_TITLES, Role

LONGEST = 120  # characters of a name or a position


class AddressField(forms.CharField):
    """An e-mail address in the form in which it is stored."""

    widget = forms.EmailInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("E-mail address"))
        super().__init__(max_length=254, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return mail.address(text) if text else ""


class TitleInput(forms.TextInput):
    """A line of text with the program's suggestions for a position; anything else is fine too."""

    template_name = "cities/widgets/title.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        found = super().get_context(name, value, attrs)
        found["suggestions"] = SUGGESTED_TITLES
        found["widget"]["attrs"]["list"] = f"{found['widget']['attrs'].get('id', name)}-list"
        return found


class SignInForm(forms.Form):
    """Whoever asks for a code; `_user` is the person who may have one, if there is any (allauth reads it)."""

    email = AddressField(widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}))

    _user: User | None = None

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not ratelimit.consume(context.request, action="request_login_code", key=email):
            raise get_adapter().validation_error("too_many_login_attempts")
        self._user = access.may_sign_in(email)
        return email


class CodeForm(ConfirmLoginCodeForm):
    code = forms.CharField(
        label=_("Six-digit code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
        error_messages={"required": _("Type the six digits from the mail.")},
    )

    def clean_code(self) -> str:
        """Spaces and hyphens are let through; what is not six digits costs no attempt."""
        digits = "".join(c for c in self.cleaned_data["code"] if not c.isspace() and c != "-")
        if len(digits) != 6 or not (digits.isascii() and digits.isdigit()):
            raise ValidationError(_("A code has six digits."), code="shape")
        self.cleaned_data["code"] = digits
        return str(super().clean_code())


class PlaceForm(forms.Form):
    """A person's place in a city: role, position, end date."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role.value, capfirst(role.label)) for role in CITY_ROLES],
        initial=Role.CITY_MEMBER,
    )
    title = forms.CharField(
        label=_("Position"), max_length=LONGEST, required=False, widget=TitleInput,
        help_text=_("As in “Chief data officer”; any words that fit your city."),
    )  # fmt: skip
    until = forms.DateField(
        label=_("Access ends after"), required=False, widget=DateInput,
        help_text=_("Needed for guest reviewers; for others only if the end is known."),
    )  # fmt: skip

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until and until < timezone.localdate():
            raise ValidationError(_("This day is over. Choose today or a later day."))
        return until

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("role") == Role.GUEST_REVIEWER and not data.get("until") and "until" not in self.errors:
            self.add_error("until", _("Say until when the guest may read."))
        return data


class PersonForm(forms.Form):
    """Who somebody is."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST)
    email = AddressField()
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES,
        help_text=_("Of the invitation and the pages; everybody can change it."),
    )  # fmt: skip


class InviteForm(PlaceForm, PersonForm):
    """One person to invite to a city."""

    field_order = ["name", "email", "role", "title", "language", "until"]

    def __init__(self, *args: Any, city: City, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.city = city
        self.fields["language"].initial = city.language

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if self.city.membership_set.active().filter(user__email=email).exists():
            raise ValidationError(_("%(email)s is on the team already."), params={"email": email})
        if User.objects.filter(email=email, is_active=False).exists():
            raise ValidationError(_("%(email)s may no longer sign in."), params={"email": email})
        return email


class InviteForms:
    """Several people to invite at once, a form each, one below the other; forms left empty do not count."""

    MOST = 20

    def __init__(self, *, city: City, data: Any = None, typed: list[dict[str, Any]] | None = None) -> None:
        self.city = city
        asked = data.get("people", "") if data is not None else ""
        count = len(typed) if typed else int(asked) if asked.isdecimal() and len(asked) < 4 else 1
        self.forms = [
            InviteForm(
                data, city=city, prefix=f"person{number}", initial=typed[number] if typed else None,
                empty_permitted=number > 0, use_required_attribute=False,
            )
            for number in range(min(max(count, 1), self.MOST))
        ]  # fmt: skip

    @property
    def filled(self) -> list[InviteForm]:
        return [form for form in self.forms if form.cleaned_data]

    @property
    def may_grow(self) -> bool:
        return len(self.forms) < self.MOST

    def is_valid(self) -> bool:
        """Every form by itself, and no address twice."""
        valid = all([form.is_valid() for form in self.forms])
        seen: set[str] = set()
        for form in self.forms:
            email = form.cleaned_data.get("email")
            if email and email in seen:
                form.add_error("email", _("The same address stands above."))
                valid = False
            seen.add(email or "")
        return valid

    def with_one_more(self) -> InviteForms:
        """The same forms as they were typed, unjudged, and an empty one below."""
        typed = [{name: form[name].value() for name in form.fields} for form in self.forms]
        return InviteForms(city=self.city, typed=[*typed, {}])

    def __iter__(self) -> Iterator[forms.BoundField]:
        """All fields in the order of the page, as a form's: the summary of errors walks them."""
        return (field for form in self.forms for field in form)

    @property
    def errors(self) -> list[str]:
        return [str(error) for field in self for error in field.errors]


class MemberForm(PlaceForm):
    """Changing a member; who has not come yet can be corrected as well."""

    name = forms.CharField(label=_("Name"), max_length=LONGEST)
    email = AddressField(
        help_text=_("A corrected address gets the invitation anew; the former link stops working.")
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ["name", "email", "language", "role", "title", "until"]

    def __init__(self, *args: Any, membership: Membership, correctable: bool, **kwargs: Any) -> None:
        user = membership.user
        super().__init__(
            *args,
            initial={
                "role": membership.role, "title": membership.title, "until": membership.until,
                "name": user.name, "email": user.email, "language": user.language,
            },
            **kwargs,
        )  # fmt: skip
        self.membership = membership
        if not correctable:
            for name in ("name", "email", "language"):
                del self.fields[name]

    def clean_until(self) -> date | None:
        """A date that is stored already may stay, though it be over."""
        until: date | None = self.cleaned_data["until"]
        return until if until == self.membership.until else super().clean_until()


class StaffForm(PersonForm):
    """Somebody of GovEx, or of the funder for one cohort."""

    role = forms.ChoiceField(
        label=_("Role"), choices=[(role.value, capfirst(role.label)) for role in [*STAFF_ROLES, Role.FUNDER]]
    )
    cohort = forms.ModelChoiceField(
        Cohort.objects.all(), label=_("Cohort"), required=False,
        help_text=_("Which cohort a funder viewer sees."),
    )  # fmt: skip
    field_order = ["name", "email", "role", "cohort", "language"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        email, role, cohort = data.get("email"), data.get("role"), data.get("cohort")
        if role == Role.FUNDER and not cohort and "cohort" not in self.errors:
            self.add_error("cohort", _("Say which cohort this person may see."))
        user = User.objects.filter(email=email).first() if email else None
        if user and role in STAFF_ROLES and user.staffrole_set.filter(role=role).exists():
            self.add_error("email", _("This person has the role already."))
        if user and role == Role.FUNDER and user.fundergrant_set.filter(cohort=cohort).exists():
            self.add_error("email", _("This person sees the cohort already."))
        return data


def zone_choices(current: str) -> list[Any]:
    """Every time zone with a place's name, by area, the Americas first; the stored one among them."""
    areas: dict[str, list[tuple[str, str]]] = {}
    for zone in sorted(available_timezones() | {current}):
        area, _slash, place = zone.partition("/")
        if place and area in _AREAS or zone == current:
            areas.setdefault(area, []).append((zone, (place or zone).replace("_", " ").replace("/", ", ")))
    return [(area, areas[area]) for area in sorted(areas, key=lambda name: (name != "America", name))]


_AREAS = {"America", "Atlantic", "Pacific", "Europe", "Africa", "Asia", "Australia", "Indian", "Antarctica"}


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        help_texts = {
            "language": _("Of the pages and of the mails to you."),
            "time_zone": _("Times are shown in this zone, and mails keep to your day."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = zone_choices(self.instance.time_zone)
        self.fields["time_zone"] = forms.ChoiceField(
            label=self.fields["time_zone"].label,
            choices=choices,
            help_text=self.fields["time_zone"].help_text,
        )
