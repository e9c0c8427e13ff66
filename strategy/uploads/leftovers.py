"""What an uploaded file contains that a text can't: each kind with a number, a word count and an example."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accelerator.excerpts import excerpt

SENTENCES = {
    "contents": _("The table of contents was left out because this site creates its own."),
    "comments": ngettext_lazy(
        "One comment in the margin was left out.", "%(number)d comments in the margin were left out.", "number"
    ),
    "deleted": _("Text deleted with “Track Changes” was left out."),
    "page-lines": _("Page headers and footers were left out."),
    "picture": ngettext_lazy("One image couldn’t be imported.", "%(number)d images couldn’t be imported.", "number"),
    "linked-picture": ngettext_lazy(
        "One image is stored outside the file, so it wasn’t imported.",
        "%(number)d images are stored outside the file, so they weren’t imported.",
        "number",
    ),
    "without-words": ngettext_lazy(
        "One image has no description for people who can’t see it. Please add one.",
        "%(number)d images have no description for people who can’t see them. Please add one to each.",
        "number",
    ),
    "drawing": ngettext_lazy(
        "One chart or drawing was left out. Save it as an image and add the image.",
        "%(number)d charts or drawings were left out. Save them as images and add the images.",
        "number",
    ),
    "formula": ngettext_lazy(
        "One formula was converted to plain text.", "%(number)d formulas were converted to plain text.", "number"
    ),
    "outside": ngettext_lazy(
        "One paragraph from a text box or another unusual place was added where it seems to belong. Please check it.",
        "%(number)d paragraphs from text boxes or other unusual places were added where they seem to belong. "
        "Please check them.",
        "number",
    ),
    "hidden": _("Text formatted as hidden was left out."),
    "long": _("One passage was too long and was split."),
    "acting": ngettext_lazy("One script or form was removed.", "%(number)d scripts or forms were removed.", "number"),
}


@dataclass(frozen=True, slots=True)
class Leftover:
    """`words` is how many words of the document are in no piece for this reason; `detail` shows the first ones."""

    kind: str
    number: int = 1
    words: int = 0
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.kind] % {"number": self.number})


def leftover_rows(kind: str, texts: list[str], *, number: int | None = None) -> list[Leftover]:
    if not texts and not number:
        return []
    words = sum(len(line.split()) for line in texts)
    detail = excerpt("; ".join(line for line in texts if line), 200)
    return [Leftover(kind, len(texts) if number is None else number, words, detail)]


def rows_of_report(report: list[dict[str, Any]]) -> list[Leftover]:
    # Stored reports may have kinds that no longer exist.
    return [Leftover(**row) for row in report if row.get("kind") in SENTENCES]
