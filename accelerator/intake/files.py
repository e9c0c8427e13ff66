"""What a file is, by its content: its name and the type that a browser sends prove nothing; and how large it may be."""

from __future__ import annotations

import struct
import zlib
from enum import Enum, auto
from math import ceil

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

MEGABYTE = 1024**2
# What Pillow's and openpyxl's readers raise on files that are broken, or not what they say: no common ancestor.
DAMAGE = (OSError, ValueError, SyntaxError, EOFError, LookupError, TypeError, struct.error, zlib.error)


class UnreadableFile(ValueError):
    """The file can't be read; the text is a sentence for the person who sent it."""


class FileKind(Enum):
    EMPTY = auto()
    ARCHIVE = auto()  # .xlsx, .docx and every other zip
    OLD_OFFICE = auto()  # .xls and .doc, and today's files with a password
    PDF = auto()
    RTF = auto()
    IMAGE = auto()
    PROGRAM = auto()
    OTHER = auto()  # text, unless `decode` refuses it


# The packages puremagic and filetype know more kinds, and know these worse: the one takes every zip for a .docx, the
# other a CSV file whose first column is named "ID3" or "BM" for music or an image.
_FIRST_BYTES = {
    FileKind.ARCHIVE: (b"PK\x03\x04", b"PK\x05\x06"),
    FileKind.OLD_OFFICE: (b"\xd0\xcf\x11\xe0",),
    FileKind.PDF: (b"%PDF-",),
    FileKind.RTF: (b"{\\rtf",),
    FileKind.IMAGE: (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"),
    FileKind.PROGRAM: (b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"),
}


def kind_of(content: bytes) -> FileKind:
    """What a file's first bytes say; a text may begin like an image or a program."""
    if not content.strip():
        return FileKind.EMPTY
    return next((kind for kind, starts in _FIRST_BYTES.items() if content.startswith(starts)), FileKind.OTHER)


def check_size(size: int, megabytes: int, advice: str | Promise = "") -> None:
    """Raises UnreadableFile for a file of more than so many megabytes; `advice` says how it gets smaller."""
    if size > megabytes * MEGABYTE:
        sentence = _("The file is %(size)s MB. The limit is %(most)d MB.") % {
            "size": number_format(ceil(size / MEGABYTE * 10) / 10, 1),
            "most": megabytes,
        }
        raise UnreadableFile(f"{sentence} {advice}".strip())


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and the encoding it was read in (utf-8, utf-16, or cp1252, which Excel writes).

    Raises UnreadableFile for what is no text.
    """
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    try:
        text = content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = content.decode(encoding, errors="replace")
    # cp1252 decodes any bytes, so what no text contains tells that this isn't one.
    if "\x00" in text or len(ILLEGAL_CHARACTERS_RE.findall(text[:5000])) > 5:
        raise UnreadableFile(_("This isn’t an .xlsx workbook or a CSV file, even if its name suggests it is."))
    return text, encoding
