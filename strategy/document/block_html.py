"""Blocks back to HTML, for the page, the PDF and Word alike; what each of them needs differs by a few options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Any

from django.utils.text import slugify

from strategy.document.block_tree import Block
from strategy.document.block_tree import words as words_of

LONGEST_WORD = 80
MARKS = {"strong": "strong", "emphasis": "em"}


@dataclass
class Writer:
    """Writes the blocks of one section.

    `picture(id)` gives the attributes of an image by its id, or nothing where its file is missing;
    `missing` are the words that stand in its place; `mark` numbers each block for those who count
    them. Word is `plain`: a section's title is level 1 there, and words in a figure would become a table.
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
        return getattr(self, f"_{block['type']}")(block, mark)

    def _paragraph(self, block: Block, mark: str) -> str:
        return f"<p{self._rigid(block)}{mark}>{_inlines(block['inlines'])}</p>"

    def _rigid(self, block: Block) -> str:
        """Looking for hyphens in a word of thousands of letters takes the renderer half a minute."""
        longest = max(map(len, words_of(block).split()), default=0)
        return ' class="rigid"' if self.mark and longest > LONGEST_WORD else ""

    def _text(self, block: Block, mark: str) -> str:
        words = _inlines(block["inlines"])
        return f"<span{self._rigid(block)}{mark}>{words}</span>" if mark else words

    def _heading(self, block: Block, mark: str) -> str:
        anchor = f' id="{self._anchor(words_of(block))}"' if self.anchors else ""
        name = f"h{block['level'] - self.plain}"
        return f"<{name}{anchor}{mark}>{_inlines(block['inlines'])}</{name}>"

    def _anchor(self, words: str) -> str:
        """An address of its own for each heading, the same in every version that says the same."""
        base = anchor = f"{self.key}-{slugify(words)[:60] or 'part'}"
        again = 1
        while anchor in self.used:
            again += 1
            anchor = f"{base}-{again}"
        self.used.add(anchor)
        self.headings.append((anchor, words))
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
        written = "".join(f"<{name}>{''.join(map(self._row, rows))}</{name}>" for name, rows in parts if rows)
        return f"<table{mark}>{written}</table>"

    def _row(self, row: list[Block]) -> str:
        return f"<tr>{''.join(map(self._cell, row))}</tr>"

    def _cell(self, cell: Block) -> str:
        name = "th" if cell["header"] else "td"
        given = {"scope": cell.get("scope", "")} | {
            span: cell[span] for span in ("colspan", "rowspan") if cell[span] != 1
        }
        attributes = "".join(f' {key}="{escape(str(value))}"' for key, value in given.items() if value)
        return f"<{name}{attributes}>{self.write(cell['blocks'])}</{name}>"

    def _figure(self, block: Block, mark: str) -> str:
        image = self.picture(block["picture"])
        words = f'<p class="missing">{escape(self.missing)} {escape(block["alt"])}</p>'
        if image:
            attributes = "".join(f' {name}="{escape(str(value))}"' for name, value in image.items())
            words = f'<img{attributes} alt="{escape(block["alt"])}"{mark}>'
            mark = ""
        caption = f"<figcaption>{_inlines(block['inlines'])}</figcaption>" if block["inlines"] else ""
        if self.plain and not image:
            return words + (f"<p>{_inlines(block['inlines'])}</p>" if block["inlines"] else "")
        return f"<figure{mark}>{words}{caption}</figure>"


def _inlines(inlines: list[Any]) -> str:
    return "".join(
        escape(inline, quote=False) if isinstance(inline, str) else _inline(inline) for inline in inlines
    )


def _inline(inline: Block) -> str:
    if inline["type"] == "break":
        return "<br>"
    inner = _inlines(inline["inlines"])
    if inline["type"] == "link":
        return f'<a href="{escape(inline["href"])}" rel="noopener noreferrer">{inner}</a>'
    name = MARKS[inline["type"]]
    return f"<{name}>{inner}</{name}>"
