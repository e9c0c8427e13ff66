"""Django's command of this name needs GNU gettext's msgfmt; this one needs Python alone."""

import ast
import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

_LINE = re.compile(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?)?\s*(".*")')
_MAGIC, _HEADER = 0x950412DE, 28  # seven 32-bit words stand before the two tables


class Command(BaseCommand):
    help = "Compiles locale/*/LC_MESSAGES/*.po to .mo where the .po is newer."

    def handle(self, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                    continue
                catalog = read(source)
                draft = target.with_suffix(f".mo.{os.getpid()}")
                draft.write_bytes(binary(catalog))
                draft.replace(target)  # a running process never reads half a file
                if options["verbosity"]:
                    self.stdout.write(f"{target}: {len(catalog)} messages")


def read(source: Path) -> dict[str, str]:
    """The messages of a .po file by gettext's key; no fuzzy or untranslated ones, but the header."""
    catalog: dict[str, str] = {}
    for block in _entries(source.read_text("utf-8").splitlines()):
        fields: dict[str, str] = {}
        name = ""
        fuzzy = any(line.startswith("#,") and "fuzzy" in line for _, line in block)
        for number, line in block:
            if not line or line.startswith("#"):
                continue
            found = _LINE.fullmatch(line)
            name = (found and found[1]) or name
            if not found or not name:
                raise CommandError(f"{source}, line {number}: not a line of a .po file: {line}")
            fields[name] = fields.get(name, "") + ast.literal_eval(found[2])
        texts = [text for field, text in fields.items() if field.startswith("msgstr")]
        if all(texts) and (not fuzzy or not fields.get("msgid")) and texts:
            catalog[_key(fields)] = "\0".join(texts)
    return catalog


def _entries(lines: list[str]) -> Iterator[list[tuple[int, str]]]:
    """Groups of numbered lines: an entry ends where a comment or a new msgid follows its msgstr."""
    block: list[tuple[int, str]] = []
    translated = False
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if translated and line.startswith(("#", "msgctxt", "msgid")):
            yield block
            block, translated = [], False
        translated = translated or line.startswith("msgstr")
        block.append((number, line))
    yield block


def _key(fields: dict[str, str]) -> str:
    context = f"{fields['msgctxt']}\x04" if "msgctxt" in fields else ""
    plural = f"\0{fields['msgid_plural']}" if "msgid_plural" in fields else ""
    return context + fields.get("msgid", "") + plural


def binary(catalog: dict[str, str]) -> bytes:
    """The catalog in the .mo format: sorted keys, two tables of (length, offset), then the texts."""
    pairs = sorted((key.encode(), text.encode()) for key, text in catalog.items())
    count = len(pairs)
    offset = _HEADER + 16 * count
    tables, texts = b"", b""
    for column in (0, 1):
        for pair in pairs:
            tables += struct.pack("<2I", len(pair[column]), offset + len(texts))
            texts += pair[column] + b"\0"
    head = struct.pack("<7I", _MAGIC, 0, count, _HEADER, _HEADER + 8 * count, 0, offset)
    return head + tables + texts
