"""Picture files of every kind that people upload, and some that they should not."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image


def made(kind="PNG", size=(60, 40), mode="RGB", color=(10, 92, 158), **options) -> bytes:
    target = BytesIO()
    Image.new(mode, size, color).save(target, kind, **options)
    return target.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and ends where the pixels begin."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    start = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return start + struct.pack(">I", 5000) + b"IDAT" + zlib.compress(b"words")


def uploaded(data: bytes | None = None, name="map.png", kind="image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, made() if data is None else data, kind)
