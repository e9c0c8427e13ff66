"""A document divided at its headings: at the level that gives three to forty pieces and fits the sections best."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from accelerator.naming import normalize
from accelerator.texts import richtext, saving
from accelerator.texts.richtext import Node
from strategy.uploads import footnotes
from strategy.uploads.markup import HEADINGS, has_picture, text, walk, write

FEWEST, MOST = 3, 40
LONGEST_HEADING = 300
LONGEST_LINE = 14  # words of a bold line that still is a heading
# Some room below what one text may have, for the heading and for what stands in the section already.
LONGEST = saving.LONGEST // 2
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)*)[.)]?\s")


@dataclass(slots=True)
class Piece:
    """The blocks under one heading, which may be empty; `level` of the heading, 0 before the first one."""

    heading: str = ""
    level: int = 0
    blocks: list[Node] = field(default_factory=list)


def divide(blocks: list[Node], notes: dict[str, list[Node]], fits: Callable[[list[str]], int]) -> list[Piece]:
    """The pieces in the order of the document, each with the notes that it calls at its end.

    `fits` says how many sections these headings would fit; lines in bold are headings where there are no others.
    """
    _find_headings(blocks)
    levels = sorted({level for block in blocks if (level := _level(block))})
    deepest = _choose(blocks, levels, fits)
    pieces = [Piece()]
    for block in blocks:
        if 0 < _level(block) <= deepest:
            pieces.append(Piece(text(block), _level(block)))
        else:
            pieces[-1].blocks.append(block)
    for piece in pieces:
        for number in footnotes.called(piece.blocks):
            piece.blocks += footnotes.numbered(number, notes.pop(number))
    # What is called in a heading, or where nobody knows.
    pieces[-1].blocks += [
        block for number, note in notes.items() for block in footnotes.numbered(number, note)
    ]
    return [piece for piece in pieces if piece.heading or _worth(piece.blocks)]


def _level(block: Node) -> int:
    return HEADINGS.get(block.name, 0) if text(block) else 0


def _worth(blocks: list[Node]) -> bool:
    return any(text(block) or has_picture(block) for block in blocks)


def _choose(blocks: list[Node], levels: list[int], fits: Callable[[list[str]], int]) -> int:
    """The level that divides the document into FEWEST to MOST pieces and finds the most sections."""
    headings = {level: [text(block) for block in blocks if 0 < _level(block) <= level] for level in levels}
    sensible = [level for level in levels if FEWEST <= len(headings[level]) <= MOST]
    if sensible:
        return max(sensible, key=lambda level: (fits(headings[level]), -level))
    few = [level for level in levels if len(headings[level]) < FEWEST]
    return max(few, default=min(levels, default=0))


def _find_headings(blocks: list[Node]) -> None:
    """Where a document has no headings but a title, its short lines in bold are its headings."""
    real = [level for block in blocks if (level := _level(block))]
    if len(real) >= 2:
        return
    above = max(real, default=0)
    for block in blocks:
        if block.name == "p" and _is_bold_line(block):
            number = _NUMBER.match(text(block))
            depth = number[1].count(".") if number else 0
            block.name = f"h{min(above + 1 + depth, 6)}"


def _is_bold_line(block: Node) -> bool:
    words = text(block)
    plain = "".join(
        child if isinstance(child, str) else text(child) for child in block.children if not _is_bold(child)
    )
    return (
        0 < len(words.split()) <= LONGEST_LINE
        and not words.endswith((".", ";", ","))
        and not plain.strip()
        and not has_picture(block)
    )


def _is_bold(child: Node | str) -> bool:
    if isinstance(child, str):
        return False
    if child.name == "strong":
        return True
    inner = [below for below in child.children if not (isinstance(below, str) and not below.strip())]
    return bool(inner) and all(map(_is_bold, inner))


def html_of(piece: Piece) -> list[tuple[str, str]]:
    """(heading, sanitized HTML) of a piece; more than one where it is too long for a single text.

    Headings inside begin at level 3. A heading with nothing below it, or too long to be one, stands in the HTML.
    """
    inner = sorted({_level(block) for block in piece.blocks} - {0})
    parts = _parts([_html(block, inner) for block in piece.blocks])
    whole = Node("p", children=[piece.heading])
    if piece.heading and (not any(parts) or len(piece.heading) > LONGEST_HEADING):
        parts[:1] = [below(f"<h3>{write(whole)[3:-4]}</h3>", parts[0] if parts else "")]
    heading = piece.heading[:LONGEST_HEADING]
    return [(heading, part) for part in parts if part]


def below(heading: str, html: str) -> str:
    """A heading above a text whose own headings then are one level deeper."""
    return heading + html.replace("<h3>", "<h4>").replace("</h3>", "</h4>")


def _html(block: Node, inner: list[int]) -> str:
    if level := _level(block):
        block.name = "h3" if level == inner[0] else "h4"
    return richtext.clean(write(block)).html


def _parts(blocks: list[str]) -> list[str]:
    """The blocks joined into texts of at most LONGEST characters."""
    parts = [""]
    for short in (short for block in blocks for short in _short(block)):
        if len(parts[-1]) + len(short) > LONGEST:
            parts.append("")
        parts[-1] += short
    return parts


def _short(block: str) -> list[str]:
    """One block; the words of one that is too long for a text, as lines of words."""
    if len(block) <= LONGEST:
        return [block]
    lines, words = [""], richtext.text(block).split()
    for word in words:
        if len(lines[-1]) + len(word) > 4000:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word[:LONGEST]}".strip()
    return [richtext.plain(line) for line in lines]


def take_contents(blocks: list[Node], lines: list[str]) -> tuple[list[Node], list[str]]:
    """The blocks without the list of contents: the lines that Word made, or a run of links within the document."""
    wanted, gone, kept = {normalize(line) for line in lines}, [], []
    run: list[Node] = []

    def end_run() -> None:
        target = gone if sum(len(text(b).split()) > 0 for b in run) >= 3 else kept
        target.extend(run)
        run.clear()

    for block in blocks:
        if wanted and normalize(text(block)) in wanted and (block.name == "p" or _is_contents_title(block)):
            gone.append(block)
        elif text(block) and _only_leads_inside(block):
            run.append(block)
        else:
            end_run()
            kept.append(block)
    end_run()
    return kept, [text(block) for block in gone]


def _is_contents_title(block: Node) -> bool:
    return "toc" in block.attributes.get("class", "").lower()


def _only_leads_inside(block: Node) -> bool:
    """All its words are links to places in the same document."""
    inside = " ".join(
        text(node)
        for node in walk(block)
        if node.name == "a" and node.attributes.get("href", "").startswith("#")
    )
    return bool(inside) and len(inside.split()) == len(text(block).split())
