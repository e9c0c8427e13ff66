"""A Word file's parts by what they are: found through the package's relations, and in one dialect of Open XML.

Word Online calls the main part `document2.xml`, and strict Open XML has other names for everything; pandoc and our own
reader know only the names and the namespaces that Word on a computer writes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from html import unescape

MAIN = "word/document.xml"
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STRICT_TYPE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
# Parts that the readers look for by name.
_NAMED = {"styles", "numbering", "footnotes", "endnotes", "settings", "comments"}
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb"""\b(Type|Target|TargetMode)\s*=\s*["']([^"']*)["']""")
# The namespaces of strict Open XML and those of transitional, which differ in nothing that a text needs.
NAMESPACES = [
    (f"{_STRICT_TYPE}", _TYPE),
    (
        "http://purl.oclc.org/ooxml/wordprocessingml/main",
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing",
        "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    ),
    ("http://purl.oclc.org/ooxml/drawingml/main", "http://schemas.openxmlformats.org/drawingml/2006/main"),
    ("http://purl.oclc.org/ooxml/drawingml/picture", "http://schemas.openxmlformats.org/drawingml/2006/picture"),
    ("http://purl.oclc.org/ooxml/drawingml/chart", "http://schemas.openxmlformats.org/drawingml/2006/chart"),
    ("http://purl.oclc.org/ooxml/drawingml/diagram", "http://schemas.openxmlformats.org/drawingml/2006/diagram"),
    ("http://purl.oclc.org/ooxml/officeDocument/math", "http://schemas.openxmlformats.org/officeDocument/2006/math"),
]


def main_part(relations: bytes) -> str:
    """The name of the main part according to the package's relations; "" if they don't name one."""
    targets = [target for kind, target in _relations(relations) if kind == "officeDocument"]
    return _joined("", targets[0]) if targets else ""


def usual_names(main: str, relations: bytes) -> Callable[[str], str]:
    """A function from a part's name to the name that Word on a computer would give it.

    `relations` are those of the main part.
    """
    folder = posixpath.dirname(main)
    names = {main: MAIN, relations_of(main): relations_of(MAIN)}
    for kind, target in _relations(relations):
        if kind in _NAMED:
            part = _joined(folder, target)
            names |= {part: f"word/{kind}.xml", relations_of(part): relations_of(f"word/{kind}.xml")}

    def usual_name(name: str) -> str:
        inside = name.removeprefix(f"{folder}/") if folder else name
        is_inside = not folder or inside != name
        is_package = name.startswith(("_rels/", "docProps/", "[Content_Types]"))
        return names.get(name) or (f"word/{inside}" if is_inside and not is_package else name)

    return usual_name


def relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def transitional(part: bytes) -> bytes:
    """A part of strict Open XML as a transitional one; any other as it is."""
    if b"purl.oclc.org/ooxml/" not in part:
        return part
    for strict, usual in NAMESPACES:
        part = part.replace(strict.encode(), usual.encode())
    return part


def with_usual_targets(relations: bytes, part: str, usual_name: Callable[[str], str]) -> bytes:
    """The relations of a part, which had this name, with the usual names of their targets."""
    folder = posixpath.dirname(part)

    def renamed(match: re.Match[bytes]) -> bytes:
        attributes = dict(_ATTRIBUTE.findall(match[0]))
        if attributes.get(b"TargetMode", b"").lower() == b"external":
            return match[0]
        target = attributes.get(b"Target", b"")
        name = usual_name(_joined(folder, unescape(target.decode(errors="replace"))))
        # pandoc resolves targets against the folder "word", except for absolute ones.
        usual = name.removeprefix("word/") if part else name
        return match[0].replace(b'"' + target + b'"', b'"' + usual.encode() + b'"')

    return _RELATION.sub(renamed, relations)


def _relations(part: bytes) -> list[tuple[str, str]]:
    """Pairs of kind and target, such as ("styles", "styles.xml")."""
    found = []
    for relation in _RELATION.findall(part):
        attributes = {name: unescape(value.decode(errors="replace")) for name, value in _ATTRIBUTE.findall(relation)}
        kind = attributes.get(b"Type", "")
        if (
            kind.startswith((f"{_TYPE}/", f"{_STRICT_TYPE}/"))
            and attributes.get(b"TargetMode", "").lower() != "external"
        ):
            found.append((kind.rpartition("/")[2], attributes.get(b"Target", "")))
    return found


def _joined(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
