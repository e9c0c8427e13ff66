"""Media files in a folder, each of them whole or not there at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage


class _Written(File):  # type: ignore[type-arg]
    """Content that is a file in the same folder already: Django renames it, which needs no space."""

    def temporary_file_path(self) -> str:
        assert self.name
        return self.name


class WholeFiles(FileSystemStorage):
    """Django's storage would leave an empty or half-written file where the disk is full."""

    def _save(self, name: str, content: Any) -> str:
        os.makedirs(self.location, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.location, prefix=".unfinished-", delete=False) as target:
            try:
                for chunk in content.chunks():
                    target.write(chunk)
                target.flush()
                stored: str = super()._save(name, _Written(target, target.name))  # type: ignore[misc]
                return stored
            finally:
                with suppress(FileNotFoundError):  # renamed
                    os.remove(target.name)
