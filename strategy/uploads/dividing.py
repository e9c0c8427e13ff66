"""Split a document at its headings, at the level that gives 3 to 40 pieces and best matches the sections."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from accelerator.naming import normalize
from accelerator.texts import richtext, saving
from accelerator.texts.tree import BLOCKS, Content, Element, content, make, text_of, write
from strategy.uploads import footnotes
from strategy.uploads.reading import INLINE

HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# Elements that are replaced by the blocks inside them.
_WRAPPERS = "div section article main header footer nav aside center figure details dl dt dd summary figcaption pre"
WRAPPERS = INLINE | set(_WRAPPERS.split())
FEWEST, MOST = 3, 40
LONGEST_HEADING = 300
LONGEST_LINE = 14  # words in a bold line that counts as a heading
# Half the maximum for one text, to leave room for the heading and the section's own text.
LONGEST = saving.LONGEST // 2
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)*)[.)]?\s")


@dataclass(slots=True)
class Piece:
    """`level` is that of the heading; 0 for the blocks before the first heading."""

    heading: str = ""
    level: int = 0
    blocks: list[Element] = field(default_factory=list)


def flatten(node: Element) -> list[Element]:
    """The document's blocks without the elements around them."""
    blocks: list[Element] = []
    loose: Content = []

    def end_line() -> None:
        paragraph = make("p", loose)
        if text_of(paragraph) or has_picture(paragraph):
            blocks.append(paragraph)
        loose.clear()

    for child in content(node):
        if isinstance(child, str) or not _contains_blocks(child):
            loose.append(child)
            continue
        end_line()
        if child.tag in WRAPPERS:
            blocks.extend(flatten(child))
        elif child.tag == "table":
            blocks.extend(_table(child))
        elif child.tag != "hr":
            blocks.append(child)
    end_line()
    return blocks


def _contains_blocks(node: Element) -> bool:
    return any(below.tag in BLOCKS for below in node.iter())


def has_picture(node: Element) -> bool:
    return next(node.iter("img"), None) is not None


def _table(table: Element) -> list[Element]:
    """The caption, which becomes a paragraph, and the table."""
    captions = table.findall("caption")
    for caption in captions:
        caption.drop_tree()
    return [*(make("p", content(caption)) for caption in captions if text_of(caption)), table]


def divide(blocks: list[Element], notes: dict[str, list[Element]], fits: Callable[[list[str]], int]) -> list[Piece]:
    """The pieces in document order, each with its notes at the end.

    `fits` counts the sections that match the given headings.
    """
    _mark_bold_headings(blocks)
    levels = sorted({level for block in blocks if (level := _level(block))})
    deepest = _dividing_level(blocks, levels, fits)
    pieces = [Piece()]
    for block in blocks:
        if 0 < _level(block) <= deepest:
            pieces.append(Piece(text_of(block), _level(block)))
        else:
            pieces[-1].blocks.append(block)
    for piece in pieces:
        for number in footnotes.note_numbers(piece.blocks):
            if number in notes:  # it is called once more
                piece.blocks += footnotes.numbered_note(number, notes.pop(number))
    # Notes from headings and removed parts: no text of the document is lost.
    pieces[-1].blocks += [block for number, note in notes.items() for block in footnotes.numbered_note(number, note)]
    return [piece for piece in pieces if piece.heading or _has_content(piece.blocks)]


def _level(block: Element) -> int:
    return HEADINGS.get(block.tag, 0) if text_of(block) else 0


def _has_content(blocks: list[Element]) -> bool:
    return any(text_of(block) or has_picture(block) for block in blocks)


def _dividing_level(blocks: list[Element], levels: list[int], fits: Callable[[list[str]], int]) -> int:
    """The level that gives FEWEST to MOST pieces and matches the most sections."""
    headings = {level: [text_of(block) for block in blocks if 0 < _level(block) <= level] for level in levels}
    suitable = [level for level in levels if FEWEST <= len(headings[level]) <= MOST]
    if suitable:
        return max(suitable, key=lambda level: (fits(headings[level]), -level))
    few = [level for level in levels if len(headings[level]) < FEWEST]
    return max(few, default=min(levels, default=0))


def _mark_bold_headings(blocks: list[Element]) -> None:
    """In a document without headings, other than a title, short bold lines become headings."""
    levels = [level for block in blocks if (level := _level(block))]
    if len(levels) >= 2:
        return
    above = max(levels, default=0)
    for block in blocks:
        if block.tag == "p" and _is_bold_line(block):
            number = _NUMBER.match(text_of(block))
            depth = number[1].count(".") if number else 0
            block.tag = f"h{min(above + 1 + depth, 6)}"


def _is_bold_line(block: Element) -> bool:
    text = text_of(block)
    plain = "".join(text_of(child) for child in content(block) if not _is_bold(child))
    return (
        0 < len(text.split()) <= LONGEST_LINE
        and not text.endswith((".", ";", ","))
        and not plain
        and not has_picture(block)
    )


def _is_bold(child: Element | str) -> bool:
    if isinstance(child, str):
        return False
    inner = [below for below in content(child) if not (isinstance(below, str) and not below.strip())]
    return child.tag == "strong" or (bool(inner) and all(map(_is_bold, inner)))


def html_of(piece: Piece) -> list[tuple[str, str]]:
    """Pairs of heading and sanitized HTML, several if the piece is too long for a single text.

    Inner headings start at level 3. A heading that is too long or has no text below it is part of the HTML.
    """
    inner = sorted({_level(block) for block in piece.blocks} - {0})
    parts = _parts([_html(block, inner) for block in piece.blocks])
    if piece.heading and (not any(parts) or len(piece.heading) > LONGEST_HEADING):
        parts[:1] = [put_heading_above(f"<h3>{write(piece.heading)}</h3>", parts[0] if parts else "")]
    heading = piece.heading[:LONGEST_HEADING]
    return [(heading, part) for part in parts if part]


def put_heading_above(heading: str, html: str) -> str:
    """Demote the text's own headings by one level."""
    return heading + html.replace("<h3>", "<h4>").replace("</h3>", "</h4>")


def _html(block: Element, inner: list[int]) -> str:
    if level := _level(block):
        block.tag = "h3" if level == inner[0] else "h4"
    return richtext.clean(write(block)).html


def _parts(blocks: list[str]) -> list[str]:
    """The blocks joined into texts of at most LONGEST characters."""
    parts = [""]
    for html in (html for block in blocks for html in _split_long_block(block)):
        if len(parts[-1]) + len(html) > LONGEST:
            parts.append("")
        parts[-1] += html
    return parts


def _split_long_block(block: str) -> list[str]:
    """Turn a block that is too long for one text into paragraphs of its words."""
    if len(block) <= LONGEST:
        return [block]
    lines, words = [""], richtext.text(block).split()
    for word in words:
        if len(lines[-1]) + len(word) > 4000:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word[:LONGEST]}".strip()
    return [richtext.from_plain_text(line) for line in lines]


def remove_contents(blocks: list[Element], lines: list[str]) -> tuple[list[Element], list[str]]:
    """The blocks without the table of contents, and its lines.

    A table of contents is made of lines that Word generated, or of three or more consecutive lines of internal links.
    Headings may link back to it.
    """
    contents = {normalize(line) for line in lines}
    removed: list[Element] = []
    remaining: list[Element] = []
    run: list[Element] = []

    def end_run() -> None:
        target = removed if sum(map(_count_lines, run)) >= 3 else remaining
        target.extend(run)
        run.clear()

    for block in blocks:
        if contents and normalize(text_of(block)) in contents and (block.tag == "p" or _is_contents_title(block)):
            removed.append(block)
        elif text_of(block) and not _level(block) and _has_only_internal_links(block):
            run.append(block)
        else:
            end_run()
            remaining.append(block)
    end_run()
    return remaining, [text_of(block) for block in removed]


def _count_lines(block: Element) -> int:
    return len(list(block.iter("li"))) or 1


def _is_contents_title(block: Element) -> bool:
    return "toc" in block.get("class", "").lower()


def _has_only_internal_links(block: Element) -> bool:
    inside = " ".join(text_of(link) for link in block.iter("a") if link.get("href", "").startswith("#"))
    return bool(inside) and len(inside.split()) == len(text_of(block).split())
