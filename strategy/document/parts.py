"""The parts of a document that are compared one by one: each section, the action plan, and the registers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accelerator.content_versions import digest
from strategy.document.tree import Tree

# Parts beside the sections, and where the tree holds them. No section's key has a colon: a written section may
# well be called "risks" too.
PLAN_AND_REGISTERS = {
    "part:plan": "plan",
    "part:policies": "policies",
    "part:ai-uses": "ai_uses",
    "part:risks": "risks",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a tree. `revision` is the section's; the plan and the registers have none."""

    key: str
    number: str
    title: str
    sha256: str
    revision: int | None = None

    @property
    def label(self) -> str:
        return label_of(self.number, self.title)


def label_of(number: str, title: str) -> str:
    """A part as a list names it: "1. Vision"; the parts beside the sections have no number."""
    return f"{number}. {title}" if number else title


def parts_of(tree: Tree) -> list[Part]:
    """Every part of a tree in the document's order, titles in its language."""
    sections = [
        Part(row["key"], row["number"], row["title"], section_digest(row["title"], row["blocks"]), row["revision"])
        for row in tree["sections"]
    ]
    titles = register_titles(tree["language"])
    return sections + [Part(key, "", titles[key], digest(tree[name])) for key, name in PLAN_AND_REGISTERS.items()]


def section_digest(title: str, blocks: list[Tree]) -> str:
    """A section counts by its title and its text, not by its revision: text that came back is the same text."""
    return digest([title, blocks])


def register_titles(language: str) -> dict[str, str]:
    """The titles of the parts beside the sections, by key."""
    with translation.override(language):
        return {
            "part:plan": _("Action plan: objectives and actions"),
            "part:policies": _("Register of policies and standards"),
            "part:ai-uses": _("Register of uses of AI"),
            "part:risks": _("Register of risks"),
        }


def changed_parts(old: Iterable[Any], new: Iterable[Any]) -> list[Any]:
    """The parts that differ, by key and SHA-256: those of `old` in their order, then those that only `new` has.

    Takes `Part` and stored parts of a version alike.
    """
    before, after = {part.key: part for part in old}, {part.key: part for part in new}
    differing = [part for key, part in before.items() if key not in after or after[key].sha256 != part.sha256]
    return differing + [part for key, part in after.items() if key not in before]
