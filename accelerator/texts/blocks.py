"""Rich text split for comparison: the blocks of a text, and the words and marks of a block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import NamedTuple

from accelerator.texts import tree
from accelerator.texts.tree import VOID, Content, Element, content

CONTAINERS = {"ul", "ol", "li", "blockquote", "table", "thead", "tbody", "tr", "td", "th", "figure"}
LINES = {"p", "h3", "h4", "figcaption"}

_TOKEN = re.compile(r"&\w+;|\w+(?:[-'’.@/:]\w+)*|\s+|[^\w\s]")
_WORD = re.compile(r"\w")
_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*|[.!?]+\s*")
# Blocks that share fewer words are shown as one block removed and another added.
LIKE = 0.34
# Lines longer than this (in characters) are split into sentences instead of words.
MANY_PAGES = 50_000
OVERLONG = 100


class Token(NamedTuple):
    """A word, a space, a punctuation mark or an empty element, as HTML, inside these marks (their opening tags).

    In a line of many pages, a token is a sentence.
    """

    html: str
    marks: tuple[str, ...] = ()

    @property
    def words(self) -> int:
        """One for a word; more for a sentence in an overlong line."""
        if len(self.html) < OVERLONG:
            return 1 if _WORD.match(self.html) else 0
        return 0 if self.html.startswith("<") else len(self.html.split())

    @property
    def counts(self) -> bool:
        """Whether a reader would miss it: a word or an image."""
        return self.words > 0 or self.html.startswith("<img")


@dataclass
class Part:
    """A block: a line of tokens, or a container of parts. Loose text in a container is a line without a name."""

    name: str
    opening: str
    tokens: list[Token] = field(default_factory=list)
    parts: list[Part] | None = None

    @cached_property
    def html(self) -> str:
        inner = write(self.tokens) if self.parts is None else "".join(part.html for part in self.parts)
        return f"{self.opening}{inner}{self.closing}"

    @property
    def closing(self) -> str:
        return f"</{self.name}>" if self.name else ""

    @cached_property
    def words(self) -> frozenset[str]:
        """The words a reader sees, for measuring similarity."""
        return frozenset(token.html.casefold() for token in self.all_tokens() if token.counts)

    @cached_property
    def count(self) -> int:
        return sum(token.words for token in self.all_tokens())

    def all_tokens(self) -> Iterator[Token]:
        yield from self.tokens
        for part in self.parts or ():
            yield from part.all_tokens()

    def fits(self, other: Part) -> bool:
        """Whether the two can be shown as one changed block; rows need the same kinds of cells."""
        if self.opening != other.opening or (self.parts is None) != (other.parts is None):
            return False
        # The cells of two such rows are compared in pairs, and a cell can't be both <th> and <td>.
        if self.name != "tr" or len(self.parts or ()) != len(other.parts or ()):
            return True
        return [cell.opening for cell in self.parts or ()] == [cell.opening for cell in other.parts or ()]

    def weight(self, other: Part, *, alone: bool = False) -> float:
        """How likely it is that this part became the other: the share of words in common times their number.

        0 below LIKE, unless the two are `alone` and nothing else could match.
        """
        words = len(self.words) + len(other.words)
        share = 1.0 if alone or not words else 2 * len(self.words & other.words) / words
        return share * (1 + min(self.count, other.count)) if share >= LIKE and self.fits(other) else 0.0


_ONE_PARAGRAPH = re.compile(r"(<(td|th|li)(?: [^>]*)?>)<p>((?:(?!</?p[ >]).)*+)</p>(?=</\2>)", re.DOTALL)


def plain_cells(html: str) -> str:
    """Cells and items with a single paragraph, without its tags: the editor adds them, an uploaded table doesn't."""
    return _ONE_PARAGRAPH.sub(r"\1\3", html)


def part_of(html: str) -> Part:
    """One top-level block as a tree of parts."""
    parts = _parts(content(tree.parse(html)))
    return parts[0] if len(parts) == 1 else Part("", "", parts=parts)


def write(tokens: list[Token]) -> str:
    """Tokens as HTML, with neighbors that have the same marks inside one element."""
    pieces: list[str] = []
    marks: tuple[str, ...] = ()
    for token in tokens:
        if token.marks != marks:
            pieces += [_close(marks), *token.marks]
            marks = token.marks
        pieces.append(token.html)
    return "".join([*pieces, _close(marks)])


def _close(marks: tuple[str, ...]) -> str:
    return "".join(f"</{mark[1:-1].split(' ', 1)[0]}>" for mark in reversed(marks))


def _parts(children: Content) -> list[Part]:
    parts: list[Part] = []
    loose: list[Token] = []
    for child in children:
        if not isinstance(child, Element) or child.tag not in CONTAINERS | LINES:
            loose.extend(_tokens([child], ()))
            continue
        if loose:
            parts.append(Part("", "", loose))
            loose = []
        if child.tag in LINES:
            parts.append(Part(child.tag, _opening(child), list(_tokens(content(child), ()))))
        else:
            parts.append(Part(child.tag, _opening(child), parts=_parts(content(child))))
    return [*parts, Part("", "", loose)] if loose else parts


def _tokens(children: Content, marks: tuple[str, ...]) -> Iterator[Token]:
    for child in children:
        if isinstance(child, str):
            pattern = _TOKEN if len(child) < MANY_PAGES else _SENTENCE
            yield from (Token(word, marks) for word in pattern.findall(escape(child, quote=False)))
        elif child.tag in VOID:
            yield Token(_opening(child), marks)
        else:
            yield from _tokens(content(child), (*marks, _opening(child)))


def _opening(node: Element) -> str:
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in node.items())
    return f"<{node.tag}{attributes}>"
