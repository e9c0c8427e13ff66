"""The world's cities from 100,000 people up, to choose from (GeoNames, CC BY 4.0; cities/data/README.md)."""

import csv
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import islice
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

from accelerator.naming import normalize

DATA = Path(__file__).parent / "data"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Spellings that people use for one another; the long one is what is compared.
_LONG = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount", "sta": "santa", "sto": "santo", "dr": "doctor"}
# Words that a search or a roster may carry without naming anything.
_FILLERS = _set("city ciudad cidade municipality municipio of de del do da dos das the y e and")
# Words around a region's own name, as in "State of Oklahoma" or "Provincia de Mendoza".
_REGION_FILLERS = _FILLERS | _set("la las el los state estado province provincia departamento department region regiao")
# Where city halls work in Spanish, and where in Portuguese.
_SPANISH = _set("AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE")
_PORTUGUESE = _set("AO BR CV GW MZ PT ST TL")
# GeoNames has some cities twice, as a place and as a municipality: namesakes in one region, nearer than this.
_TWIN_KM = 100
SHORTEST_MISSPELLED = 4  # letters; of fewer, too many words resemble one another


@dataclass(frozen=True, slots=True)
class WorldCity:
    geoname_id: int
    name: str
    ascii_name: str
    country: str  # ISO 3166-1, two letters
    region: str  # a human name, or "" where none is known
    population: int
    latitude: float
    longitude: float
    time_zone: str
    region_code: str = ""  # postal abbreviation: United States, Canada, Brazil
    other_names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """`San José, San José, CR`: what tells it from its namesakes."""
        return ", ".join(filter(None, (self.name, self.region, self.country)))


def name_words(text: str) -> tuple[str, ...]:
    """A name's words as they are compared: unaccented, case-folded, `St.` read as `saint`, `D.C.` as `dc`."""
    return tuple(_LONG.get(word, word) for word in _typed_words(text))


def _typed_words(text: str) -> list[str]:
    plain = re.sub(r"[.'`´]", "", normalize(re.sub(r"\.(?=\w{2})", " ", text)))
    return re.findall(r"[^\W_]+", plain)


def by_id(geoname_id: int) -> WorldCity | None:
    return _cities().get(geoname_id)


def find_cities(name: str, country: str, region: str = "") -> list[WorldCity]:
    """The cities that a roster row can mean, biggest first: none, the one, or the candidates to choose from.

    The name is one of the city's; if no city has it, its first words are enough ("Acapulco").
    `country` is a code or a name (English; in the Americas also Spanish and Portuguese). `region`, where
    given, must fit: its name, with or without "State of", or its postal abbreviation.
    """
    code = country_code(country)
    index, key = _index(), (code, name_words(name))
    matches = index.exact.get(key) or index.beginnings.get(key, [])
    return [city for city in matches if _region_fits(city, region)]


def search(text: str, limit: int = 20) -> list[WorldCity]:
    """Cities in which every word of the text begins a word of name, region or country; biggest first.

    A word that begins none is read as the words spelled most like it: "Sprinfield" finds Springfield.
    """
    words = _typed_words(text)
    # Where all of them are fillers, the fillers are searched for after all.
    tokens = [word for word in words if word not in _FILLERS] or words
    if not tokens:
        return []
    index = _index()
    hits = [index.starting(token) for token in tokens]
    matches = set.intersection(*(by_name | by_place for by_name, by_place in hits))
    # A word of the name, or a code, counts for more than one of a region or country.
    ranked = sorted(matches, key=lambda place: (-sum(place in by_name for by_name, _by_place in hits), place))
    return [index.cities[place] for place in ranked[:limit]]


def country_code(text: str) -> str:
    """The two-letter code for a code or a country's name, "" where it is neither."""
    return _country_codes().get(name_words(text), "")


def country_name(code: str, language: str = "en") -> str:
    """A country's name in English, and for the Americas in Spanish and Portuguese; the code where unknown."""
    names = _countries().get(code.upper())
    if names is None:
        return code
    return names.get(f"name_{language.split('-')[0]}") or names["name_en"]


def default_language(country: str) -> str:
    """The program's language that the city halls of a country (two letters) most likely work in."""
    code = country.upper()
    return "es" if code in _SPANISH else "pt-br" if code in _PORTUGUESE else "en"


def _region_fits(city: WorldCity, region: str) -> bool:
    wanted_words, own_words = name_words(region), name_words(city.region)
    # A city without a known region is not ruled out by one: the person who typed it knows more.
    if not wanted_words or not own_words or wanted_words == name_words(city.region_code):
        return True
    wanted, own = set(wanted_words), set(own_words)
    return (wanted - _REGION_FILLERS or wanted) == (own - _REGION_FILLERS or own)


@dataclass(frozen=True, slots=True)
class _WordIndex:
    order: list[str]  # sorted, so that all words with one beginning are neighbors
    places: dict[str, set[int]]

    def starting(self, beginning: str) -> set[int]:
        """Positions of the cities that have a word with this beginning, in either spelling of it."""
        positions: set[int] = set()
        for prefix in {beginning, _LONG.get(beginning, beginning)}:
            for word in islice(self.order, bisect_left(self.order, prefix), None):
                if not word.startswith(prefix):
                    break
                positions |= self.places[word]
        return positions

    def resembling(self, word: str) -> set[int]:
        similar = get_close_matches(word, self.order, n=8, cutoff=0.8)
        return set().union(*(self.places[word] for word in similar))


@dataclass(frozen=True, slots=True)
class _Index:
    """Positions in `cities` by what a reader may type."""

    cities: list[WorldCity]  # biggest first, so that the order of positions is the order of results
    exact: dict[tuple[str, tuple[str, ...]], list[WorldCity]]
    beginnings: dict[tuple[str, tuple[str, ...]], list[WorldCity]]
    by_name_word: _WordIndex
    by_place_word: _WordIndex
    by_code: dict[str, set[int]]

    def starting(self, word: str) -> tuple[set[int], set[int]]:
        """Positions by a word of the name or a code, and by a word of a region or country."""
        by_name = self.by_name_word.starting(word) | self.by_code.get(word, set())
        by_place = self.by_place_word.starting(word)
        # Only a beginning of no word is taken for a misspelling: exact matches would drown in similar ones.
        if by_name or by_place or len(word) < SHORTEST_MISSPELLED:
            return by_name, by_place
        return self.by_name_word.resembling(word), self.by_place_word.resembling(word)


def _word_index(texts: Iterable[tuple[str, ...]]) -> _WordIndex:
    """`texts` has each city's names, in the order of positions."""
    places: dict[str, set[int]] = defaultdict(set)
    words_of = cache(name_words)  # regions and countries repeat thousands of times: each is divided once
    for place, names in enumerate(texts):
        for word in (word for name in names for word in words_of(name)):
            places[word].add(place)
    return _WordIndex(sorted(places), dict(places))


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _cities() -> dict[int, WorldCity]:
    return {int(row["geoname_id"]): _city(row) for row in _rows("world_cities.csv")}


def _city(row: dict[str, str]) -> WorldCity:
    values: dict[str, Any] = dict(row)  # the file's columns are the fields' names
    values |= {name: int(row[name]) for name in ("geoname_id", "population")}
    values |= {name: float(row[name]) for name in ("latitude", "longitude")}
    return WorldCity(**values | {"other_names": tuple(filter(None, row["other_names"].split(";")))})


@cache
def _countries() -> dict[str, dict[str, str]]:
    return {row["country"]: row for row in _rows("countries.csv")}


def _names_of(country: str) -> tuple[str, ...]:
    row = _countries()[country]
    return row["name_en"], row["name_es"], row["name_pt"], *row["other_names"].split(";")


@cache
def _country_codes() -> dict[tuple[str, ...], str]:
    codes: dict[tuple[str, ...], str] = {}
    for code, row in _countries().items():
        codes.update((name_words(name), code) for name in (*_names_of(code), row["iso3"], code) if name)
    return codes


@cache
def _index() -> _Index:
    # In memory: made once in 0.3 s, 13 MB, searched in 1 to 15 ms. A table with trigrams would need the same words
    # beside it, for spellings (St., Saint), codes and the countries' names in three languages.
    cities = _drop_twins(sorted(_cities().values(), key=lambda city: (-city.population, city.geoname_id)))
    exact: dict[tuple[str, tuple[str, ...]], list[WorldCity]] = defaultdict(list)
    beginnings: dict[tuple[str, tuple[str, ...]], list[WorldCity]] = defaultdict(list)
    by_code: dict[str, set[int]] = defaultdict(set)
    for place, city in enumerate(cities):
        for spelling in {name_words(name) for name in (city.name, city.ascii_name, *city.other_names)}:
            exact[city.country, spelling].append(city)
        words = name_words(city.name)
        for length in range(1, len(words)):
            beginnings[city.country, words[:length]].append(city)
        for code in filter(None, (city.country, _countries()[city.country]["iso3"], city.region_code)):
            by_code[code.casefold()].add(place)
    return _Index(
        cities,
        dict(exact),
        dict(beginnings),
        _word_index((city.name, *city.other_names) for city in cities),
        _word_index((city.region, *_names_of(city.country)) for city in cities),
        dict(by_code),
    )


def _drop_twins(biggest_first: list[WorldCity]) -> list[WorldCity]:
    """Leaves out the smaller of two entries for one city; `by_id` still knows both."""
    cities: list[WorldCity] = []
    bigger: dict[tuple[str, ...], list[WorldCity]] = defaultdict(list)
    for city in biggest_first:
        namesakes = bigger[city.country, city.region, *name_words(city.name)]
        if not any(_kilometers(city, namesake) < _TWIN_KM for namesake in namesakes):
            namesakes.append(city)
            cities.append(city)
    return cities


def _kilometers(a: WorldCity, b: WorldCity) -> float:
    # The plane's formula, good to a percent at these distances; 111.2 km a degree.
    east = (a.longitude - b.longitude) * cos(radians((a.latitude + b.latitude) / 2))
    return 111.2 * hypot(a.latitude - b.latitude, east)
