"""What a file is, by its content: its name and the type that a browser sends prove nothing."""

from __future__ import annotations

from enum import Enum, auto

from django.utils.translation import gettext as _
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE


class UnreadableFile(ValueError):
    """The file can't be read; the text is a sentence for the person who sent it."""


class FileKind(Enum):
    EMPTY = auto()
    ARCHIVE = auto()  # .xlsx, .docx and every other zip
    OLD_OFFICE = auto()  # .xls and .doc, and today's files with a password
    PDF = auto()
    RICH_TEXT = auto()
    PROGRAM = auto()
    IMAGE = auto()
    OTHER = auto()  # text, unless `decode` refuses it


# The packages puremagic and filetype know more kinds, and know these worse: the one takes every zip for a .docx, the
# other a CSV file whose first column is named "ID3" or "BM" for music or a picture.
_FIRST_BYTES = {
    FileKind.ARCHIVE: (b"PK\x03\x04",),
    FileKind.OLD_OFFICE: (b"\xd0\xcf\x11\xe0",),
    FileKind.PDF: (b"%PDF-",),
    FileKind.RICH_TEXT: (b"{\\rtf",),
    FileKind.PROGRAM: (b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"),
    FileKind.IMAGE: (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"),
}


def kind_of(content: bytes) -> FileKind:
    if not content.strip():
        return FileKind.EMPTY
    return next((kind for kind, starts in _FIRST_BYTES.items() if content.startswith(starts)), FileKind.OTHER)


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
    if "\x00" in text or len(ILLEGAL_CHARACTERS_RE.findall(text[:5000])) > 5:
        raise UnreadableFile(_("This is neither an .xlsx workbook nor a CSV file, whatever its name says."))
    return text, encoding
