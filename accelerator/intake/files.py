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
    OTHER = auto()  # text, unless `decode` refuses it


_FIRST_BYTES = {b"PK\x03\x04": FileKind.ARCHIVE, b"\xd0\xcf\x11\xe0": FileKind.OLD_OFFICE, b"%PDF": FileKind.PDF}


def kind_of(content: bytes) -> FileKind:
    if not content.strip():
        return FileKind.EMPTY
    return next((kind for start, kind in _FIRST_BYTES.items() if content.startswith(start)), FileKind.OTHER)


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
