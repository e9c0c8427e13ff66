"""Rows that several people edit at once: no one overwrites a change they haven't seen.

The form of a row carries the values that it showed. Only what its writer changed is written, and only to the row as it
was shown. Otherwise the form comes back over the row as it is now, with the writer's own values and a list of what
others changed (templates/components/conflict.html). A row whose rules reach beyond one form, as the plan's do, counts
its changes in `stamp`: there a change of any other field counts too. The form of a new row carries a key instead
(accelerator/form_keys.py).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accelerator import audit, form_keys
from accelerator.models import AuditEvent, User
from accelerator.refusals import Conflict, Refused, Removed
from accelerator.web import Row, RowForm, add_problems

_HIDDEN = ("stamp", "seen", form_keys.NAME)
NO_STAMP = -1  # a missing stamp is never the present one


@contextmanager
def refusing(field: str = "") -> Iterator[None]:
    """What a verb finds wrong is refused beside a field of the form."""
    try:
        yield
    except ValidationError as why:
        raise Refused({field: " ".join(why.messages)}) from why


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


def last_change(row: models.Model, **more: Any) -> AuditEvent | None:
    """Who changed a row last, by the record."""
    about = {"kind": row._meta.model_name, "object_id": str(row.pk), "city_id": audit.city_of(row), **more}
    return AuditEvent.objects.filter(**about).order_by("-at").first()


def who_did(event: AuditEvent | None) -> str:
    person = User.objects.filter(pk=event.actor_id).first() if event and event.actor_id else None
    return str(person or _("Somebody"))


# The form


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What someone else made of a field; `own` is another value of its writer's own, which the form still holds."""

    label: str
    value: str
    own: str = ""


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
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, models.Model):
        return str(value.pk)
    return str(value).replace("\r\n", "\n").strip()


class SharedRowForm(RowForm[Row]):
    """The form of one row that others may be editing too. `row` is the row as it was read: the form's own copy
    takes the values."""

    stamp = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100_000)
    form_key = forms.CharField(widget=forms.HiddenInput, required=False, initial=form_keys.new_key)
    made_of: ClassVar[tuple[str, ...]] = ()  # the form's attributes that it is made of, beside its row
    read_only: ClassVar[tuple[str, ...]] = ()  # the row's fields that the page of the form shows and doesn't change

    def __init__(self, data: Any = None, *, instance: Row, **kwargs: Any) -> None:
        self.row: Any = instance
        self.conflict: Changes | None = None
        self.is_removed = False
        super().__init__(data, instance=copy.copy(instance), **kwargs)
        for name, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[name] = as_posted(value)
        if instance.pk is None:
            del self.fields["stamp"], self.fields["seen"]
        else:
            del self.fields[form_keys.NAME]
            if not hasattr(instance, "stamp"):
                del self.fields["stamp"]
        # What is shown is asked for late: a subclass may still change the fields.
        self.initial.update(stamp=getattr(instance, "stamp", 0), seen=self.shown)

    def over(self, row: Row) -> Self:
        """The same form, not filled in, over another state of the row."""
        made_of = {name: getattr(self, name) for name in self.made_of}
        return type(self)(instance=row, prefix=self.prefix, **made_of)

    def find_problems(self, values: dict[str, Any]) -> dict[str, str]:
        """What keeps the row from having these values, a sentence by field: what the database's constraints say."""
        return {}

    @property
    def field_names(self) -> list[str]:
        """The fields that people see."""
        return [name for name in self.fields if name not in _HIDDEN]

    @property
    def shown_names(self) -> list[str]:
        return [*self.field_names, *self.read_only]

    def stored(self, name: str) -> Any:
        field = self.fields.get(name)
        return self.get_initial_for_field(field, name) if field else getattr(self.row, name)

    def present(self, name: str) -> Any:
        """A field's value in the row, as a browser would send it back."""
        return as_posted(self.stored(name))

    def shown(self) -> str:
        """What the form shows of the row, as text that travels with it."""
        return json.dumps({name: self.present(name) for name in self.shown_names}, ensure_ascii=False)

    def hold(self) -> None:
        """Hold the row until the transaction ends; raises Conflict where it isn't as the form showed it, or Removed.

        A new row has no one else, and a stamp is compared when the row is written.
        """
        if self.row.pk is None or "stamp" in self.fields:
            return
        row = type(self.row)._base_manager.select_for_update(no_key=True).filter(pk=self.row.pk).first()
        if row is None:
            raise Removed
        form, seen = self.over(row), self.seen_values()
        if any(seen.get(name) != form.present(name) for name in form.shown_names):
            raise Conflict(row)

    def posted(self, name: str) -> Any:
        value = self[name].data
        if isinstance(self.fields[name], forms.BooleanField):
            return "on" if value and value != "False" else ""
        return as_posted(value)

    @cached_property
    def changed_data(self) -> list[str]:
        """The fields in which the writer has changed what was shown; all of them where that isn't known."""
        seen = self.seen_values()
        names = [name for name in self.field_names if not self.fields[name].disabled]
        return [name for name in names if name not in seen or self.posted(name) != seen[name]]

    def seen_values(self) -> dict[str, Any]:
        """What the form showed, as a browser would have sent it back."""
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

    def rebased(self, row: Row) -> Self:
        """The form over the row as it is now: what the writer changed stays, every other field follows the row."""
        form, data, seen, changes = self.over(row), cast(QueryDict, self.data).copy(), self.seen_values(), []
        for name in form.shown_names:
            present, is_own = form.present(name), name in self.changed_data
            if seen.get(name) != present:
                is_overruled = is_own and self.posted(name) != present
                own = form.readable(name, self.cleaned_data.get(name, self.posted(name))) if is_overruled else ""
                changes.append(FieldChange(form.label(name), form.readable(name, form.stored(name)), own))
            if not is_own and name in form.fields:
                data.setlist(form.add_prefix(name), present if isinstance(present, list) else [present])
        data[form.add_prefix("stamp")] = str(form.initial["stamp"])
        data[form.add_prefix("seen")] = form.shown()
        form.data, form.is_bound = data, True
        event = form.last_change()
        form.conflict = Changes(changes, who_did(event), event.at if event else None)
        return form

    def last_change(self) -> AuditEvent | None:
        return last_change(self.row)

    def label(self, name: str) -> str:
        field = self.fields.get(name) or self.row._meta.get_field(name)
        return capfirst(str(field.label if isinstance(field, forms.Field) else field.verbose_name))

    def readable(self, name: str, value: Any) -> str:
        """A value of a field, of the row or typed, as people read it."""
        field = self.fields.get(name)
        if isinstance(field, forms.ModelMultipleChoiceField):
            text = ", ".join(str(getattr(row, "code", row)) for row in _rows_of(field, value))
        elif isinstance(field, forms.ModelChoiceField):
            text = ", ".join(map(field.label_from_instance, _rows_of(field, [value] if value else [])))
        elif value in (None, ""):
            text = ""
        elif isinstance(field, forms.ChoiceField):
            labels = {str(key): str(label) for key, label in _flat(field.choices)}
            chosen = value if isinstance(value, list) else [value]
            text = ", ".join(labels.get(str(key), str(key)) for key in chosen)
        elif isinstance(value, bool):
            text = _("yes") if value else _("no")
        elif isinstance(value, date):
            text = date_format(timezone.localtime(value) if isinstance(value, datetime) else value)
        elif isinstance(value, list):
            text = "; ".join(map(str, value))
        else:
            text = str(value)
        return text or _("nothing")

    @property
    def conflict_code(self) -> int:
        """The status of a page with this form: 404 for a row that is gone, 409 for a conflict, else 200."""
        return 404 if self.is_removed else 409 if self.conflict else 200

    @property
    def status_code(self) -> int:
        """The same, with 422 for mistakes."""
        return 422 if self.is_bound and self.conflict_code == 200 else self.conflict_code


def _rows_of(field: forms.ModelChoiceField[Any], chosen: Any) -> Iterable[Any]:
    """The rows of a choice, which may be told by their keys."""
    name = field.to_field_name or "pk"
    assert field.queryset is not None
    return field.queryset.filter(**{f"{name}__in": [getattr(one, name, one) for one in chosen]})


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    """Choices without their groups."""
    for key, label in choices:
        yield from label if isinstance(label, list | tuple) else [(key, label)]


_Form = TypeVar("_Form", bound=SharedRowForm[Any])


def save_form(form: _Form, write: Callable[..., object] | None) -> tuple[_Form, bool]:
    """Write a sent form's values by a verb: the form to show, and whether all was saved. Nothing is half saved.

    There is no verb for a row that someone removed while the form was filled in (`find_row`).
    """
    if not form.is_bound:
        return form, False
    if write is None:
        form.refuse_removed()
        return form, False
    is_valid = form.is_valid()
    try:
        with transaction.atomic():
            form.hold()
            if not is_valid:
                return form, False
            values = form.values()
            if values or "stamp" in form.fields:  # a stamp is compared even where nothing is written
                write(**values)
    except Conflict as conflict:
        rebased = form.rebased(conflict.row)
        # The same values sent again are no conflict: a row may have saved itself a moment before.
        return rebased, not rebased.changed_data
    except Refused as refused:
        add_problems(form, refused.problems)
        form.is_removed = isinstance(refused, Removed)
        return form, False
    return form, True


def find_row(request: HttpRequest, rows: models.QuerySet[Any] | models.Manager[Any], pk: int) -> Any:
    """A row to edit; None for one that someone removed while the form that comes now was filled in, else 404."""
    row = rows.filter(pk=pk).first()
    if row is None and request.method != "POST":
        raise Http404
    return row
