"""Rows that several people edit at once: no one overwrites a change they haven't seen.

A row counts its changes in `stamp`. Its form carries the stamp and the values it showed; only what its writer changed
is written, and only to the row as it was shown. Otherwise the form comes back over the row as it is now, with the
writer's own values and a list of what others changed (templates/components/conflict.html).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Self, TypeVar, cast

from django import forms
from django.db import models, transaction
from django.db.models import F
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import AuditEvent, User
from accelerator.refusals import Conflict, Refused, Removed
from accelerator.web import RowForm, add_problems

_HIDDEN = ("stamp", "seen")
NO_STAMP = -1  # a missing stamp is never the present one


def update_row(row: models.Model, *, stamp: int, by: User | None, verb: str, **values: Any) -> None:
    """Write values to a row that still has the stamp; raises Conflict or Removed. On record as `verb`."""
    found = type(row)._default_manager.filter(pk=row.pk)
    if hasattr(row, "city_id"):
        found = found.filter(city=row.city_id)
    if not found.filter(stamp=stamp).update(stamp=F("stamp") + 1, **values):
        present = found.first()
        raise Conflict(present) if present else Removed()
    for name, value in {**values, "stamp": stamp + 1}.items():
        setattr(row, name, value)
    audit.record(verb, by=by, about=row, fields=sorted(values))


def last_change(row: models.Model) -> AuditEvent | None:
    """Who changed a row last, by the record."""
    about = {"kind": row._meta.model_name, "object_id": str(row.pk), "city_id": getattr(row, "city_id", None)}
    return AuditEvent.objects.filter(**about).order_by("-at").first()


# The form


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What someone else made of a field; `is_overruled` where the form holds another value of its writer's own."""

    label: str
    value: str
    is_overruled: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What someone else changed since a form was shown, as components/conflict.html tells it."""

    fields: list[FieldChange]
    who: str = ""
    when: datetime | None = None


def as_posted(value: Any) -> Any:
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


class SharedRowForm(RowForm[models.Model]):
    """The form of one row that others may be editing too. `row` is the row as it was read: the form's own copy
    takes the values. A form that is made of more than its row says in `over` how it is made again."""

    stamp = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100_000)

    def __init__(self, data: Any = None, *, instance: models.Model, **kwargs: Any) -> None:
        self.row: Any = instance
        self.conflict: Changes | None = None
        self.is_removed = False
        super().__init__(data, instance=copy.copy(instance), **kwargs)
        for name, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[name] = as_posted(value)
        # What is shown is asked for late: a subclass may still change the fields.
        self.initial.update(stamp=getattr(instance, "stamp", 0), seen=self.shown)

    def over(self, row: models.Model) -> Self:
        """The same form, not filled in, over another state of the row."""
        return type(self)(instance=row, prefix=self.prefix)

    def find_problems(self, values: dict[str, Any]) -> dict[str, str]:
        """What keeps the row from having these values, a sentence by field: what the database's constraints say."""
        return {}

    @property
    def field_names(self) -> list[str]:
        """The fields that people see."""
        return [name for name in self.fields if name not in _HIDDEN]

    def present(self, name: str) -> Any:
        """A field's value in the row, as a browser would send it back."""
        return as_posted(self.get_initial_for_field(self.fields[name], name))

    def shown(self) -> str:
        """What the form shows of the row, as text that travels with it."""
        return json.dumps({name: self.present(name) for name in self.field_names}, ensure_ascii=False)

    def posted(self, name: str) -> Any:
        value = self[name].data
        if isinstance(self.fields[name], forms.BooleanField):
            return "on" if value and value != "False" else ""
        return as_posted(value)

    @cached_property
    def changed_data(self) -> list[str]:
        """The fields in which the writer has changed what was shown; all of them where that isn't known."""
        seen = self._seen()
        return [name for name in self.field_names if name not in seen or self.posted(name) != seen[name]]

    def _seen(self) -> dict[str, Any]:
        try:
            seen = json.loads(self.data.get(self.add_prefix("seen")) or "{}")
        except (ValueError, RecursionError):
            return {}
        return seen if isinstance(seen, dict) else {}

    def clean(self) -> dict[str, Any]:
        values = {name: value for name, value in vars(self.row).items() if name not in self.errors}
        problems = self.find_problems({**values, **self.cleaned_data})
        add_problems(self, {name: text for name, text in problems.items() if name not in self.errors})
        return self.cleaned_data

    def refuse_removed(self) -> None:
        """Hand back what was typed into a row that is gone, with a sentence that says so."""
        self.full_clean()
        add_problems(self, Removed().problems)
        self.is_removed = True

    @property
    def stamp_read(self) -> int:
        stamp: int | None = self.cleaned_data.get("stamp")
        return NO_STAMP if stamp is None else stamp

    def values(self) -> dict[str, Any]:
        """The changed fields of a valid form, all of a new row, as the verbs take them."""
        names = self.changed_data if self.row.pk else self.field_names
        return {name: self.cleaned_data[name] for name in names}

    def rebased(self, row: models.Model) -> Self:
        """The form over the row as it is now: what the writer changed stays, every other field follows the row."""
        form, data, seen, changes = self.over(row), cast(QueryDict, self.data).copy(), self._seen(), []
        for name in form.field_names:
            present, is_own = form.present(name), name in self.changed_data
            if seen.get(name) != present:
                is_overruled = is_own and self.posted(name) != present
                label = capfirst(str(form.fields[name].label))
                changes.append(FieldChange(label, form.readable(name), is_overruled))
            if not is_own:
                data.setlist(form.add_prefix(name), present if isinstance(present, list) else [present])
        data[form.add_prefix("stamp")] = str(form.initial["stamp"])
        data[form.add_prefix("seen")] = form.shown()
        form.data, form.is_bound = data, True
        event = last_change(row)
        person = User.objects.filter(pk=event.actor_id).first() if event and event.actor_id else None
        form.conflict = Changes(changes, str(person or _("Somebody")), event.at if event else None)
        return form

    def readable(self, name: str) -> str:
        """A field's value in the row as people read it."""
        field = self.fields[name]
        value = self.get_initial_for_field(field, name)
        if isinstance(field, forms.ModelMultipleChoiceField):
            text = ", ".join(str(getattr(row, "code", row)) for row in value)
        elif isinstance(field, forms.ModelChoiceField):
            text = str(field.queryset.filter(pk=value).first() or "") if value else ""  # type: ignore[union-attr]
        elif value in (None, ""):
            text = ""
        elif isinstance(field, forms.ChoiceField):
            text = str(dict(field.choices).get(value, value))  # type: ignore[arg-type]
        elif isinstance(value, bool):
            text = _("yes") if value else _("no")
        elif isinstance(value, date):
            text = date_format(timezone.localtime(value) if isinstance(value, datetime) else value)
        else:
            text = str(value)
        return text or _("nothing")

    @property
    def status_code(self) -> int:
        """The status of a page with this form: 404 for a row that is gone, 409 for a conflict, 422 for mistakes."""
        if self.is_removed:
            return 404
        if self.conflict:
            return 409
        return 422 if self.is_bound else 200


_Form = TypeVar("_Form", bound=SharedRowForm)


def save_form(form: _Form, write: Callable[..., object]) -> tuple[_Form, bool]:
    """Write a form's values by a verb: the form to show, and whether all was saved. Nothing is half saved."""
    if not form.is_valid():
        return form, False
    try:
        with transaction.atomic():
            write(**form.values())
    except Conflict as conflict:
        rebased = form.rebased(conflict.row)
        # The same values sent again are no conflict: a row may have saved itself a moment before.
        return rebased, not rebased.changed_data
    except Refused as refused:
        add_problems(form, refused.problems)
        form.is_removed = isinstance(refused, Removed)
        return form, False
    return form, True


def find_row(request: HttpRequest, rows: models.QuerySet[Any], pk: int) -> Any:
    """A row to edit; None for one that someone removed while the form that comes now was filled in, else 404."""
    row = rows.filter(pk=pk).first()
    if row is None and request.method != "POST":
        raise Http404
    return row
