"""The export report: what of the tree is not in the file, counted in the file itself, in sentences for people."""

from __future__ import annotations

import io
import json
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterable
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl import load_workbook

from accelerator.texts import block_tree
from strategy.document.tree import Tree, actions_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BLANK = re.compile(r"[\s\u00ad\u200b\u200e\u200f\u2060]+")
# At most this many sentences about one file.
MOST_NOTES = 40


def without_spaces(words: str) -> str:
    """Words without white space: what may be compared whatever the line breaks."""
    return _BLANK.sub("", unicodedata.normalize("NFC", words))


def block_label(block_type: str) -> str:
    """What a block is called in a sentence."""
    return {
        "paragraph": _("paragraph"),
        "text": _("line"),
        "heading": _("heading"),
        "list": _("list"),
        "quote": _("quotation"),
        "table": _("table"),
        "figure": _("picture"),
    }[block_type]


def pdf_notes(tree: Tree, marks: Iterable[str], shown: Iterable[int]) -> list[str]:
    """Blocks without a box on any page of the PDF, and pictures whose file is missing."""
    seen, notes = set(marks), missing_pictures(tree, shown)
    for section in tree["sections"]:
        for number, block in enumerate(block_tree.walk(section["blocks"])):
            if f"{section['key']}.{number}" not in seen:
                notes.append(_missing_block_note(section, block))
    return _limit(notes)


def word_notes(tree: Tree, content: bytes, shown: Iterable[int]) -> list[str]:
    """Blocks whose words do not follow in the Word file, tables and pictures by their number."""
    body = _body(content)
    text = without_spaces("".join(node.text or "" for node in body.iter(f"{_W}t")))
    notes, place = missing_pictures(tree, shown), 0
    wanted: Counter[str] = Counter()
    for section in tree["sections"]:
        wanted += block_tree.count(section["blocks"])
        for block in block_tree.walk(section["blocks"]):
            found = text.find(without_spaces(block_tree.own_text(block)), place)
            if found < 0:
                notes.append(_missing_block_note(section, block))
            else:
                place = found + len(without_spaces(block_tree.own_text(block)))
    notes += _side_heading_notes(tree)
    tables = sum(1 for _table in body.iter(f"{_W}tbl"))
    if tables < wanted["table"]:
        notes.append(_("%(n)d tables are missing.") % {"n": wanted["table"] - tables})
    return _limit(notes)


def _side_heading_notes(tree: Tree) -> list[str]:
    """A sentence where tables have headings at the side, which Word does not know."""
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
        "%(n)d heading at the side of a table is an ordinary cell in Word: Word knows header rows only.",
        "%(n)d headings at the side of tables are ordinary cells in Word: Word knows header rows only.",
        heads,
    )
    return [sentence % {"n": heads}]


def json_notes(tree: Tree, content: bytes, shown: Iterable[int]) -> list[str]:
    """Blocks that the data file holds fewer of than the tree, counted in the file; and pictures that are missing."""
    notes, rows = missing_pictures(tree, shown), json.loads(content)["sections"]
    found = {row["key"]: block_tree.count(row["blocks"]) for row in rows}
    for section in tree["sections"]:
        lost = block_tree.count(section["blocks"]) - found.get(section["key"], Counter())
        notes += [
            _missing_block_note(section, block) for block in block_tree.walk(section["blocks"]) if lost[block["type"]]
        ]
    return _limit(notes)


def sheet_notes(tree: Tree, content: bytes) -> list[str]:
    """Actions and measures whose words are not in the spreadsheet's cells, and that it holds the plan alone."""
    book = load_workbook(io.BytesIO(content), read_only=True)
    cells = {str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value}
    wanted = [f"{row['code']} {row['title']}" for row in actions_of(tree) if row["title"] not in cells]
    wanted += [
        measure["name"]
        for objective in tree["plan"]["objectives"]
        for measure in objective["measures"]
        if measure["name"] not in cells
    ]
    return _limit([_("Not in the spreadsheet: %(words)s") % {"words": words[:80]} for words in wanted])


def missing_pictures(tree: Tree, shown: Iterable[int]) -> list[str]:
    """Pictures that a text names and whose file is not there: words stand in their place."""
    there = set(shown)
    return [
        _("“%(section)s”: a picture is missing; its description stands in its place: %(alt)s")
        % {"section": section["title"], "alt": block["alt"] or _("no description")}
        for section in tree["sections"]
        for block in block_tree.walk(section["blocks"])
        if block["type"] == "figure" and block["picture"] not in there
    ]


def _body(content: bytes) -> Element:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        body: Element = ElementTree.fromstring(packed.read("word/document.xml"))
    return body


def _missing_block_note(section: Tree, block: block_tree.Block) -> str:
    words = block_tree.own_text(block)[:60]
    said = _("“%(section)s”: a %(kind)s is not in the file") % {
        "section": section["title"],
        "kind": block_label(block["type"]),
    }
    return f"{said}: {words}" if words else f"{said}."


def _limit(notes: list[str]) -> list[str]:
    if len(notes) <= MOST_NOTES:
        return notes
    return [*notes[:MOST_NOTES], _("… and %(n)d more.") % {"n": len(notes) - MOST_NOTES}]
