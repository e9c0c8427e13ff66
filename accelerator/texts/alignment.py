"""Which parts of two sequences correspond: equal runs, found by difflib, and pairs of similar blocks.

Both spend from a budget, so no two texts can keep a page waiting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from difflib import Match, SequenceMatcher
from itertools import accumulate

from accelerator.texts.blocks import Part, part_of

# Comparisons made by difflib; about a quarter of a second of work.
STEPS = 2_000_000
# The most tags to read in unequal parts.
TAGS = 60_000
# The most pairs of neighboring unequal blocks to weigh against each other.
CELLS = 40_000

Run = tuple[int, int, int]
Pair = tuple[int, int]


@dataclass(slots=True)
class Budget:
    """What is left to spend; `short` means that something was skipped."""

    steps: int = STEPS
    cells: int = CELLS
    tags: int = TAGS
    short: bool = False
    parts: dict[str, Part | None] = field(default_factory=dict)

    def spend(self, what: str, cost: int) -> bool:
        """Whether the budget was sufficient."""
        left: int = getattr(self, what) - cost
        self.short |= left < 0
        if left >= 0:
            setattr(self, what, left)
        return left >= 0

    def read(self, block: str) -> Part | None:
        """A block as parts; None if reading it would cost too much."""
        if block not in self.parts:
            self.parts[block] = part_of(block) if self.spend("tags", block.count("<")) else None
        return self.parts[block]


class _Bounded(SequenceMatcher[int]):
    """difflib's matcher, which can take cubic time, limited: it stops when the budget is spent."""

    def __init__(self, old: Sequence[int], new: Sequence[int], budget: Budget) -> None:
        super().__init__(None, old, new, autojunk=False)
        self.budget = budget
        common = Counter(new)
        self.cost = [0, *accumulate(1 + common[item] for item in old)]

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        assert ahi is not None
        if self.budget.spend("steps", self.cost[ahi] - self.cost[alo]):
            return super().find_longest_match(alo, ahi, blo, bhi)
        return Match(alo, blo, 0)


def equal_runs(old: Sequence[Hashable], new: Sequence[Hashable], budget: Budget) -> list[Run]:
    """(position in old, position in new, length) of the parts in both, in order."""
    # Most edits leave both ends unchanged, and comparing numbers is faster than comparing tokens.
    start, end = equal_ends(old, new)
    numbers: dict[Hashable, int] = {}
    first, second = (
        [numbers.setdefault(item, len(numbers)) for item in side[start : len(side) - end]] for side in (old, new)
    )
    middle = _Bounded(first, second, budget).get_matching_blocks()
    runs = [(0, 0, start), *((i + start, j + start, size) for i, j, size in middle)]
    return [run for run in [*runs, (len(old) - end, len(new) - end, end)] if run[2]]


def equal_ends(old: Sequence[Hashable], new: Sequence[Hashable]) -> Pair:
    """How many items are equal at the beginning and, of the rest, at the end."""
    shorter = min(len(old), len(new))
    start = end = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def gaps(runs: Sequence[Run], old: int, new: int) -> list[tuple[int, int, int, int]]:
    """What lies between equal runs: (start, end) in old and in new; one before each run and one at the end."""
    between, i, j = [], 0, 0
    for place_old, place_new, size in [*runs, (old, new, 0)]:
        between.append((i, place_old, j, place_new))
        i, j = place_old + size, place_new + size
    return between


def pairs(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Pair]:
    """Corresponding blocks, in order, chosen to share the most words."""
    start, end = equal_ends(old, new)
    runs: list[Run] = [(0, 0, start), (len(old) - end, len(new) - end, end)]
    # Too many to weigh against each other: split them at equal blocks.
    if (len(old) - start - end) * (len(new) - start - end) > budget.cells:
        runs = equal_runs(old, new, budget)
    found: list[Pair] = []
    for (i, end_i, j, end_j), (one, other, size) in zip(
        gaps(runs, len(old), len(new)), [*runs, (0, 0, 0)], strict=True
    ):
        found += [(i + a, j + b) for a, b in _weighed(old[i:end_i], new[j:end_j], budget)]
        found += [(one + step, other + step) for step in range(size)]
    return found


def _weighed(old: Sequence[str], new: Sequence[str], budget: Budget) -> list[Pair]:
    if not budget.spend("cells", len(old) * len(new)):
        return []
    alone = len(old) == len(new) == 1

    def weight(i: int, j: int) -> float:
        one, other = budget.read(old[i]), budget.read(new[j])
        return one.weight(other, alone=alone) if one and other else 0.0

    return _heaviest(len(old), len(new), weight)


def _heaviest(old: int, new: int, weight: Callable[[int, int], float]) -> list[Pair]:
    """Ordered pairs with the greatest total weight; 0 is no pair."""
    weights = [[weight(i, j) for j in range(new)] for i in range(old)]
    # The best total from each pair of positions to the end; walking back through the table gives the pairs.
    best = [[0.0] * (new + 1) for _ in range(old + 1)]
    for i in range(old - 1, -1, -1):
        row, below, own = best[i], best[i + 1], weights[i]
        for j in range(new - 1, -1, -1):
            together = own[j] + below[j + 1] if own[j] else 0.0
            row[j] = max(below[j], row[j + 1], together)
    found, i, j = [], 0, 0
    while i < old and j < new:
        if weights[i][j] and best[i][j] == weights[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found
