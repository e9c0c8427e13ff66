"""Rows that several people edit at once: no one overwrites a change they haven't seen.

A row's form carries the values it showed. Only the fields its author changed are written, and only if the row is still
as shown. Otherwise the form is shown again on top of the current row, with the author's values and a list of what
others changed (templates/components/conflict.html). A row with rules that span several forms, such as the plan's,
counts its changes in `stamp`; there, a change to any other field counts too. The form for a new row carries a key
instead (accelerator/form_keys.py).
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Self, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accelerator import audit, form_keys, formats, languages
from accelerator.models import AuditEvent, User
from accelerator.refusals import Conflict, Refused, Removed
from accelerator.web import Row, RowForm, add_problems

_HIDDEN = ("stamp", "seen", form_keys.NAME)
TAKEN = gettext_lazy("This is already in use. Enter something else.")
NO_STAMP = -1  # never equal to a current stamp


@contextmanager
def refusing(field: str = "") -> Iterator[None]:
    """Turn a verb's ValidationError into a Refused on a form field."""
    try:
        yield
    except ValidationError as error:
        raise Refused({field: " ".join(error.messages)}) from error


def update_row(row: models.Model, *, stamp: int, by: User | None, verb: str, **values: Any) -> None:
    """Update a row whose stamp is unchanged, and audit it as `verb`; raises Conflict or Removed."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    if hasattr(row, "city_id"):
        rows = rows.filter(city=row.city_id)
    # Compare and increment in one statement, so two writers can't both match the stamp they read.
    if not rows.filter(stamp=stamp).update(stamp=F("stamp") + 1, **values):
        current = rows.first()
        raise Conflict(current) if current else Removed()
    for name, value in {**values, "stamp": stamp + 1}.items():
        setattr(row, name, value)
    audit.record(verb, by=by, about=row, fields=sorted(values))


def last_change(row: models.Model, **more: Any) -> AuditEvent | None:
    about = {"kind": row._meta.model_name, "object_id": str(row.pk), "city_id": audit.city_of(row), **more}
    return AuditEvent.objects.filter(**about).order_by("-at").first()


def actor_label(event: AuditEvent | None) -> str:
    person = User.objects.filter(pk=event.actor_id).first() if event and event.actor_id else None
    return str(person or _("Someone"))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Someone else's value for a field; `own` is this author's different value, still in the form."""

    label: str
    value: str
    own: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What others changed since the form was shown, for components/conflict.html."""

    fields: list[FieldChange]
    person: str = ""
    when: datetime | None = None


def as_posted(value: Any) -> Any:
    """A value as a browser would post it."""
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
        return value.isoformat(timespec="minutes")
    if isinstance(value, models.Model):
        return str(value.pk)
    return str(value).replace("\r\n", "\n").strip()


class SharedRowForm(RowForm[Row]):
    """The form for one row that others may be editing too; `row` is the row as read."""

    stamp = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=100_000)
    form_key = forms.CharField(widget=forms.HiddenInput, required=False, initial=form_keys.new_key)
    init_names: ClassVar[tuple[str, ...]] = ()  # constructor arguments of a subclass, besides its row
    read_only: ClassVar[tuple[str, ...]] = ()  # row fields that the form's page shows but can't change

    def __init__(self, data: Any = None, *, instance: Row, **kwargs: Any) -> None:
        self.row: Any = instance
        self.conflict: Changes | None = None
        self.is_removed = False
        # Django writes cleaned values to its instance; `row` must stay as read, for comparison.
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
        if city := getattr(self, "city", None) or getattr(instance, "city", None):
            languages.mark_fields(self, city.language)
        # A callable, so that subclasses can still change fields before rendering.
        self.initial.update(stamp=getattr(instance, "stamp", 0), seen=self.seen_json)

    def for_row(self, row: Row) -> Self:
        """The same form, unbound, for another state of the row."""
        return type(self)(instance=row, prefix=self.prefix, **{name: getattr(self, name) for name in self.init_names})

    def find_problems(self, values: dict[str, Any]) -> dict[str, str]:
        """Rules of the row that these values break, as messages by field."""
        return {}

    @property
    def field_names(self) -> list[str]:
        return [name for name in self.fields if name not in _HIDDEN]

    @property
    def shown_names(self) -> list[str]:
        return [*self.field_names, *self.read_only]

    def stored(self, name: str) -> Any:
        field = self.fields.get(name)
        return self.get_initial_for_field(field, name) if field else getattr(self.row, name)

    def present(self, name: str) -> Any:
        """The row's value for a field, as a browser would post it."""
        return as_posted(self.stored(name))

    def seen_json(self) -> str:
        return json.dumps({name: self.present(name) for name in self.shown_names}, ensure_ascii=False)

    def lock(self) -> None:
        """Lock the row for the rest of the transaction; raises Removed, or Conflict if it differs from the form."""
        # No one else edits a new row, and a stamp is compared on write.
        if self.row.pk is None or "stamp" in self.fields:
            return
        # Only the row: a model's ordering may join a table whose rows no one can lock.
        rows = type(self.row)._base_manager.select_for_update(of=("self",), no_key=True)
        row = rows.filter(pk=self.row.pk).first()
        if row is None:
            raise Removed
        form, seen = self.for_row(row), self.seen_values()
        if any(seen.get(name) != form.present(name) for name in form.shown_names):
            raise Conflict(row)

    def posted(self, name: str) -> Any:
        value = self[name].data
        if isinstance(self.fields[name], forms.BooleanField):
            return "on" if value and value != "False" else ""
        return as_posted(value)

    @cached_property
    def changed_data(self) -> list[str]:
        """The fields the author changed; all fields if the form didn't record what it showed."""
        seen = self.seen_values()
        names = [name for name in self.field_names if not self.fields[name].disabled]
        return [name for name in names if name not in seen or self.posted(name) != seen[name]]

    def seen_values(self) -> dict[str, Any]:
        try:
            seen = json.loads(self.data.get(self.add_prefix("seen")) or "{}")
        except (ValueError, RecursionError):
            return {}
        return seen if isinstance(seen, dict) else {}

    def clean(self) -> dict[str, Any]:
        super().clean()  # Django calls `validate_unique` next
        values = {name: value for name, value in vars(self.row).items() if name not in self.errors}
        problems = self.find_problems({**values, **self.cleaned_data})
        add_problems(self, {name: text for name, text in problems.items() if name not in self.errors})
        return self.cleaned_data

    def validate_unique(self) -> None:
        super().validate_unique()
        # Django also skips constraints that include fields outside the form; here the row's city or cohort is known.
        for constraint in self.row._meta.constraints:
            own = [name for name in getattr(constraint, "fields", ()) if name in self.fields]
            if not own or not self.errors.keys().isdisjoint(own):
                continue
            try:
                constraint.validate(type(self.row), self.instance)
            except ValidationError:
                self.add_error(own[-1], self.fields[own[-1]].error_messages.get("unique", TAKEN))

    def refuse_removed(self) -> None:
        # Re-render with what was typed, which may be long.
        self.full_clean()
        add_problems(self, Removed().problems)
        self.is_removed = True

    @property
    def stamp_read(self) -> int:
        stamp: int | None = self.cleaned_data.get("stamp")
        return NO_STAMP if stamp is None else stamp

    def values(self) -> dict[str, Any]:
        """The cleaned values of changed fields; all fields for a new row."""
        names = self.changed_data if self.row.pk else self.field_names
        return {name: self.cleaned_data[name] for name in names}

    def rebased(self, row: Row) -> Self:
        """The form on top of the current row: the author's changes stay, every other field shows the row."""
        form, data, seen, changes = self.for_row(row), cast(QueryDict, self.data).copy(), self.seen_values(), []
        for name in form.shown_names:
            present, is_own = form.present(name), name in self.changed_data
            if seen.get(name) != present:
                is_overruled = is_own and self.posted(name) != present
                own = form.readable(name, self.cleaned_data.get(name, self.posted(name))) if is_overruled else ""
                changes.append(FieldChange(form.label(name), form.readable(name, form.stored(name)), own))
            if not is_own and name in form.fields:
                data.setlist(form.add_prefix(name), present if isinstance(present, list) else [present])
        data[form.add_prefix("stamp")] = str(form.initial["stamp"])
        data[form.add_prefix("seen")] = form.seen_json()
        form.data, form.is_bound = data, True
        event = form.last_change()
        form.conflict = Changes(changes, actor_label(event), event.at if event else None)
        return form

    def last_change(self) -> AuditEvent | None:
        return last_change(self.row)

    def label(self, name: str) -> str:
        field = self.fields.get(name) or self.row._meta.get_field(name)
        return capfirst(str(field.label if isinstance(field, forms.Field) else field.verbose_name))

    def readable(self, name: str, value: Any) -> str:
        """A field value in readable form."""
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
            text = formats.day(timezone.localtime(value).date() if isinstance(value, datetime) else value)
        elif isinstance(value, time):
            text = formats.time(value)
        elif isinstance(value, Decimal):
            text = formats.number(value)
        elif isinstance(value, list):
            text = "; ".join(map(str, value))
        else:
            text = languages.written_in(value, field.widget.attrs.get("lang", "") if field else "")
        return text or pgettext("empty field", "blank")

    @property
    def status_code(self) -> int:
        """404 for a removed row, 409 for a conflict, 422 for mistakes, else 200."""
        if self.is_removed or self.conflict:
            return 404 if self.is_removed else 409
        return 422 if self.is_bound and not self.is_valid() else 200


def _rows_of(field: forms.ModelChoiceField[Any], chosen: Any) -> list[Any]:
    """The rows of a choice field, given by primary key; none for keys no row can have."""
    name = field.to_field_name or "pk"
    assert field.queryset is not None
    try:
        keys = [getattr(row, name, row) for row in chosen]
        # PostgreSQL refuses a NUL with an error.
        return list(field.queryset.filter(**{f"{name}__in": [key for key in keys if "\0" not in str(key)]}))
    except (ValueError, TypeError):
        return []


def _flat(choices: Any) -> Iterator[tuple[Any, Any]]:
    """Choices without their groups."""
    for key, label in choices:
        yield from label if isinstance(label, list | tuple) else [(key, label)]


_Form = TypeVar("_Form", bound=SharedRowForm[Any])


def save_form(form: _Form, write: Callable[..., object] | None) -> tuple[_Form, bool]:
    """Save a submitted form through a verb; returns the form to show and whether it was saved."""
    if not form.is_bound:
        return form, False
    if write is None:  # the row was removed while the form was open (`find_row`)
        form.refuse_removed()
        return form, False
    is_valid = form.is_valid()
    try:
        with transaction.atomic():
            form.lock()
            if not is_valid:  # after the lock: a conflict is shown before mistakes
                return form, False
            values = form.values()
            if values or "stamp" in form.fields:  # a stamp is compared even if nothing is written
                write(**values)
    except Conflict as conflict:
        rebased = form.rebased(conflict.row)
        # Submitting the same values again isn't a conflict: autosave may have just written them.
        return rebased, is_valid and not rebased.changed_data
    except IntegrityError:
        form.validate_unique()  # it was free a moment ago; now the row that took it is visible
        if not form.errors:
            raise
        return form, False
    except Refused as refused:
        add_problems(form, refused.problems)
        form.is_removed = isinstance(refused, Removed)
        return form, False
    return form, True


def find_row(request: HttpRequest, rows: models.QuerySet[Any] | models.Manager[Any], pk: int) -> Any:
    """A row to edit; None if it was removed before its form was submitted, else 404."""
    row = rows.filter(pk=pk).first()
    if row is None and not request.POST:
        raise Http404
    return row
