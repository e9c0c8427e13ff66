"""What views read from a request, how they show a refusal, and the widgets that forms of several apps share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar, cast

from django import forms
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, QueryDict
from django_htmx.middleware import HtmxDetails

from accelerator import formats
from accelerator.models import Cohort, User
from accelerator.refusals import Refused

Row = TypeVar("Row", bound=models.Model)


class Request(HttpRequest):
    """The request of a signed-in person, with what middleware and view decorators set on it; a type and nothing more.

    `cities.access` says what the request of each kind of view has besides.
    """

    user: User
    htmx: HtmxDetails
    csp_nonce: str
    can: Collection[str]
    # Set on the pages of a cohort and of its cities.
    cohort: Cohort


def whole_number(text: str, digits: int = 9) -> int | None:
    """The whole number that `text` spells in at most so many digits; None for everything else."""
    # `isdigit` alone accepts "²", and `int` raises where there are thousands of digits.
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def number_in(request: HttpRequest, name: str) -> int | None:
    """A whole number from the form or the address; None if it is missing or something else."""
    return whole_number(request.POST.get(name, "") or request.GET.get(name, ""))


def is_script(request: HttpRequest) -> bool:
    """Whether one of our scripts sent the request, not a form or a link."""
    return request.headers.get("X-Requested-With") == "fetch"


def text_in(request: HttpRequest, name: str) -> str:
    """A text from the form or the address, to look a row up by."""
    # PostgreSQL refuses a NUL with an error; no row has one, so without it nothing is found.
    text: str = request.POST.get(name, "") or request.GET.get(name, "")
    return text.replace("\0", "")


def choice_field(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """A form's field of choices, to narrow it to what one reader may choose."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


def replace_sent(form: forms.BaseForm, name: str, *values: str) -> None:
    """Replace what was sent, for a form that is shown again."""
    data = cast(QueryDict, form.data).copy()
    data.setlist(form.add_prefix(name), list(values))
    form.data = data


def row_field(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Any]:
    """A form's field of rows, to narrow it to one city's."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    return field


class RowForm(forms.ModelForm, Generic[Row]):  # type: ignore[type-arg]  # Django's takes no type at run time
    """A form of one row, of the model that a subclass names."""

    instance: Row


@contextmanager
def refusal_as_message(request: HttpRequest) -> Iterator[None]:
    """A refusal inside the block becomes a message on the next page; the view goes on after the block."""
    try:
        yield
    except Refused as refused:
        messages.error(request, str(refused))


def add_problems(form: forms.BaseForm, problems: dict[str, str]) -> None:
    """Show the sentences of a refusal (`Refused.problems`) in the form."""
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
        # The browser's date field reads ISO dates only, in whatever language the page is.
        super().__init__(attrs, format="%Y-%m-%d")
