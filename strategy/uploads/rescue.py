"""No word of an uploaded file is lost: paragraphs that the converter dropped or damaged are given back in place."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from lxml import etree

from accelerator.texts.tree import BLOCKS, Element, add, fill, make

_SOFT_HYPHEN = "\u00ad"
_LINES = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
_TABLE = {"caption", "thead", "tbody", "tfoot", "tr"}


def tokens(text: str) -> list[str]:
    # Converters change quotation marks and dashes, but not letters or digits.
    return "".join(c if c.isalnum() else " " for c in text.replace(_SOFT_HYPHEN, "")).split()


@dataclass(slots=True, eq=False)
class _Segment:
    """The text of one block up to the next start or end of a block; `left` are tokens that no paragraph has matched."""

    element: Element
    text: str = ""
    tokens: list[str] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)


def give_back(paragraphs: Sequence[str], root: Element, *, added: str = "") -> list[str]:
    """Add to the tree each of the file's paragraphs that isn't whole there; returns those.

    `added` is the class of elements whose text isn't the file's, but the converter's.
    """
    segments = list(_segments(root, added))
    wanted = [(text, found) for text in paragraphs if (found := tokens(text))]
    places = _match_whole([found for _text, found in wanted], segments)
    _match_inside([found for _text, found in wanted], segments, places)
    given: list[str] = []
    anchor: Element | None = None
    for number, (text, found) in enumerate(wanted):
        if number in places:
            anchor = segments[places[number]].element
            continue
        near = _between(number, places, segments)
        if _consume(found, near):
            continue
        given.append(text)
        damaged = next((segment for segment in near if _is_damaged(segment, found)), None)
        if damaged:
            anchor = fill(damaged.element, [text])
            damaged.left.clear()
        else:
            anchor = _put(text, anchor, root)
    return given


def _segments(root: Element, added: str) -> Iterator[_Segment]:
    """The blocks' texts, in order."""
    current, texts, above, skipped = root, list[str](), [root], 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        is_block = node.tag in BLOCKS or node is root
        if is_block:
            yield from _segment(current, texts)
            above = [*above, node] if event == "start" else above[:-1]
            current = above[-1] if above else root
        elif node.tag in ("br", "img"):
            texts.append(" ")
        if added and node.get("class") == added:
            skipped += 1 if event == "start" else -1
        if event == "start":
            texts.append("" if skipped else node.text or "")
        elif skipped:
            continue
        elif node is not root:
            texts.append(node.tail or "")
    yield from _segment(root, texts)


def _segment(element: Element, texts: list[str]) -> Iterator[_Segment]:
    text = "".join(texts)
    texts.clear()
    if found := tokens(text):
        yield _Segment(element, text, found, Counter(found))


def _match_whole(wanted: list[list[str]], segments: list[_Segment]) -> dict[int, int]:
    """Paragraphs that are a block of their own: the segment's place by the paragraph's number."""
    by_text: dict[tuple[str, ...], deque[int]] = defaultdict(deque)
    for place, segment in enumerate(segments):
        by_text[tuple(segment.tokens)].append(place)
    places = {}
    for number, found in enumerate(wanted):
        if candidates := by_text.get(tuple(found)):
            places[number] = candidates.popleft()
            segments[places[number]].left.clear()
    return places


def _match_inside(wanted: list[list[str]], segments: list[_Segment], places: dict[int, int]) -> None:
    """Paragraphs that are part of a longer block, or spread over several, without a gap."""
    rest = [(place, token) for place, segment in enumerate(segments) if segment.left for token in segment.tokens]
    text = f" {' '.join(token for _place, token in rest)} "
    starts = list(accumulate((len(token) + 1 for _place, token in rest), initial=1))
    used, next_start = bytearray(len(text)), dict[str, int]()
    for number, found in enumerate(wanted):
        if number in places:
            continue
        phrase = f" {' '.join(found)} "
        at = text.find(phrase, next_start.get(phrase, 0))
        while at >= 0 and any(used[at + 1 : at + len(phrase) - 1]):
            at = text.find(phrase, at + 1)
        next_start[phrase] = at + 1 if at >= 0 else len(text)
        if at < 0:
            continue
        used[at + 1 : at + len(phrase) - 1] = b"\1" * (len(phrase) - 2)
        first = bisect_right(starts, at + 1) - 1
        for place, token in rest[first : first + len(found)]:
            segments[place].left[token] -= 1
        places[number] = rest[first + len(found) - 1][0]


def _between(number: int, places: dict[int, int], segments: list[_Segment]) -> list[_Segment]:
    """The segments with unmatched tokens between the neighbors of a paragraph."""
    before = next((places[at] for at in range(number - 1, -1, -1) if at in places), 0)
    after = next((places[at] for at in range(number + 1, number + 200) if at in places), len(segments) - 1)
    return [segment for segment in segments[before : max(before, after) + 1] if +segment.left]


def _consume(found: list[str], near: list[_Segment]) -> bool:
    """Whether all the tokens are left nearby, in any order, as around a formula; they are then used."""
    missing = Counter(found)
    for segment in near:
        missing -= +segment.left
    if missing:
        return False
    wanted = Counter(found)
    for segment in near:
        taken = wanted & +segment.left
        segment.left -= taken
        wanted -= taken
    return True


def _is_damaged(segment: _Segment, found: list[str]) -> bool:
    """Whether a block is what remains of a paragraph: at least half of it, and nothing else."""
    element, remains = segment.element, Counter(segment.tokens)
    is_line = element.tag in _LINES and element.find(".//img") is None and element.find(".//a") is None
    is_part = segment.left == remains and not remains - Counter(found)
    return is_line and is_part and 2 * len(segment.tokens) >= len(found)


def _put(text: str, anchor: Element | None, root: Element) -> Element:
    """A new paragraph after this block, or inside it if it holds other blocks; first without one."""
    new = make("p", [text])
    if anchor is None or anchor is root and not len(root):
        new.tail, root.text = root.text, None
        root.insert(0, new)
        return new
    while anchor.tag in _TABLE and (parent := anchor.getparent()) is not None:
        anchor = parent
    if anchor.tag in _LINES or anchor.tag == "table" or anchor.tag == "figcaption":
        parent = anchor.getparent()
        if parent is not None:
            tail, anchor.tail = anchor.tail, None
            anchor.addnext(new)
            new.tail = tail
            return new
    add(anchor, [new])
    return new
