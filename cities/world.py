"""The world's cities of 100,000 people or more, to choose from (GeoNames, CC BY 4.0; cities/data/README.md)."""

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


# Interchangeable spellings; the long form is compared.
_LONG = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount", "sta": "santa", "sto": "santo", "dr": "doctor"}
# Words in a search or a roster that identify nothing.
_FILLERS = _set("city ciudad cidade municipality municipio of de del do da dos das the y e and")
# Words around a region's name, as in "State of Oklahoma" or "Provincia de Mendoza".
_REGION_FILLERS = _FILLERS | _set("la las el los state estado province provincia departamento department region regiao")
# Where city halls work in Spanish and in Portuguese.
_SPANISH = _set("AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE")
_PORTUGUESE = _set("AO BR CV GW MZ PT ST TL")
# GeoNames lists some cities twice, as a place and as a municipality: same name and region, closer than this.
_TWIN_KM = 100
SHORTEST_MISSPELLED = 4  # letters; shorter words resemble too many others


@dataclass(frozen=True, slots=True)
class WorldCity:
    geoname_id: int
    name: str
    ascii_name: str
    country: str  # ISO 3166-1, two letters
    region: str  # a readable name, or "" if unknown
    population: int
    latitude: float
    longitude: float
    time_zone: str
    region_code: str = ""  # postal abbreviation, in the United States, Canada and Brazil
    other_names: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """`San José, San José, CR`: distinguishes cities with the same name."""
        return ", ".join(filter(None, (self.name, self.region, self.country)))


def name_words(text: str) -> tuple[str, ...]:
    """A name's words in comparable form: unaccented, case-folded, `St.` as `saint`, `D.C.` as `dc`."""
    return tuple(_LONG.get(word, word) for word in _typed_words(text))


def _typed_words(text: str) -> list[str]:
    plain = re.sub(r"[.'`´]", "", normalize(re.sub(r"\.(?=\w{2})", " ", text)))
    return re.findall(r"[^\W_]+", plain)


def by_id(geoname_id: int) -> WorldCity | None:
    return _cities().get(geoname_id)


def find_cities(name: str, country: str, region: str = "") -> list[WorldCity]:
    """The cities that a roster row can mean, biggest first: none, the one, or candidates to choose from.

    The name must be one of the city's; if none matches, its first words suffice ("Acapulco"). `country` is a code or a
    name (English; in the Americas also Spanish and Portuguese). `region`, if given, must match: its name, with or
    without "State of", or its postal abbreviation.
    """
    code = country_code(country)
    index, key = _index(), (code, name_words(name))
    matches = index.exact.get(key) or index.beginnings.get(key, [])
    return [city for city in matches if _region_fits(city, region)]


def search(text: str, limit: int = 20) -> list[WorldCity]:
    """Cities for which every word of the text starts a word of the name, region or country; biggest first.

    A word without a match is replaced by those spelled most like it: "Sprinfield" finds Springfield.
    """
    words = _typed_words(text)
    # If all words are fillers, search for them after all.
    tokens = [word for word in words if word not in _FILLERS] or words
    if not tokens:
        return []
    index = _index()
    hits = [index.starting(token) for token in tokens]
    matches = set.intersection(*(by_name | by_place for by_name, by_place in hits))
    # A match in the name, or a code, counts for more than one in a region or country.
    ranked = sorted(matches, key=lambda place: (-sum(place in by_name for by_name, _by_place in hits), place))
    return [index.cities[place] for place in ranked[:limit]]


def country_code(text: str) -> str:
    """The two-letter code for a code or a country name, "" if it is neither."""
    return _country_codes().get(name_words(text), "")


def country_name(code: str, language: str = "en") -> str:
    """A country's name in English, and for the Americas in Spanish and Portuguese; the code if unknown."""
    names = _countries().get(code.upper())
    if names is None:
        return code
    return names.get(f"name_{language.split('-')[0]}") or names["name_en"]


def default_language(country: str) -> str:
    """The site language that city halls of a country (two letters) most likely use."""
    code = country.upper()
    return "es" if code in _SPANISH else "pt-br" if code in _PORTUGUESE else "en"


def _region_fits(city: WorldCity, region: str) -> bool:
    wanted_words, own_words = name_words(region), name_words(city.region)
    # A city without a known region matches any region: the person who typed it knows more.
    if not wanted_words or not own_words or wanted_words == name_words(city.region_code):
        return True
    wanted, own = set(wanted_words), set(own_words)
    return (wanted - _REGION_FILLERS or wanted) == (own - _REGION_FILLERS or own)


@dataclass(frozen=True, slots=True)
class _WordIndex:
    order: list[str]  # sorted, so words with the same prefix are neighbors
    places: dict[str, set[int]]

    def starting(self, beginning: str) -> set[int]:
        """Positions of the cities with a word that has this prefix, in either spelling."""
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

    cities: list[WorldCity]  # biggest first, so position order is result order
    exact: dict[tuple[str, tuple[str, ...]], list[WorldCity]]
    beginnings: dict[tuple[str, tuple[str, ...]], list[WorldCity]]
    by_name_word: _WordIndex
    by_place_word: _WordIndex
    by_code: dict[str, set[int]]

    def starting(self, word: str) -> tuple[set[int], set[int]]:
        """Positions by a word of the name or a code, and by a word of a region or country."""
        by_name = self.by_name_word.starting(word) | self.by_code.get(word, set())
        by_place = self.by_place_word.starting(word)
        # Treat only a prefix without matches as a misspelling, or similar words would drown out exact matches.
        if by_name or by_place or len(word) < SHORTEST_MISSPELLED:
            return by_name, by_place
        return self.by_name_word.resembling(word), self.by_place_word.resembling(word)


def _word_index(texts: Iterable[tuple[str, ...]]) -> _WordIndex:
    """`texts` has each city's names, in position order."""
    places: dict[str, set[int]] = defaultdict(set)
    words_of = cache(name_words)  # regions and countries repeat thousands of times: split each once
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
    values: dict[str, Any] = dict(row)  # the file's columns match the field names
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
    # In memory: built once in 0.3 s, 13 MB, searched in 1 to 15 ms. A trigram table would need the same words next to
    # it, for spellings (St., Saint), codes and country names in three languages.
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
    """Leaves out the smaller of two entries for one city; `by_id` still has both."""
    cities: list[WorldCity] = []
    bigger: dict[tuple[str, ...], list[WorldCity]] = defaultdict(list)
    for city in biggest_first:
        namesakes = bigger[city.country, city.region, *name_words(city.name)]
        if not any(_kilometers(city, namesake) < _TWIN_KM for namesake in namesakes):
            namesakes.append(city)
            cities.append(city)
    return cities


def _kilometers(a: WorldCity, b: WorldCity) -> float:
    # Flat-earth approximation, accurate to a percent at these distances; 111.2 km per degree.
    east = (a.longitude - b.longitude) * cos(radians((a.latitude + b.latitude) / 2))
    return 111.2 * hypot(a.latitude - b.latitude, east)
