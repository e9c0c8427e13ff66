"""Which section a heading means: by its title in any language of the template, the words of its titles, or its number.

No silent guess: each match says what it rests on, and a heading that fits none or several well is left alone.
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
LETTERS_ALIKE = 0.84  # of the letters, in order
WORDS_SHARED = 0.6  # of the words that carry meaning
LONGEST = 9  # words: a longer heading is a sentence, and key words in it say little
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
    """A section's key, why, and the words that the match rests on."""

    key: str
    reason: Reason
    because: str = ""


class Matcher:
    """Knows the titles of a city's sections in every language."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self.titles: dict[str, list[str]] = {}
        self.synonyms: dict[str, list[str]] = {}
        self.numbers: dict[str, str] = {}
        for section in sections:
            template = section.template
            texts = [template.titles, *(part["title"] for part in template.parts)]
            self.titles[section.key] = list(dict.fromkeys(str(t) for row in texts for t in row.values() if t))
            self.synonyms[section.key] = [title for titles in template.synonyms.values() for title in titles]
            self.numbers[str(template.number).lower()] = section.key
        self.words = self._own_words()

    def _own_words(self) -> dict[str, str]:
        """Words of titles, and of the other titles that the template knows, which stand for one section alone."""
        owners: dict[str, set[str]] = {}
        for key, titles in self.titles.items():
            for word in {word for title in [*titles, *self.synonyms[key]] for word in _key_words(title)}:
                owners.setdefault(word, set()).add(key)
        return {word: next(iter(keys)) for word, keys in owners.items() if len(keys) == 1}

    def match(self, heading: str) -> Match | None:
        """By title or key words; None where nothing fits, or more than one section fits equally."""
        bare = _plain_title(heading)
        if not bare:
            return None
        for key, titles in self.titles.items():
            if any(bare == _plain_title(title) for title in titles):
                return Match(key, Reason.SAME)
        return self._similar(bare) or self._by_words(heading)

    def fits(self, headings: list[str]) -> int:
        """How many sections these headings would fit."""
        return len({match.key for heading in headings if (match := self.match(heading))})

    def _similar(self, bare: str) -> Match | None:
        ranked = sorted(
            (
                (max(((_similarity(bare, _plain_title(t)), t) for t in titles)), key)
                for key, titles in self.titles.items()
            ),
            reverse=True,
        )
        (best, title), key = ranked[0]
        clear = len(ranked) < 2 or ranked[1][0][0] < best
        return Match(key, Reason.SIMILAR, title) if best >= WORDS_SHARED and clear else None

    def _by_words(self, heading: str) -> Match | None:
        words = _key_words(heading)
        found = {word: self.words[word] for word in words if word in self.words}
        if len(set(found.values())) != 1 or len(words) > LONGEST:
            return None
        return Match(next(iter(found.values())), Reason.WORDS, ", ".join(found))

    def match_all(self, headings: list[tuple[str, int]]) -> list[Match | None]:
        """A match for each (heading, level): numbers count where they agree with the titles, and what stands below
        a matched heading follows it."""
        title = _title(headings)
        matches = [None if at == title else self.match(h) for at, (h, _level) in enumerate(headings)]
        if self._numbers_agree(headings, matches):
            for at, (heading, _level) in enumerate(headings):
                key = self.numbers.get(_number(heading))
                if matches[at] is None and key:
                    matches[at] = Match(key, Reason.NUMBER, _number(heading))
        return _inherit_matches(headings, matches)

    def _numbers_agree(self, headings: list[tuple[str, int]], matches: list[Match | None]) -> bool:
        """Three headings at least whose title and number mean the same section, and twice as many as not."""
        known = [
            self.numbers.get(_number(heading)) == match.key
            for (heading, _level), match in zip(headings, matches, strict=True)
            if match and _number(heading)
        ]
        return sum(known) >= 3 and sum(known) >= 2 * (len(known) - sum(known))


def _title(headings: list[tuple[str, int]]) -> int:
    """Where the document's own title stands: the first heading, where no other is as high; else -1."""
    levels = [(level, at) for at, (_heading, level) in enumerate(headings) if level]
    highest = min(levels, default=(0, -1))
    alone = len(levels) > 2 and [level for level, _at in levels].count(highest[0]) == 1
    return highest[1] if alone and highest == levels[0] else -1


def _inherit_matches(headings: list[tuple[str, int]], matches: list[Match | None]) -> list[Match | None]:
    above: list[tuple[int, str, Match | None]] = []
    followed = []
    for (heading, level), match in zip(headings, matches, strict=True):
        while above and above[-1][0] >= level:
            above.pop()
        parent = above[-1] if above else None
        if match is None and level and parent and parent[2] and parent[2].reason != Reason.WORDS:
            match = Match(parent[2].key, Reason.UNDER, parent[1][:200])
        above.append((level, heading, match))
        followed.append(match)
    return followed


def same_title(heading: str, section: Section) -> bool:
    """Whether the heading only repeats what the section is called."""
    return bool(_plain_title(heading)) and any(
        _plain_title(heading) == _plain_title(str(t)) for t in section.template.titles.values()
    )


def _number(heading: str) -> str:
    found = None if _SUB.match(heading) else _NUMBER.match(heading)
    return found[1].lower() if found else ""


def _plain_title(title: str) -> str:
    """Without number, accents, case and punctuation."""
    return " ".join(re.findall(r"\w+", normalize(_NUMBER.sub("", title)))) or ""


def _key_words(title: str) -> list[str]:
    return [word for word in _plain_title(title).split() if word not in STOP_WORDS and len(word) > 2]


def _similarity(one: str, other: str) -> float:
    """1 for the same; at least SHARED where letters or meaningful words are alike enough."""
    letters = SequenceMatcher(None, one, other).ratio()
    if letters >= LETTERS_ALIKE:
        return letters
    first, second = set(_key_words(one)), set(_key_words(other))
    if len(first & second) < 2:
        return 0.0
    return len(first & second) / len(first | second)
