"""Replaces a passage of rich text and nothing else, to accept a suggestion."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html import escape, unescape

from django.utils.translation import gettext as _

from accelerator.refusals import Refused

# Tags that can occur inside a line; any other tag ends it.
_INLINE = {"strong", "em", "sup", "sub", "a"}
_TOKEN = re.compile(r'<(/?)([a-zA-Z][\w-]*)(?:[^>"]|"[^"]*")*>')
_LETTER = re.compile(r"&(?:#\w+|\w+);|.", re.DOTALL)
_WORD = re.compile(r"\s+|\S+")


@dataclass(slots=True)
class _Line:
    """The text of one line, and where each of its characters starts and ends in the HTML."""

    text: str = ""
    places: list[list[tuple[int, int]]] = field(default_factory=list)

    def add(self, letter: str, start: int, end: int) -> None:
        if letter.isspace():
            # A page shows a run of white space as one space, so a quote contains only one.
            if self.text.endswith(" "):
                self.places[-1].append((start, end))
                return
            letter = " "
        self.text += letter
        self.places.append([(start, end)])


def single_spaced(text: str) -> str:
    return " ".join(text.split())


def count(html: str, quote: str) -> int:
    """How often the quote occurs within one line."""
    return len(_matches(html, single_spaced(quote)))


def replace(html: str, quote: str, replacement: str) -> str:
    """The HTML with this one passage replaced; raises Refused unless it occurs exactly once.

    Edits the sanitized HTML itself, so that everything outside the changed characters stays, including bold and links.
    """
    quote, replacement = single_spaced(quote), single_spaced(replacement)
    matches = _matches(html, quote) if quote else []
    if len(matches) != 1:
        raise Refused(
            _(
                "No change was made because the passage no longer appears exactly once in the text. Edit the "
                "text yourself, then close the thread as accepted with your edit."
            )
        )
    line, at = matches[0]
    end = at + len(quote)
    # Without the passage, two spaces would meet, or one would end the line: remove one of them too.
    if not replacement and at and line.text[at - 1] == " " and line.text[end : end + 1] in {"", " "}:
        at, quote = at - 1, f" {quote}"
    # From the end, so that positions before a change stay valid.
    for first, last, text in reversed(list(_changed_runs(quote, replacement))):
        html = _replace_characters(html, line, at + first, at + last, text)
    return html


def _changed_runs(before: str, after: str) -> Iterator[tuple[int, int, str]]:
    """Runs of words that differ: first and last character in `before`, and the new text."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    starts = [0]
    for word in old:
        starts.append(starts[-1] + len(word))
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield starts[a1], starts[a2], "".join(new[b1:b2])


def _replace_characters(html: str, line: _Line, first: int, last: int, text: str) -> str:
    new = escape(text, quote=False)
    if first == last:
        place = line.places[first - 1][-1][1] if first else line.places[0][0][0]
        return html[:place] + new + html[place:]
    gone = {place for letter in line.places[first:last] for place in letter}
    for start, end in sorted(gone, reverse=True):
        html = html[:start] + (new if (start, end) == line.places[first][0] else "") + html[end:]
    return html


def _matches(html: str, quote: str) -> list[tuple[_Line, int]]:
    return [
        (line, at)
        for line in _lines(html)
        for at in range(len(line.text) - len(quote) + 1)
        if line.text.startswith(quote, at)
    ]


def _lines(html: str) -> Iterator[_Line]:
    line, at = _Line(), 0
    for tag in [*_TOKEN.finditer(html), None]:
        for letter in _LETTER.finditer(html, at, tag.start() if tag else len(html)):
            for character in unescape(letter[0]):
                line.add(character, letter.start(), letter.end())
        at = tag.end() if tag else at
        if tag is None or tag[2].lower() not in _INLINE:
            if line.text:
                yield line
            line = _Line()


@dataclass(frozen=True, slots=True)
class Piece:
    kind: str  # same, out or in
    text: str


def difference(before: str, after: str) -> list[Piece]:
    """Two plain texts compared word by word."""
    old, new = _WORD.findall(single_spaced(before)), _WORD.findall(single_spaced(after))
    pieces = []
    for kind, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(old[a1:a2])))
        else:
            pieces += [Piece("out", "".join(old[a1:a2])), Piece("in", "".join(new[b1:b2]))]
    return [piece for piece in pieces if piece.text]
