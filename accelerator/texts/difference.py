"""What changed between two texts: aligned blocks, then words within similar blocks.

The result is a tree that renders to safe HTML with <ins> and <del> inside the right elements. Without the deletions it
is the new text; without the insertions, the old one.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from accelerator.texts import richtext
from accelerator.texts.alignment import Budget, Run, equal_ends, equal_runs, gaps, pairs
from accelerator.texts.blocks import OVERLONG, Part, Token, plain_cells, write

# A rewritten line that shares fewer words is easier to read as the old and the new one.
READABLE = 0.3
# Anything shorter isn't worth labeling as moved.
MOVES_FROM = 4
# More consecutive blocks than anyone would read one by one.
MOST = 2_000
_TAG = re.compile(r"<[^>]*>")

Kind = Literal["same", "added", "removed", "changed"]


@dataclass
class Change:
    """One place in the comparison. A changed container has `inside`, a changed line has `runs` of tokens.

    If nothing changed, `html` is the block itself; if too much did, the blocks as they are.
    """

    kind: Kind
    part: Part | None = None
    html: str = ""
    inside: list[Change] = field(default_factory=list)
    runs: list[tuple[Kind, list[Token]]] = field(default_factory=list)
    moved: bool = False


@dataclass
class Difference:
    """Two texts compared: words added and removed, places that changed, whether some words weren't compared."""

    changes: list[Change]
    added: int = 0
    removed: int = 0
    coarse: bool = False

    @property
    def places(self) -> int:
        """How many blocks of the text changed; a block replaced by another counts once."""
        count = 0
        for kind, run in groupby(self.changes, lambda change: change.kind in {"added", "removed"}):
            kinds = Counter(change.kind for change in run)
            count += max(kinds["added"], kinds["removed"]) if kind else kinds["changed"]
        return count

    def __bool__(self) -> bool:
        return any(change.kind != "same" for change in self.changes)

    @property
    def html(self) -> SafeString:
        """The whole text with its changes."""
        return mark_safe("".join(_render(change) for change in self.changes))  # noqa: S308 - sanitized when it was saved

    @property
    def brief(self) -> SafeString:
        """The changes only, each with the block before and after it."""
        near = {
            place + step for place, change in enumerate(self.changes) if change.kind != "same" for step in (-1, 0, 1)
        }
        pieces: list[str] = []
        for shown, run in groupby(enumerate(self.changes), lambda numbered: numbered[0] in near):
            changes = [change for _place, change in run]
            pieces += [_render(change) for change in changes] if shown else [_gap(len(changes))]
        return mark_safe("".join(pieces))  # noqa: S308 - sanitized when it was saved


def compare(old: str, new: str) -> Difference:
    """What readers see as changes from one sanitized text to another; tags inside a cell don't count.

    Never raises; two texts of any size take about a second.
    """
    return compare_with_tags(plain_cells(old), plain_cells(new))


def compare_with_tags(old: str, new: str) -> Difference:
    """The same with every tag; both texts can be recovered from the result."""
    budget = Budget()
    changes = _blocks(richtext.blocks(old), richtext.blocks(new), budget)
    difference = Difference(changes, coarse=budget.short)
    _find_moves(changes)
    _count(difference, changes)
    return difference


def _blocks(old: list[str], new: list[str], budget: Budget, *, most: int = MOST) -> list[Change]:
    """Blocks side by side; unpaired ones were added or removed, at most `most` of them one by one."""
    changes: list[Change] = []
    i = j = 0
    for at_old, at_new in [*pairs(old, new, budget), (len(old), len(new))]:
        changes += _one_sided("removed", old[i:at_old], budget, most)
        changes += _one_sided("added", new[j:at_new], budget, most)
        if at_old < len(old):
            changes.append(_changed(old[at_old], new[at_new], budget))
        i, j = at_old + 1, at_new + 1
    return changes


def _one_sided(kind: Kind, blocks: list[str], budget: Budget, most: int) -> list[Change]:
    """Blocks on one side, each as its own change; if there are too many to read, they become one change."""
    changes: list[Change] = []
    many = len(blocks) > most
    budget.short |= many
    for unread, run in groupby(blocks, lambda block: many or budget.read(block) is None):
        if unread:
            changes.append(Change(kind, html="".join(run)))
        else:
            changes += [Change(kind, budget.read(block)) for block in run]
    return changes


def _changed(old: str, new: str, budget: Budget) -> Change:
    if old == new:
        return Change("same", html=new)
    before, after = budget.read(old), budget.read(new)
    assert before is not None  # both have been weighed
    assert after is not None
    if before.parts is None or after.parts is None:
        return Change("changed", after, runs=_line(before.tokens, after.tokens, budget))
    budget.parts |= {part.html: part for part in (*before.parts, *after.parts)}
    keys = [part.html for part in before.parts], [part.html for part in after.parts]
    return Change("changed", after, inside=_blocks(*keys, budget, most=sys.maxsize))


def _line(old: list[Token], new: list[Token], budget: Budget) -> list[tuple[Kind, list[Token]]]:
    """Two lines compared word by word, or by sentence if they are very long."""
    budget.short |= any(len(token.html) > OVERLONG for token in (*old, *new))
    runs = _word_runs(old, new, budget)
    lengths = sum(token.words for token in old), sum(token.words for token in new)
    shared = sum(token.words for i, _j, size in runs for token in old[i : i + size])
    kinds: list[tuple[Kind, list[Token]]] = []
    # A rewritten line is easier to read in full, before and after.
    if min(lengths) > 3 and shared < READABLE * max(lengths):
        kinds = [("removed", old), ("added", new)]
    else:
        place = 0
        for i, end_i, j, end_j in gaps(_without_islands(runs, old, new), len(old), len(new)):
            kinds += [("same", new[place:j]), ("removed", old[i:end_i]), ("added", new[j:end_j])]
            place = end_j
    return [(kind, tokens) for kind, tokens in kinds if tokens]


def _word_runs(old: list[Token], new: list[Token], budget: Budget) -> list[Run]:
    """Equal runs of words and punctuation, with the equal spaces around them."""
    first, second = ([at for at, token in enumerate(side) if not token.html.isspace()] for side in (old, new))
    found = equal_runs([old[at] for at in first], [new[at] for at in second], budget)
    equal = [(first[i + step], second[j + step]) for i, j, size in found for step in range(size)]
    runs: list[Run] = [(0, 0, 0)]
    for (i, j), (next_i, next_j) in zip([(0, 0), *equal], [*equal, (len(old), len(new))], strict=True):
        behind, before = equal_ends(old[i:next_i], new[j:next_j])
        for begin_i, begin_j, size in ((i, j, behind), (next_i - before, next_j - before, before)):
            last_i, last_j, last = runs[-1]
            if (last_i + last, last_j + last) == (begin_i, begin_j):
                runs[-1] = (last_i, last_j, last + size)
            elif size:
                runs.append((begin_i, begin_j, size))
    return runs


def _without_islands(runs: list[Run], old: Sequence[Token], new: Sequence[Token]) -> list[Run]:
    """Equal runs, without the spaces and commas between two changes."""
    # They would only split one change to a sentence into many.
    runs_kept = []
    for i, j, size in runs:
        at_edge = (i == 0 and j == 0) or (i + size == len(old) and j + size == len(new))
        if at_edge or any(token.counts for token in old[i : i + size]):
            runs_kept.append((i, j, size))
    return runs_kept


def _walk(changes: list[Change]) -> Iterator[Change]:
    for change in changes:
        yield change
        yield from _walk(change.inside)


def _find_moves(changes: list[Change]) -> None:
    # In text order: of two equal blocks, the first one removed matches the first one added.
    gone: dict[str, list[Change]] = {}
    for change in _walk(changes):
        if change.kind == "removed" and change.part and change.part.count >= MOVES_FROM:
            gone.setdefault(change.part.html, []).append(change)
    for change in _walk(changes):
        if change.kind == "added" and change.part and (removed_before := gone.get(change.part.html)):
            change.moved = removed_before.pop(0).moved = True


def _count(difference: Difference, changes: list[Change]) -> None:
    for change in _walk(changes):
        counted: list[tuple[Kind, int]] = [(kind, sum(token.words for token in tokens)) for kind, tokens in change.runs]
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
        return f'<div data-change="{change.kind}">{_label(change.kind)}{change.html}</div>'
    if change.kind != "changed":
        return _whole_block(change)
    part = change.part
    if change.inside:
        return f"{part.opening}{''.join(map(_render, change.inside))}{part.closing}"
    pieces = [write(tokens) if kind == "same" else _marked(kind, tokens) for kind, tokens in change.runs]
    return f"{part.opening}{''.join(pieces)}{part.closing}"


def _marked(kind: Kind, tokens: list[Token], label: str | None = None) -> str:
    """A run of added or removed tokens; `label` is read out before it, and visible if it names a move."""
    element = "ins" if kind == "added" else "del"
    return f"<{element}>{_label(kind) if label is None else label}{write(tokens)}</{element}>"


def _label(kind: Kind, *, moved: bool = False) -> str:
    if moved:
        label = gettext("moved here:") if kind == "added" else gettext("moved elsewhere:")
        return format_html('<span class="difference__moved" data-word>{} </span>', label)
    label = gettext("added:") if kind == "added" else gettext("removed:")
    return format_html('<span class="visually-hidden" data-word>{} </span>', label)


def _whole_block(change: Change) -> str:
    """A block that was added or removed."""
    # A screen reader announces the label once, before the first word, not before each line of a table.
    labels = [_label(change.kind, moved=change.moved)]
    mark = f' data-change="{change.kind}"' + (" data-moved" if change.moved else "")
    return _marked_part(change.part, lambda tokens: _marked(change.kind, tokens, labels.pop() if labels else ""), mark)


def _marked_part(part: Part | None, marked: Callable[[list[Token]], str], mark: str = "") -> str:
    assert part is not None
    opening = f"{part.opening[:-1]}{mark}>" if part.opening else ""
    if part.parts is not None:
        inner = "".join(_marked_part(inside, marked) for inside in part.parts)
    else:
        inner = marked(part.tokens) if part.tokens else ""
    return f"{opening}{inner}{part.closing}"


def _gap(count: int) -> str:
    label = ngettext("%(count)d unchanged paragraph", "%(count)d unchanged paragraphs", count)
    return format_html('<p class="difference__gap" data-word>{}</p>', label % {"count": count})
