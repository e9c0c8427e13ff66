"""Rich text: a closed set of elements, sanitized on input (docs/adr/0011).

`clean` returns a list of blocks (paragraph, heading, list, quotation, table, figure), so that page, PDF and Word can
walk one tree; cleaning it again changes nothing. A figure is always a block of its own: `<figure><img src="media:12"
alt="description"><figcaption>caption</figcaption></figure>`. The caption can be missing and the alternative text empty.
`media:` plus an image's number is the only allowed source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby

import nh3

from accelerator.texts import dropped, pasting, tree
from accelerator.texts.tree import (
    BLOCKS,
    DEEPEST,
    TABLE,
    Content,
    Element,
    add,
    content,
    elements,
    fill,
    make,
    tags,
    write,
)

ELEMENTS = tags("p br h3 h4 ul ol li strong em sup sub a blockquote table thead tbody tr th td figure img figcaption")
ATTRIBUTES = {
    "a": {"href"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "ol": {"start"},
    "img": {"src", "alt"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
LONGEST_ALT = 500

_INLINE = tags("strong em sup sub a")
# A line of text can't contain blocks; these blocks contain only blocks.
_LINES = tags("p h3 h4") | _INLINE
_WITHOUT_TEXT = tags("script style title iframe object svg math noscript template")
_UNWRAPPED = tags("span u s font pre code html body section article")
_OF_DOCUMENTS = tags("link meta base")
_KNOWN = "|".join(
    sorted(ELEMENTS | set(pasting.SAME) | _WITHOUT_TEXT | _UNWRAPPED | _OF_DOCUMENTS | set(dropped.NAMES))
)
# Attributes need a value: "a<b and c>d" is a line of text, not bold markup.
_MARKUP = re.compile(rf"</?({_KNOWN})\s*(\s[\w:-]+\s*=[^<>]*)?/?>", re.IGNORECASE)
_OPENING = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_EMPTY_LINE = re.compile(r"\n[ \t\r]*\n\s*")
_BLANK = re.compile(r"[ \t\n\r]+")
_MEDIA = re.compile(r"media:[1-9][0-9]{0,17}")
_SHOWN = re.compile(r'<img src="media:([1-9][0-9]{0,17})"')
_PICTURE = re.compile(r'<img src="media:([1-9][0-9]{0,17})" alt="[^"]*">')
_SOURCE = re.compile(r"""(<img\b[^<>]*?\ssrc\s*=\s*["']?)([^"'\s<>]+)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Sanitized HTML with its word count.

    `removed` counts elements and attributes that could run code; `dropped` has (name, how many) of what people would
    miss.
    """

    html: str
    words: int
    removed: int
    dropped: tuple[tuple[str, int], ...] = ()


def clean(html: str, *, keep_images: Callable[[set[int]], Collection[int]] | None = None) -> Cleaned:
    """Keep the closed set of elements, rename close relatives, drop everything that could run code.

    `keep_images` gets the IDs of the text's images and returns those that may stay; without it, all of them do.
    """
    html = tree.UNPRINTABLE.sub("", html)
    # A plain text area submits no elements.
    if not _MARKUP.search(html):
        html = from_plain_text(html)
    removed, lost = dropped.count_acting(html), dropped.count(html)
    if pasting.is_foreign(html) and depth(html) <= 10 * DEEPEST:
        html, counted = pasting.to_plain(html)
        lost += counted
    html = _clean_until_stable(html)
    if keep_images is not None and (ids := image_ids(html)):
        kept_ids = set(keep_images(ids))
        html = _clean_until_stable(_PICTURE.sub(lambda match: match[0] if int(match[1]) in kept_ids else "", html))
    lost.subtract(dropped.count(html))
    words = count_words(html)
    lost_items = tuple((name, number) for name, number in lost.items() if number > 0)
    return Cleaned(html if words or "<img " in html else "", words, removed, lost_items)


def _clean_until_stable(html: str) -> str:
    # Cleaning can form new elements from what it removes; a text that passes unchanged is safe to store and show. The
    # sanitizer's time grows with the square of the depth.
    if depth(html) > 10 * DEEPEST:
        html = from_plain_text(unescape(_TAG.sub("\n", html)))
    for _again in range(4):
        before, html = html, _clean_once(html)
        if html == before:
            break
    else:
        html = _clean_once(from_plain_text(text(html)))
    return html


def image_ids(html: str) -> set[int]:
    """The IDs of the images in sanitized HTML."""
    return {int(number) for number in _SHOWN.findall(html)}


def with_image_addresses(html: str, address: Callable[[int], str]) -> str:
    """Sanitized HTML for a page: each image's `media:12` becomes the URL that `address(12)` returns."""
    return _SHOWN.sub(lambda match: f'<img src="{escape(address(int(match[1])))}"', html)


def with_image_ids(html: str, number: Callable[[str], int | None]) -> str:
    """HTML as a page posts it back: an image URL that `number` recognizes becomes `media:` plus that number."""

    def source(match: re.Match[str]) -> str:
        known = number(unescape(match[2]))
        return match[0] if known is None else f"{match[1]}media:{known}"

    return _SOURCE.sub(source, html)


def from_plain_text(text: str) -> str:
    """Plain text as HTML: an empty line starts a paragraph, a line break stays a line break."""
    paragraphs = _EMPTY_LINE.split(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    escaped = [escape(paragraph.strip(), quote=False) for paragraph in paragraphs if paragraph.strip()]
    return "".join(f"<p>{paragraph.replace(chr(10), '<br>')}</p>" for paragraph in escaped)


def text(html: str) -> str:
    """The text of rich text, one block per line."""
    lines = (_BLANK.sub(" ", line).strip() for line in tree.marked_text(tree.parse(html), "\0").split("\0"))
    return "\n".join(line for line in lines if line)


def count_words(html: str) -> int:
    return len(text(html).split())


def blocks(html: str) -> list[str]:
    """The top-level blocks of sanitized HTML, each as HTML of its own."""
    return [write(block) for block in content(tree.parse(html))]


def for_text_area(html: str) -> str:
    """The same text with an empty line between its blocks, for editing in a plain text area."""
    root = tree.parse(html)
    for link in root.iter("a"):
        link.attrib.pop("rel", None)
    return "\n\n".join(map(write, content(root)))


def depth(html: str) -> int:
    """The maximum nesting depth of elements."""
    level = deepest = 0
    for match in _OPENING.finditer(html):
        if match[2].lower() not in {"br", "p", "img", "hr", "li"}:
            level = max(0, level + (-1 if match[1] else 1))
            deepest = max(deepest, level)
    return deepest


def _clean_once(html: str) -> str:
    # Sanitize loosely, normalize the tree, then sanitize the result strictly: nh3 always runs last.
    loose = nh3.clean(
        html,
        tags=ELEMENTS | set(pasting.SAME),
        clean_content_tags=_WITHOUT_TEXT,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=SCHEMES | {"media"},
        url_relative="deny",
        link_rel=None,
    )
    root = pasting.rename_elements(tree.parse(loose))
    formed = "".join(map(write, _lift_figures(_blocks(_tidy(content(root))))))
    return nh3.clean(
        formed,
        tags=ELEMENTS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=SCHEMES | {"media"},
        url_relative="deny",
        link_rel="noopener noreferrer",
    )


def _attribute(element: str, name: str, value: str) -> str | None:
    """An attribute's value if allowed, else None."""
    if name == "scope":
        return value if value in {"row", "col", "rowgroup", "colgroup"} else None
    # Two digits: a cell that spans a million rows would stall the PDF.
    if name in {"colspan", "rowspan", "start"}:
        return value if re.fullmatch(r"[1-9][0-9]?", value) and (name == "start" or value != "1") else None
    if name == "src":
        return value if _MEDIA.fullmatch(value) else None
    if name == "href" and value.strip().lower().startswith("media:"):
        return None
    if name == "alt":
        return _BLANK.sub(" ", value).strip()[:LONGEST_ALT].rstrip()
    return value


def _tidy(children: Content) -> Content:
    """Unwrap misplaced elements: a line around blocks, a link without a URL, an empty mark."""
    tidied: Content = []
    for child in children:
        if isinstance(child, str) or child.tag == "br":
            tidied.append(child)
            continue
        if child.tag in {"img", "figure", "figcaption"}:
            tidied.extend(_as_figures(child))
            continue
        inside = _tidy(content(child))
        if child.tag in _LINES and _has_blocks(inside):
            only = {block.tag for block in elements(inside) if block.tag in BLOCKS} == {"figure"}
            tidied.extend(inside if child.tag in _INLINE else _blocks(inside, line=child.tag if only else "p"))
        elif child.tag == "a" and "href" not in child.attrib:
            tidied.extend(inside)
        elif child.tag not in _INLINE or inside:
            tidied.append(fill(child, _children_for(child, inside)))
    return tidied


def _has_blocks(children: Content) -> bool:
    return any(below.tag in BLOCKS for child in elements(children) for below in child.iter())


def _as_figures(node: Element) -> Content:
    """An image as a figure; a figure as its images, the last one with the caption, and its other blocks.

    A caption without an image becomes a paragraph.
    """
    if node.tag == "img":
        source, alt = node.get("src"), node.get("alt", "")
        return [make("figure", [make("img", src=source, alt=alt)])] if source else []
    if node.tag == "figcaption":
        return _tidy([make("p", content(node))])
    inside: Content = []
    caption: Content = []
    for child in content(node):
        if isinstance(child, Element) and child.tag == "figcaption":
            caption += [" ", *content(child)] if caption else content(child)
        else:
            inside.append(child)
    figures, body = _split_figures(_blocks(_tidy(inside)))
    more, caption = _split_figures(_tidy(caption))
    figures += more
    line = list(_line(caption))
    if figures and not all(map(_is_blank, line)):
        add(figures[-1], [make("figcaption", line)])
        line = []
    return [*figures, *_blocks(line), *body]


def _line(children: Content) -> Iterator[Element | str]:
    """The text of blocks as one line."""
    for child in children:
        if isinstance(child, Element) and child.tag in BLOCKS:
            yield " "
            yield from _line(content(child))
            yield " "
        else:
            yield child


def _lift_figures(blocks: Content) -> Iterator[Element | str]:
    """Blocks, with the figures of a list, table or quotation moved after it."""
    # Word and the PDF can place figures only between blocks.
    for block in blocks:
        figures, rest = _split_figures([block])
        if rest and (not figures or tree.marked_text(block, "").strip(" \t\r\n")):
            yield block
        yield from figures


def _split_figures(children: Content) -> tuple[list[Element], Content]:
    """The figures in and among these children, and the children without them."""
    figures: list[Element] = []
    rest: Content = []
    for child in children:
        if isinstance(child, str) or child.tag != "figure":
            rest.append(child)
        for figure in [] if isinstance(child, str) else list(child.iter("figure")):
            if figure is not child:
                figure.drop_tree()
            figures.append(figure)
    return figures, rest


def _children_for(node: Element, children: Content) -> Content:
    if node.tag == "blockquote":
        return _blocks(children)
    if node.tag in {"ul", "ol"}:
        return _items(children)
    if node.tag in TABLE:
        children = [child for child in children if not _is_blank(child)]
        return _with_table_head(children) if node.tag == "table" else children
    return children if node.tag in _LINES else _blocks(children, lines=True)


def _items(children: Content) -> Content:
    """The items of a list; a list next to them (as Google Docs nests) belongs to the previous item."""
    items: list[Element] = []
    for child in children:
        if isinstance(child, Element) and child.tag in {"ul", "ol"} and items:
            add(items[-1], [child])
        elif isinstance(child, Element) and child.tag == "li":
            items.append(child)
        elif not _is_blank(child):
            items.append(make("li", [child]))
    return [*items]


def _with_table_head(parts: Content) -> Content:
    """A table's parts, with leading rows of headings as its head, and each heading's direction."""
    # Editors put such rows in the body; screen readers need to know which cells are headings.
    sections = elements(parts)
    if sections and sections[0].tag == "tbody" and all(part.tag != "thead" for part in sections):
        body, head = sections[0], make("thead")
        while len(body) and not body.text and {cell.tag for cell in body[0]} == {"th"}:
            row = body[0]
            row.drop_tree()
            add(head, [row])
        sections = [part for part in [head, *sections] if content(part)]
    for section in sections:
        for cell in (cell for row in section for cell in row if cell.tag == "th"):
            cell.set("scope", cell.get("scope") or ("col" if section.tag == "thead" else "row"))
    return [*sections, *(part for part in parts if isinstance(part, str))]


def _blocks(children: Content, *, lines: bool = False, line: str = "p") -> Content:
    """Loose text becomes a paragraph or another `line` (unless the parent accepts `lines`), stray items a list."""
    blocks: Content = []
    for kind, grouped in groupby(children, _kind):
        run = list(grouped)
        if kind == "line" and lines:
            blocks.extend(run)
        elif kind == "line":
            blocks.extend(make(line, part) for part in _paragraphs(run) if not all(map(_is_blank, part)))
        elif kind == "item":
            blocks.append(make("ul", run))
        else:
            # Editors leave lines without text.
            blocks.extend(block for block in elements(run) if not _is_hollow(block))
    return blocks


def _kind(child: Element | str) -> str:
    """Groups neighbors: text of a line, items of a list, other blocks."""
    name = "" if isinstance(child, str) else child.tag
    return "item" if name == "li" else "block" if name in BLOCKS else "line"


def _paragraphs(run: Content) -> Iterator[Content]:
    """Loose text split at empty lines, as people type it between elements in a plain text area."""
    part: Content = []
    for child in run:
        first, *more = _EMPTY_LINE.split(child) if isinstance(child, str) else [child]
        part.append(first)
        for start in more:
            yield part
            part = [start]
    yield part


def _is_blank(child: Element | str) -> bool:
    return not child.strip(" \t\r\n") if isinstance(child, str) else child.tag == "br"


def _is_hollow(child: Element) -> bool:
    return child.tag in _LINES and all(map(_is_blank, content(child)))
