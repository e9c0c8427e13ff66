"""What views read from a request, how they show a refusal, and form widgets shared by several apps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

from django import forms
from django.contrib import messages
from django.db import models
from django.db.models import BLANK_CHOICE_DASH
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from accelerator import formats
from accelerator.models import Cohort, User
from accelerator.refusals import Refused

Row = TypeVar("Row", bound=models.Model)


class Request(HttpRequest):
    """A signed-in person's request, with what middleware and view decorators add to it; for typing only.

    `cities.access` defines what the requests of each kind of view have in addition.
    """

    user: User
    htmx: HtmxDetails
    csp_nonce: str
    can: Collection[str]
    # Set on pages of a cohort and of its cities.
    cohort: Cohort


def whole_number(text: str, digits: int = 9) -> int | None:
    """The whole number that `text` spells with at most this many digits; None for anything else."""
    # `isdigit` alone accepts "²", and `int` raises for thousands of digits.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def number_in(request: HttpRequest, name: str) -> int | None:
    """A whole number from the form or the query string; None if missing or invalid."""
    return whole_number(request.POST.get(name, "") or request.GET.get(name, ""))


def is_script(request: HttpRequest) -> bool:
    """Whether one of our scripts sent the request, not a form or a link."""
    return request.headers.get("X-Requested-With") == "fetch"


def text_in(request: HttpRequest, name: str) -> str:
    """A text from the form or the query string, to look up a row by."""
    # PostgreSQL raises an error for NUL; no row has one, so without it nothing is found.
    text: str = request.POST.get(name, "") or request.GET.get(name, "")
    return text.replace("\0", "")


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """A form's choice field, to limit it to what one reader may choose."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


def replace_sent(form: forms.BaseForm, name: str, *values: str) -> None:
    """Replace submitted data, for a form that is shown again."""
    data = cast(QueryDict, form.data).copy()
    data.setlist(form.add_prefix(name), list(values))
    form.data = data


def row_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Any]:
    """A form's model choice field, to limit it to one city's rows."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    return field


class RowForm(forms.ModelForm, Generic[Row]):  # type: ignore[type-arg]  # Django's takes no type at run time
    """A form for one row of the subclass's model."""

    instance: Row

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Django shows nine hyphens, which a screen reader reads out one by one.
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField):
                if field.empty_label == BLANK_CHOICE_DASH[0][1]:
                    field.empty_label = _("Not chosen")
            elif isinstance(field, forms.ChoiceField):
                choices = cast(Iterable[Any], field.choices)
                field.choices = [
                    ("", _("Not chosen")) if choice == BLANK_CHOICE_DASH[0] else choice for choice in choices
                ]


@contextmanager
def refusal_as_message(request: HttpRequest) -> Iterator[None]:
    """Turn a refusal inside the block into a message on the next page; the view continues after the block."""
    try:
        yield
    except Refused as refused:
        messages.error(request, str(refused))


def add_problems(form: forms.BaseForm, problems: dict[str, str]) -> None:
    """Show a refusal's messages (`Refused.problems`) in the form."""
    for name, message in problems.items():
        form.add_error(name if name in form.fields else None, message)


def at_most(characters: int, message: Any) -> Callable[[str], None]:
    """A validator of a text's length; the message has `limit_value` and `show_value`, as Django's own has."""

    def check(text: str) -> None:
        # Django's would write 200000, without separators.
        if len(text) > characters:
            params = {"limit_value": formats.number(characters), "show_value": formats.number(len(text))}
            raise forms.ValidationError(message, code="max_length", params=params)

    return check


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        # The browser's date field reads only ISO dates, whatever the page's language.
        super().__init__(attrs, format="%Y-%m-%d")
