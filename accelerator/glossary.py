"""What the terms of the program and of this site mean: accelerator/defaults/glossary.json, in three languages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from accelerator.content_versions import in_language
from accelerator.naming import normalize

# Not versions of content, unlike the files of the other apps: it says how the site works today.
ENTRIES: dict[str, dict[str, dict[str, str]]] = json.loads(
    (Path(__file__).parent / "defaults" / "glossary.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True, slots=True)
class Term:
    key: str  # its anchor on the page
    name: str
    definition: str

    @property
    def sort_name(self) -> str:
        # In Spanish "ñ" is a letter of its own, after "n".
        return normalize(self.name.casefold().replace("ñ", "n~"))

    def matches(self, words: str) -> bool:
        return normalize(words) in normalize(f"{self.name} {self.definition}")


def terms() -> list[Term]:
    """All terms in the reader's language, in alphabetical order."""
    rows = [Term(key, in_language(row["term"]), in_language(row["definition"])) for key, row in ENTRIES.items()]
    return sorted(rows, key=lambda row: row.sort_name)
