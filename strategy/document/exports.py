"""The strategy as HTML for the renderer: a version's tree, or the working draft, on the city's paper size."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import segno
from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accelerator import formats
from accelerator.content_versions import digest
from cities.models import City
from strategy.document import presentation, tables
from strategy.document.block_html import Writer
from strategy.document.tree import Tree, actions_of, is_letter, working_draft

CSS = Path(settings.BASE_DIR) / "static" / "css" / "pdf.css"
PAGES = {City.Paper.LETTER: "letter", City.Paper.A4: "A4"}
# A letter of this length gets its own page; a longer one would leave the next page nearly empty.
LETTER_WORDS = range(120, 381)
# A shorter introduction shares the plan's first page.
BRIEF = 120


@dataclass(frozen=True, slots=True)
class Edition:
    """A numbered version with its code, or the working draft at a point in time."""

    tree: Tree
    made_at: datetime
    number: int | None = None
    code: str = ""

    @property
    def is_draft(self) -> bool:
        return self.number is None

    @property
    def sha256(self) -> str:
        return digest(self.tree)


def draft(city: City) -> Edition:
    return Edition(working_draft(city), timezone.now())


def version(city: City, number: int) -> Edition:
    """Raises StrategyVersion.DoesNotExist."""
    row = city.strategyversion_set.get(number=number)
    return Edition(row.tree, row.submitted_at, row.number, row.code)


def images(city: City, tree: Tree) -> dict[int, str]:
    """A tree's images as `data:` URLs by ID; those whose file is missing aren't included."""
    addresses = {}
    for row in city.picture_set.filter(pk__in=map(int, tree["pictures"])):
        if default_storage.exists(row.file):
            with default_storage.open(row.file) as opened:
                data = base64.b64encode(opened.read()).decode()
            addresses[row.pk] = f"data:{row.kind};base64,{data}"
    return addresses


@contextmanager
def as_in(tree: Tree) -> Iterator[None]:
    """The language, the clock and the numbers of a document, for what is made from it."""
    city = tree["city"]
    with (
        translation.override(tree["language"]),
        timezone.override(city["time_zone"]),
        formats.in_country(city["country"]),
    ):
        yield


def html(edition: Edition, images: dict[int, str]) -> str:
    """The whole document for the PDF renderer, each block marked for the export report; no queries."""
    tree = edition.tree

    def picture(number: int) -> dict[str, Any]:
        return {"src": images[number]} if number in images else {}

    with as_in(tree):
        context = shared_context(edition) | {
            "sections": rendered_sections(tree, picture, mark=True),
            "page": PAGES[City.Paper(tree["city"]["paper"])],
            "watermark": _css_string(_("Working draft")),
            "half": len(_("Working draft")) * 4,  # a letter at this size is about 8 mm wide
            "style": CSS.read_text(encoding="utf-8"),
            "motif": motif(tree),
            "qr": qr(verify_address(edition.code)) if edition.code else "",
        }
        return render_to_string("strategy/document/pdf/strategy.html", context)


def shared_context(edition: Edition) -> dict[str, Any]:
    """Template context shared by PDF, Word and web page; call it in the document's language."""
    tree, made_at = edition.tree, timezone.localtime(edition.made_at)
    return {
        "edition": edition,
        "made_at": f"{formats.day(made_at.date())}, {formats.time_in_zone(made_at, tree['city']['time_zone'])}",
        "tree": tree,
        "city": tree["city"]["name"],
        "place": ", ".join(filter(None, [tree["city"]["region"], tree["city"]["country"]])),
        "parts": presentation.parts(tree),
        **presentation.of_tables(tree),
        "written_sections": tables.written_sections(tree),
        "words": sum(row["words"] for row in tree["sections"]),
        "footer": footer_line(edition),
        "verify": verify_address(edition.code) if edition.code else "",
    }


def footer_line(edition: Edition) -> str:
    """The footer of each page: version and code, or the draft's date, and the text's fingerprint."""
    if edition.is_draft:
        label = _("Working draft, %(day)s") % {"day": formats.day(timezone.localtime(edition.made_at).date())}
    else:
        label = _("Version %(number)d") % {"number": edition.number} + f" · {edition.code}"
    return f"{label} · {edition.sha256[:12]}"


def rendered_sections(tree: Tree, picture: Callable[[int], dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    """The sections with their HTML and the name of their table, if it has rows.

    `opens` if a section starts a component, `is_letter` if it gets its own page.
    """
    rows: list[dict[str, Any]] = []
    before, has_begun = "", False
    for section in tree["sections"]:
        letter, is_written = is_letter(section), tables.has_content(tree, section)
        shown = tables.table_of(tree, section)
        table = shown if tables.rows_of(tree, shown) else ""
        writer = Writer(section["key"], picture, _("Missing image:"), **options)
        rows.append(
            section
            | {
                "content": writer.write(section["blocks"]),
                "component_label": presentation.component(section["component"]),
                "opens": section["component"] != before,
                "table": table,
                "is_written": is_written,
                # The plan's pages are wide; they open with a short introduction, a long one comes before them.
                "has_own_page": table != "plan" or section["words"] >= BRIEF,
                "is_first": is_written and not has_begun,
                "is_letter": letter and section["words"] in LETTER_WORDS,
                "printed_number": "" if letter else section["number"],
                "headings": writer.headings,
            }
        )
        before = section["component"]
        has_begun = has_begun or is_written
    return rows


def motif(tree: Tree) -> str:
    """The plan's bars as pale lines to decorate the cover: SVG in a `data:` URL."""
    actions = [row for row in actions_of(tree) if row["starts"] and row["due"]]
    if not actions:
        return ""
    pitch = min(3.2, 64 / len(actions))
    lines = "".join(
        f'<rect x="{28 + (row["starts"] - 1) * 13.5:.1f}" y="{68 - (len(actions) - place) * pitch:.2f}"'
        f' width="{(row["due"] - row["starts"] + 1) * 13.5 - 1:.1f}" height="{pitch * 0.55:.2f}" rx="{pitch / 4:.2f}"/>'
        for place, row in enumerate(actions)
    )
    return "data:image/svg+xml," + quote(
        '<svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="76mm" viewBox="0 0 210 76">'
        f'<g fill="#2C6596">{lines}</g></svg>'
    )


def verify_address(code: str) -> str:
    return settings.BASE_URL + reverse("strategy:verify-code", args=[code])


def qr(address: str) -> str:
    """The URL as a QR code: SVG in a `data:` URL."""
    return segno.make(address, error="m").svg_data_uri(border=0, scale=4, dark="#1A2233")


def _css_string(text: str) -> str:
    return text.replace("\\", "").replace('"', "").replace("\n", " ")
