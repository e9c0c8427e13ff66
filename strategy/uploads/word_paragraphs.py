"""The words of a Word file read from its own XML, beside pandoc: so that no paragraph is lost between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from strategy.uploads.leftovers import Leftover, leftover_rows

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SPACE = {f"{_W}{name}" for name in ("tab", "br", "cr", "ptab")}
# Not words of the document as it stands: an older wording, what was moved away, a second copy of a text box.
_SKIPPED = {f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", _FALLBACK, f"{_MATH}oMath"}
_CHART = re.compile(rb'uri="[^"]*/drawingml/2006/(?:chart|diagram)"')
TEXTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


def paragraphs(trees: dict[str, Element]) -> list[str]:
    """The words of every paragraph of the running text, of notes and of text boxes; older wordings left out."""
    found = []
    for name in TEXTS:
        for element in _paragraphs(trees[name]) if name in trees else ():
            if words := _text(element):
                found.append(words)
    return found


def _paragraphs(tree: Element) -> Iterator[Element]:
    """Paragraphs outside `del` and the like, those in text boxes too."""
    waiting = [tree]
    while waiting:
        element = waiting.pop()
        if element.tag == f"{_W}p":
            yield element
        if element.tag not in _SKIPPED - {f"{_W}txbxContent"}:
            waiting.extend(reversed(list(element)))


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
    """The lines of the list of contents that Word made: by the name of their style, whatever the language."""
    styles, main = trees.get("word/styles.xml"), trees.get(TEXTS[0])
    if styles is None or main is None:
        return []
    named = {
        style.get(f"{_W}styleId"): (name.get(f"{_W}val") or "").lower()
        for style in styles.iter(f"{_W}style")
        if (name := style.find(f"{_W}name")) is not None
    }
    ours = {key for key, name in named.items() if re.fullmatch(r"toc (\d|heading)", name)}
    lines = []
    for paragraph in _paragraphs(main):
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        if style is not None and style.get(f"{_W}val") in ours:
            lines.append(_text(paragraph))
    return [line for line in lines if line]


def left_out(trees: dict[str, Element], beside: dict[str, Element], main: bytes) -> list[Leftover]:
    """What a text cannot hold: comments, older wordings, lines around the pages, charts, formulas."""
    comments = [
        _joined_text(comment)
        for name, tree in beside.items()
        if "comments" in name
        for comment in tree.iter(f"{_W}comment")
    ]
    lines = [_joined_text(tree) for name, tree in beside.items() if "comments" not in name]
    deleted = [
        "".join(word.text or "" for word in tree.iter(f"{_W}delText")) for name, tree in trees.items() if name in TEXTS
    ]
    formulas = sum(sum(1 for _found in tree.iter(f"{_MATH}oMath")) for name, tree in trees.items() if name in TEXTS)
    return [
        *leftover_rows("comments", comments),
        *leftover_rows("deleted", [words for words in deleted if words.strip()]),
        *leftover_rows("page-lines", [line for line in dict.fromkeys(lines) if line]),
        *leftover_rows("drawing", [], number=len(_CHART.findall(main))),
        *leftover_rows("formula", [], number=formulas),
    ]


def _joined_text(tree: Element) -> str:
    return " ".join(filter(None, map(_text, _paragraphs(tree))))
