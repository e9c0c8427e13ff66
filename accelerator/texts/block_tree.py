"""Rich text as a tree of blocks in plain data, used for Word, for data files and for counting blocks.

The schema is docs/strategy-json.md. A block is a dict with `type`; text is a string, and a marked run of text is a dict
with `type` (strong, emphasis, superscript, subscript, link, break) and `inlines`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from accelerator.texts import tree
from accelerator.texts.tree import Content, Element, content, elements

Block = dict[str, Any]
MEDIA = "media:"
_LINE = {"strong": "strong", "em": "emphasis", "sup": "superscript", "sub": "subscript", "a": "link", "br": "break"}


def from_html(html: str) -> list[Block]:
    """Sanitized HTML as a list of blocks."""
    return _blocks(content(tree.parse(html)))


def walk(blocks: list[Block]) -> Iterator[Block]:
    """Every block and the blocks inside it, in reading order; items, rows and cells aren't blocks themselves."""
    for block in blocks:
        yield block
        for inner in nested(block):
            yield from walk(inner)


def nested(block: Block) -> list[list[Block]]:
    """The lists of blocks that a block contains: its items, its cells, its quotation."""
    if block["type"] == "list":
        return [item["blocks"] for item in block["items"]]
    if block["type"] == "table":
        return [cell["blocks"] for row in block["head"] + block["body"] for cell in row]
    return [block["blocks"]] if block["type"] == "quote" else []


def count(blocks: list[Block]) -> Counter[str]:
    """The number of blocks of each type, not counting items, rows and cells."""
    counted: Counter[str] = Counter()
    for block in walk(blocks):
        counted[block["type"]] += 1
        counted["item"] += len(block.get("items", []))
        rows = block.get("head", []) + block.get("body", [])
        counted["row"] += len(rows)
        counted["cell"] += sum(len(row) for row in rows)
    return +counted


def own_text(block: Block) -> str:
    """The text of one block without the text of the blocks inside it."""
    return " ".join(_inline_text(block.get("inlines", [])).split())


def image_ids(blocks: list[Block]) -> list[int]:
    """The IDs of the images in a text, in order, without duplicates."""
    found = (block["picture"] for block in walk(blocks) if block["type"] == "figure")
    return list(dict.fromkeys(number for number in found if number))


def _inline_text(inlines: list[Any]) -> str:
    parts = []
    for inline in inlines:
        if isinstance(inline, str):
            parts.append(inline)
        else:
            parts.append("\n" if inline["type"] == "break" else _inline_text(inline["inlines"]))
    return "".join(parts)


def _blocks(children: Content) -> list[Block]:
    """Runs of text become a `text` block; block elements become blocks."""
    blocks: list[Block] = []
    for is_line, run in groupby(children, lambda child: isinstance(child, str) or child.tag in _LINE):
        if not is_line:
            blocks.extend(map(_block, elements([*run])))
        elif inlines := _inlines(list(run)):
            blocks.append({"type": "text", "inlines": inlines})
    return blocks


def _block(node: Element) -> Block:
    name = node.tag
    if name in {"h3", "h4"}:
        return {"type": "heading", "level": int(name[1]), "inlines": _inlines(content(node))}
    if name in {"ul", "ol"}:
        items = [{"blocks": _blocks(content(item))} for item in node]
        start = int(node.get("start", "1"))
        return {"type": "list", "ordered": name == "ol", "start": start, "items": items}
    if name == "blockquote":
        return {"type": "quote", "blocks": _blocks(content(node))}
    if name == "table":
        return _table(node)
    if name in {"figure", "img"}:
        return _figure(node)
    return {"type": "paragraph", "inlines": _inlines(content(node))}


def _table(node: Element) -> Block:
    parts: dict[str, list[list[Block]]] = {"head": [], "body": []}
    # Rows outside a section belong to the body: not every import writes one.
    for section in node:
        rows = [section] if section.tag == "tr" else section
        part = parts["head" if section.tag == "thead" else "body"]
        part.extend([_cell(cell) for cell in row] for row in rows)
    return {"type": "table", **parts}


def _cell(node: Element) -> Block:
    spans = {name: int(node.get(name, "1")) for name in ("colspan", "rowspan")}
    cell: Block = {"header": node.tag == "th", **spans, "blocks": _blocks(content(node))}
    return cell | ({"scope": node.get("scope")} if "scope" in node.attrib else {})


def _figure(node: Element) -> Block:
    image, caption = node if node.tag == "img" else node.find("img"), node.find("figcaption")
    about = {} if image is None else image.attrib
    # 0 for a source other than `media:`, which sanitized text doesn't contain.
    number = about.get("src", "").removeprefix(MEDIA)
    return {
        "type": "figure",
        "picture": int(number) if number.isdigit() else 0,
        "alt": about.get("alt", ""),
        "inlines": [] if caption is None else _inlines(content(caption)),
    }


def _inlines(children: Content) -> list[Any]:
    """Text with its marks; [] if there is only white space."""
    inlines = [child if isinstance(child, str) else _inline(child) for child in children]
    return inlines if _inline_text(inlines).strip() else []


def _inline(node: Element) -> Block:
    kind = _LINE.get(node.tag, "emphasis")
    if kind == "break":
        return {"type": "break"}
    inner = [child if isinstance(child, str) else _inline(child) for child in content(node)]
    link = {"href": node.get("href", "")} if kind == "link" else {}
    return {"type": kind, "inlines": inner} | link
