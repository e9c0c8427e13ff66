"""Program content as data: a published version never changes (docs/adr/0005)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, TypeVar

from django.db import models
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _


class _Text(str):
    language = ""


class _Texts(list[str]):
    language = ""


def in_language(texts: dict[str, Any], language: str | None = None) -> Any:
    """The text (or list of texts) in the reader's language (`pt-br` before `pt`), else in English.

    Its `language` says which one it is.
    """
    wanted = language or get_language() or "en"
    found = next((code for code in (wanted, wanted.split("-")[0], "en") if texts.get(code)), None)
    if found is None:
        return ""
    text = _Text(texts[found]) if isinstance(texts[found], str) else _Texts(texts[found])
    text.language = found
    return text


class ContentVersion(models.Model):
    """A version of program content. Once published it never changes; cohorts and documents pin one."""

    slug = models.SlugField(max_length=60)
    number = models.PositiveIntegerField()
    name = models.JSONField(help_text="By language.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the content as loaded.")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["slug", "-number"]

    def __str__(self) -> str:
        return f"{self.title} {self.number}"

    @property
    def title(self) -> str:
        return str(in_language(self.name))

    @property
    def label(self) -> str:
        return _("%(name)s, version %(number)d") % {"name": self.title, "number": self.number}


_Version = TypeVar("_Version", bound=ContentVersion)


def canonical(value: object) -> str:
    """Plain data as canonical JSON: sorted keys, no spaces, no escapes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: object) -> str:
    """SHA-256 of plain data in canonical JSON."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def read(path: Path) -> tuple[dict[str, Any], str]:
    """A content file and the SHA-256 of its data, regardless of white space."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data, digest(data)


def open_version(model: type[_Version], data: dict[str, Any], digest: str, **fields: Any) -> tuple[_Version, bool]:
    """The version row and whether it is new; raises RuntimeError if that number already holds other content."""
    version, created = model._default_manager.get_or_create(
        slug=data["slug"],
        number=data["version"],
        defaults={"name": data["name"], "digest": digest, "published_at": timezone.now(), **fields},
    )
    if not created and version.digest != digest:
        raise RuntimeError(
            f"{data['slug']} version {data['version']} is published and never changes: "
            "give the new content a new version number."
        )
    return version, created
