"""The parts of a document that are compared individually: texts of sections, action plan and registers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accelerator.content_versions import digest
from strategy.document.tables import FIRST_SCHEMA, REGISTERS, Tree, table_of

# The parts that aren't text, one for each table. Section keys have no colon, so a section can be named "risks".
PREFIX = "part:"
MEASURES = "part:measures"


@dataclass(frozen=True, slots=True)
class Part:
    """`revision` is the section's; a table has none, and the number of the section that shows it, if any."""

    key: str
    number: str
    title: str
    sha256: str
    revision: int | None = None

    @property
    def label(self) -> str:
        return label_of(self.number, self.title)


def label_of(number: str, title: str) -> str:
    """For example "1. Vision"; a table that follows the sections has no number."""
    return f"{number}. {title}" if number else title


def parts_of(tree: Tree) -> list[Part]:
    """All parts in document order, with titles in its language; each table after the section that shows it."""
    tables = {part.key: part for part in data_parts(tree, tree["language"])}
    parts = []
    for row in tree["sections"]:
        digest_of_text = section_digest(row["title"], row["blocks"])
        parts.append(Part(row["key"], row["number"], row["title"], digest_of_text, row["revision"]))
        if table := tables.pop(PREFIX + table_of(tree, row), None):
            parts.append(replace(table, number=row["number"]))
    return parts + list(tables.values())


def data_parts(tree: Tree, language: str) -> list[Part]:
    """The plan, the measures and the registers of a tree, which needs no sections."""
    data = {"plan": tree["plan"], **{table: tree[name] for table, name in REGISTERS.items()}}
    if tree["schema"] >= FIRST_SCHEMA:
        # The plan and the measures may be in two sections. Before, they were one part.
        objectives = tree["plan"]["objectives"]
        bare = [{name: value for name, value in row.items() if name != "measures"} for row in objectives]
        data["plan"] = {**tree["plan"], "objectives": bare}
        data["measures"] = [[row["code"], row["measures"]] for row in objectives]
    titles = register_titles(language)
    keys = [key for key in titles if key.removeprefix(PREFIX) in data]
    return [Part(key, "", titles[key], digest(data[key.removeprefix(PREFIX)])) for key in keys]


def section_digest(title: str, blocks: list[Tree]) -> str:
    # Exclude the revision: a text that was changed and changed back is the text that was signed.
    return digest([title, blocks])


def register_titles(language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            "part:plan": _("Action plan: objectives and actions"),
            MEASURES: _("Measures and targets of the objectives"),
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
