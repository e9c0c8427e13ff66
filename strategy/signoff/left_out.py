"""What a submitted version leaves out: optional sections without content, and the numbers that change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator.languages import phrase, written_in
from accelerator.texts import richtext
from cities.models import City
from strategy.document.tree import printed_numbers
from strategy.signoff.findings import Finding, Place
from strategy.template.models import SectionRole

# "section 12" in the three languages.
_REFERENCE = re.compile(r"\b(?:section|sección|seccion|seção|secao)\s+(\d{1,2})\b(?![.,]\d)", re.IGNORECASE)


def check(city: City, sections: Sequence[Any]) -> Iterator[Finding]:
    """`sections` are the city's present ones, in order, each with `has_rows`."""
    kept = [row for row in sections if row.template.required or row.html or row.has_rows]
    whole = Place(_("Sections"), reverse("strategy:strategy", args=[city.slug]))
    if left := [str(row.template.title) for row in sections if row not in kept]:
        yield whole.advice(sentence(left))
    yield from _check_references(city, kept)


def sentence(titles: list[str]) -> str:
    """ "2 optional sections have no text and will be left out: ..."."""
    message = ngettext(
        "%(number)d optional section has no text and will be left out: %(titles)s. The sections after it get new "
        "numbers.",
        "%(number)d optional sections have no text and will be left out: %(titles)s. The sections after them get "
        "new numbers.",
        len(titles),
    )
    return message % {"number": len(titles), "titles": ", ".join(titles)}


def _check_references(city: City, kept: Sequence[Any]) -> Iterator[Finding]:
    """Sentences that name a section by a number which it doesn't have in the document."""
    numbers = printed_numbers(row.template.role == SectionRole.LETTER for row in kept)
    printed = {row.template.number: number for row, number in zip(kept, numbers, strict=True)}
    changed = {before: after for before, after in printed.items() if before != after}
    for row in kept:
        url = reverse("strategy:section", args=[city.slug, row.key])
        place = Place(f"{row.template.number}. {row.template.title}", url)
        for match in _REFERENCE.finditer(richtext.text(row.html)):
            quote = written_in(match[0], city.language)
            if match[1] in changed:
                message = _(
                    "The text mentions “%(words)s.” In the submitted version, that section is number %(number)s."
                )
                yield place.advice(phrase(message, words=quote, number=changed[match[1]]), match[0])
            elif match[1] not in printed:
                message = _("The text mentions “%(words)s,” which isn’t in the submitted version.")
                yield place.advice(phrase(message, words=quote), match[0])
