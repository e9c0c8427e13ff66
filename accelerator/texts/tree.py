"""The one HTML tree: lxml elements, read from the sanitizer's output and written in the same form.

nh3 has already repaired the HTML as browsers do, so it is parsed as XML and nothing is guessed twice. Text is in an
element's `text` and its children's `tail`; `content` and `fill` read and write both as one ordered list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

import nh3
from lxml import etree
from lxml.html import HtmlElement


class Element(HtmlElement):  # type: ignore[misc] # lxml carries no types
    """An element of a text: `tag`, `get`, `text`, and the `tail` after it; iterating yields its child elements."""


Content = list[Element | str]

DEEPEST = 20


def tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


TABLE = tags("table thead tbody tfoot tr")
BLOCKS = TABLE | tags(
    "p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre hr dl dt dd th td caption figure figcaption"
    " div section article main header footer nav aside center details summary"
)
VOID = {"br", "img", "hr", "input"}
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

_BREAKS = BLOCKS | VOID
_TAG = re.compile(r"<(/?)(\w+)([^<>]*)>")
_EMPTY = re.compile(r"<(\w+)([^<>]*)/>")
# Callers limit depth and length; a saved web page may have its images in attributes.
_PARSER = etree.XMLParser(
    huge_tree=True, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
)
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=Element))


def parse(html: str, *, deepest: int = DEEPEST) -> Element:
    """The tree of sanitized HTML, with an anonymous root; elements deeper than `deepest` are lifted.

    HTML that hasn't been sanitized is sanitized first: this never raises.
    """
    root: Element
    try:
        root = etree.fromstring(f"<div>{_as_xml(html, deepest)}</div>", _PARSER)
    except etree.XMLSyntaxError:
        root = etree.fromstring(f"<div>{_as_xml(nh3.clean(html), deepest)}</div>", _PARSER)
    return root


def _as_xml(html: str, deepest: int) -> str:
    depth = 0

    def tag(match: re.Match[str]) -> str:
        nonlocal depth
        closing, name, attributes = match.groups()
        if "\n" in attributes or "\t" in attributes:  # XML would turn them into spaces
            attributes = attributes.replace("\n", "&#10;").replace("\t", "&#9;")
        if name in VOID:
            return f"<{name}{attributes}/>"
        depth += -1 if closing else 1
        if depth + bool(closing) <= deepest:
            return f"<{closing}{name}{attributes}>"
        return " " if name in BLOCKS else ""  # the words of two blocks stay apart

    return _TAG.sub(tag, UNPRINTABLE.sub("", html).replace("\r", "\n").replace("&nbsp;", "\xa0"))


def content(element: Element) -> Content:
    """The child elements and the text between them, in order."""
    children = [element.text] if element.text else []
    for child in element:
        children.append(child)
        if child.tail:
            children.append(child.tail)
    return children


def elements(children: Content) -> list[Element]:
    return [child for child in children if isinstance(child, Element)]


def fill(element: Element, children: Content) -> Element:
    """The element with these children instead of its own."""
    del element[:]
    element.text = None
    return add(element, children)


def add(element: Element, children: Iterable[Element | str]) -> Element:
    """The element with more children at its end; they leave their previous place."""
    for child in children:
        if isinstance(child, Element):
            child.tail = None  # lxml moves an element together with the text after it
            element.append(child)
        elif len(element):
            element[-1].tail = (element[-1].tail or "") + child
        else:
            element.text = (element.text or "") + child
    return element


def make(name: str, children: Iterable[Element | str] = (), **attributes: str) -> Element:
    return add(_PARSER.makeelement(name, attributes), children)


def marked_text(node: Element | str, mark: str) -> str:
    """An element's text, with this mark at line breaks and at both ends of each block."""
    return "".join(_pieces(node, mark)) if isinstance(node, Element) else node


def text_of(node: Element | str) -> str:
    """The same on one line, with every run of white space as one space."""
    return " ".join(marked_text(node, " ").split())


def _pieces(element: Element, mark: str) -> Iterator[str]:
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if node.tag in _BREAKS:
            yield mark
        if event == "start":
            yield node.text or ""
        elif node is not element:
            yield node.tail or ""


def write(node: Element | str) -> str:
    """An element without its tail, or a text, as nh3 would write it."""
    if not isinstance(node, Element):
        return escape(node, quote=False).replace("\xa0", "&nbsp;")
    html: str = etree.tostring(node, encoding="unicode", with_tail=False)
    if "/>" in html:
        html = _EMPTY.sub(lambda tag: f"<{tag[1]}{tag[2]}>" + (f"</{tag[1]}>" if tag[1] not in VOID else ""), html)
    return html.replace("&#10;", "\n").replace("&#9;", "\t").replace("\xa0", "&nbsp;")
