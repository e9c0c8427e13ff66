"""Three-way merge of two texts, paragraph by paragraph.

Changes made by one side merge automatically; where both changed something, the writer chooses. Each block of either
text is in exactly one place, so nothing chosen is lost. A table, a figure or a quotation is one block; a list is split
into its items.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from accelerator.texts import richtext
from accelerator.texts.alignment import Budget, equal_runs, gaps, pairs
from accelerator.texts.blocks import part_of

# More conflicts than anyone would resolve one by one are treated as one.
MOST = 300
_LIST = re.compile(r"<(ul|ol)(?: [^>]*)?>")


class Choice(StrEnum):
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "mine-theirs"
    BOTH_THEIRS_FIRST = "theirs-mine"


class Origin(StrEnum):
    SAME = "same"
    MINE = "mine"
    THEIRS = "theirs"
    ALIKE = "alike"  # both changed it to the same text
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a text; a list item carries its list and whether it continues it."""

    html: str
    list: str = ""
    goes_on: bool = False


@dataclass
class Place:
    """One place in the merged text: the base and each side; a conflict has a number."""

    origin: Origin
    base: list[Block] = field(default_factory=list)
    mine: list[Block] = field(default_factory=list)
    theirs: list[Block] = field(default_factory=list)
    number: int = -1

    def chosen(self, choice: Choice | None) -> list[Block]:
        """The blocks that this place contributes; without a choice, a conflict keeps both."""
        if self.origin != Origin.CONFLICT:
            return self._settled()
        return {
            Choice.MINE: self.mine,
            Choice.THEIRS: self.theirs,
            Choice.BOTH_THEIRS_FIRST: [*self.theirs, *self.mine],
        }.get(choice or Choice.BOTH, [*self.mine, *self.theirs])

    def _settled(self) -> list[Block]:
        """The blocks of the side that changed them."""
        blocks = self.theirs if self.origin in {Origin.THEIRS, Origin.SAME} else self.mine
        if not (self.base and self.mine and self.theirs):
            return blocks
        base, mine, theirs = self.base[0], self.mine[0], self.theirs[0]
        # One side may have changed the text and the other whether a list continues here.
        goes_on = mine.goes_on if mine.goes_on != base.goes_on else theirs.goes_on
        return [replace(blocks[0], goes_on=goes_on)]

    @property
    def choices(self) -> list[Choice]:
        """The options here; "both", in either order, only if both sides have blocks."""
        return list(Choice) if self.mine and self.theirs else [Choice.MINE, Choice.THEIRS]

    def html(self, side: str) -> str:
        """The HTML of one side ("base", "mine", "theirs") at this place."""
        return join_blocks(getattr(self, side))


@dataclass
class Merge:
    places: list[Place]

    @property
    def conflicts(self) -> list[Place]:
        return [place for place in self.places if place.origin == Origin.CONFLICT]

    def result(self, choices: Mapping[int, Choice]) -> str:
        """The text with these choices, keyed by conflict number."""
        return join_blocks([block for place in self.places for block in place.chosen(choices.get(place.number))])


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Merge two sanitized texts that were both written over `base`. Never raises."""
    before, own, other = divide(base), divide(mine), divide(theirs)
    by_me, by_them = _compare_with_base(before, own), _compare_with_base(before, other)
    places: list[Place] = []
    for at in range(len(before) + 1):
        places += _inserted_places(by_me.inserted[at], by_them.inserted[at])
        if at < len(before):
            places.append(_place_of_base(before[at], by_me.became[at], by_them.became[at]))
    places = [place for place in places if place.base or place.mine or place.theirs]
    merged = Merge(places)
    if len(merged.conflicts) > MOST:
        merged = Merge([Place(Origin.CONFLICT, before, own, other)])
    for number, conflict in enumerate(merged.conflicts):
        conflict.number = number
    return merged


def divide(html: str) -> list[Block]:
    """The blocks of a text, with lists split into their items."""
    found: list[Block] = []
    for html_block in richtext.blocks(html):
        opening = _LIST.match(html_block)
        items = part_of(html_block).parts if opening else None
        if not opening or not items:
            found.append(Block(html_block))
            continue
        name = opening[1]
        first = Block(f"{opening[0]}{items[0].html}</{name}>", name)
        rest = [Block(f"<{name}>{item.html}</{name}>", name, goes_on=True) for item in items[1:]]
        found += [first, *rest]
    return found


def join_blocks(blocks: Sequence[Block]) -> str:
    """Blocks as one text; items that continue a list are joined to it."""
    pieces: list[str] = []
    open_list = ""
    for block in blocks:
        if block.goes_on and block.list == open_list:
            pieces[-1] = pieces[-1].removesuffix(f"</{block.list}>") + block.html.removeprefix(f"<{block.list}>")
        else:
            pieces.append(block.html)
        open_list = block.list
    return "".join(pieces)


@dataclass
class _BaseComparison:
    """What each block of the base became (None: removed), and what was inserted before each and at the end."""

    became: list[Block | None]
    inserted: list[list[Block]]


def _compare_with_base(base: list[Block], text: list[Block]) -> _BaseComparison:
    """Corresponding blocks, then the rest between two such pairs, matched by order."""
    fates = _BaseComparison([None] * len(base), [[] for _ in range(len(base) + 1)])
    known = pairs([block.html for block in base], [block.html for block in text], Budget())
    i = j = 0
    for at_base, at_text in [*known, (len(base), len(text))]:
        both = min(at_base - i, at_text - j)
        fates.became[i : i + both] = text[j : j + both]
        fates.inserted[i + both] += text[j + both : at_text]
        if at_base < len(base):
            fates.became[at_base] = text[at_text]
        i, j = at_base + 1, at_text + 1
    return fates


def _place_of_base(base: Block, mine: Block | None, theirs: Block | None) -> Place:
    """A block of the base, and what each side made of it."""
    own, other = ([block] if block else [] for block in (mine, theirs))
    same = [block.html if block else None for block in (mine, theirs)]
    if same[0] == same[1]:
        # The editor's tags for a table or an item differ from an import's, so compare without markup: people change
        # text.
        origin = Origin.SAME if _without_spaces(same[0]) == _without_spaces(base.html) else Origin.ALIKE
    elif same[0] == base.html:
        origin = Origin.THEIRS
    else:
        origin = Origin.MINE if same[1] == base.html else Origin.CONFLICT
    return Place(origin, [base], own, other)


def _without_spaces(html: str | None) -> str | None:
    return None if html is None else "".join(richtext.text(html).split())


def _inserted_places(mine: list[Block], theirs: list[Block]) -> list[Place]:
    """What both sides inserted at one place: equal blocks once, the rest for the writer to choose."""
    if not mine or not theirs:
        return [Place(Origin.MINE if mine else Origin.THEIRS, [], mine, theirs)]
    keys = [block.html for block in mine], [block.html for block in theirs]
    runs = equal_runs(*keys, Budget())
    places: list[Place] = []
    for (i, end_i, j, end_j), run in zip(gaps(runs, len(mine), len(theirs)), [*runs, None], strict=True):
        own, other = mine[i:end_i], theirs[j:end_j]
        if own or other:
            places.append(Place(Origin.CONFLICT, [], own, other))
        if run:
            first, second, size = run
            both = zip(mine[first : first + size], theirs[second : second + size], strict=True)
            places += [Place(Origin.ALIKE, [], [one], [two]) for one, two in both]
    return places
