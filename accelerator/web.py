"""What views read from a request, and the widgets that forms of several apps share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accelerator.models import Cohort


def whole_number(text: str, digits: int = 9) -> int | None:
    """The whole number that `text` spells in at most so many digits; None for everything else.

    `isdigit` alone takes "²", and `int` raises where there are thousands of digits.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None


def word_in(request: HttpRequest, name: str) -> str:
    """A word from the form or the address, to look a row up by; the database refuses a NUL, and no row holds one."""
    word: str = request.POST.get(name, "") or request.GET.get(name, "")
    return word.replace("\0", "")


def cohort_of(request: HttpRequest, slug: str) -> Cohort:
    """The cohort that an address of staff names, also as `request.cohort` for the navigation; 404 where none is."""
    cohort = get_object_or_404(Cohort, slug=slug)
    request.cohort = cohort  # type: ignore[attr-defined]
    return cohort


class DateInput(forms.DateInput):
    """The browser's own date field, in whatever language the page is."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
