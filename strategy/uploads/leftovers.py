"""What an uploaded file contains that a text can't: each kind with a number, a word count and an example."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

SENTENCES = {
    "contents": _("The list of contents was left out; the program makes its own."),
    "comments": ngettext_lazy(
        "A comment in the margin was left out.", "%(number)d comments in the margin were left out.", "number"
    ),
    "deleted": _("Words that were deleted with “track changes” on were left out."),
    "page-lines": _("The lines at the head and foot of the pages were left out."),
    "picture": ngettext_lazy("A picture could not be kept.", "%(number)d pictures could not be kept.", "number"),
    "linked-picture": ngettext_lazy(
        "A picture is not in the file but somewhere else; it was not fetched.",
        "%(number)d pictures are not in the file but somewhere else; they were not fetched.",
        "number",
    ),
    "without-words": ngettext_lazy(
        "A picture has no description for people who cannot see it: please add one.",
        "%(number)d pictures have no description for people who cannot see them: please add them.",
        "number",
    ),
    "drawing": ngettext_lazy(
        "A chart or drawing was left out; take a picture of it and add that.",
        "%(number)d charts or drawings were left out; take pictures of them and add those.",
        "number",
    ),
    "formula": ngettext_lazy(
        "A formula became plain characters.", "%(number)d formulas became plain characters.", "number"
    ),
    "outside": _("Words outside the running text, in a box for instance, are the last piece."),
    "long": _("A part was too long for one text and was divided."),
    "acting": ngettext_lazy("A script or form was taken out.", "%(number)d scripts or forms were taken out.", "number"),
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
    detail = Truncator("; ".join(line for line in texts if line)).chars(200)
    return [Leftover(kind, len(texts) if number is None else number, words, detail)]


def rows_of_report(report: list[dict[str, Any]]) -> list[Leftover]:
    # Stored reports may have kinds that no longer exist.
    return [Leftover(**row) for row in report if row.get("kind") in SENTENCES]
