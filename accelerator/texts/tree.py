"""The tree of a rich text: elements and words, read from HTML and written as HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

ATTRIBUTES = {
    "a": {"href"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "img": {"src", "alt"},
}
# What other editors call the same thing; the section's own title is level 2.
SAME = {
    "b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "div": "p", "tfoot": "tbody",
}  # fmt: skip
DEEPEST = 20
TABLE = {"table", "thead", "tbody", "tr"}
BLOCKS = {"p", "h3", "h4", "ul", "ol", "li", "blockquote", "td", "th", "figure"} | TABLE
_VOID = {"br", "img"}
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Node:
    """An element of a text; children are nodes and strings. The root's name is empty."""

    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node | str] = field(default_factory=list)

    def has_blocks(self) -> bool:
        return any(isinstance(c, Node) and (c.name in BLOCKS or c.has_blocks()) for c in self.children)


def tree(html: str) -> Node:
    """Sanitized HTML as a tree of nodes, for those who render it elsewhere."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.stack[0]


class _Builder(HTMLParser):
    """Well-formed HTML to nodes; what lies deeper than DEEPEST is lifted up."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[Node] = [Node()]
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(SAME.get(tag, tag), {name: value or "" for name, value in attrs})
        if len(self.stack) <= DEEPEST or tag in _VOID:
            self.stack[-1].children.append(node)
        if tag not in _VOID:
            self.open.append(tag)
            if len(self.stack) <= DEEPEST:
                self.stack.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
            if len(self.open) < len(self.stack) - 1:
                self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(UNPRINTABLE.sub("", data))


def nodes(parent: Node | str) -> list[Node]:
    return [] if isinstance(parent, str) else [child for child in parent.children if isinstance(child, Node)]


def write(node: Node | str) -> str:
    if isinstance(node, str):
        return escape(node, quote=False)
    if node.name == "br":
        return "<br>"
    kept = {name: value for name, value in node.attributes.items() if name in ATTRIBUTES.get(node.name, ())}
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
    if node.name == "img":
        return f"<img{attributes}>"
    return f"<{node.name}{attributes}>{''.join(map(write, node.children))}</{node.name}>"


def pieces(node: Node | str) -> Iterator[str]:
    """The words with a mark at each end of a block, line ends included."""
    if isinstance(node, str):
        yield node
        return
    mark = "\0" if node.name in BLOCKS or node.name == "br" else ""
    yield mark
    for child in node.children:
        yield from pieces(child)
    yield mark
