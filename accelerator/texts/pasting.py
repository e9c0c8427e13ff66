"""Plain HTML from clipboard HTML of Word (desktop and online), Outlook, Google Docs and LibreOffice.

Fake lists become real ones, styles become headings and emphasis; tracked deletions and comments are dropped and
counted.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby

import nh3

from accelerator.texts import tree
from accelerator.texts.tree import BLOCKS, Content, Element, add, content, elements, fill, make, tags, write

# What other editors call the same elements; the section's own title is level 2.
SAME = {"b": "strong", "i": "em", "h1": "h3", "h2": "h3", "h5": "h4", "h6": "h4", "div": "p", "tfoot": "tbody"}

# Only inside a tag: a text may mention these programs.
_FOREIGN = re.compile(
    r"""<[a-z][^<>]*?\s(?:style=["'][^"'<>]*mso-|class=["']?(?:[^"'<>]*\s)?(?:Mso|SCXW|OutlineElement|western|sdfootnote)"""
    r"""|id=["']?docs-internal-guid|role=["']?checkbox|type=["']?checkbox|data-aria-level=|content=["']?(?:LibreOffice|Microsoft)|xmlns:o=)""",
    re.IGNORECASE,
)
_DELETED = re.compile(r"<del\b|class=[\"']?msoDel\b", re.IGNORECASE)
_COMMENT = re.compile(r"mso-element:\s*comment[\"';\s]", re.IGNORECASE)
_LEVEL = re.compile(r"<h([1-6])\b|role=[\"']?heading[\"']?[^<>]*?aria-level=[\"']?([1-9])|mso-outline-level:\s*([1-9])")
_TAGS = tags(
    "p div br h1 h2 h3 h4 h5 h6 ul ol li b strong i em a span blockquote table thead tbody tfoot tr th td img sup"
    " sub input figure figcaption"
)
_ATTRIBUTES = tags(
    "style class role aria-level aria-checked aria-roledescription data-aria-level colspan rowspan start src alt type"
    " checked"
)
_WITHOUT_TEXT = tags("script style title del iframe object svg math noscript template")
_SCHEMES = {"http", "https", "mailto", "tel", "media", "data", "file"}
_DROPPED = re.compile(r"mso-list:\s*ignore|mso-element:\s*comment|mso-special-character:\s*comment|display:\s*none")
_DROPPED_CLASS = re.compile(r"\b(MsoCommentReference|msocomanchor|MsoCommentText|msoDel|EOP)\b", re.IGNORECASE)
_LIST = re.compile(r"mso-list:\s*\w+\s+level(\d)")
_DIGIT = re.compile(r"\d{1,2}")
_NUMBER = re.compile(r"\(?(\d{1,3}|[a-z]|[ivxlc]{1,6})[.)]", re.IGNORECASE)
_BOLD = re.compile(r"(?<![\w-])font-weight:\s*(bold|[6-9]00)")
_NOT_BOLD = re.compile(r"(?<![\w-])font-weight:\s*(normal|[1-4]00)")
_CHECKBOX_PICTURE = re.compile(r"<img\b[^<>]*aria-roledescription=[\"']?checkbox", re.IGNORECASE)
_CHECKBOX_SIGN = re.compile(r"[\s\xa0]*([☐☑☒])[\s\xa0]")
_NOTE = re.compile(r"\s*\[\d+\]\s*")
_RAISED = re.compile(r"vertical-align:\s*(super|sub)\b")
_BLOCKS = BLOCKS | {"item"}
_SPACE = re.compile(r"[ \t\r\n]+")
_NO_BREAK_SPACE = "\xa0"


def is_foreign(html: str) -> bool:
    """Whether a word processor wrote this."""
    return _FOREIGN.search(html) is not None


def to_plain(html: str) -> tuple[str, Counter[str]]:
    """The same text in plain HTML, and the number of comments and deleted passages left out."""
    checkboxes = _CHECKBOX_PICTURE.findall(html)
    left_out = Counter(
        picture=-len(checkboxes), comment=len(_COMMENT.findall(html)), deletion=len(_DELETED.findall(html))
    )
    levels = [int(next(filter(None, match))) for match in _LEVEL.findall(html)]
    loose = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_WITHOUT_TEXT,
        attributes={"*": set(_ATTRIBUTES), "a": {"href"}},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    # A document can start at any level: its highest one becomes ours.
    top = min(levels, default=1)
    root = tree.parse(loose)
    for heading in root.iter("h1", "h2", "h3", "h4", "h5", "h6"):
        heading.tag = "h3" if int(heading.tag[1]) <= top else "h4"
    children = _nest_items(_convert(content(rename_elements(root)), top=top, strong=True))
    return "".join(map(write, children)), left_out


def rename_elements(root: Element) -> Element:
    for element in root.iter(*SAME):
        element.tag = SAME[element.tag]
    return root


def _convert(children: Content, *, top: int, strong: bool) -> Content:
    walked: Content = []
    for child in children:
        if isinstance(child, str):
            walked.append(_SPACE.sub(" ", child))
        else:
            walked.extend(_convert_element(child, top, strong))
    return walked


def _convert_element(node: Element, top: int, strong: bool) -> Content:
    """What one element becomes: nothing, its children, or a plain element."""
    style, names = node.get("style", "").lower(), node.get("class", "")
    if _DROPPED.search(style) and "footnote" not in style or _DROPPED_CLASS.search(names):
        return []
    if node.tag == "img" and node.get("aria-roledescription") == "checkbox":
        return []  # its item says whether it is checked
    if node.tag == "input":
        return [_checkbox("checked" in node.attrib)] if node.get("type") == "checkbox" else []
    if level := _heading(node, style, names):
        node.tag = "h3" if level <= top else "h4"
    item = _LIST.search(style) if node.tag == "p" else None
    marker = _marker(node) if item else ""
    strong = strong and node.tag not in {"h3", "h4", "th"}
    inside = _convert(content(node), top=top, strong=strong)
    if node.tag in {"span", "sup", "sub", "strong", "em", "a"}:
        return _inline(node, style, names, inside, strong)
    if node.tag == "p" and all(isinstance(c, str) and not c.strip(f" {_NO_BREAK_SPACE}") for c in inside):
        return []
    if node.tag == "p" and any(isinstance(child, Element) and child.tag in _BLOCKS for child in inside):
        return inside  # a div around blocks
    if node.tag == "li" and node.get("role") == "checkbox":
        inside = _with_sign(_checkbox(node.get("aria-checked") == "true"), inside)
    if node.tag == "p" and not item and _CHECKBOX_SIGN.match(tree.marked_text(node, "")):
        return [_item(1, False, [make("p", _nest_items(inside))])]
    if item:
        return [_item(int(item[1]), bool(_NUMBER.fullmatch(marker)), [make("p", _nest_items(inside))])]
    fill(node, _nest_items(inside))
    if node.tag in {"ul", "ol"} and (items := _items_with_levels(node)):
        return items
    if node.tag == "table":
        _mark_head(node, style)
    return [node]


def _checkbox(is_checked: bool) -> str:
    return "☑ " if is_checked else "☐ "


def _with_sign(sign: str, inside: Content) -> Content:
    """The sign in the item's first line."""
    first = inside[0] if inside else ""
    if isinstance(first, Element) and first.tag == "p":
        return [make("p", [sign, *content(first)]), *inside[1:]]
    return [sign, *inside]


def _heading(node: Element, style: str, names: str) -> int:
    """The heading level that a paragraph style implies; 0 for none."""
    if node.tag != "p":
        return 0
    if node.get("role") == "heading":
        level = node.get("aria-level", "")
        return int(level) if _DIGIT.fullmatch(level) else 1
    if match := re.search(r"mso-outline-level:\s*([1-9])", style):
        return int(match[1])
    return 1 if re.search(r"\bMsoTitle\b", names) else 0


def _inline(node: Element, style: str, names: str, inside: Content, strong: bool) -> Content:
    if "sdfootnote" in names:
        number = "".join(tree.marked_text(child, "") for child in inside).strip(" []")
        return [f"[{number}]", *([" "] if "sym" in names else [])]
    if node.tag == "a":
        return [make("a", inside, href=node.get("href"))] if "href" in node.attrib else inside
    bold = bool(_BOLD.search(style)) or (node.tag == "strong" and not _NOT_BOLD.search(style))
    italic = "font-style:italic" in style.replace(" ", "") or (
        node.tag == "em" and "font-style:normal" not in style.replace(" ", "")
    )
    if any(
        isinstance(child, Element) and child.tag not in {"strong", "em", "sup", "sub", "a", "br"} for child in inside
    ):
        return inside
    if italic and inside:
        inside = [make("em", inside)]
    raised = _RAISED.search(style)
    mark = node.tag if node.tag in {"sup", "sub"} else {"super": "sup", "sub": "sub"}[raised[1]] if raised else ""
    # A note's number is in brackets.
    if mark and inside and not _NOTE.fullmatch("".join(tree.marked_text(child, "") for child in inside)):
        inside = [make(mark, inside)]
    return [make("strong", inside)] if bold and strong and inside else inside


def _marker(node: Element) -> str:
    """The literal bullet or number of a list paragraph."""
    for painted in node.iterdescendants():
        if "mso-list:ignore" in painted.get("style", "").lower().replace(" ", ""):
            return tree.marked_text(painted, "").strip(f" {_NO_BREAK_SPACE}\r\n\t")
    return ""


def _item(level: int, ordered: bool, children: Content) -> Element:
    return make("item", children, level=str(level), list="ol" if ordered else "ul")


def _items_with_levels(node: Element) -> Content:
    """The items of a list that states each item's level (Word online starts a new list for every level)."""
    levels = [item.get("data-aria-level", "") for item in node]
    if not all(map(_DIGIT.fullmatch, levels)):
        return []
    return [_item(int(level), node.tag == "ol", content(item)) for level, item in zip(levels, node, strict=True)]


def _nest_items(children: Content) -> Content:
    """Consecutive items as nested lists."""

    def is_item(child: Element | str) -> bool:
        return isinstance(child, Element) and child.tag == "item"

    # A space between two items would end the list.
    children_kept = [
        child
        for index, child in enumerate(children)
        if not (child == " " and any(is_item(neighbor) for neighbor in children[max(0, index - 1) : index + 2]))
    ]
    listed: Content = []
    for items, grouped in groupby(children_kept, is_item):
        run = list(grouped)
        listed.extend(_as_lists(elements(run)) if items else run)
    return listed


def _as_lists(items: list[Element]) -> list[Element]:
    """Lists from items with levels."""
    # Don't invent a skipped level: it would show as an empty item.
    lists: list[Element] = []
    open_: list[tuple[int, Element]] = []
    for item in items:
        level, name = int(item.get("level")), item.get("list")
        while open_ and (open_[-1][0] > level or (open_[-1][0] == level and open_[-1][1].tag != name)):
            open_.pop()
        if not open_ or open_[-1][0] < level:
            new_list = make(name)
            if open_:
                add(open_[-1][1][-1], [new_list])
            else:
                lists.append(new_list)
            open_.append((level, new_list))
        add(open_[-1][1], [make("li", content(item))])
    return lists


def _mark_head(table: Element, style: str) -> None:
    """Turn the first row into headings if the word processor marks it as such."""
    heads = table.findall("thead/*")
    rows = [row for part in table for row in ([part] if part.tag == "tr" else part)]
    table_look = re.search(r"mso-yfti-tbllook:\s*(\d+)", style)
    # 0x20 in Word's table look: "header row" is checked.
    if not heads and len(rows) > 1 and table_look and int(table_look[1][:6]) & 0x20:
        heads = rows[:1]
    for cell in (cell for row in heads for cell in row):
        cell.tag = "th"
        for bold in list(cell.iter("strong")):  # a heading is bold anyway
            bold.drop_tag()
