"""Which parts of two sequences belong together: equal runs, and the pairs of what is alike but not equal.

Both take work from a budget, so that no two texts can keep a page waiting.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

# Comparisons; half a second of work.
STEPS = 600_000
# More edits than this between two sequences are not worth the memory of the way back.
MOST_EDITS = 1_200
# Tags that are read of what is not equal.
TAGS = 60_000
# Pairs of unlike neighbors that are weighed against each other at most.
CELLS = 40_000


@dataclass(slots=True)
class Budget:
    """What is left to spend; `short` says that something was left undone."""

    steps: int = STEPS
    cells: int = CELLS
    tags: int = TAGS
    short: bool = False


Run = tuple[int, int, int]


def equal_runs(old: Sequence[Hashable], new: Sequence[Hashable], budget: Budget) -> list[Run] | None:
    """(place in old, place in new, length) of what stands in both, in order; None where the budget is spent."""
    start, end = equal_ends(old, new)
    numbers: dict[Hashable, int] = {}
    sides = [
        [numbers.setdefault(item, len(numbers)) for item in side[start : len(side) - end]]
        for side in (old, new)
    ]
    middle = _shortest(*sides, budget)
    if middle is None:
        budget.short = True
        return None
    runs = [(0, 0, start), *((i + start, j + start, size) for i, j, size in middle)]
    return _joined([*runs, (len(old) - end, len(new) - end, end)])


def equal_ends(old: Sequence[Hashable], new: Sequence[Hashable]) -> tuple[int, int]:
    """How many items are the same at the beginning, and of the rest at the end."""
    shorter = min(len(old), len(new))
    start = end = 0
    while start < shorter and old[start] == new[start]:
        start += 1
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, end


def anchors(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[Run]:
    """The longest ascending row of what stands exactly once in each: rough, and always quick."""
    once, places = Counter(new), {item: j for j, item in enumerate(new)}
    seen = Counter(old)
    pairs = [(i, places[item]) for i, item in enumerate(old) if seen[item] == 1 and once[item] == 1]
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for number, (_i, j) in enumerate(pairs):
        place = bisect_left(tails, j)
        before.append(at[place - 1] if place else -1)
        tails[place : place + 1] = [j]
        at[place : place + 1] = [number]
    row, number = [], at[-1] if at else -1
    while number >= 0:
        row.append((*pairs[number], 1))
        number = before[number]
    return _joined(row[::-1])


def gaps(runs: list[Run], old: int, new: int) -> list[tuple[int, int, int, int]]:
    """What lies between equal runs: (start, end) in old and in new; one before each run and one at the end."""
    between, i, j = [], 0, 0
    for place_old, place_new, size in [*runs, (old, new, 0)]:
        between.append((i, place_old, j, place_new))
        i, j = place_old + size, place_new + size
    return between


def best_pairs(
    old: int, new: int, weight: Callable[[int, int], float], budget: Budget
) -> list[tuple[int, int]] | None:
    """Pairs in order with the greatest sum of weights; 0 is no pair. None where there are too many to weigh."""
    if old * new > budget.cells:
        return None
    budget.cells -= old * new
    weights = [[weight(i, j) for j in range(new)] for i in range(old)]
    best = [[0.0] * (new + 1) for _ in range(old + 1)]
    for i in range(old - 1, -1, -1):
        row, below, own = best[i], best[i + 1], weights[i]
        for j in range(new - 1, -1, -1):
            together = own[j] + below[j + 1] if own[j] else 0.0
            row[j] = max(below[j], row[j + 1], together)
    pairs, i, j = [], 0, 0
    while i < old and j < new:
        if weights[i][j] and best[i][j] == weights[i][j] + best[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _shortest(old: list[int], new: list[int], budget: Budget) -> list[Run] | None:
    """The fewest edits (E. Myers, An O(ND) Difference Algorithm, 1986); None beyond the budget."""
    n, m = len(old), len(new)
    if not n or not m:
        return []
    furthest, trace = [0] * (n + m + 3), []
    origin = m + 1
    for edits in range(min(n + m, MOST_EDITS) + 1):
        trace.append(furthest[origin - edits - 1 : origin + edits + 2] if edits <= m else furthest[:])
        low, high = -(edits - 2 * max(0, edits - m)), edits - 2 * max(0, edits - n)
        for k in range(low, high + 1, 2):
            down = k == -edits or (k != edits and furthest[origin + k - 1] < furthest[origin + k + 1])
            x = furthest[origin + k + 1] if down else furthest[origin + k - 1] + 1
            from_x, y = x, x - k
            while x < n and y < m and old[x] == new[y]:
                x, y = x + 1, y + 1
            furthest[origin + k] = x
            budget.steps -= 1 + x - from_x
            if x >= n and y >= m:
                return _way_back(trace, n, m)
        if budget.steps < 0:
            return None
    return None


def _way_back(trace: list[list[int]], n: int, m: int) -> list[Run]:
    """The equal runs of the way that `_shortest` found."""
    runs, x, y = [], n, m
    for edits in range(len(trace) - 1, 0, -1):
        furthest = trace[edits]
        origin = edits + 1 if edits <= m else m + 1
        k = x - y
        down = k == -edits or (k != edits and furthest[origin + k - 1] < furthest[origin + k + 1])
        before_k = k + 1 if down else k - 1
        before_x = furthest[origin + before_k]
        from_x = before_x if down else before_x + 1
        if x > from_x:
            runs.append((from_x, from_x - k, x - from_x))
        x, y = before_x, before_x - before_k
    if x:
        runs.append((0, 0, x))
    return runs[::-1]


def _joined(runs: list[Run]) -> list[Run]:
    """Neighboring runs as one, empty ones left out."""
    joined: list[Run] = []
    for i, j, size in runs:
        if joined and joined[-1][0] + joined[-1][2] == i and joined[-1][1] + joined[-1][2] == j:
            joined[-1] = (*joined[-1][:2], joined[-1][2] + size)
        elif size:
            joined.append((i, j, size))
    return joined
