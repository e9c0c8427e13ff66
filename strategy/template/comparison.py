"""Compares two versions of a template: sections added, removed and moved, and texts changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accelerator import formats
from strategy.template.completeness import FIELDS, NAMES, PART_FIELDS
from strategy.template.editing import LANGUAGES, TEXTS
from strategy.template.models import TemplateSection

# A word with its trailing space, so that no space between two changed words counts as kept.
_TOKENS = re.compile(r"\S+\s*")
ALIKE = 0.4  # share of common words below which two lines aren't treated as one changed line
KINDS = {
    "added": gettext_lazy("Added"),
    "removed": gettext_lazy("Removed"),
    "moved": gettext_lazy("Moved"),
    "changed": gettext_lazy("Changed"),
    "same": gettext_lazy("Unchanged"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs."""

    label: str
    language: str
    pieces: list[tuple[str, str]]  # same, del or ins; text


@dataclass(frozen=True, slots=True)
class Row:
    """A section in one version or in both."""

    key: str
    before: TemplateSection | None
    after: TemplateSection | None
    moved: bool = False
    changes: list[Change] = field(default_factory=list)

    @property
    def section(self) -> TemplateSection:
        section = self.after or self.before
        assert section is not None
        return section

    @property
    def kinds(self) -> list[str]:
        """Keys of KINDS, most important first."""
        if self.before is None or self.after is None:
            return ["added" if self.before is None else "removed"]
        return [name for name, applies in (("moved", self.moved), ("changed", self.changes)) if applies] or ["same"]

    @property
    def kind_labels(self) -> list[tuple[str, str]]:
        return [(kind, str(KINDS[kind])) for kind in self.kinds]


def compare(before: Iterable[TemplateSection], after: Iterable[TemplateSection]) -> list[Row]:
    """The later version's sections in order, then the removed ones."""
    old, new = {row.key: row for row in before}, {row.key: row for row in after}
    moved = moved_keys([key for key in old if key in new], [key for key in new if key in old])
    rows = [
        Row(key, old.get(key), row, key in moved, changes(old[key], row) if key in old else [])
        for key, row in new.items()
    ]
    return rows + [Row(key, row, None) for key, row in old.items() if key not in new]


def moved_keys(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """For the same keys in two orders, the fewest moves that turn one into the other."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    stay = {before[block.a + n] for block in blocks for n in range(block.size)}
    return set(before) - stay


def pieces_of(before: str, after: str) -> list[tuple[str, str]]:
    """Two texts compared line by line, and similar lines word by word."""
    old, new = before.splitlines(), after.splitlines()
    pieces: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces += [("same", line) for line in old[a:b]]
            continue
        pairs = min(b - a, d - c)
        for old_line, new_line in zip(old[a : a + pairs], new[c : c + pairs], strict=True):
            pieces += [*_pieces_of_line(old_line, new_line), ("same", "\n")]
        pieces += [("del", line) for line in old[a + pairs : b]]
        pieces += [("ins", line) for line in new[c + pairs : d]]
    return _with_line_ends(pieces)


def _with_line_ends(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    # Whole lines stay on their own lines; inside a line, pieces follow each other.
    result: list[tuple[str, str]] = []
    inside = False
    for kind, text in pieces:
        if text == "\n":
            inside = False
            continue
        if result and not inside:
            result.append(("same", "\n"))
        result.append((kind.removeprefix("in-"), text))
        inside = kind.startswith("in-")
    return result


def _pieces_of_line(before: str, after: str) -> list[tuple[str, str]]:
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [("del", before), ("ins", after)]
    pieces: list[tuple[str, str]] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(("in-same", "".join(old[a:b])))
            continue
        pieces += [("in-del", "".join(old[a:b]))] if b > a else []
        pieces += [("in-ins", "".join(new[c:d]))] if d > c else []
    return pieces


def changes(before: TemplateSection, after: TemplateSection) -> list[Change]:
    """Every field that differs between two versions of a section, by language."""
    result = [_fact_change(label, old, new) for label, old, new in _compared_facts(before, after) if old != new]
    for name in [*TEXTS, "synonyms"]:
        result += _text_changes(str(FIELDS[name]), getattr(before, name), getattr(after, name))
    # By key, so that a part with a new title or position is compared with itself.
    old = {part["key"]: part for part in before.parts}
    new = {part["key"]: part for part in after.parts}
    for key in dict.fromkeys([*new, *old]):
        old_part, new_part = old.get(key, {}), new.get(key, {})
        for name, plural in PART_FIELDS.items():
            label = f"{(new_part or old_part)['number']} {FIELDS[plural]}"
            result += _text_changes(label, old_part.get(name, {}), new_part.get(name, {}))
    return result


def prompts_changed(before: TemplateSection, after: TemplateSection) -> bool:
    """Whether cities are now asked something different."""
    return before.prompts != after.prompts or [p["prompts"] for p in before.parts] != [
        p["prompts"] for p in after.parts
    ]


def _fact_change(label: str, before: str, after: str) -> Change:
    return Change(label, "", [("del", before), ("same", " "), ("ins", after)])


def _compared_facts(before: TemplateSection, after: TemplateSection) -> list[tuple[str, str, str]]:
    def required(row: TemplateSection) -> str:
        return _("required") if row.required else _("optional")

    return [
        (_("required or optional"), required(before), required(after)),
        (_("component"), before.get_component_display(), after.get_component_display()),
        (_("kind of section"), role(before), role(after)),
        (_("due"), _week(before), _week(after)),
        (_("suggested length"), guide(before), guide(after)),
    ]


def _week(row: TemplateSection) -> str:
    return _("week %(week)d") % {"week": row.due_week}


def role(row: TemplateSection) -> str:
    return row.get_role_display() or pgettext("kind of section", "Text")


def guide(row: TemplateSection) -> str:
    if row.words_max is None:
        return _("no suggested length")
    return _("%(least)s to %(most)s words") % {
        "least": formats.number(row.words_min or 0),
        "most": formats.number(row.words_max),
    }


def _text_changes(label: str, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    result = []
    for language in LANGUAGES:
        old, new = _plain(before.get(language)), _plain(after.get(language))
        if old != new:
            result.append(Change(label, str(NAMES[language]), pieces_of(old, new)))
    return result


def _plain(text: object) -> str:
    return "\n".join(text) if isinstance(text, list) else str(text or "")
