"""Time zones as people name them: by a place in their language, and in American English as "CT" or "Central time"."""

from __future__ import annotations

import datetime

from accelerator.naming import unaccent

Zone = str | datetime.tzinfo

# To choose from, by country: of several zones that keep one clock, the best known. A name without "/" is in America/.
OF_COUNTRY = {
    "AR": "Argentina/Buenos_Aires",
    "BB": "Barbados",
    "BO": "La_Paz",
    "BR": "Sao_Paulo Manaus Rio_Branco Noronha",
    "BS": "Nassau",
    "BZ": "Belize",
    "CA": "St_Johns Halifax Toronto Winnipeg Regina Edmonton Whitehorse Vancouver",
    "CL": "Santiago Punta_Arenas Pacific/Easter",
    "CO": "Bogota",
    "CR": "Costa_Rica",
    "CU": "Havana",
    "DO": "Santo_Domingo",
    "EC": "Guayaquil Pacific/Galapagos",
    "ES": "Europe/Madrid Atlantic/Canary",
    "GB": "Europe/London",
    "GT": "Guatemala",
    "GY": "Guyana",
    "HN": "Tegucigalpa",
    "HT": "Port-au-Prince",
    "JM": "Jamaica",
    "MX": "Mexico_City Cancun Matamoros Mazatlan Ciudad_Juarez Tijuana",
    "NI": "Managua",
    "PA": "Panama",
    "PE": "Lima",
    "PR": "Puerto_Rico",
    "PT": "Europe/Lisbon",
    "PY": "Asuncion",
    "SR": "Paramaribo",
    "SV": "El_Salvador",
    "TT": "Port_of_Spain",
    "US": "New_York Chicago Denver Phoenix Los_Angeles Anchorage Pacific/Honolulu",
    "UY": "Montevideo",
    "VE": "Caracas",
}
# American English names these by region: mark, name, zones.
_REGIONS = [
    (
        "ET",
        "Eastern time",
        "New_York Detroit Toronto Kentucky/Louisville Kentucky/Monticello Indiana/Indianapolis Indiana/Vincennes "
        "Indiana/Winamac Indiana/Marengo Indiana/Petersburg Indiana/Vevay",
    ),
    (
        "CT",
        "Central time",
        "Chicago Menominee Indiana/Knox Indiana/Tell_City North_Dakota/Center North_Dakota/New_Salem "
        "North_Dakota/Beulah",
    ),
    ("MT", "Mountain time", "Denver Boise"),
    ("MST", "Arizona time", "Phoenix"),
    ("PT", "Pacific time", "Los_Angeles"),
    ("AKT", "Alaska time", "Anchorage Juneau Sitka Metlakatla Yakutat Nome"),
    ("HT", "Hawaii time", "Pacific/Honolulu"),
    ("AT", "Atlantic time", "Halifax"),
]
# Places that the tz database writes without accents.
_ACCENTED = (
    "São Paulo|Bogotá|Asunción|Belém|Cuiabá|Maceió|Araguaína|Eirunepé|Santarém|Cancún|Mérida|Mazatlán|Ciudad Juárez"
    "|Córdoba|Tucumán"
)
# Places whose names differ between English, Spanish and Portuguese. Brazil calls São Paulo's time Brasília's.
_TRANSLATED = {
    "Mexico City": ("Mexico City", "Ciudad de México", "Cidade do México"),
    "Sao Paulo": ("São Paulo", "São Paulo", "Brasília"),
    "Noronha": ("Fernando de Noronha", "Fernando de Noronha", "Fernando de Noronha"),
    "Havana": ("Havana", "La Habana", "Havana"),
    "Panama": ("Panama", "Panamá", "Panamá"),
    "Puerto Rico": ("Puerto Rico", "Puerto Rico", "Porto Rico"),
    "Port-au-Prince": ("Port-au-Prince", "Puerto Príncipe", "Porto Príncipe"),
    "Port of Spain": ("Port of Spain", "Puerto España", "Porto Espanha"),
    "Belize": ("Belize", "Belice", "Belize"),
    "Guyana": ("Guyana", "Guyana", "Guiana"),
    "New York": ("New York", "Nueva York", "Nova York"),
    "Los Angeles": ("Los Angeles", "Los Ángeles", "Los Angeles"),
    "Indianapolis": ("Indianapolis", "Indianápolis", "Indianápolis"),
    "St Johns": ("St. John’s", "San Juan de Terranova", "St. John’s"),
    "Bahia Banderas": ("Bahía de Banderas", "Bahía de Banderas", "Bahía de Banderas"),
    "Easter": ("Easter Island", "Isla de Pascua", "Ilha de Páscoa"),
    "Galapagos": ("Galápagos", "Galápagos", "Galápagos"),
    "Canary": ("Canary Islands", "Canarias", "Canárias"),
    "London": ("London", "Londres", "Londres"),
    "Lisbon": ("Lisbon", "Lisboa", "Lisboa"),
}
_LANGUAGES = ("en", "es", "pt")
# Places that have an article in Portuguese.
_FEMININE = ("Bahia", "Cidade do México", "Costa Rica", "Guatemala", "Guiana", "Ilha de Páscoa", "Jamaica")
_ARTICLES = {**dict.fromkeys(_FEMININE, "da"), "Panamá": "do", "Canárias": "das"}


def _key(name: str) -> str:
    area = name.partition("/")[0]
    return name if area in ("Pacific", "Atlantic", "Europe") else f"America/{name}"


CHOICES = {country: [_key(name) for name in names.split()] for country, names in OF_COUNTRY.items()}
_REGION_OF = {_key(name): (mark, label) for mark, label, names in _REGIONS for name in names.split()}
_PLACES = {unaccent(name): (name,) * 3 for name in _ACCENTED.split("|")} | _TRANSLATED


def name_of(zone: Zone) -> str:
    """The IANA name."""
    return getattr(zone, "key", None) or str(zone)


def place(zone: Zone, language: str) -> str:
    """The place that a zone is known by: "New York" of America/New_York; "Nueva York" in Spanish."""
    plain = name_of(zone).rsplit("/", 1)[-1].replace("_", " ")
    return _PLACES.get(plain, (plain,) * 3)[_LANGUAGES.index(language)]


def with_preposition(place: str) -> str:
    """In Portuguese: "de Lima", "da Costa Rica"."""
    return f"{_ARTICLES.get(place, 'de')} {place}"


def abbreviation(zone: Zone) -> str:
    """ "CT" of America/Chicago; nothing for a zone that Americans know by its place."""
    return _REGION_OF.get(name_of(zone), ("", ""))[0]


def common_name(zone: Zone) -> str:
    """ "Central time" of America/Chicago; nothing for a zone that Americans know by its place."""
    return _REGION_OF.get(name_of(zone), ("", ""))[1]
