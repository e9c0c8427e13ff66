"""Somebody else's HTML as a tree: what Word, Google Docs and pandoc write, without anything that acts.

Wider than `accelerator.richtext`: all six levels of headings, anchors of footnotes and where pictures lie are
still known here. What comes out of it goes through richtext before it is stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser

import nh3

from accelerator.texts.richtext import Node

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
VOID = {"br", "img", "hr"}
CONTAINERS = {
    "", "div", "section", "article", "main", "header", "footer", "nav", "aside", "center", "figure", "details",
}  # fmt: skip
INLINE = {"span", "a", "strong", "b", "em", "i", "sup", "sub", "u", "code"}
BLOCKS = {
    *HEADINGS, *CONTAINERS, "p", "ul", "ol", "li", "blockquote", "pre", "hr", "dl", "dt", "dd", "summary",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "figcaption",
} - {""}  # fmt: skip
TAGS = BLOCKS | INLINE | VOID
WORDLESS = {
    "script",
    "style",
    "title",
    "iframe",
    "object",
    "svg",
    "math",
    "noscript",
    "template",
    "audio",
    "video",
}
ATTRIBUTES = {
    "*": {"id", "class"}, "a": {"href", "name"}, "img": {"src", "alt"}, "span": {"style"}, "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"}, "td": {"colspan", "rowspan"},
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel", "data", "file", "cid", "media"}
DEEPEST = 150
_ACTING = re.compile(r"<(?:script|form|iframe|object|embed)\b", re.IGNORECASE)
_BOLD = re.compile(r"font-weight:\s*(bold|[6-9]00)")
_ITALIC = re.compile(r"font-style:\s*italic")
_RULE = re.compile(r"\.([\w-]+)\s*\{([^}]*)\}")


def parse(html: str) -> Node:
    """The document's tree, with bold and italic classes and styles as elements."""
    classes = _looks(html)
    cleaned = nh3.clean(
        html,
        tags=TAGS,
        clean_content_tags=WORDLESS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel=None,
    )
    builder = _Builder(classes)
    builder.feed(cleaned)
    builder.close()
    return builder.stack[0]


def acting(html: str) -> int:
    """How many scripts, forms and frames the document had."""
    return len(_ACTING.findall(html))


def _looks(html: str) -> dict[str, set[str]]:
    """Which classes of the document's own style sheet are bold or italic (Google Docs writes those)."""
    found: dict[str, set[str]] = {"strong": set(), "em": set()}
    for style in re.findall(r"<style[^>]*>(.*?)</style>", html[:500_000], re.DOTALL | re.IGNORECASE):
        for name, rules in _RULE.findall(style):
            if _BOLD.search(rules):
                found["strong"].add(name)
            if _ITALIC.search(rules):
                found["em"].add(name)
    return found


class _Builder(HTMLParser):
    """Well-formed HTML to nodes; what lies deeper than DEEPEST is lifted up."""

    def __init__(self, classes: dict[str, set[str]]) -> None:
        super().__init__(convert_charrefs=True)
        self.classes = classes
        self.stack: list[Node] = [Node()]
        self.over = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        name = {"b": "strong", "i": "em"}.get(tag, tag)
        node = Node(self._look(attributes) if name == "span" else name, attributes)
        if tag in VOID:
            self.stack[-1].children.append(node)
        elif len(self.stack) < DEEPEST:
            self.stack[-1].children.append(node)
            self.stack.append(node)
        else:
            self.over += 1

    def _look(self, attributes: dict[str, str]) -> str:
        style, names = attributes.pop("style", ""), set(attributes.get("class", "").split())
        if _BOLD.search(style) or names & self.classes["strong"]:
            return "strong"
        return "em" if _ITALIC.search(style) or names & self.classes["em"] else "span"

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.over:
            self.over -= 1
        elif len(self.stack) > 1:
            self.stack.pop()

    def handle_data(self, data: str) -> None:
        self.stack[-1].children.append(data)


def walk(node: Node) -> Iterator[Node]:
    """The node and all nodes below it, in the order of the document."""
    yield node
    for child in node.children:
        if isinstance(child, Node):
            yield from walk(child)


def text(node: Node | str) -> str:
    """The words, blocks and line ends kept apart by white space."""
    return " ".join("".join(_pieces(node)).split())


def _pieces(node: Node | str) -> Iterator[str]:
    if isinstance(node, str):
        yield node
        return
    mark = " " if node.name in BLOCKS or node.name in VOID else ""
    yield mark
    for child in node.children:
        yield from _pieces(child)
    yield mark


def write(node: Node | str) -> str:
    """HTML for richtext.clean, which keeps what it knows."""
    if isinstance(node, str):
        return escape(node, quote=False)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.attributes.items())
    if node.name in VOID:
        return f"<{node.name}{attributes}>"
    inner = "".join(map(write, node.children))
    return f"<{node.name}{attributes}>{inner}</{node.name}>" if node.name else inner


def flat(node: Node) -> list[Node]:
    """The document's blocks one after the other, out of whatever they were wrapped in."""
    blocks: list[Node] = []
    line: list[Node | str] = []

    def end_line() -> None:
        if line and text(Node("p", children=line)) or any(has_picture(child) for child in line):
            blocks.append(Node("p", children=[*line]))
        line.clear()

    for child in node.children:
        if isinstance(child, str) or child.name not in BLOCKS and not _holds_blocks(child):
            line.append(child)
            continue
        end_line()
        if child.name in CONTAINERS or child.name in INLINE:
            blocks.extend(flat(child))
        elif child.name == "table":
            blocks.extend(_table(child))
        elif child.name in {"dl", "dt", "dd", "summary", "figcaption", "pre"}:
            blocks.extend(flat(Node("div", children=child.children)))
        elif child.name != "hr":
            blocks.append(child)
    end_line()
    return blocks


def _holds_blocks(node: Node) -> bool:
    return any(below.name in BLOCKS for below in walk(node) if below is not node)


def has_picture(node: Node | str) -> bool:
    return isinstance(node, Node) and any(below.name == "img" for below in walk(node))


def _table(table: Node) -> list[Node]:
    """A table without its caption, which becomes the line before it."""
    captions = [child for child in table.children if isinstance(child, Node) and child.name == "caption"]
    table.children = [child for child in table.children if child not in captions]
    return [*(Node("p", children=caption.children) for caption in captions if text(caption)), table]
