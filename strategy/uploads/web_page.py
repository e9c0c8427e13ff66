"""Saved web pages; Google Docs exports one in a zip file with its images."""

from __future__ import annotations

import codecs
import posixpath
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

from django.utils.translation import gettext as _

from accelerator.intake.files import UnreadableFile
from accelerator.texts import richtext
from accelerator.texts.markup import tags
from accelerator.texts.tree import BLOCKS, VOID
from strategy.uploads.leftovers import Leftover, leftover_rows
from strategy.uploads.word_file import unpack

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_PAGE = re.compile(r"<(!doctype\s+html|html|head|body|h[1-6]|p|div|table|ul|ol)\b", re.IGNORECASE)
_ACTIVE = re.compile(r"<(?:script|form|iframe|object|embed)\b", re.IGNORECASE)
# Open tags: the sanitizer's time grows with the square of their number.
DEEPEST = 5000
LONGEST = 4_000_000  # characters of HTML, not counting images
_DATA = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s%]+")


def decode(data: bytes) -> str:
    """By byte order mark or declared charset, else UTF-8, else Windows-1252."""
    for mark, name in _BOMS.items():
        if data.startswith(mark):
            return _decode_as(data, name)
    declared = _DECLARED.search(data[:4096])
    if declared:
        name = declared[1].decode("ascii").lower()
        # A declaration of UTF-16 is wrong: it couldn't have been read as ASCII.
        return _decode_as(data, "utf-8" if name.startswith("utf-16") else name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("windows-1252", errors="replace")


def _decode_as(data: bytes, charset: str) -> str:
    try:
        # As browsers do: pages that declare Latin-1 are really in Windows-1252.
        codec = codecs.lookup("windows-1252" if charset in {"iso-8859-1", "latin1", "us-ascii"} else charset)
        return data.decode(codec.name)
    except LookupError as error:
        raise UnreadableFile(
            _("The page declares an unknown character set (%(charset)s). Save it as UTF-8.") % {"charset": charset}
        ) from error
    except UnicodeError:  # "punycode" and "undefined", which Python knows too, raise the wider error
        return _decode_as_utf8(data, charset)


def _decode_as_utf8(data: bytes, charset: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            _("The page doesn’t use the character set it declares (%(charset)s). Save it as UTF-8.")
            % {"charset": charset}
        ) from error


# Shown by no browser, which also takes the rest of the page for one without an end.
_SCRIPT = re.compile(r"<script\b[^<>]*>.*?(?:</script\b[^<>]*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.IGNORECASE)
_ANY_TAG = re.compile(r"<[^<>]*>")
_NOSCRIPT = re.compile(r"(</?)noscript\b[^<>]*>", re.IGNORECASE)
# Elements whose text isn't part of the page.
_UNSEEN = {"script", "style", "title", "template", "iframe"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page as the sanitizer can read it without losing text, its paragraphs as sent, and what was left out."""

    html: str
    paragraphs: list[str]
    left_out: list[Leftover]


def prepare(html: str) -> Page:
    """Formulas become their text; drawings are left out and reported; what shows without scripts is shown."""
    drawings: list[str] = []
    formulas = 0
    acting = len(_ACTIVE.findall(html))

    def leave_out_drawing(match: re.Match[str]) -> str:
        drawings.append(" ".join(unescape(_ANY_TAG.sub(" ", match[1])).split()))
        return " "

    def formula_as_text(match: re.Match[str]) -> str:
        nonlocal formulas
        formulas += 1
        return f"<span>{_ANY_TAG.sub('', match[1])}</span>"

    html = _replace("svg", leave_out_drawing, _SCRIPT.sub("", html))
    for name in ("annotation-xml", "annotation"):  # the same formula in another notation
        html = _replace(name, lambda _match: "", html)
    html = _NOSCRIPT.sub(r"\1div>", _replace("math", formula_as_text, html))
    left_out = [
        *leftover_rows("drawing", [text for text in drawings if text], number=len(drawings)),
        *leftover_rows("formula", [], number=formulas),
        *leftover_rows("acting", [], number=acting),
    ]
    return Page(html, paragraphs(html), left_out)


def _replace(name: str, replace: Callable[[re.Match[str]], str], html: str) -> str:
    """The page with these elements replaced; one without an end stays."""
    ends = [end.end() for end in re.finditer(rf"</{name}\b[^<>]*>", html, re.IGNORECASE)]
    if not ends:
        return html
    # Up to the last end alone: beyond it, each start would search the rest of the page for an end in vain.
    element = re.compile(rf"<{name}\b[^<>]*>(.*?)</{name}\b[^<>]*>", re.DOTALL | re.IGNORECASE)
    return element.sub(replace, html[: ends[-1]]) + html[ends[-1] :]


def paragraphs(html: str) -> list[str]:
    """The text between the starts and ends of blocks as sent, to verify that the sanitizer lost none of it."""
    found, parts, unseen = list[str](), list[str](), 0
    for tag in tags(html):
        if tag.name in _UNSEEN:
            unseen = max(unseen + (-1 if tag.is_end else 1), 0)
        if tag.name in BLOCKS:
            found.append(" ".join("".join(parts).split()))
            parts.clear()
        elif tag.name in VOID:
            parts.append(" ")
        if not unseen:
            parts.append(tag.text)
    return [text for text in [*found, " ".join("".join(parts).split())] if text]


def is_page(text: str) -> bool:
    return "\x00" not in text[:10_000] and bool(_PAGE.search(text[:100_000]))


def check_length(html: str) -> None:
    """Raise UnreadableFile for a page longer or deeper than any strategy."""
    if len(html) > LONGEST and len(_DATA.sub("", html)) > LONGEST:
        raise UnreadableFile(_("The file has more text than a strategy can hold."))
    if richtext.depth(html) > DEEPEST:
        raise UnreadableFile(_("The page is damaged: its elements are nested too deeply. Save the page again."))


def page_in_archive(data: bytes, listed: dict[str, zipfile.ZipInfo]) -> tuple[str, dict[str, bytes]] | None:
    """A zip file's single page and its images by their names in the page; None if it has no page or several."""
    pages = [name for name in listed if name.lower().endswith((".html", ".htm")) and not name.startswith("__MACOSX")]
    if len(pages) != 1:
        return None
    kinds = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
    pictures = [name for name in listed if name.lower().endswith(kinds)]
    parts = unpack(data, [*pages, *pictures], listed)
    folder = posixpath.dirname(pages[0])
    return decode(parts[pages[0]]), {posixpath.relpath(name, folder or "."): parts[name] for name in pictures}
