"""Rich text: a closed set of elements, sanitized on the way in (docs/adr/0004).

What `clean` returns is a list of blocks (paragraph, heading, list, quotation, table, figure), so that page, PDF
and Word can walk one tree; cleaning it again changes nothing. A figure is always a block of its own:
`<figure><img src="media:12" alt="words"><figcaption>caption</figcaption></figure>`, where the caption may be
missing and the alternative text may be empty. `media:` and a picture's number is the only source there is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser
from itertools import groupby

import nh3

from accelerator.texts import dropped, pasting
from accelerator.texts.tree import (
    ATTRIBUTES,
    BLOCKS,
    DEEPEST,
    SAME,
    TABLE,
    UNPRINTABLE,
    Node,
    nodes,
    pieces,
    tree,
    write,
)

ELEMENTS = {
    "p", "br", "h3", "h4", "ul", "ol", "li", "strong", "em", "a", "blockquote",
    "table", "thead", "tbody", "tr", "th", "td", "figure", "img", "figcaption",
}  # fmt: skip
SCHEMES = {"http", "https", "mailto", "tel"}
LONGEST_ALT = 500

_INLINE = {"strong", "em", "a"}
# A line of text takes no block inside; these blocks take nothing but blocks.
_LINES = {"p", "h3", "h4"} | _INLINE
_ACTING = {"script", "style", "iframe", "object", "embed", "form", "svg", "math", "link", "meta", "base"}
_WORDLESS = {"script", "style", "title", "iframe", "object", "svg", "math", "noscript", "template"}
_PASSED_OVER = {"span", "u", "s", "font", "pre", "code", "html", "body", "section", "article"}
_KNOWN = "|".join(sorted(ELEMENTS | set(SAME) | _ACTING | _WORDLESS | _PASSED_OVER | set(dropped.NAMES)))
# An attribute has a value: "a<b and c>d" is a line of words, not a bold text.
_MARKUP = re.compile(rf"</?({_KNOWN})\s*(\s[\w:-]+\s*=[^<>]*)?/?>", re.IGNORECASE)
_MAY_ACT = re.compile(rf"<({'|'.join(sorted(_ACTING))})\b|\bon\w+\s*=|javascript:|data:", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n\s*")
_BLANK = re.compile(r"[ \t\n\r]+")
_MEDIA = re.compile(r"media:[1-9][0-9]{0,17}")
_SHOWN = re.compile(r'<img src="media:([1-9][0-9]{0,17})"')
_PICTURE = re.compile(r'<img src="media:([1-9][0-9]{0,17})" alt="[^"]*">')
_SOURCE = re.compile(r"""(<img\b[^<>]*?\ssrc\s*=\s*["']?)([^"'\s<>]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Sanitized HTML, its words, how many elements and attributes that could act were taken out, and what people
    would miss: (name from dropped.py, how many) for each kind of thing that a text cannot hold."""

    html: str
    words: int
    removed: int
    dropped: tuple[tuple[str, int], ...] = ()


def clean(html: str, *, pictures: Callable[[set[int]], Collection[int]] | None = None) -> Cleaned:
    """Keep the closed set of elements, rename their near relatives, drop everything that acts.

    Text without any element becomes paragraphs: that is what a plain text area sends. `pictures` is given the
    numbers of the text's pictures and returns those that may stay; without it all of them do.
    """
    html = UNPRINTABLE.sub("", html)
    if not _MARKUP.search(html):
        html = plain(html)
    removed, left_out = _acting(html), dropped.count(html)
    if pasting.is_foreign(html) and depth(html) <= 10 * DEEPEST:
        html, told = pasting.plain(html)
        left_out += told
    html = _settle(html)
    if pictures is not None and (named := picture_ids(html)):
        own = set(pictures(named))
        html = _settle(_PICTURE.sub(lambda found: found[0] if int(found[1]) in own else "", html))
    left_out.subtract(dropped.count(html))
    words = count_words(html)
    missing = tuple((name, count) for name, count in left_out.items() if count > 0)
    return Cleaned(html if words or "<img " in html else "", words, removed, missing)


def _settle(html: str) -> str:
    """Pass after pass until nothing changes any more."""
    if depth(html) > 10 * DEEPEST:
        html = plain(text(html))
    for _again in range(4):
        before, html = html, _once(html)
        if html == before:
            break
    else:
        html = _once(plain(text(html)))
    return html


def picture_ids(html: str) -> set[int]:
    """The numbers of the pictures in sanitized HTML."""
    return {int(number) for number in _SHOWN.findall(html)}


def shown(html: str, address: Callable[[int], str]) -> str:
    """Sanitized HTML for a page: each picture's `media:12` becomes the address that `address(12)` gives."""
    return _SHOWN.sub(lambda found: f'<img src="{escape(address(int(found[1])))}"', html)


def stored(html: str, number: Callable[[str], int | None]) -> str:
    """What a page showed, on its way back: an image address that `number` knows becomes `media:` and that number."""

    def source(found: re.Match[str]) -> str:
        known = number(unescape(found[2]))
        return found[0] if known is None else f"{found[1]}media:{known}"

    return _SOURCE.sub(source, html)


def plain(words: str) -> str:
    """Plain text as HTML: an empty line begins a paragraph, a line end is a line end."""
    paragraphs = _EMPTY_LINE.split(words.replace("\r\n", "\n").replace("\r", "\n").strip())
    escaped = [escape(paragraph.strip(), quote=False) for paragraph in paragraphs if paragraph.strip()]
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in escaped)


def text(html: str) -> str:
    """The words of rich text, one line a block."""
    lines = (_BLANK.sub(" ", line).strip() for line in "".join(pieces(tree(html))).split("\0"))
    return "\n".join(line for line in lines if line)


def count_words(html: str) -> int:
    """Words as a reader counts them: runs without white space."""
    return len(text(html).split())


def blocks(html: str) -> list[str]:
    """The top-level blocks of sanitized HTML, each as HTML of its own."""
    return [write(block) for block in tree(html).children]


def spaced(html: str) -> str:
    """The same text with an empty line between its blocks, for those who write it in a plain text area."""
    return "\n\n".join(write(child) for child in tree(html).children)


class _Actors(HTMLParser):
    """Counts what could act: elements, event handlers, addresses that run."""

    found = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        runs = ("javascript:", "vbscript:", "data:text")
        self.found += tag in _ACTING
        self.found += sum(n.startswith("on") or (v or "").strip().lower().startswith(runs) for n, v in attrs)


def _acting(html: str) -> int:
    if not _MAY_ACT.search(html):
        return 0
    actors = _Actors(convert_charrefs=True)
    actors.feed(html)
    return actors.found


def depth(html: str) -> int:
    """How deep elements lie at most; the sanitizer's time grows with its square."""
    now = deepest = 0
    for found in _TAG.finditer(html):
        if found[2].lower() not in {"br", "p", "img", "hr", "li"}:
            now = max(0, now + (-1 if found[1] else 1))
            deepest = max(deepest, now)
    return deepest


def _once(html: str) -> str:
    """One pass: sanitize loosely, bring the tree into form, sanitize strictly what was written from it."""
    loose = nh3.clean(
        html, tags=ELEMENTS | set(SAME), clean_content_tags=_WORDLESS, attributes=ATTRIBUTES,
        attribute_filter=_attribute, url_schemes=SCHEMES | {"media"}, url_relative="deny", link_rel=None,
    )  # fmt: skip
    formed = "".join(write(child) for child in _lifted(_blocks(_tidy(tree(loose).children))))
    return nh3.clean(
        formed, tags=ELEMENTS, attributes=ATTRIBUTES, attribute_filter=_attribute, url_schemes=SCHEMES | {"media"},
        url_relative="deny", link_rel="noopener noreferrer",
    )  # fmt: skip


def _attribute(element: str, name: str, value: str) -> str | None:
    """Numbers stay numbers of a size that a page can show."""
    if name == "scope":
        return value if value in {"row", "col", "rowgroup", "colgroup"} else None
    if name in {"colspan", "rowspan", "start"}:
        return value if re.fullmatch(r"[1-9][0-9]?", value) and (name == "start" or value != "1") else None
    if name == "src":
        return value if _MEDIA.fullmatch(value) else None
    if name == "href" and value.strip().lower().startswith("media:"):
        return None
    if name == "alt":
        return _BLANK.sub(" ", value).strip()[:LONGEST_ALT].rstrip()
    return value


def _tidy(children: list[Node | str]) -> list[Node | str]:
    """Unwrap what stands where it cannot: a line around blocks, a link without an address, an empty mark."""
    tidied: list[Node | str] = []
    for child in children:
        if isinstance(child, str) or child.name == "br":
            tidied.append(child)
            continue
        if child.name in {"img", "figure", "figcaption"}:
            tidied.extend(_pictured(child))
            continue
        child.children = _tidy(child.children)
        if child.name in _LINES and child.has_blocks():
            only = {block.name for block in nodes(child) if block.name in BLOCKS} == {"figure"}
            blocks = _blocks(child.children, line=child.name if only else "p")
            tidied.extend(child.children if child.name in _INLINE else blocks)
        elif child.name == "a" and "href" not in child.attributes:
            tidied.extend(child.children)
        elif child.name not in _INLINE or child.children:
            child.children = _inside(child)
            tidied.append(child)
    return tidied


def _pictured(node: Node) -> list[Node | str]:
    """A picture as a figure; a figure as its pictures, the last one with the caption, and its other blocks.

    A caption without a picture is a paragraph.
    """
    if node.name == "img":
        source, alt = node.attributes.get("src"), node.attributes.get("alt", "")
        return [Node("figure", children=[Node("img", {"src": source, "alt": alt})])] if source else []
    if node.name == "figcaption":
        return _tidy([Node("p", children=node.children)])
    body, caption = Node(), Node()
    for child in node.children:
        if isinstance(child, Node) and child.name == "figcaption":
            caption.children += [" ", *child.children] if caption.children else child.children
        else:
            body.children.append(child)
    body.children, caption.children = _blocks(_tidy(body.children)), _tidy(caption.children)
    pictures = [*_taken(body), *_taken(caption)]
    line = list(_line(caption.children))
    if pictures and not all(map(_is_blank, line)):
        pictures[-1].children.append(Node("figcaption", children=line))
        line = []
    return [*pictures, *_blocks(line), *body.children]


def _line(children: list[Node | str]) -> Iterator[Node | str]:
    """The words of blocks as one line."""
    for child in children:
        if isinstance(child, Node) and child.name in BLOCKS:
            yield " "
            yield from _line(child.children)
            yield " "
        else:
            yield child


def _lifted(blocks: list[Node | str]) -> Iterator[Node | str]:
    """Figures stand between blocks, never in one: those in a list, table or quotation follow it."""
    for block in blocks:
        found = [] if isinstance(block, str) or block.name == "figure" else _taken(block)
        if not found or any(not _is_blank(words) for words in pieces(block) if words != "\0"):
            yield block
        yield from found


def _taken(node: Node) -> list[Node]:
    """Takes the figures out of a node."""
    found: list[Node] = []
    kept: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node) and child.name == "figure":
            found.append(child)
        else:
            kept.append(child)
            found.extend(_taken(child) if isinstance(child, Node) else [])
    node.children = kept
    return found


def _inside(node: Node) -> list[Node | str]:
    """The children in the form that their parent asks for."""
    if node.name == "blockquote":
        return _blocks(node.children)
    if node.name in {"ul", "ol"}:
        return _items(node)
    if node.name in TABLE:
        children = [child for child in node.children if not _is_blank(child)]
        return _headed(children) if node.name == "table" else children
    return node.children if node.name in _LINES else _blocks(node.children, lines=True)


def _items(node: Node) -> list[Node | str]:
    """The items of a list; a list that stands beside them (as Google Docs nests) belongs to the one before."""
    items: list[Node | str] = []
    for child in node.children:
        if isinstance(child, Node) and child.name in {"ul", "ol"} and items:
            items[-1].children.append(child)  # type: ignore[union-attr]
        elif isinstance(child, Node) and child.name == "li":
            items.append(child)
        elif not _is_blank(child):
            items.append(Node("li", children=[child]))
    return items


def _headed(parts: list[Node | str]) -> list[Node | str]:
    """A table's parts with the rows of headings that it begins with as its head, and each heading's direction.

    Editors write such rows into the body; who cannot see the table needs to hear which cells are headings.
    """
    sections = [part for part in parts if isinstance(part, Node)]
    if sections and sections[0].name == "tbody" and all(part.name != "thead" for part in sections):
        body, head = sections[0], Node("thead")
        while body.children and {cell.name for cell in nodes(body.children[0])} == {"th"}:
            head.children.append(body.children.pop(0))
        sections = [part for part in [head, *sections] if part.children]
    for section in sections:
        for cell in (cell for row in section.children for cell in nodes(row) if cell.name == "th"):
            cell.attributes.setdefault("scope", "col" if section.name == "thead" else "row")
    return [*sections, *(part for part in parts if isinstance(part, str))]


def _blocks(children: list[Node | str], *, lines: bool = False, line: str = "p") -> list[Node | str]:
    """A run of words becomes a paragraph, or another `line` (unless the parent takes `lines`), stray items a list.

    Lines without words go: editors leave them behind.
    """
    blocks: list[Node | str] = []
    for kind, run in _runs(children):
        if kind == "line" and lines:
            blocks.extend(run)
        elif kind == "line":
            blocks.extend(
                Node(line, children=words) for words in _paragraphs(run) if not all(map(_is_blank, words))
            )
        elif kind == "item":
            blocks.append(Node("ul", children=run))
        elif kind == "block":
            blocks.extend(child for child in run if not _is_hollow(child))
    return blocks


def _paragraphs(run: list[Node | str]) -> Iterator[list[Node | str]]:
    """Loose words divided at empty lines, as somebody writes them between elements in a plain text area."""
    words: list[Node | str] = []
    for child in run:
        first, *more = _EMPTY_LINE.split(child) if isinstance(child, str) else [child]
        words.append(first)
        for start in more:
            yield words
            words = [start]
    yield words


def _runs(children: list[Node | str]) -> Iterator[tuple[str, list[Node | str]]]:
    """Neighbors of one kind: words of a line, items of a list, other blocks."""

    def kind(child: Node | str) -> str:
        name = child.name if isinstance(child, Node) else ""
        return "item" if name == "li" else "block" if name in BLOCKS else "line"

    for name, run in groupby(children, kind):
        yield name, list(run)


def _is_blank(child: Node | str) -> bool:
    return not child.strip(" \t\r\n") if isinstance(child, str) else child.name == "br"


def _is_hollow(child: Node | str) -> bool:
    return isinstance(child, Node) and child.name in _LINES and all(map(_is_blank, child.children))
