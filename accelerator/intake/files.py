"""File types by content, since names and content types sent by browsers prove nothing; and size limits."""

from __future__ import annotations

import re
import struct
import zlib
from enum import Enum, auto
from math import ceil

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from accelerator import formats

MEGABYTE = 1024**2
# What Pillow's and openpyxl's readers raise for damaged or mislabeled files; they share no base class.
DAMAGE = (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, struct.error, zlib.error)


class UnreadableFile(ValueError):
    """The file can't be read; the text is a message for the person who uploaded it."""


class FileKind(Enum):
    EMPTY = auto()
    ARCHIVE = auto()  # .xlsx, .docx and every other zip file
    OLD_OFFICE = auto()  # .xls and .doc, and current formats with a password
    PDF = auto()
    RTF = auto()
    IMAGE = auto()
    PROGRAM = auto()
    OTHER = auto()  # text, unless `decode` rejects it


# The packages puremagic and filetype know more types but get these wrong: one reports every zip file as .docx, the
# other reports a CSV file whose first column is named "ID3" or "BM" as music or an image.
_FIRST_BYTES = {
    FileKind.ARCHIVE: (b"PK\x03\x04", b"PK\x05\x06"),
    FileKind.OLD_OFFICE: (b"\xd0\xcf\x11\xe0",),
    FileKind.PDF: (b"%PDF-",),
    FileKind.RTF: (b"{\\rtf",),
    FileKind.IMAGE: (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"),
    FileKind.PROGRAM: (b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"),
}


def kind_of(content: bytes) -> FileKind:
    """The type according to the first bytes; text can start like an image or a program."""
    if not content.strip():
        return FileKind.EMPTY
    return next((kind for kind, starts in _FIRST_BYTES.items() if content.startswith(starts)), FileKind.OTHER)


def check_size(size: int, megabytes: int, advice: str | Promise = "") -> None:
    """Raise UnreadableFile for a file over this many megabytes; `advice` says how to make it smaller."""
    if size > megabytes * MEGABYTE:
        sentence = _("The file is %(size)s MB. The limit is %(most)d MB.") % {
            "size": formats.number(ceil(size / MEGABYTE * 10) / 10, 1),
            "most": megabytes,
        }
        raise UnreadableFile(f"{sentence} {advice}".strip())


# What people's programs write besides UTF-8: Excel on Windows and on a Mac, and programs from the days of DOS.
ENCODINGS = {"cp1252": "Windows", "mac_roman": "Mac", "cp850": "DOS"}


def decode(content: bytes, encoding: str = "") -> tuple[str, str]:
    """A file's text and the encoding it was read in: utf-8, utf-16, or the given one, else cp1252.

    Only the first two are certain; `readings` shows what the others would make of the file. Raises UnreadableFile if
    it isn't text.
    """
    certain = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    try:
        text, read_in = content.decode(certain).removeprefix("\ufeff"), certain
    except UnicodeDecodeError:
        read_in = encoding if encoding in ENCODINGS else "cp1252"
        text = content.decode(read_in, errors="replace")
    # These encodings decode any bytes, so look for characters that don't occur in text.
    if "\x00" in text or len(ILLEGAL_CHARACTERS_RE.findall(text[:5000])) > 5:
        raise UnreadableFile(_("This isn’t an .xlsx workbook or a CSV file, even if its name suggests it is."))
    return text, read_in


def readings(content: bytes) -> dict[str, str]:
    """What each possible encoding makes of the file's first words that aren't plain English; {} if it is certain."""
    if decode(content)[1] not in ENCODINGS:
        return {}
    words = [word for word in re.split(rb"[\s,;]+", content) if not word.isascii()]
    sample = list(dict.fromkeys(word.strip(b"\"'") for word in words))[:4]
    return {encoding: ", ".join(word.decode(encoding, errors="replace") for word in sample) for encoding in ENCODINGS}
