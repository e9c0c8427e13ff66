"""Forms of rows with a stamp: what was shown travels with the form, so that only what a person touched is written
and nobody overwrites another's change without having seen it."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accelerator.models import User
from strategy.plan import actions as plan

HIDDEN = ("stamp", "seen")


class Address(forms.URLField):
    """An address on the web; one typed without its scheme is taken as https."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(assume_scheme="https", **kwargs)


@dataclass(frozen=True, slots=True)
class Theirs:
    """What another person made of a field meanwhile; `yours` where the form holds another value of one's own."""

    label: str
    words: str
    yours: bool


def raw(value: Any) -> Any:
    """A value as a browser sends it back, to compare what was shown with what came."""
    if isinstance(value, list | tuple | models.QuerySet):
        return sorted(str(getattr(item, "pk", item)) for item in value)
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return "on"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return str(value.pk)
    return str(value).replace("\r\n", "\n").strip()


class StampedForm(forms.ModelForm):
    """A form of one row. `row` is the row as it stands; `values()` what the person changed; see `stale`."""

    stamp = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20_000)

    def __init__(self, *args: Any, instance: models.Model, **kwargs: Any) -> None:
        self.row = instance
        self.theirs: list[Theirs] = []
        self.who, self.when = "", None
        super().__init__(*args, instance=copy.copy(instance), **kwargs)
        for name, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[name] = raw(value)
        self.initial |= {"stamp": getattr(instance, "stamp", 0), "seen": self.shown()}

    @property
    def asked(self) -> list[str]:
        """The names of the fields that people see."""
        return [name for name in self.fields if name not in HIDDEN]

    def shown(self) -> str:
        """What the form shows of the row, as text that travels with it."""
        return json.dumps(
            {name: raw(self.get_initial_for_field(self.fields[name], name)) for name in self.asked}
        )

    def came(self, name: str) -> Any:
        """What the browser sent for a field."""
        value = self[name].data
        if isinstance(self.fields[name], forms.BooleanField):
            return "on" if value and value != "False" else ""
        return raw(value)

    @property
    def touched(self) -> list[str]:
        """The fields in which the person has changed what was shown; all of them where that is not known."""
        seen = self._seen()
        return [name for name in self.asked if name not in seen or self.came(name) != seen[name]]

    def _seen(self) -> dict[str, Any]:
        """What was shown, as it travelled with the form; nothing where that is not to be read."""
        try:
            seen = json.loads(self.data.get(self.add_prefix("seen")) or "{}")
        except (ValueError, RecursionError):
            return {}
        return seen if isinstance(seen, dict) else {}

    def values(self) -> dict[str, Any]:
        """The changed fields of a valid form, as the verbs take them; all fields of a new row."""
        names = self.touched if self.row.pk else self.asked
        return {name: self.cleaned_data[name] for name in names}

    def clean(self) -> dict[str, Any]:
        """Constraints of the database are said in words by `check`, not by their names."""
        for name, sentence in self.check(self._whole()).items():
            self.add_error(name if name in self.fields else None, sentence)
        return self.cleaned_data

    def check(self, data: dict[str, Any]) -> dict[str, str]:
        return {}

    def _whole(self) -> dict[str, Any]:
        kept = {name: value for name, value in vars(self.row).items() if name not in self.errors}
        return {**kept, **self.cleaned_data}

    def refuse(self, refused: plan.Refused) -> None:
        """Show why the verb would not have it."""
        for name, sentence in refused.problems.items():
            self.add_error(name if name in self.fields else None, sentence)

    def stale(self, row: models.Model) -> StampedForm:
        """The form over the row as it stands now: touched fields keep the person's own values."""
        touched, seen = set(self.touched), self._seen()
        fresh = self.again(row)
        data = self.data.copy()
        for name in fresh.asked:
            now = raw(fresh.get_initial_for_field(fresh.fields[name], name))
            if seen.get(name) != now:
                yours = name in touched and self.came(name) != now
                label = capfirst(str(fresh.fields[name].label))
                fresh.theirs.append(Theirs(label, self.words(fresh, name), yours))
            if name not in touched:
                key = fresh.add_prefix(name)
                data.setlist(key, now if isinstance(now, list) else [now])
        data[fresh.add_prefix("stamp")], data[fresh.add_prefix("seen")] = str(row.stamp), fresh.shown()  # type: ignore[attr-defined]
        fresh.data, fresh.is_bound = data, True
        if event := plan.last_change(row):
            person = User.objects.filter(pk=event.actor_id).first()
            fresh.who, fresh.when = str(person or _("Somebody")), event.at
        return fresh

    def again(self, row: models.Model) -> StampedForm:
        """The same form, not filled in, over another state of the row."""
        raise NotImplementedError

    @staticmethod
    def words(form: StampedForm, name: str) -> str:
        """A field's present value as people read it."""
        value = form.get_initial_for_field(form.fields[name], name)
        field = form.fields[name]
        if isinstance(field, forms.ModelMultipleChoiceField):
            return ", ".join(str(getattr(row, "code", row)) for row in value) or _("nothing")
        if isinstance(field, forms.ModelChoiceField):
            found = field.queryset.filter(pk=value).first() if value else None
            return str(found) if found else _("nothing")
        if isinstance(field, forms.ChoiceField):
            return str(dict(field.choices).get(value, value)) if value not in (None, "") else _("nothing")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, datetime):
            value = timezone.localtime(value)
        if isinstance(value, date):
            return date_format(value)
        return str(value) if value not in (None, "") else _("nothing")
