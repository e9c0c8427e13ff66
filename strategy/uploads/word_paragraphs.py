"""The text of a Word file from its own XML, to check that pandoc lost no paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from strategy.uploads.leftovers import Leftover, leftover_rows

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SPACE = {f"{_W}{name}" for name in ("tab", "br", "cr", "ptab")}
# Not part of the current text: deleted and moved text, second copies of text boxes, formulas.
_SKIPPED = {f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", _FALLBACK, f"{_MATH}oMath"}
_CHART = re.compile(rb'uri="[^"]*/drawingml/2006/(?:chart|diagram)"')
TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


def paragraphs(trees: dict[str, Element]) -> list[str]:
    """The text of each paragraph in the document, in notes and in text boxes."""
    elements = [element for name in TEXTS if name in trees for element in _paragraphs(trees[name])]
    return [text for element in elements if (text := _text(element))]


def _paragraphs(tree: Element) -> Iterator[Element]:
    """In document order, with those in text boxes."""
    stack = [tree]
    while stack:
        element = stack.pop()
        if element.tag == f"{_W}p":
            yield element
        if element.tag not in _SKIPPED - {f"{_W}txbxContent"}:
            stack.extend(reversed(list(element)))


def _text(paragraph: Element) -> str:
    return " ".join("".join(_pieces(paragraph)).split())


def _pieces(element: Element) -> Iterator[str]:
    for child in element:
        if child.tag in _SPACE:
            yield " "
        elif child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag not in _SKIPPED:
            yield from _pieces(child)


def contents_lines(trees: dict[str, Element]) -> list[str]:
    """The lines of the table of contents that Word made."""
    styles, main = trees.get("word/styles.xml"), trees.get(TEXTS[0])
    if styles is None or main is None:
        return []
    # A style's name is English in every language of Word; its id isn't.
    names = {
        style.get(f"{_W}styleId"): (name.get(f"{_W}val") or "").lower()
        for style in styles.iter(f"{_W}style")
        if (name := style.find(f"{_W}name")) is not None
    }
    contents_styles = {key for key, name in names.items() if re.fullmatch(r"toc (\d|heading)", name)}
    lines = []
    for paragraph in _paragraphs(main):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if style is not None and style.get(f"{_W}val") in contents_styles:
            lines.append(_text(paragraph))
    return [line for line in lines if line]


def left_out(trees: dict[str, Element], counted: dict[str, Element], main: bytes) -> list[Leftover]:
    """`counted` has the comments, headers and footers; `main` is the document's XML."""
    comment_files = [tree for name, tree in counted.items() if "comments" in name]
    comments = [_joined_text(comment) for tree in comment_files for comment in tree.iter(f"{_W}comment")]
    lines = [_joined_text(tree) for name, tree in counted.items() if "comments" not in name]
    deleted = [
        "".join(word.text or "" for word in tree.iter(f"{_W}delText")) for name, tree in trees.items() if name in TEXTS
    ]
    formulas = sum(sum(1 for _formula in tree.iter(f"{_MATH}oMath")) for name, tree in trees.items() if name in TEXTS)
    return [
        *leftover_rows("comments", comments),
        *leftover_rows("deleted", [text for text in deleted if text.strip()]),
        *leftover_rows("page-lines", [line for line in dict.fromkeys(lines) if line]),
        *leftover_rows("drawing", [], number=len(_CHART.findall(main))),
        *leftover_rows("formula", [], number=formulas),
    ]


def _joined_text(tree: Element) -> str:
    return " ".join(filter(None, map(_text, _paragraphs(tree))))
