"""Two versions of a template beside each other: sections added, removed, moved, and words changed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.template.completeness import FIELDS, NAMES, PART_FIELDS
from strategy.template.editing import LANGUAGES, WORDS
from strategy.template.models import TemplateSection

# A word with the space behind it, so that no space between two changed words counts as kept.
_TOKENS = re.compile(r"\S+\s*")
ALIKE = 0.4  # share of words below which two lines are two lines, not one that was changed
KINDS = {
    "added": gettext_lazy("Added"),
    "removed": gettext_lazy("Removed"),
    "moved": gettext_lazy("Moved"),
    "changed": gettext_lazy("Changed"),
    "same": gettext_lazy("Unchanged"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs; `pieces` are (same, del or ins; words)."""

    label: str
    language: str
    pieces: list[tuple[str, str]]


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
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def kinds(self) -> list[str]:
        """What became of it: words of KINDS, the weightiest first."""
        if self.before is None or self.after is None:
            return ["added" if self.before is None else "removed"]
        return [name for name, holds in (("moved", self.moved), ("changed", self.changes)) if holds] or ["same"]

    @property
    def kind_words(self) -> list[tuple[str, str]]:
        return [(kind, str(KINDS[kind])) for kind in self.kinds]


def compare(before: Iterable[TemplateSection], after: Iterable[TemplateSection]) -> list[Row]:
    """The later version's sections in order, and after them those that it does not have."""
    old, new = {row.key: row for row in before}, {row.key: row for row in after}
    moved = moved_keys([key for key in old if key in new], [key for key in new if key in old])
    rows = [
        Row(key, old.get(key), row, key in moved, changes(old[key], row) if key in old else [])
        for key, row in new.items()
    ]
    return rows + [Row(key, row, None) for key, row in old.items() if key not in new]


def moved_keys(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """Of keys in two orders, those that stand elsewhere, as few as that can be said with."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    stay = {before[block.a + n] for block in blocks for n in range(block.size)}
    return set(before) - stay


def word_pieces(before: str, after: str) -> list[tuple[str, str]]:
    """Two strings as runs of words: the same, taken out, put in. Lines that share little are not mixed."""
    old, new = before.splitlines(), after.splitlines()
    pieces: list[tuple[str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces += [("same", line) for line in old[a:b]]
            continue
        alike = min(b - a, d - c)
        for one, two in zip(old[a : a + alike], new[c : c + alike], strict=True):
            pieces += [*_in_line(one, two), ("same", "\n")]
        pieces += [("del", line) for line in old[a + alike : b]]
        pieces += [("ins", line) for line in new[c + alike : d]]
    return _with_line_ends(pieces)


def _with_line_ends(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Whole lines stand on lines of their own; inside a line words follow each other."""
    found: list[tuple[str, str]] = []
    inside = False
    for kind, words in pieces:
        if words == "\n":
            inside = False
            continue
        if found and not inside:
            found.append(("same", "\n"))
        found.append((kind.removeprefix("in-"), words))
        inside = kind.startswith("in-")
    return found


def _in_line(before: str, after: str) -> list[tuple[str, str]]:
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
    """Every field that differs between two sections of one key, by language."""
    found = [_fact(label, old, new) for label, old, new in _facts(before, after) if old != new]
    for name in [*WORDS, "synonyms"]:
        found += _texts(str(FIELDS[name]), getattr(before, name), getattr(after, name))
    old = {part["key"]: part for part in before.parts}
    new = {part["key"]: part for part in after.parts}
    for key in dict.fromkeys([*new, *old]):
        one, two = old.get(key, {}), new.get(key, {})
        for name, plural in PART_FIELDS.items():
            label = f"{(two or one)['number']} {FIELDS[plural]}"
            found += _texts(label, one.get(name, {}), two.get(name, {}))
    return found


def prompts_changed(before: TemplateSection, after: TemplateSection) -> bool:
    """Whether cities are asked something else than before."""
    return before.prompts != after.prompts or [p["prompts"] for p in before.parts] != [
        p["prompts"] for p in after.parts
    ]


def _fact(label: str, before: str, after: str) -> Change:
    return Change(label, "", [("del", before), ("same", " "), ("ins", after)])


def _facts(before: TemplateSection, after: TemplateSection) -> list[tuple[str, str, str]]:
    def required(row: TemplateSection) -> str:
        return _("required") if row.required else _("optional")

    return [
        (_("standing"), required(before), required(after)),
        (_("component"), before.get_component_display(), after.get_component_display()),
        (_("role on this site"), role(before), role(after)),
        (_("due"), _week(before), _week(after)),
        (_("word guide"), guide(before), guide(after)),
    ]


def _week(row: TemplateSection) -> str:
    return _("week %(week)d") % {"week": row.due_week}


def role(row: TemplateSection) -> str:
    """What the site does with a section, in words."""
    return row.get_role_display() or _("no role")


def guide(row: TemplateSection) -> str:
    """The word guide in words."""
    if row.words_max is None:
        return _("no guide")
    return _("%(least)d to %(most)d words") % {"least": row.words_min or 0, "most": row.words_max}


def _texts(label: str, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    found = []
    for language in LANGUAGES:
        old, new = _plain(before.get(language)), _plain(after.get(language))
        if old != new:
            found.append(Change(label, str(NAMES[language]), word_pieces(old, new)))
    return found


def _plain(text: object) -> str:
    return "\n".join(text) if isinstance(text, list) else str(text or "")
