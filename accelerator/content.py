"""Program content as data: a published version never changes (docs/adr/0005)."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from django.utils import timezone


class Changed(RuntimeError):
    """A file holds other content than the version of that number that is already published."""


def read(path: Path) -> tuple[dict[str, Any], str]:
    """A content file and the SHA-256 of what it says, whatever its white space."""
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return data, hashlib.sha256(canonical.encode()).hexdigest()


def open_version(model: Any, data: dict[str, Any], digest: str, **fields: Any) -> tuple[Any, bool]:
    """The version row and whether it is new; raises Changed where the number is taken by other content."""
    version, created = model.objects.get_or_create(
        slug=data["slug"], number=data["version"],
        defaults={"name": data["name"], "digest": digest, "published_at": timezone.now(), **fields},
    )  # fmt: skip
    if not created and version.digest != digest:
        raise Changed(
            f"{data['slug']} version {data['version']} is published and never changes: "
            "give the new content a new number."
        )
    return version, created
