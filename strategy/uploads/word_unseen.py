"""What a Word file contains but doesn't show: rows deleted with "Track Changes", and hidden text. It is cut out."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OFF = ("0", "false", "off")
# What a hidden run must keep: the parts of a field, which end elsewhere, and the call of a note.
_KEPT = {f"{_W}{name}" for name in ("rPr", "fldChar", "instrText", "footnoteReference", "endnoteReference")}
_TEXT = {f"{_W}t", f"{_W}delText"}
_PARSER = etree.XMLParser(huge_tree=True, resolve_entities=False, no_network=True)


@dataclass(slots=True)
class Unseen:
    """Texts by paragraph."""

    deleted: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


def hidden_styles(styles: bytes | None) -> set[str]:
    """The ids of styles whose text is hidden, also by a style that they are based on."""
    if styles is None or b"vanish" not in styles:
        return set()
    tree = etree.fromstring(styles, _PARSER)
    rows = {style.get(f"{_W}styleId"): style for style in tree.iter(f"{_W}style")}
    found = set()
    for name, style in rows.items():
        seen: set[str | None] = set()
        at: str | None = name
        while style is not None and at not in seen:
            seen.add(at)
            if (is_on := _is_on(style, "vanish")) is not None:
                found |= {name} if is_on else set()
                break
            base = style.find(f"{_W}basedOn")
            at = base.get(f"{_W}val") if base is not None else None
            style = rows.get(at)
    return {name for name in found if name}


def cut(part: bytes, styles: set[str], unseen: Unseen) -> bytes:
    """A part without what it doesn't show, which is added to `unseen`."""
    if not styles and not any(name in part for name in (b":del ", b":cellDel", b"vanish", b":cr", b":ptab")):
        return part
    tree = etree.fromstring(part, _PARSER)
    for row in list(tree.iter(f"{_W}tr")):
        if row.find(f"{_W}trPr/{_W}del") is not None:
            unseen.deleted += _lines(row)
            _remove(row)
    for cell in list(tree.iter(f"{_W}tc")):
        if cell.find(f"{_W}tcPr/{_W}cellDel") is not None:
            unseen.deleted += _lines(cell)
            cell[:] = [*cell.findall(f"{_W}tcPr"), etree.SubElement(cell, f"{_W}p")]
    for node in tree.iter(f"{_W}cr", f"{_W}ptab"):
        node.tag = f"{_W}br"  # pandoc knows only this one
    for paragraph in tree.iter(f"{_W}p"):
        _cut_hidden(paragraph, styles, unseen)
    written: bytes = etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written


def _remove(row: etree._Element) -> None:
    table = row.getparent()
    table.remove(row)
    if table.tag == f"{_W}tbl" and table.find(f"{_W}tr") is None and (parent := table.getparent()) is not None:
        # A cell must end with a paragraph.
        parent.replace(table, etree.Element(f"{_W}p"))


def _cut_hidden(paragraph: etree._Element, styles: set[str], unseen: Unseen) -> None:
    texts = []
    in_hidden_style = _style(paragraph, "pPr/pStyle") in styles
    for run in list(paragraph.iter(f"{_W}r")):
        if next(run.iterancestors(f"{_W}p"), None) is not paragraph:
            continue  # in a text box, which has paragraphs of its own
        is_on = _is_on(run, "vanish")
        if not (is_on if is_on is not None else in_hidden_style or _style(run, "rPr/rStyle") in styles):
            continue
        texts.append("".join(_pieces(run)))
        for child in list(run):
            if child.tag not in _KEPT:
                run.remove(child)
    if text := " ".join("".join(texts).split()):
        unseen.hidden.append(text)


def _is_on(element: etree._Element, name: str) -> bool | None:
    """Whether a formatting is switched on or off; None if neither."""
    switch = element.find(f"{_W}rPr/{_W}{name}")
    return None if switch is None else switch.get(f"{_W}val", "1") not in _OFF


def _style(element: etree._Element, path: str) -> str:
    style = element.find("/".join(f"{_W}{name}" for name in path.split("/")))
    return style.get(f"{_W}val", "") if style is not None else ""


def _pieces(element: etree._Element) -> list[str]:
    spaces = {f"{_W}tab", f"{_W}br", f"{_W}cr"}
    return [node.text or "" if node.tag in _TEXT else " " if node.tag in spaces else "" for node in element.iter("*")]


def _lines(element: etree._Element) -> list[str]:
    texts = ("".join(_pieces(paragraph)) for paragraph in element.iter(f"{_W}p"))
    return [" ".join(text.split()) for text in texts if text.strip()]
