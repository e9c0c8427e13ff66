"""Word files: checked before anything is unpacked, repacked with only the necessary parts, read by pandoc."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.utils.translation import gettext as _

from accelerator import pandoc
from accelerator.child_processes import ChildFailed
from accelerator.intake.files import UnreadableFile
from strategy.uploads import word_package, word_paragraphs
from strategy.uploads.leftovers import Leftover, leftover_rows
from strategy.uploads.word_package import MAIN
from strategy.uploads.word_paragraphs import TEXTS
from strategy.uploads.word_unseen import Unseen, cut, hidden_styles

MOST_ENTRIES = 2000
LARGEST_XML = 24 * 1024**2
LARGEST_ALL = 150 * 1024**2
STEEPEST = 200  # a part compressed more than this is a zip bomb
SECONDS = 60
DEEPEST = 300  # a table in a table in a text box is about 60
CALL = "footnote-ref"  # pandoc's class for the number of a note
# What pandoc needs, without embedded programs and previews.
NEEDED = re.compile(
    r"(\[Content_Types\]\.xml|_rels/\.rels|docProps/core\.xml|"
    r"word/(document|styles|numbering|footnotes|endnotes|settings)\.xml|"
    r"word/_rels/(document|footnotes|endnotes)\.xml\.rels|word/media/[^/]+)"
)
# Reported as dropped.
COUNTED_PARTS = re.compile(r"word/(comments|header[0-9]*|footer[0-9]*)\.xml")
TEMPLATE = """$if(title)$<h1 class="title">$title$</h1>
$endif$$if(subtitle)$<p>$subtitle$</p>
$endif$$for(author)$<p>$author$</p>
$endfor$$if(date)$<p>$date$</p>
$endif$$if(abstract)$<div>$abstract$</div>
$endif$$body$
"""
# All that pandoc needs to know of the package, which we write anew.
PACKAGE_RELATIONS = (
    b'<?xml version="1.0" encoding="UTF-8"?>'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="main" Target="word/document.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>'
)
_FIELD = re.compile(rb"</?w:fldSimple\b[^>]*>")
# Relationships to external addresses, such as linked images, except hyperlinks: pandoc must fetch nothing.
_OUTSIDE = re.compile(rb"<Relationship\b(?=[^>]*TargetMode=\"External\")(?![^>]*/hyperlink\")[^>]*/?>")


@dataclass(frozen=True, slots=True)
class WordFile:
    """The fields of `reading.Document`."""

    html: str
    pictures: dict[str, bytes]
    left_out: list[Leftover]
    paragraphs: list[str]
    contents: list[str]
    note_calls: list[str]


def entries(data: bytes) -> dict[str, zipfile.ZipInfo]:
    """The directory of a zip file, checked before anything is unpacked; raises UnreadableFile."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            listed = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
        raise UnreadableFile(_("The file is damaged and can’t be unpacked. Save it again and upload it.")) from error
    unpacked, packed = sum(e.file_size for e in listed), sum(e.compress_size for e in listed)
    steep = any(e.file_size > 2**20 and e.file_size > STEEPEST * max(e.compress_size, 1) for e in listed)
    twice = len({e.header_offset for e in listed}) < len(listed) or len({e.filename for e in listed}) < len(listed)
    if len(listed) > MOST_ENTRIES or unpacked > LARGEST_ALL or packed > len(data) or steep or twice:
        raise UnreadableFile(
            _("The file wasn’t opened because, once unpacked, it would be far larger than a normal document.")
        )
    if any(e.flag_bits & 1 for e in listed):
        raise UnreadableFile(password_message())
    return {entry.filename: entry for entry in listed}


def password_message() -> str:
    return _("The file is password-protected. Save it without a password and upload it again.")


def read(data: bytes, listed: dict[str, zipfile.ZipInfo]) -> WordFile:
    """Raises UnreadableFile."""
    macros = _("The file contains macros. Save it as a Word document without macros (.docx) and upload that file.")
    if any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in listed):
        raise UnreadableFile(macros)
    parts = _usual_parts(data, listed)
    if b"macroEnabled" in parts.pop("[Content_Types].xml", b""):
        raise UnreadableFile(macros)
    counted = {name: _parse_xml(part) for name, part in parts.items() if COUNTED_PARTS.fullmatch(name)}
    parts = {name: part for name, part in parts.items() if name not in counted}
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")):
            _parse_xml(part)
    unseen, styles = Unseen(), hidden_styles(parts.get("word/styles.xml"))
    parts |= {name: cut(parts[name], styles, unseen) for name in TEXTS if name in parts}
    trees = {name: _parse_xml(part) for name, part in parts.items() if name.endswith(".xml")}
    outside = _cut_external_links(parts)
    try:
        html = pandoc.convert(
            _repack(parts), "-f", "docx", "-t", "html", "--wrap=none", template=TEMPLATE, seconds=SECONDS
        )
    except ChildFailed as failed:
        raise UnreadableFile(_failure_message(failed.code)) from failed
    return WordFile(
        html=html.decode("utf-8", errors="replace"),
        pictures={n.removeprefix("word/"): part for n, part in parts.items() if n.startswith("word/media/")},
        left_out=[
            *leftover_rows("linked-picture", outside),
            *leftover_rows("hidden", unseen.hidden),
            *word_paragraphs.left_out(trees, counted, parts[MAIN], unseen.deleted),
        ],
        paragraphs=word_paragraphs.paragraphs(trees),
        contents=word_paragraphs.contents_lines(trees),
        note_calls=word_paragraphs.note_calls(trees),
    )


def main_part(data: bytes, listed: dict[str, zipfile.ZipInfo]) -> str:
    """The name of a Word file's main part; "" if the archive has none. Raises UnreadableFile."""
    package = "_rels/.rels"
    if package not in listed or listed[package].file_size > LARGEST_XML:
        return MAIN if MAIN in listed else ""
    name = word_package.main_part(unpack(data, [package], listed)[package])
    is_word = name in listed and name.endswith(".xml") and not name.startswith(("xl/", "ppt/"))
    return name if is_word else MAIN if MAIN in listed else ""


def _usual_parts(data: bytes, listed: dict[str, zipfile.ZipInfo]) -> dict[str, bytes]:
    """The parts that are read, by the names and in the dialect that Word on a computer writes."""
    main = main_part(data, listed)
    relations_name = word_package.relations_of(main)
    relations = unpack(data, [relations_name], listed)[relations_name] if relations_name in listed else b""
    usual_name = word_package.usual_names(main, relations)
    names = {name: usual_name(name) for name in listed}
    needed = [name for name, usual in names.items() if NEEDED.fullmatch(usual) or COUNTED_PARTS.fullmatch(usual)]
    parts = {names[name]: word_package.transitional(part) for name, part in unpack(data, needed, listed).items()}
    if relations:
        name = word_package.relations_of(MAIN)
        parts[name] = word_package.with_usual_targets(parts[name], main, usual_name)
    parts["_rels/.rels"] = PACKAGE_RELATIONS
    return parts


def unpack(data: bytes, names: list[str], listed: dict[str, zipfile.ZipInfo]) -> dict[str, bytes]:
    """Parts of a zip file that `entries` has checked; raises UnreadableFile."""
    parts = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in names:
            if name.endswith((".xml", ".rels", ".html", ".htm")) and listed[name].file_size > LARGEST_XML:
                raise UnreadableFile(_("The file has more text than a strategy can hold."))
            try:
                parts[name] = archive.read(listed[name])
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
                raise UnreadableFile(
                    _("The file is damaged: part of it can’t be unpacked. Save it again and upload it.")
                ) from error
    return parts


def _parse_xml(part: bytes) -> Element:
    try:
        tree: Element = ElementTree.fromstring(part, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnreadableFile(_("The file wasn’t read because it contains XML that Word doesn’t produce.")) from error
    except (ParseError, ValueError, LookupError) as error:
        raise UnreadableFile(
            _("The file is damaged: part of it isn’t valid XML. Save it again and upload it.")
        ) from error
    if _is_too_deep(tree):
        raise UnreadableFile(_("The file wasn’t read because it contains XML that Word doesn’t produce."))
    return tree


def _is_too_deep(tree: Element) -> bool:
    # The functions that walk the tree are recursive.
    level, depth = [tree], 0
    while level and depth <= DEEPEST:
        level, depth = [child for element in level for child in element], depth + 1
    return bool(level)


def _cut_external_links(parts: dict[str, bytes]) -> list[str]:
    """Remove external relationships and fields from the parts; returns the addresses of linked images."""
    pictures: list[str] = []
    for name in [name for name in parts if name.endswith(".rels")]:
        relations = _OUTSIDE.findall(parts[name])
        parts[name] = _OUTSIDE.sub(b"", parts[name])
        for relation in relations:
            target = re.search(rb'Target="([^"]*)"', relation)
            if b"/image" in relation and target:
                pictures.append(target[1].decode(errors="replace")[:200])
    for name in TEXTS:
        if name in parts:
            parts[name] = _FIELD.sub(b"", parts[name])
    return pictures


def _repack(parts: dict[str, bytes]) -> bytes:
    # Pandoc only unpacks an archive that we wrote.
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return packed.getvalue()


def _failure_message(code: str) -> str:
    if code == "timeout":
        return _("The file took too long to read. Split it into two files, or remove large tables.")
    if code == "memory":
        return _("The file took too much memory to read. Split it into two files.")
    if code in {"killed", "disk-full"}:
        return _(
            "The server couldn’t read the file just now. The problem isn’t with your file. Try again in a few minutes."
        )
    return _(
        "The file is damaged: it’s marked as a Word document but can’t be read as one. Save it again and upload it."
    )
