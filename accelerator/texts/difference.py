"""What changed between two texts: blocks aligned, then words within the blocks that are alike.

The answer is a tree that renders to safe HTML with <ins> and <del> inside the right elements. Taking only what is
inserted gives the new text, taking only what is deleted gives the old one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from accelerator.texts import richtext
from accelerator.texts.alignment import Budget, anchors, best_pairs, equal_ends, equal_runs, gaps
from accelerator.texts.blocks import OVERLONG, Part, Token, part_of, plain_cells, write

# Blocks with fewer words in common are shown as one block removed and another one added.
LIKE = 0.34
# A rewritten line with fewer words in common is easier to read as the old and the new one.
READABLE = 0.3
# What is shorter is not worth the remark that it has moved.
MOVES_FROM = 4
_TAG = re.compile(r"<[^>]*>")

Reader = Callable[[str], Part]
Kind = Literal["same", "added", "removed", "changed"]


@dataclass
class Change:
    """One place of the comparison. A changed container holds `inside`, a changed line `runs` of tokens.

    Where nothing changed, `html` is the block itself; where too much did, the blocks that nobody has read.
    """

    kind: Kind
    part: Part | None = None
    html: str = ""
    inside: list[Change] = field(default_factory=list)
    runs: list[tuple[Kind, list[Token]]] = field(default_factory=list)
    moved: bool = False


@dataclass
class Difference:
    """Two texts compared: words added and removed, places that changed, whether words were left uncompared."""

    changes: list[Change]
    added: int = 0
    removed: int = 0
    coarse: bool = False

    @property
    def places(self) -> int:
        """How many blocks of the text changed; one block replaced by another counts once."""
        count = 0
        for kind, run in groupby(self.changes, lambda change: change.kind in {"added", "removed"}):
            kinds = Counter(change.kind for change in run)
            count += max(kinds["added"], kinds["removed"]) if kind else kinds["changed"]
        return count

    def __bool__(self) -> bool:
        return any(change.kind != "same" for change in self.changes)

    @property
    def html(self) -> SafeString:
        """The whole text with what changed."""
        return mark_safe("".join(_render(change) for change in self.changes))  # noqa: S308 - sanitized when it was saved

    @property
    def brief(self) -> SafeString:
        """What changed, each place with the block before and after it."""
        near = {
            place + step
            for place, change in enumerate(self.changes)
            if change.kind != "same"
            for step in (-1, 0, 1)
        }
        pieces: list[str] = []
        for shown, run in groupby(enumerate(self.changes), lambda numbered: numbered[0] in near):
            changes = [change for _place, change in run]
            pieces += [_render(change) for change in changes] if shown else [_passed_over(len(changes))]
        return mark_safe("".join(pieces))  # noqa: S308 - sanitized when it was saved


def compare(old: str, new: str) -> Difference:
    """What changed from one sanitized text to another, as people read it: the tags in a cell are no change.

    Never raises; two texts of any size take about a second.
    """
    return exactly(plain_cells(old), plain_cells(new))


def exactly(old: str, new: str) -> Difference:
    """The same with every tag; both texts are found again in the answer."""
    budget = Budget()
    changes = _blocks(richtext.blocks(old), richtext.blocks(new), part_of, budget)
    difference = Difference(changes, coarse=budget.short)
    _find_moves(changes)
    _count(difference, changes)
    return difference


def _blocks(old: list[str], new: list[str], read: Reader, budget: Budget) -> list[Change]:
    """Blocks side by side; `read` makes a part of those between equal beginnings and ends, and no others."""
    start, end = equal_ends(old, new)
    gone, came = old[start : len(old) - end], new[start : len(new) - end]
    middle: list[Change] = []
    if len(gone) * len(came) <= budget.cells and _affordable(gone, came, read, budget):
        middle = _weighed([*map(read, gone)], [*map(read, came)], budget)
    else:
        runs = equal_runs(gone, came, budget)
        place = 0
        for i, end_i, j, end_j in gaps(anchors(gone, came) if runs is None else runs, len(gone), len(came)):
            middle += [Change("same", html=block) for block in came[place:j]]
            if _affordable(gone[i:end_i], came[j:end_j], read, budget):
                middle += _weighed([*map(read, gone[i:end_i])], [*map(read, came[j:end_j])], budget)
            else:
                middle += _unread(gone[i:end_i], came[j:end_j], budget)
            place = end_j
    tail = new[len(new) - end :]
    return [*(Change("same", html=h) for h in new[:start]), *middle, *(Change("same", html=h) for h in tail)]


def _affordable(gone: list[str], came: list[str], read: Reader, budget: Budget) -> bool:
    """Whether these blocks can still be read; parts of a block have been."""
    if read is not part_of:
        return True
    tags = sum(block.count("<") for block in (*gone, *came))
    if tags > budget.tags:
        return False
    budget.tags -= tags
    return True


def _unread(gone: list[str], came: list[str], budget: Budget) -> list[Change]:
    """Too much to be read: all of the one went, all of the other came."""
    budget.short = True
    sides: list[tuple[Kind, list[str]]] = [("removed", gone), ("added", came)]
    return [Change(kind, html="".join(blocks)) for kind, blocks in sides if blocks]


def _weighed(old: list[Part], new: list[Part], budget: Budget) -> list[Change]:
    """Parts side by side so that the most words meet their like; everything else came or went."""

    def weight(i: int, j: int) -> float:
        likeness = 1.0 if lone and old[i].fits(new[j]) else old[i].likeness(new[j])
        return likeness * (1 + min(old[i].count, new[j].count)) if likeness >= LIKE else 0.0

    lone = len(old) == len(new) == 1
    pairs = best_pairs(len(old), len(new), weight, budget)
    budget.short |= pairs is None
    changes: list[Change] = []
    i = j = 0
    for at_old, at_new in [*(pairs or []), (len(old), len(new))]:
        changes += [Change("removed", part) for part in old[i:at_old]]
        changes += [Change("added", part) for part in new[j:at_new]]
        if at_old < len(old):
            changes.append(_changed(old[at_old], new[at_new], budget))
        i, j = at_old + 1, at_new + 1
    return changes


def _changed(old: Part, new: Part, budget: Budget) -> Change:
    if old.html == new.html:
        return Change("same", html=new.html)
    if old.parts is not None and new.parts is not None:
        inside = {part.html: part for part in (*old.parts, *new.parts)}
        keys = [part.html for part in old.parts], [part.html for part in new.parts]
        return Change("changed", new, inside=_blocks(*keys, inside.__getitem__, budget))
    return Change("changed", new, runs=_line(old.tokens, new.tokens, budget))


def _line(old: list[Token], new: list[Token], budget: Budget) -> list[tuple[Kind, list[Token]]]:
    """Two lines word by word, or by sentences where they are very long."""
    budget.short |= any(len(token.html) > OVERLONG for token in (*old, *new))
    whole: list[tuple[Kind, list[Token]]] = [("removed", old), ("added", new)]
    runs = equal_runs(old, new, budget)
    if runs is None:
        return whole
    words = sum(token.words for token in old), sum(token.words for token in new)
    kept = sum(token.words for i, _j, size in runs for token in old[i : i + size])
    if min(words) > 3 and kept < READABLE * max(words):
        return whole
    kinds: list[tuple[Kind, list[Token]]] = []
    place = 0
    between = gaps(_without_islands(runs, old, new), len(old), len(new))
    for i, end_i, j, end_j in between:
        kinds += [("same", new[place:j]), ("removed", old[i:end_i]), ("added", new[j:end_j])]
        place = end_j
    return [(kind, tokens) for kind, tokens in kinds if tokens]


def _without_islands(
    runs: list[tuple[int, int, int]], old: Sequence[Token], new: Sequence[Token]
) -> list[tuple[int, int, int]]:
    """Equal runs, without the blanks and commas between two changes: they would only chop these up."""
    kept = []
    for i, j, size in runs:
        at_edge = (i == 0 and j == 0) or (i + size == len(old) and j + size == len(new))
        if at_edge or any(token.counts for token in old[i : i + size]):
            kept.append((i, j, size))
    return kept


def _walk(changes: list[Change]) -> Iterator[Change]:
    for change in changes:
        yield change
        yield from _walk(change.inside)


def _find_moves(changes: list[Change]) -> None:
    """What went in one place and came in another has moved."""
    gone: dict[str, list[Change]] = {}
    for change in _walk(changes):
        if change.kind == "removed" and change.part and change.part.count >= MOVES_FROM:
            gone.setdefault(change.part.html, []).append(change)
    for change in _walk(changes):
        if change.kind == "added" and change.part and (former := gone.get(change.part.html)):
            change.moved = former.pop(0).moved = True


def _count(difference: Difference, changes: list[Change]) -> None:
    for change in _walk(changes):
        counted: list[tuple[Kind, int]] = [
            (kind, sum(token.words for token in tokens)) for kind, tokens in change.runs
        ]
        if change.kind in {"added", "removed"} and change.part and not change.moved:
            counted = [(change.kind, change.part.count)]
        if change.kind in {"added", "removed"} and change.part is None:
            counted = [(change.kind, len(_TAG.sub(" ", change.html).split()))]
        difference.added += sum(count for kind, count in counted if kind == "added")
        difference.removed += sum(count for kind, count in counted if kind == "removed")


# ---- HTML


def _render(change: Change) -> str:
    if change.kind == "same":
        return change.html
    if change.part is None:
        return f'<div data-change="{change.kind}">{_said(change.kind)}{change.html}</div>'
    if change.kind != "changed":
        return _whole(change)
    part = change.part
    if change.inside:
        return f"{part.opening}{''.join(map(_render, change.inside))}{part.closing}"
    pieces = [write(tokens) if kind == "same" else _marked(kind, tokens) for kind, tokens in change.runs]
    return f"{part.opening}{''.join(pieces)}{part.closing}"


def _marked(kind: Kind, tokens: list[Token], said: str | None = None) -> str:
    """A run of tokens that came or went; `said` is heard before it, and seen where it names a move."""
    element = "ins" if kind == "added" else "del"
    return f"<{element}>{_said(kind) if said is None else said}{write(tokens)}</{element}>"


def _said(kind: Kind, *, moved: bool = False) -> str:
    if moved:
        words = gettext("moved here:") if kind == "added" else gettext("moved away:")
        return format_html('<span class="difference__moved" data-word>{} </span>', words)
    words = gettext("added:") if kind == "added" else gettext("removed:")
    return format_html('<span class="visually-hidden" data-word>{} </span>', words)


def _whole(change: Change) -> str:
    """A block that came or went: its words are said once, before the first of them."""
    said = [_said(change.kind, moved=change.moved)]
    mark = f' data-change="{change.kind}"' + (" data-moved" if change.moved else "")
    return _marked_part(
        change.part, lambda tokens: _marked(change.kind, tokens, said.pop() if said else ""), mark
    )


def _marked_part(part: Part | None, marked: Callable[[list[Token]], str], mark: str = "") -> str:
    assert part is not None
    opening = f"{part.opening[:-1]}{mark}>" if part.opening else ""
    if part.parts is not None:
        inner = "".join(_marked_part(inside, marked) for inside in part.parts)
    else:
        inner = marked(part.tokens) if part.tokens else ""
    return f"{opening}{inner}{part.closing}"


def _passed_over(count: int) -> str:
    words = ngettext("%(count)d paragraph unchanged", "%(count)d paragraphs unchanged", count) % {
        "count": count
    }
    return format_html('<p class="difference__gap" data-word>{}</p>', words)
