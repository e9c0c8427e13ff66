"""Matches headings to sections by title in any template language, by keywords, or by number.

Each match has its reason; a heading that matches no section, or several equally, has no match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from accelerator.naming import normalize
from strategy.sections.models import Section
from strategy.uploads.models import UploadPiece

Reason = UploadPiece.Reason
LETTERS_ALIKE = 0.84  # share of letters in the same order
WORDS_SHARED = 0.6  # share of keywords
LONGEST = 9  # words: a longer heading is a sentence, whose keywords mean little
_STOP_WORDS = (
    "a an and as at by for from how in into is it its of on or our that the this to we what who with your "
    "al como con cual de del el en es la las lo los mi nuestra nuestras nuestro nuestros o para por que se su sus "
    "un una y com da das do dos e em na nas no nos nossa nossas nosso nossos os ou pela pelo sao seu sua um uma "
    "one two three four five year years uno dos tres cuatro cinco ano anos um dois quatro where donde onde when cuando "
    "quando why porque now ahora agora are estamos quienes quien quem "
    "city ciudad cidade municipal plan plano data datos dados strategy estrategia section seccion secao chapter "
    "capitulo"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
_NUMBER = re.compile(
    r"^\s*(?:(?:section|chapter|part|secci[oó]n|cap[ií]tulo|parte|se[cç][aã]o)\s+)?(\d{1,2}[a-z]?)\b(?:\.\d+)*[.):]?\s*",
    re.IGNORECASE,
)
_SUB = re.compile(r"^\s*\d+\.\d")


@dataclass(frozen=True, slots=True)
class Match:
    key: str  # of the section
    reason: Reason
    because: str = ""


class Matcher:
    def __init__(self, sections: Iterable[Section]) -> None:
        self.titles: dict[str, list[str]] = {}
        self.synonyms: dict[str, list[str]] = {}
        self.numbers: dict[str, str] = {}
        for section in sections:
            template = section.template
            titles = [template.titles, *(part["title"] for part in template.parts)]
            self.titles[section.key] = list(dict.fromkeys(str(t) for row in titles for t in row.values() if t))
            self.synonyms[section.key] = [title for titles in template.synonyms.values() for title in titles]
            self.numbers[str(template.number).lower()] = section.key
        self.key_words = self._distinctive_words()

    def _distinctive_words(self) -> dict[str, str]:
        """Section keys by keywords (from titles and synonyms) that belong to one section only."""
        owners: dict[str, set[str]] = {}
        for key, titles in self.titles.items():
            for word in {word for title in [*titles, *self.synonyms[key]] for word in _key_words(title)}:
                owners.setdefault(word, set()).add(key)
        return {word: next(iter(keys)) for word, keys in owners.items() if len(keys) == 1}

    def match(self, heading: str) -> Match | None:
        """By title or keywords; None if nothing matches, or several sections match equally."""
        plain = _plain_title(heading)
        if not plain:
            return None
        for key, titles in self.titles.items():
            if any(plain == _plain_title(title) for title in titles):
                return Match(key, Reason.SAME)
        return self._match_similar(plain) or self._match_key_words(heading)

    def fits(self, headings: list[str]) -> int:
        """How many sections match these headings."""
        return len({match.key for heading in headings if (match := self.match(heading))})

    def _match_similar(self, plain: str) -> Match | None:
        ranked = sorted(
            (
                (max(((_similarity(plain, _plain_title(t)), t) for t in titles)), key)
                for key, titles in self.titles.items()
            ),
            reverse=True,
        )
        (best, title), key = ranked[0]
        is_clear = len(ranked) < 2 or ranked[1][0][0] < best
        return Match(key, Reason.SIMILAR, title) if best >= WORDS_SHARED and is_clear else None

    def _match_key_words(self, heading: str) -> Match | None:
        words = _key_words(heading)
        sections = {word: self.key_words[word] for word in words if word in self.key_words}
        if len(set(sections.values())) != 1 or len(words) > LONGEST:
            return None
        return Match(next(iter(sections.values())), Reason.WORDS, ", ".join(sections))

    def match_all(self, headings: list[tuple[str, int]]) -> list[Match | None]:
        """A match or None for each pair of heading and level."""
        title = _title(headings)
        matches = [None if at == title else self.match(h) for at, (h, _level) in enumerate(headings)]
        # The document may number its sections differently from the template.
        if self._numbers_agree(headings, matches):
            for at, (heading, _level) in enumerate(headings):
                key = self.numbers.get(_number(heading))
                if matches[at] is None and key:
                    matches[at] = Match(key, Reason.NUMBER, _number(heading))
        return _inherit_matches(headings, matches)

    def _numbers_agree(self, headings: list[tuple[str, int]], matches: list[Match | None]) -> bool:
        """Whether title and number agree for at least three headings, and at least twice as often as they disagree."""
        agreements = [
            self.numbers.get(_number(heading)) == match.key
            for (heading, _level), match in zip(headings, matches, strict=True)
            if match and _number(heading)
        ]
        return sum(agreements) >= 3 and sum(agreements) >= 2 * agreements.count(False)


def _title(headings: list[tuple[str, int]]) -> int:
    """The index of the document's own title, a first heading with a level to itself; else -1."""
    levels = [(level, at) for at, (_heading, level) in enumerate(headings) if level]
    highest = min(levels, default=(0, -1))
    alone = len(levels) > 2 and [level for level, _at in levels].count(highest[0]) == 1
    return highest[1] if alone and highest == levels[0] else -1


def _inherit_matches(headings: list[tuple[str, int]], matches: list[Match | None]) -> list[Match | None]:
    """Headings without a match inherit the one of the heading above them."""
    above: list[tuple[int, str, Match | None]] = []
    inherited = []
    for (heading, level), match in zip(headings, matches, strict=True):
        while above and above[-1][0] >= level:
            above.pop()
        parent = above[-1] if above else None
        if match is None and level and parent and parent[2] and parent[2].reason != Reason.WORDS:
            match = Match(parent[2].key, Reason.UNDER, parent[1][:200])
        above.append((level, heading, match))
        inherited.append(match)
    return inherited


def same_title(heading: str, section: Section) -> bool:
    return bool(_plain_title(heading)) and any(
        _plain_title(heading) == _plain_title(str(t)) for t in section.template.titles.values()
    )


def _number(heading: str) -> str:
    match = None if _SUB.match(heading) else _NUMBER.match(heading)
    return match[1].lower() if match else ""


def _plain_title(title: str) -> str:
    """The title without number, accents, case and punctuation."""
    return " ".join(re.findall(r"\w+", normalize(_NUMBER.sub("", title)))) or ""


def _key_words(title: str) -> list[str]:
    return [word for word in _plain_title(title).split() if word not in STOP_WORDS and len(word) > 2]


def _similarity(first_title: str, second_title: str) -> float:
    """0 to 1, and at least WORDS_SHARED if letters or keywords are similar enough."""
    letters = SequenceMatcher(None, first_title, second_title).ratio()
    if letters >= LETTERS_ALIKE:
        return letters
    first, second = set(_key_words(first_title)), set(_key_words(second_title))
    if len(first & second) < 2:
        return 0.0
    return len(first & second) / len(first | second)
