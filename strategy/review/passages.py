"""A passage of rich text replaced by other words, and nothing else: what accepting a suggestion does.

The work is done on the sanitized HTML itself, so that everything outside the changed words stays as it is,
to the character; bold, italics and links around the passage survive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html import escape, unescape

from django.utils.translation import gettext as _

from accelerator.refusals import Refused

# What may stand inside a line of words; anything else ends it.
_INLINE = {"strong", "em", "a"}
_TOKEN = re.compile(r'<(/?)([a-zA-Z][\w-]*)(?:[^>"]|"[^"]*")*>')
_LETTER = re.compile(r"&(?:#\w+|\w+);|.", re.DOTALL)
_WORD = re.compile(r"\s+|\S+")


@dataclass(slots=True)
class _Line:
    """The words of one line, and where each character stands in the HTML."""

    words: str = ""
    places: list[list[tuple[int, int]]] = field(default_factory=list)

    def add(self, letter: str, start: int, end: int) -> None:
        """White space counts once; letters of one entity share its place."""
        if letter.isspace():
            if self.words.endswith(" "):
                self.places[-1].append((start, end))
                return
            letter = " "
        self.words += letter
        self.places.append([(start, end)])


def words_of(text: str) -> str:
    """Words with single spaces between them."""
    return " ".join(text.split())


def count(html: str, quote: str) -> int:
    """How often the words stand in one line of the text."""
    return len(_found(html, words_of(quote)))


def replace(html: str, quote: str, replacement: str) -> str:
    """The text with the one passage replaced; raises Refused where it does not stand exactly once."""
    quote, replacement = words_of(quote), words_of(replacement)
    found = _found(html, quote) if quote else []
    if len(found) != 1:
        raise Refused(
            _(
                "The passage is not in the text exactly once any more, so nothing was changed. "
                "Edit the text yourself, then accept the conversation with your edit."
            )
        )
    line, at = found[0]
    end = at + len(quote)
    if not replacement and at and line.words[at - 1] == " " and line.words[end : end + 1] in {"", " "}:
        at, quote = at - 1, f" {quote}"
    changes = list(_changes(quote, replacement))
    for first, last, words in reversed(changes):
        html = _change(html, line, at + first, at + last, words)
    return html


def _changes(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """The words that differ: from, to (characters of `before`), and what stands there instead."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    starts = [0]
    for word in old:
        starts.append(starts[-1] + len(word))
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield starts[a1], starts[a2], "".join(new[b1:b2])


def _change(html: str, line: _Line, first: int, last: int, words: str) -> str:
    """Characters first to last of the line out of the HTML, `words` where they stood."""
    new = escape(words, quote=False)
    if first == last:
        place = line.places[first - 1][-1][1] if first else line.places[0][0][0]
        return html[:place] + new + html[place:]
    gone = {place for letter in line.places[first:last] for place in letter}
    for start, end in sorted(gone, reverse=True):
        html = html[:start] + (new if (start, end) == line.places[first][0] else "") + html[end:]
    return html


def _found(html: str, quote: str) -> list[tuple[_Line, int]]:
    return [
        (line, at)
        for line in _lines(html)
        for at in range(len(line.words) - len(quote) + 1)
        if line.words.startswith(quote, at)
    ]


def _lines(html: str) -> Iterator[_Line]:
    line, at = _Line(), 0
    for tag in [*_TOKEN.finditer(html), None]:
        for letter in _LETTER.finditer(html, at, tag.start() if tag else len(html)):
            for character in unescape(letter[0]):
                line.add(character, letter.start(), letter.end())
        at = tag.end() if tag else at
        if tag is None or tag[2].lower() not in _INLINE:
            if line.words:
                yield line
            line = _Line()


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stay, go or come: `same`, `out`, `in`."""

    kind: str
    words: str


def difference(before: str, after: str) -> list[Piece]:
    """Two plain texts compared word by word."""
    old, new = _WORD.findall(words_of(before)), _WORD.findall(words_of(after))
    pieces = []
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[a1:a2])))
            continue
        if a2 > a1:
            pieces.append(Piece("out", "".join(old[a1:a2])))
        if b2 > b1:
            pieces.append(Piece("in", "".join(new[b1:b2])))
    return pieces
