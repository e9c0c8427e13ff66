"""The parts of a document that are compared individually: sections, action plan and registers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accelerator.content_versions import digest
from strategy.document.tree import Tree

# Keys of the parts after the sections, and of the tree. Section keys have no colon, so a section can be named "risks".
PLAN_AND_REGISTERS = {
    "part:plan": "plan",
    "part:policies": "policies",
    "part:ai-uses": "ai_uses",
    "part:risks": "risks",
}


@dataclass(frozen=True, slots=True)
class Part:
    """`revision` is the section's; the plan and the registers have none."""

    key: str
    number: str
    title: str
    sha256: str
    revision: int | None = None

    @property
    def label(self) -> str:
        return label_of(self.number, self.title)


def label_of(number: str, title: str) -> str:
    """For example "1. Vision"; the plan and the registers have no number."""
    return f"{number}. {title}" if number else title


def parts_of(tree: Tree) -> list[Part]:
    """All parts in document order, with titles in its language."""
    sections = [
        Part(row["key"], row["number"], row["title"], section_digest(row["title"], row["blocks"]), row["revision"])
        for row in tree["sections"]
    ]
    titles = register_titles(tree["language"])
    return sections + [Part(key, "", titles[key], digest(tree[name])) for key, name in PLAN_AND_REGISTERS.items()]


def section_digest(title: str, blocks: list[Tree]) -> str:
    # Exclude the revision: a text that was changed and changed back is the text that was signed.
    return digest([title, blocks])


def register_titles(language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            "part:plan": _("Action plan: objectives and actions"),
            "part:policies": _("Policies and standards register"),
            "part:ai-uses": _("AI use register"),
            "part:risks": _("Risk register"),
        }


def changed_parts(old: Iterable[Any], new: Iterable[Any]) -> list[Any]:
    """The parts whose SHA-256 differs: those of `old` in order, then those only in `new`.

    Accepts both `Part` and a version's stored parts.
    """
    before, after = {part.key: part for part in old}, {part.key: part for part in new}
    differing = [part for key, part in before.items() if key not in after or after[key].sha256 != part.sha256]
    return differing + [part for key, part in after.items() if key not in before]
