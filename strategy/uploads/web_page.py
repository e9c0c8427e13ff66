"""Saved web pages; Google Docs exports one in a zip file with its images."""

from __future__ import annotations

import codecs
import posixpath
import re
import zipfile

from django.utils.translation import gettext as _

from accelerator.intake.files import UnreadableFile
from accelerator.texts import richtext
from strategy.uploads.word_file import unpack

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DECLARED = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_PAGE = re.compile(r"<(!doctype\s+html|html|head|body|h[1-6]|p|div|table|ul|ol)\b", re.IGNORECASE)
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
