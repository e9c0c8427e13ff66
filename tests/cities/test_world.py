"""Finding real cities, and the names that lists sort by."""

import csv
import unicodedata
from collections import Counter
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.naming import normalize, unaccent
from cities import world

CITIES = list(world._cities().values())
OFFERED = world._index().cities
cities = st.sampled_from(OFFERED)


def labels(found):
    return [city.label for city in found]


# Names


@given(st.text())
def test_normalize_twice_is_once(text):
    once = normalize(text)
    assert normalize(once) == once
    assert once == " ".join(once.split())
    assert not any(map(unicodedata.combining, once))


@given(st.text(alphabet="aeioucnszAEIOUCNSZ "), st.text(alphabet="\u0300\u0301\u0303\u0308\u0327", max_size=4))
def test_normalize_ignores_accents_and_case(text, marks):
    accented = "".join(letter + marks if letter != " " else letter for letter in text)
    assert normalize(accented) == normalize(text.swapcase())


@pytest.mark.parametrize(
    ("name", "plain"),
    [("São João del-Rei", "Sao Joao del-Rei"), ("Łódź", "Lodz"), ("Ñuñoa", "Nunoa"), ("Ağrı", "Agri")],
)
def test_unaccent_and_normalize_give_plain_letters(name, plain):
    assert unaccent(name) == plain
    assert normalize(name) == plain.lower()


# The file


def test_file_holds_each_city_once_sorted_and_complete():
    with (world.DATA / "world_cities.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    places = [(row["country"], row["name"], int(row["geoname_id"])) for row in rows]
    assert places == sorted(places)
    assert len({number for _, _, number in places}) == len(rows) == 6204
    assert min(city.population for city in CITIES) == 100_000
    assert all(ZoneInfo(zone) for zone in {city.time_zone for city in CITIES})
    assert all(city.ascii_name.isascii() for city in CITIES)
    assert all(-90 <= city.latitude <= 90 and -180 <= city.longitude <= 180 for city in CITIES)
    readme = (world.DATA / "README.md").read_text(encoding="utf-8")
    assert f"| `world_cities.csv` | {len(rows):,} |" in readme
    assert "CC BY 4.0" in readme


def test_region_distinguishes_namesakes_of_the_americas():
    names = Counter((city.name, city.country) for city in CITIES)
    assert sum(count > 1 for count in names.values()) == 57
    americas = [city for city in OFFERED if world.country_name(city.country, "es") or ""]
    full = Counter(city.label for city in americas if city.country in {"US", "BR", "MX", "CO", "HN", "CA", "AR"})
    assert [label for label, count in full.items() if count > 1] == []


# Search


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("san jose, us", "San Jose, California, US"),
        ("San José CR", "San José, San José, CR"),
        ("san jose costa rica", "San José, San José, CR"),
        ("san jose california", "San Jose, California, US"),
        ("san jose ca", "San Jose, California, US"),
        ("TULS", "Tulsa, Oklahoma, US"),
        ("springfield mo", "Springfield, Missouri, US"),
        ("ciudad de mexico", "Mexico City, Ciudad de México, MX"),
        ("México", "Mexico City, Ciudad de México, MX"),
        ("nova york", "New York City, New York, US"),
        ("st. paul", "Saint Paul, Minnesota, US"),
        ("saint louis", "St. Louis, Missouri, US"),
        ("ft worth", "Fort Worth, Texas, US"),
        ("washington dc", "Washington, District of Columbia, US"),
        ("quebec city", "Québec, Quebec, CA"),
        ("são paulo brasil", "São Paulo, São Paulo, BR"),
        ("cordoba argentina", "Córdoba, Córdoba, AR"),
        ("Coruña", "A Coruña, Galicia, ES"),
        ("texas", "Houston, Texas, US"),
    ],
)
def test_search_puts_the_city_meant_first(text, first):
    assert labels(world.search(text))[0] == first


@pytest.mark.parametrize("text", ["", "   ", "!?", "Xyzzyville", "tulsa texas", "tulsa br"])
def test_search_without_a_match_gives_nothing(text):
    assert world.search(text) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Sprinfield", "Springfield, Missouri, US"),
        ("sprinfield illinois", "Springfield, Illinois, US"),
        ("Sao Paulo", "São Paulo, São Paulo, BR"),
        ("Bogota", "Bogotá, Bogotá D.C., CO"),
        ("bogtoa", "Bogotá, Bogotá D.C., CO"),
        ("guadaljara mexico", "Guadalajara, Jalisco, MX"),
        ("Tolsa", "Tulsa, Oklahoma, US"),
        ("tulsa oklahma", "Tulsa, Oklahoma, US"),
        ("los angles", "Los Angeles, California, US"),
        ("Ohuston", "Houston, Texas, US"),
        ("medelin", "Medellín, Antioquia, CO"),
        ("pitsburg", "Pittsburgh, Pennsylvania, US"),
    ],
)
def test_search_with_a_misspelled_or_unaccented_name_puts_the_city_meant_first(text, first):
    assert labels(world.search(text))[0] == first


def test_search_for_a_word_that_begins_a_name_adds_no_name_that_resembles_it():
    assert {city.name for city in world.search("recife")} == {"Recife"}


def test_search_gives_the_biggest_first_and_no_more_than_asked():
    found = world.search("san jose", limit=3)
    assert labels(found) == [
        "San Jose, California, US",
        "San Jose del Monte, Central Luzon, PH",
        "San José, San José, CR",
    ]
    populations = [city.population for city in found]
    assert populations == sorted(populations, reverse=True)
    assert len(world.search("san")) == 20


@given(cities, st.data())
def test_search_finds_a_city_by_the_beginnings_of_its_words(city, data):
    beginnings = [word[: data.draw(st.integers(1, len(word)))] for word in world.name_words(city.name)]
    text = data.draw(st.sampled_from([" ", ", ", " - "])).join([*beginnings, city.country.lower()])
    assert city in world.search(data.draw(st.sampled_from([text, text.upper()])), limit=len(CITIES))


@given(st.text(max_size=40), st.integers(1, 30))
def test_search_with_any_text_gives_distinct_cities_up_to_the_limit(text, limit):
    found = world.search(text, limit=limit)
    assert len(found) <= limit
    assert len(set(found)) == len(found)


# A roster's row


@given(cities, st.booleans())
def test_find_cities_finds_every_city_by_name_country_and_region(city, shout):
    name = city.name.upper() if shout else city.ascii_name
    found = world.find_cities(name, city.country.lower(), city.region)
    assert city in found
    assert {one.country for one in found} == {city.country}


@pytest.mark.parametrize(
    ("row", "found"),
    [
        (("Tulsa", "US", ""), ["Tulsa, Oklahoma, US"]),
        (("tulsa", "United States", "ok"), ["Tulsa, Oklahoma, US"]),
        (("Tulsa", "USA", "State of Oklahoma"), ["Tulsa, Oklahoma, US"]),
        (("Tulsa", "US", "Texas"), []),
        (("Tulsa", "BR", ""), []),
        (("Tulsa", "Atlantis", ""), []),
        (("Tulsa", "", ""), []),
        (("", "US", ""), []),
        (("Merida", "México", "Yucatan"), ["Mérida, Yucatán, MX"]),
        (("Temuco", "Chile", "Región de la Araucanía"), ["Temuco, Araucanía, CL"]),
        (("Belém do Pará", "Brasil", "Estado do Pará"), ["Belém, Pará, BR"]),
        (("Porto Alegre", "br", "RS"), ["Porto Alegre, Rio Grande do Sul, BR"]),
        (("Ciudad de México", "MX", ""), ["Mexico City, Ciudad de México, MX"]),
        (("Oaxaca de Juárez", "MX", ""), ["Oaxaca, Oaxaca, MX"]),
        (("Acapulco", "MX", ""), ["Acapulco de Juárez, Guerrero, MX"]),
        (("St Louis", "Estados Unidos", "MO"), ["St. Louis, Missouri, US"]),
        (("La Ceiba", "Honduras", ""), ["La Ceiba, Atlántida, HN"]),
        (("Guadalupe", "MX", ""), ["Guadalupe, Nuevo León, MX", "Guadalupe, Zacatecas, MX"]),
        (
            ("Springfield", "US", ""),
            ["Springfield, Missouri, US", "Springfield, Massachusetts, US", "Springfield, Illinois, US"],
        ),
    ],
)
def test_find_cities_gives_none_the_one_or_the_candidates(row, found):
    assert labels(world.find_cities(*row)) == found


def test_by_id_also_knows_the_second_entry_for_a_city():
    assert world.by_id(4553433).label == "Tulsa, Oklahoma, US"
    offered, twin = world.by_id(3608248), world.by_id(8556321)
    assert offered.label == twin.label == "La Ceiba, Atlántida, HN"
    assert twin not in world.search("La Ceiba")
    assert world.by_id(1) is None


def test_country_name_is_given_in_three_languages():
    assert [world.country_name("BR", language) for language in ("en", "es", "pt-br")] == ["Brazil", "Brasil", "Brasil"]
    assert world.country_name("us", "pt-br") == "Estados Unidos"
    assert world.country_name("FR", "es") == "France"
    assert world.country_name("QQ") == "QQ"
    assert [world.country_code(text) for text in ("EE. UU.", "u.s.", "Perú", "nowhere")] == ["US", "US", "PE", ""]
