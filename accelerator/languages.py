"""Text that people wrote in another language than the page's carries `lang`, so that it is read aloud rightly.

An element that holds nothing else has the attribute itself: `lang="{{ city.language }}"`. Where such a text is part of
a sentence, `written_in` marks it.
"""

from __future__ import annotations

from typing import Self

from django import forms
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language


class Phrase(str):
    """Text that is plain everywhere but in HTML, where the parts in another language are marked."""

    html: SafeString

    def __new__(cls, text: object, html: str) -> Self:
        made = super().__new__(cls, text)
        made.html = SafeString(html)
        return made

    def __html__(self) -> SafeString:
        return self.html


def written_in(text: object, language: str) -> Phrase:
    """Someone's text, marked where its language is known and isn't the reader's."""
    text = text if isinstance(text, str) else "" if text is None else str(text)
    if text and language and language != get_language():
        return Phrase(text, format_html('<span lang="{}">{}</span>', language, text))
    return Phrase(text, conditional_escape(text))


def phrase(pattern: str, **values: object) -> Phrase:
    """A sentence with values for its %(name)s, some of them `written_in`."""
    escaped = {name: conditional_escape(value) if isinstance(value, str) else value for name, value in values.items()}
    return Phrase(pattern % values, conditional_escape(pattern) % escaped)


def mark_fields(form: forms.BaseForm, language: str) -> None:
    """What is typed into a form about a city is in the city's language, whatever the form's own is."""
    for field in form.fields.values():
        if isinstance(field.widget, forms.Textarea) or getattr(field.widget, "input_type", "") == "text":
            field.widget.attrs["lang"] = language
