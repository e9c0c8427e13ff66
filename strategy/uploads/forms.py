from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext

from accelerator import formats
from accelerator.excerpts import excerpt
from accelerator.intake.fields import ContentField
from strategy.sections.models import Section
from strategy.uploads.actions import ASIDE, COMPARE, INTO, TRAY, Choice
from strategy.uploads.models import UploadPiece
from strategy.uploads.reading import ADVICE, MEGABYTES


class UploadForm(forms.Form):
    file = ContentField(
        label=_("Word document or web page"),
        read=bytes,
        megabytes=MEGABYTES,
        advice=ADVICE,
        accept=".docx,.html,.htm,.zip",
        help_text=_(
            "A .docx or .html file, 20 MB maximum. From Google Docs, download the document as .docx or as a web page."
        ),
    )


class SortForm(forms.Form):
    """A choice for each piece, and the section revisions that the page showed."""

    def __init__(self, *args: Any, pieces: Iterable[UploadPiece], sections: list[Section], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections, self.pieces = sections, list(pieces)
        options, by_pk = _options(sections), {section.pk: section for section in sections}
        for piece in self.pieces:
            name = str(piece.heading or piece.upload)
            self.fields[f"piece-{piece.pk}"] = forms.ChoiceField(
                label=_("What to do with “%(piece)s”") % {"piece": excerpt(name, 60)},
                choices=options,
                required=False,
                initial=_initial_choice(piece, by_pk),
                error_messages={"invalid_choice": _("That section is no longer part of the strategy. Choose again.")},
            )
        for section in sections:
            self.fields[f"base-{section.pk}"] = forms.IntegerField(
                required=False, min_value=0, initial=section.revision, widget=forms.HiddenInput
            )

    @property
    def rows(self) -> list[tuple[UploadPiece, forms.BoundField]]:
        return [(piece, self[f"piece-{piece.pk}"]) for piece in self.pieces]

    @property
    def choices(self) -> dict[int, Choice]:
        """By piece; the tray for pieces without a choice."""
        choices = {}
        for piece in self.pieces:
            action, _colon, section = self.cleaned_data[f"piece-{piece.pk}"].partition(":")
            choices[piece.pk] = Choice(action or TRAY, int(section or 0))
        return choices

    @property
    def bases(self) -> dict[int, int]:
        """By section: the revision that the page showed."""
        sent = {section.pk: self.cleaned_data[f"base-{section.pk}"] for section in self.sections}
        return {pk: base for pk, base in sent.items() if base is not None}


def _initial_choice(piece: UploadPiece, sections: dict[int, Section]) -> str:
    # A piece that was sorted before stays where it is; a section's own text is never added to unasked.
    section = sections.get(piece.section_id or 0)
    if section is None or piece.state_at:
        return TRAY
    return f"{COMPARE if section.words else INTO}:{section.pk}"


def _options(sections: list[Section]) -> list[Any]:
    into = [(f"{INTO}:{section.pk}", _into_label(section)) for section in sections]
    comparisons = [
        (f"{COMPARE}:{section.pk}", _("Compare with %(section)s") % {"section": section})
        for section in sections
        if section.words
    ]
    options: list[Any] = [
        (TRAY, _("Decide later")),
        (ASIDE, pgettext("order", "Set aside")),
        (_("Insert into a section"), into),
    ]
    return [*options, (_("Compare with a section’s text"), comparisons)] if comparisons else options


def _into_label(section: Section) -> str:
    if not section.words:
        return _("Insert into %(section)s (empty)") % {"section": section}
    sentence = ngettext(
        "Insert below the text of %(section)s (%(words)s word)",
        "Insert below the text of %(section)s (%(words)s words)",
        section.words,
    )
    return sentence % {"section": section, "words": formats.number(section.words)}
