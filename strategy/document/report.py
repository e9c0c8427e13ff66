"""The export report: a sentence for each thing in the tree that is missing from the file, counted in the file."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl import load_workbook

from accelerator.excerpts import excerpt
from accelerator.texts import block_tree
from strategy.document.tree import Tree, actions_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BLANK = re.compile(r"[\s\u00ad\u200b\u200e\u200f\u2060]+")
MOST_NOTES = 40
LONGEST_EXCERPT = 80  # characters of a text that is off the page


def without_spaces(text: str) -> str:
    # Remove spaces first: between two of them, combining marks keep an order that NFC would change.
    return unicodedata.normalize("NFC", _BLANK.sub("", text))


def block_label(block_type: str) -> str:
    return {
        "paragraph": _("paragraph"),
        "text": _("line"),
        "heading": _("heading"),
        "list": _("list"),
        "quote": _("quotation"),
        "table": _("table"),
        "figure": _("image"),
    }[block_type]


def pdf_notes(
    tree: Tree,
    marks: Iterable[str],
    images: Iterable[int],
    *,
    unknown: Sequence[str] = (),
    outside: Sequence[tuple[str, str]] = (),
) -> list[str]:
    """Blocks without a box on any page of the PDF, images whose file is missing, and what can't be read on a page.

    `unknown` are characters without a glyph, `outside` text beyond the edge of a page by its block's mark.
    """
    # The renderer marks each block that it placed on a page.
    seen, notes = set(marks), missing_pictures(tree, images)
    for section in tree["sections"]:
        for number, block in enumerate(block_tree.walk(section["blocks"])):
            if f"{section['key']}.{number}" not in seen:
                notes.append(_missing_block_note(section, block))
    return _limit([*notes, *_unknown_notes(tree, unknown), *_outside_notes(tree, outside)])


def _unknown_notes(tree: Tree, unknown: Sequence[str]) -> list[str]:
    """The characters that are empty boxes, by section; the rest are in the tables of the plan."""
    notes, rest = [], dict.fromkeys(unknown)
    for section in tree["sections"]:
        text = "".join(block_tree.own_text(block) for block in block_tree.walk(section["blocks"]))
        found = [character for character in unknown if character in text + section["title"]]
        rest = {character: None for character in rest if character not in found}
        if found:
            sentence = _(
                "In “%(section)s,” the document’s fonts don’t include these characters, so they appear "
                "as empty boxes: %(names)s."
            )
            notes.append(sentence % {"section": section["title"], "names": _names(found)})
    if rest:
        sentence = _("The document’s fonts don’t include these characters, so they appear as empty boxes: %(names)s.")
        notes.append(sentence % {"names": _names(rest)})
    return notes


def _names(characters: Iterable[str]) -> str:
    return ", ".join(f"{character} (U+{ord(character):04X})" for character in characters)


def _outside_notes(tree: Tree, outside: Sequence[tuple[str, str]]) -> list[str]:
    titles = {section["key"]: section["title"] for section in tree["sections"]}
    texts: dict[str, str] = {}
    for mark, text in outside:
        title = titles.get(mark.rpartition(".")[0], "")
        texts[title] = f"{texts.get(title, '')} {text}".strip()
    notes = []
    for title, text in texts.items():
        if title:
            sentence = _(
                "In “%(section)s,” this text runs off the page, perhaps because a table has too many columns: "
                "“%(text)s”"
            )
        else:
            sentence = _("This text runs off the page, perhaps because a table has too many columns: “%(text)s”")
        notes.append(sentence % {"section": title, "text": text[:LONGEST_EXCERPT]})
    return notes


def word_notes(tree: Tree, content: bytes, images: Iterable[int]) -> list[str]:
    """Blocks whose text isn't in the Word file, searched in order; tables by their number."""
    body = _body(content)
    text = without_spaces("".join(node.text or "" for node in body.iter(f"{_W}t")))
    notes, place = missing_pictures(tree, images), 0
    expected: Counter[str] = Counter()
    for section in tree["sections"]:
        expected += block_tree.count(section["blocks"])
        for block in block_tree.walk(section["blocks"]):
            # Spaces can legitimately differ between the files; letters can't.
            own_text = without_spaces(block_tree.own_text(block))
            # Search from the end of the last block: a sentence that occurs twice must be found twice.
            start = text.find(own_text, place)
            if start < 0:
                notes.append(_missing_block_note(section, block))
            else:
                place = start + len(own_text)
    notes += _side_heading_notes(tree)
    tables = sum(1 for _table in body.iter(f"{_W}tbl"))
    if tables < expected["table"]:
        missing = expected["table"] - tables
        notes.append(ngettext("%(n)d table is missing.", "%(n)d tables are missing.", missing) % {"n": missing})
    return _limit(notes)


def _side_heading_notes(tree: Tree) -> list[str]:
    cells = (
        cell
        for section in tree["sections"]
        for block in block_tree.walk(section["blocks"])
        if block["type"] == "table"
        for row in block["body"]
        for cell in row
    )
    heads = sum(cell["header"] for cell in cells)
    if not heads:
        return []
    sentence = ngettext(
        "One row heading in a table became a regular cell in Word, which supports only header rows.",
        "%(n)d row headings in tables became regular cells in Word, which supports only header rows.",
        heads,
    )
    return [sentence % {"n": heads}]


def json_notes(tree: Tree, content: bytes, images: Iterable[int]) -> list[str]:
    """Blocks that the data file has fewer of than the tree, and images whose file is missing."""
    notes, rows = missing_pictures(tree, images), json.loads(content)["sections"]
    counts = {row["key"]: block_tree.count(row["blocks"]) for row in rows}
    for section in tree["sections"]:
        lost = block_tree.count(section["blocks"]) - counts.get(section["key"], Counter())
        notes += [
            _missing_block_note(section, block) for block in block_tree.walk(section["blocks"]) if lost[block["type"]]
        ]
    return _limit(notes)


def sheet_notes(tree: Tree, content: bytes) -> list[str]:
    """Actions and measures whose names are in none of the spreadsheet's cells."""
    book = load_workbook(io.BytesIO(content), read_only=True)
    cells = {str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value}
    lost = [f"{row['code']} {row['title']}" for row in actions_of(tree) if row["title"] not in cells]
    names = [row["name"] for objective in tree["plan"]["objectives"] for row in objective["measures"]]
    lost += [name for name in names if name not in cells]
    return _limit([_("Not in the spreadsheet: %(words)s") % {"words": excerpt(name, 80)} for name in lost])


def missing_pictures(tree: Tree, images: Iterable[int]) -> list[str]:
    present = set(images)
    return [
        _("In “%(section)s,” an image is missing. Its description appears instead: %(alt)s")
        % {"section": section["title"], "alt": block["alt"] or _("no description")}
        for section in tree["sections"]
        for block in block_tree.walk(section["blocks"])
        if block["type"] == "figure" and block["picture"] not in present
    ]


def _body(content: bytes) -> Element:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        body: Element = ElementTree.fromstring(packed.read("word/document.xml"))
    return body


def _missing_block_note(section: Tree, block: block_tree.Block) -> str:
    text = excerpt(block_tree.own_text(block), 60)
    note = (
        _("In “%(section)s,” this %(kind)s is missing from the file: “%(text)s”")
        if text
        else _("In “%(section)s,” one %(kind)s is missing from the file.")
    )
    return note % {"section": section["title"], "kind": block_label(block["type"]), "text": text}


def _limit(notes: list[str]) -> list[str]:
    if len(notes) <= MOST_NOTES:
        return notes
    return [*notes[:MOST_NOTES], _("… and %(n)d more.") % {"n": len(notes) - MOST_NOTES}]
