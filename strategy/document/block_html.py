"""Blocks back to HTML, for the page, the PDF and Word."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from django.utils.text import slugify

from accelerator.texts.block_tree import Block, own_text

# The PDF renderer takes half a minute to hyphenate a word of thousands of letters.
LONGEST_WORD = 80
# Longer words can break inside a table cell; shorter ones keep the column wide enough.
LONGEST_IN_CELL = 22
FIGURE = re.compile(r"[-+−–≈<>~]?\s?(?:[$€£]|[A-Z]{0,2}\$)?\s?\d[\d.,\s]*(?:%|[KMkm])?|[-–—]")
# A numeric column may contain a short text ("not used").
SHORT_CELL = 14
MARKS = {"strong": "strong", "emphasis": "em", "superscript": "sup", "subscript": "sub"}


@dataclass
class Writer:
    """Writes the blocks of one section.

    `picture(id)` returns an image's attributes, or none if its file is missing; `missing` is the text shown instead.
    `mark` numbers each block, so that the export report can count them; `plain` is for Word.
    """

    key: str
    picture: Callable[[int], dict[str, Any]]
    missing: str
    mark: bool = False
    anchors: bool = True
    plain: bool = False
    number: int = 0
    used: set[str] = field(default_factory=set)
    headings: list[tuple[str, str]] = field(default_factory=list)

    def write(self, blocks: list[Block]) -> str:
        return "".join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> str:
        mark = f' data-b="{self.key}.{self.number}"' if self.mark else ""
        self.number += 1
        write: Callable[[Block, str], str] = getattr(self, f"_{block['type']}")
        return write(block, mark)

    def _paragraph(self, block: Block, mark: str) -> str:
        return f"<p{self._rigid(block)}{mark}>{_inlines(block['inlines'])}</p>"

    def _rigid(self, block: Block) -> str:
        longest = max(map(len, own_text(block).split()), default=0)
        return ' class="rigid"' if self.mark and longest > LONGEST_WORD else ""

    def _text(self, block: Block, mark: str) -> str:
        text = _inlines(block["inlines"])
        return f"<span{self._rigid(block)}{mark}>{text}</span>" if mark else text

    def _heading(self, block: Block, mark: str) -> str:
        anchor = f' id="{self._anchor(own_text(block))}"' if self.anchors else ""
        name = f"h{block['level'] - self.plain}"  # a section's title is level 1 in Word
        return f"<{name}{anchor}{mark}>{_inlines(block['inlines'])}</{name}>"

    def _anchor(self, heading: str) -> str:
        # Derived from the text instead of a counter: links into the page survive a new version.
        base = anchor = f"{self.key}-{slugify(heading)[:60] or 'part'}"
        number = 1
        while anchor in self.used:
            number += 1
            anchor = f"{base}-{number}"
        self.used.add(anchor)
        self.headings.append((anchor, heading))
        return anchor

    def _list(self, block: Block, mark: str) -> str:
        name = "ol" if block["ordered"] else "ul"
        start = f' start="{block["start"]}"' if block["ordered"] and block["start"] != 1 else ""
        items = "".join(f"<li>{self.write(item['blocks'])}</li>" for item in block["items"])
        return f"<{name}{start}{mark}>{items}</{name}>"

    def _quote(self, block: Block, mark: str) -> str:
        return f"<blockquote{mark}>{self.write(block['blocks'])}</blockquote>"

    def _table(self, block: Block, mark: str) -> str:
        parts = [("thead", block["head"]), ("tbody", block["body"])]
        numeric = set() if self.plain else _numeric(block)
        rows = (f"<{name}>{''.join(self._row(row, numeric) for row in rows)}</{name}>" for name, rows in parts if rows)
        return f"<table{mark}>{''.join(rows)}</table>"

    def _row(self, row: list[Block], numeric: set[int]) -> str:
        return f"<tr>{''.join(self._cell(cell, place in numeric) for place, cell in enumerate(row))}</tr>"

    def _cell(self, cell: Block, is_numeric: bool) -> str:
        name = "th" if cell["header"] else "td"
        longest = max((len(word) for block in cell["blocks"] for word in own_text(block).split()), default=0)
        classes = "number-cell" if is_numeric else "long" if self.mark and longest > LONGEST_IN_CELL else ""
        spans = {span: cell[span] for span in ("colspan", "rowspan") if cell[span] != 1}
        attributes = _attributes({"scope": cell.get("scope", "")} | spans | {"class": classes})
        return f"<{name}{attributes}>{self.write(cell['blocks'])}</{name}>"

    def _figure(self, block: Block, mark: str) -> str:
        image = self.picture(block["picture"])
        content = f'<p class="missing">{escape(self.missing)} {escape(block["alt"])}</p>'
        if image:
            content = f'<img{_attributes(image)} alt="{escape(block["alt"])}"{mark}>'
            mark = ""
        caption = _inlines(block["inlines"])
        if self.plain and not image:  # pandoc turns a figure that contains text into a table
            return content + (f"<p>{caption}</p>" if caption else "")
        return f"<figure{mark}>{content}{f'<figcaption>{caption}</figcaption>' if caption else ''}</figure>"


def _attributes(values: dict[str, Any]) -> str:
    return "".join(f' {name}="{escape(str(value))}"' for name, value in values.items() if value)


def _numeric(table: Block) -> set[int]:
    """Indexes of columns that are mostly numbers and are right-aligned; none if cells are merged."""
    rows = [*table["head"], *table["body"]]
    if any(cell["colspan"] != 1 or cell["rowspan"] != 1 for row in rows for cell in row):
        return set()
    columns = set()
    for place in range(max(map(len, rows), default=0)):
        values = [_cell_text(row[place]) for row in table["body"] if place < len(row)]
        figures = [value for value in values if value and FIGURE.fullmatch(value)]
        if 3 * len(figures) > 2 * len([value for value in values if value]) and max(map(len, values)) <= SHORT_CELL:
            columns.add(place)
    return columns


def _cell_text(cell: Block) -> str:
    return " ".join(own_text(block) for block in cell["blocks"]).strip()


def _inlines(inlines: list[Any]) -> str:
    return "".join(escape(inline, quote=False) if isinstance(inline, str) else _inline(inline) for inline in inlines)


def _inline(inline: Block) -> str:
    if inline["type"] == "break":
        return "<br>"
    inner = _inlines(inline["inlines"])
    if inline["type"] == "link":
        return f'<a href="{escape(inline["href"])}" rel="noopener noreferrer">{inner}</a>'
    name = MARKS[inline["type"]]
    return f"<{name}>{inner}</{name}>"
