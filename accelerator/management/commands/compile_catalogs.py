"""Django's compilemessages without GNU gettext's msgfmt."""

import os
import re
from pathlib import Path
from typing import Any

import polib
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

# polib silently truncates text with unbalanced quotes.
_BROKEN = re.compile(r'^(?!(?:msg\S+\s+)?"(?:[^"\\\n]|\\.)*"\s*$)(?:msg|").*$', re.MULTILINE)


class Command(BaseCommand):
    help = "Compiles locale/*/LC_MESSAGES/*.po to .mo if the .po is newer."

    def handle(self, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for source in sorted(Path(folder).glob("*/LC_MESSAGES/*.po")):
                target = source.with_suffix(".mo")
                if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                    continue
                catalog = read(source)
                draft = target.with_suffix(f".mo.{os.getpid()}")
                catalog.save_as_mofile(str(draft))
                draft.replace(target)  # atomic: a running process never reads a partial file
                if options["verbosity"]:
                    self.stdout.write(f"{target}: {len(catalog.translated_entries())} messages")


def read(source: Path) -> polib.POFile:
    text = source.read_text("utf-8")
    if broken := _BROKEN.search(text):
        line = text.count("\n", 0, broken.start()) + 1
        raise CommandError(f"{source}, line {line}: not a line of a .po file: {broken[0]}")
    try:
        return polib.pofile(str(source))
    except OSError as error:  # includes the file and the line
        raise CommandError(str(error)) from error
