"""What word processors put on the clipboard, as plain HTML: Word (desktop and online), Outlook, Google Docs,
LibreOffice. Lists that are only painted become lists, styles become headings and emphasis, tracked deletions and
comments go and are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import groupby

import nh3

from accelerator.texts.tree import BLOCKS, Node, nodes, pieces, tree, write

# Only in a tag: words about such things are words.
_FOREIGN = re.compile(
    r"""<[a-z][^<>]*?\s(?:style=["'][^"'<>]*mso-|class=["']?(?:[^"'<>]*\s)?(?:Mso|SCXW|OutlineElement|western|sdfootnote)"""
    r"""|id=["']?docs-internal-guid|data-aria-level=|content=["']?(?:LibreOffice|Microsoft)|xmlns:o=)""",
    re.IGNORECASE,
)
_DELETED = re.compile(r"<del\b|class=[\"']?msoDel\b", re.IGNORECASE)
_COMMENT = re.compile(r"mso-element:\s*comment[\"';\s]", re.IGNORECASE)
_LEVEL = re.compile(
    r"<h([1-6])\b|role=[\"']?heading[\"']?[^<>]*?aria-level=[\"']?([1-9])|mso-outline-level:\s*([1-9])"
)
_TAGS = {
    "p", "div", "br", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "b", "strong", "i", "em", "a", "span",
    "blockquote", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "img", "sup", "figure", "figcaption",
}  # fmt: skip
_KEPT = {
    "style",
    "class",
    "id",
    "role",
    "aria-level",
    "data-aria-level",
    "colspan",
    "rowspan",
    "start",
    "src",
    "alt",
}
_WORDLESS = {"script", "style", "title", "del", "iframe", "object", "svg", "math", "noscript", "template"}
_SCHEMES = {"http", "https", "mailto", "tel", "media", "data", "file"}
_GONE = re.compile(
    r"mso-list:\s*ignore|mso-element:\s*comment|mso-special-character:\s*comment|display:\s*none"
)
_GONE_CLASS = re.compile(r"\b(MsoCommentReference|msocomanchor|MsoCommentText|msoDel|EOP)\b", re.IGNORECASE)
_LIST = re.compile(r"mso-list:\s*\w+\s+level(\d)")
_NUMBER = re.compile(r"\(?(\d{1,3}|[a-z]|[ivxlc]{1,6})[.)]", re.IGNORECASE)
_BOLD = re.compile(r"(?<![\w-])font-weight:\s*(bold|[6-9]00)")
_NOT_BOLD = re.compile(r"(?<![\w-])font-weight:\s*(normal|[1-4]00)")
_BLOCKS = BLOCKS | {"item"}
_SPACE = re.compile(r"[ \t\r\n]+")
_HARD = "\xa0"


def is_foreign(html: str) -> bool:
    """Whether a word processor wrote this."""
    return _FOREIGN.search(html) is not None


def plain(html: str) -> tuple[str, Counter[str]]:
    """The same words in plain HTML, and how many comments and deleted passages were left out."""
    left_out = Counter(comment=len(_COMMENT.findall(html)), deletion=len(_DELETED.findall(html)))
    levels = [int(next(filter(None, found))) for found in _LEVEL.findall(html)]
    loose = nh3.clean(
        html, tags=_TAGS, clean_content_tags=_WORDLESS, attributes={"*": _KEPT, "a": {"href"}},
        url_schemes=_SCHEMES, link_rel=None,
    )  # fmt: skip
    top = min(levels, default=1)
    loose = re.sub(r"<(/?)h([1-6])\b", lambda h: f"<{h[1]}{'h3' if int(h[2]) <= top else 'h4'}", loose)
    root = tree(loose)
    children = _listed(_walk(root.children, top=top, strong=True))
    return "".join(write(child) for child in children), left_out


def _walk(children: list[Node | str], *, top: int, strong: bool) -> list[Node | str]:
    walked: list[Node | str] = []
    for child in children:
        if isinstance(child, str):
            walked.append(_SPACE.sub(" ", child))
        else:
            walked.extend(_element(child, top, strong))
    return walked


def _element(node: Node, top: int, strong: bool) -> list[Node | str]:
    """What one element becomes: nothing, its children, or a plain element."""
    style, names = node.attributes.get("style", "").lower(), node.attributes.get("class", "")
    if _GONE.search(style) and "footnote" not in style or _GONE_CLASS.search(names):
        return []
    if level := _heading(node, style, names):
        node.name = "h3" if level <= top else "h4"
    marker = _marker(node) if node.name == "p" and _LIST.search(style) else ""
    strong = strong and node.name not in {"h3", "h4", "th"}
    inside = _walk(node.children, top=top, strong=strong)
    if node.name in {"span", "sup", "strong", "em", "a"}:
        return _inline(node, style, names, inside, strong)
    if node.name == "p" and all(isinstance(c, str) and not c.strip(f" {_HARD}") for c in inside):
        return []
    if node.name == "p" and any(isinstance(child, Node) and child.name in _BLOCKS for child in inside):
        return inside  # a division around blocks
    node.children = _listed(inside)
    if found := _LIST.search(style) if node.name == "p" else None:
        return [_item(int(found[1]), bool(_NUMBER.fullmatch(marker)), [Node("p", children=node.children)])]
    if node.name in {"ul", "ol"} and (items := _leveled(node)):
        return items
    if node.name == "table":
        _head(node, style)
    return [node]


def _heading(node: Node, style: str, names: str) -> int:
    """The level of a paragraph that a style makes a heading; 0 for none."""
    if node.name != "p":
        return 0
    if node.attributes.get("role") == "heading":
        return int(node.attributes.get("aria-level", "1") or 1)
    if found := re.search(r"mso-outline-level:\s*([1-9])", style):
        return int(found[1])
    return 1 if re.search(r"\bMsoTitle\b", names) else 0


def _inline(node: Node, style: str, names: str, inside: list[Node | str], strong: bool) -> list[Node | str]:
    if "sdfootnote" in names:
        return [
            f"[{''.join(pieces(Node(children=inside))).strip(chr(0) + ' []')}]",
            *([" "] if "sym" in names else []),
        ]
    if node.name == "a":
        return [Node("a", {"href": node.attributes["href"]}, inside)] if "href" in node.attributes else inside
    bold = bool(_BOLD.search(style)) or (node.name == "strong" and not _NOT_BOLD.search(style))
    italic = "font-style:italic" in style.replace(" ", "") or (
        node.name == "em" and "font-style:normal" not in style.replace(" ", "")
    )
    if any(isinstance(child, Node) and child.name not in {"strong", "em", "a", "br"} for child in inside):
        return inside
    if italic and inside:
        inside = [Node("em", children=inside)]
    return [Node("strong", children=inside)] if bold and strong and inside else inside


def _marker(node: Node) -> str:
    """The painted bullet or number of a list paragraph."""
    for child in nodes(node):
        if "mso-list:ignore" in child.attributes.get("style", "").lower().replace(" ", ""):
            return "".join(pieces(child)).replace("\0", "").strip(f" {_HARD}\r\n\t")
        if found := _marker(child):
            return found
    return ""


def _item(level: int, ordered: bool, children: list[Node | str]) -> Node:
    """A list item that does not stand in its list yet."""
    return Node("item", {"level": str(level), "list": "ol" if ordered else "ul"}, children)


def _leveled(node: Node) -> list[Node | str]:
    """The items of a list that says each one's level (Word online writes a list for every level anew)."""
    items = nodes(node)
    if not items or any("data-aria-level" not in item.attributes for item in items):
        return []
    levels = [item.attributes["data-aria-level"] for item in items]
    if not all(level.isdigit() for level in levels):
        return []
    return [_item(int(at), node.name == "ol", item.children) for at, item in zip(levels, items, strict=True)]


def _listed(children: list[Node | str]) -> list[Node | str]:
    """Items that follow each other as nested lists."""

    def is_item(child: Node | str) -> bool:
        return isinstance(child, Node) and child.name == "item"

    kept = [
        child
        for at, child in enumerate(children)
        if not (child == " " and any(is_item(beside) for beside in children[max(0, at - 1) : at + 2]))
    ]
    listed: list[Node | str] = []
    for items, grouped in groupby(kept, is_item):
        run = list(grouped)
        listed.extend(_nested([item for item in run if isinstance(item, Node)]) if items else run)
    return listed


def _nested(items: list[Node]) -> list[Node | str]:
    """Lists from items with levels; a level that was passed over is not made up."""
    lists: list[Node | str] = []
    open_: list[tuple[int, Node]] = []
    for item in items:
        level, name = int(item.attributes["level"]), item.attributes["list"]
        while open_ and (open_[-1][0] > level or (open_[-1][0] == level and open_[-1][1].name != name)):
            open_.pop()
        if not open_ or open_[-1][0] < level:
            made = Node(name)
            (open_[-1][1].children[-1].children if open_ else lists).append(made)  # type: ignore[union-attr]
            open_.append((level, made))
        open_[-1][1].children.append(Node("li", children=item.children))
    return lists


def _head(table: Node, style: str) -> None:
    """The first row as headings where the word processor says that it is one."""
    rows = [row for part in nodes(table) for row in ([part] if part.name == "tr" else nodes(part))]
    heads = [row for part in nodes(table) if part.name == "thead" for row in nodes(part)]
    look = re.search(r"mso-yfti-tbllook:\s*(\d+)", style)
    if not heads and len(rows) > 1 and look and int(look[1][:6]) & 0x20:
        heads = rows[:1]
    for row in heads:
        for cell in nodes(row):
            cell.name = "th"
            cell.children = _regular(cell.children)


def _regular(children: list[Node | str]) -> list[Node | str]:
    """A heading is bold by itself."""
    regular: list[Node | str] = []
    for child in children:
        if isinstance(child, Node):
            child.children = _regular(child.children)
            regular.extend(child.children if child.name == "strong" else [child])
        else:
            regular.append(child)
    return regular
