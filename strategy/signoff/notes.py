"""Working notes in a text that mustn't be signed: what is still to write, and remarks to colleagues in brackets.

Only forms that can't be prose count: a citation ("[1]"), "[sic]" or "(pending approval)" isn't a note.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST = 400  # letters of a bracketed note

# Ordinary words in Spanish and Portuguese ("todo") and Roman numerals ("fracción XXX") only count in a note's form.
_ARTICLES = r"(?:[aeo]l?|l[aeo]s?|[ao]s|una?|um|que|es|é|est[aeo]|isso|isto)"
_CAPITALS = re.compile(
    r"(?<![\w-])(?:TBD|TBC|TBA|FIXME|X{4,}|TO ?DO(?=\s*:)|XXX(?=\s*[:%?]))(?![\w-])"
    rf"|(?:^|[\[(])\s*(?:TO DO\b|TODO\b(?!\s+{_ARTICLES}\b))(?!\s+[A-ZÁÉÍÓÚÑ]{{2}})"
    r"|(?:^|[$€\[(])\s?XXX(?![\w-])(?!\s+[A-ZÁÉÍÓÚÑ])",
    re.MULTILINE,
)
_END = r"\s*(?::|\.{3}|…|\.?\s*$)"
_SENTENCE = re.compile(
    r"(?:^|(?<=[.!?…:;\n\[(—–]))\s*(?:(?:"
    r"(?:still )?to (?:be )?(?:write|written|completed|fill in)|"
    r"(?:queda |falta )?por (?:escribir|redactar|completar|definir)|falta (?:escribir|redactar|completar)|"
    r"(?:ainda )?(?:a|por) (?:escrever|redigir|preencher)|falta (?:escrever|redigir|preencher)"
    rf"){_END}|(?:to do|pendientes?|pendências?|pendente)\s*:)",
    re.IGNORECASE | re.MULTILINE,
)
_FILLER = re.compile(r"\blorem ipsum\b", re.IGNORECASE)
_PHRASES = (_CAPITALS, _SENTENCE, _FILLER)
_BRACKETED = re.compile(rf"\[([^\[\]]{{1,{LONGEST}}})\](?!\()")
_ROUND = re.compile(rf"\(([^()]{{1,{LONGEST}}})\)")
# "[1]", "[12, 14]", "[3-5]", "[a]", "[2024]", "[sic]", "[...]", "[EPA 2019, p. 4]": citations and editorial signs.
_CITATION = re.compile(
    r"\s*(?:[\W\d_]*|[a-zA-Z]|sic|x|(?:note|nota|ref\.?|fig\.?|table|tabla|tabela|p\.|pp\.)\s*\d+|"
    r"[^\W\d_][\w.’' &-]{0,60},?\s*(?:et al\.?,?\s*)?\(?(?:1[89]|20)\d\d[a-z]?\)?(?:,\s*(?:pp?\.)?\s*[\d–-]+)?)\s*",
    re.IGNORECASE,
)
# Inserted words inside a quotation, "[the] city", don't speak to anyone: a note has several words or a colon.
_NOTE = re.compile(r":|\?|!|(?:\S+\s+){3,}\S+")


@dataclass(frozen=True, slots=True)
class Note:
    """`names_someone` if it is addressed to a member of the team, `is_phrase` if it says that text is missing."""

    text: str
    is_phrase: bool = False
    names_someone: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it can't be meant for the reader of the document."""
        return self.is_phrase or self.names_someone


def find(text: str, people: Iterable[str] = ()) -> list[Note]:
    """The working notes in a paragraph, in order; `people` are the names of the city's team."""
    text, names = unicodedata.normalize("NFC", text), _names(people)
    found = [
        (match.span(), note)
        for pattern in (_BRACKETED, _ROUND)
        for match in pattern.finditer(text)
        if (note := _note(match, names))
    ]
    for pattern in _PHRASES:
        for match in pattern.finditer(text):
            # A phrase inside a bracketed note is that note.
            if not any(start <= match.end() - 1 < end for (start, end), _found in found):
                found.append((match.span(), Note(_line_from(text, match.start()), is_phrase=True)))
    return [note for _span, note in sorted(found, key=lambda row: row[0])]


def _note(match: re.Match[str], names: re.Pattern[str] | None) -> Note | None:
    inside = match[1]
    called = names.search(inside) if names else None
    if match.re is _ROUND:  # prose has names in parentheses: only "(Denise: ...)" speaks to someone
        speaks = called and not inside[: called.start()].strip() and inside[called.end() :].lstrip().startswith(":")
        return Note(match[0], names_someone=True) if speaks else None
    is_phrase = any(pattern.search(inside) for pattern in _PHRASES)
    is_note = bool(_NOTE.search(inside)) and not _CITATION.fullmatch(inside)
    if not (is_note or is_phrase or (called and called[0].strip("@ ") == inside.strip("@ "))):
        return None
    return Note(match[0], is_phrase=is_phrase, names_someone=bool(called))


def _names(people: Iterable[str]) -> re.Pattern[str] | None:
    """Matches a person's whole name or first name."""
    names = sorted({form for name in people for form in _forms(name)}, key=len, reverse=True)
    return re.compile(rf"(?<!\w)@?(?:{'|'.join(map(re.escape, names))})(?!\w)") if names else None


def _forms(name: str) -> Iterator[str]:
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    if name and "@" not in name:
        yield name
        if len(name.split()[0]) > 2:
            yield name.split()[0]


def _line_from(text: str, start: int) -> str:
    """The phrase and what follows on its line, to quote."""
    return text[start:].strip().split("\n")[0]
