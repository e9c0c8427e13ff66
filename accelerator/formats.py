"""How days, times, numbers and money are written in English, Spanish and Portuguese: the one place.

All functions follow the active language, or the one they are given. Spanish has two ways of writing numbers, so there
the country of the city that a page or file is about decides (`in_country`): 9,400 in Mexico, 9.400 in Argentina.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from math import ceil

from django.utils.translation import get_language

from accelerator import zones
from accelerator.naming import normalize
from accelerator.zones import Zone


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MINUTES_ALONE, DAYS_ALONE = 90, 90  # the most that are written as minutes and as days
HALF_A_YEAR = 180  # days: a nearer date needs no year
# Where people who write Spanish put a comma between thousands.
_THOUSANDS_COMMA = frozenset(_words("US PR MX GT BZ HN SV NI CR PA CU DO PE"))
# Signs that only one currency has; "$" stands for nearly twenty in the Americas.
_SIGNS = {"BRL": "R$", "PEN": "S/"}
_MILLION, _BILLION = 10**6, 10**9
_country: ContextVar[str] = ContextVar("country of the city", default="")


@dataclass(frozen=True, slots=True)
class _Style:
    """A language's names and patterns; an abbreviated month is always followed by the year, for its period's sake."""

    months: tuple[str, ...]
    short_months: tuple[str, ...]
    weekdays: tuple[str, ...]
    short_weekdays: tuple[str, ...]
    day: str
    day_and_year: str
    weekday_and_day: str
    quarter: str
    million: tuple[str, str]  # "1 millón", "2 millones"
    billion: tuple[str, str] | None  # where it is a thousand million
    zone: str
    units: dict[str, tuple[str, str]]  # of time, for one and for several
    about: str
    joined: str  # hours and minutes
    before_zone: str = ","


_STYLES = {
    "en": _Style(
        months=_words("January February March April May June July August September October November December"),
        short_months=_words("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
        weekdays=_words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        short_weekdays=_words("Mon Tue Wed Thu Fri Sat Sun"),
        day="{short_month} {day}",
        day_and_year="{short_month} {day}, {year}",
        weekday_and_day="{weekday}, {date}",
        quarter="Y{}Q{}",
        million=("million", "million"),
        billion=("billion", "billion"),
        zone="{} time",
        units={
            "minute": ("minute", "minutes"),
            "hour": ("hour", "hours"),
            "day": ("day", "days"),
            "month": ("month", "months"),
            "year": ("year", "years"),
        },
        about="about {}",
        joined="{} {}",
        before_zone="",
    ),
    "es": _Style(
        months=_words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        short_months=_words("ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic."),
        weekdays=_words("lunes martes miércoles jueves viernes sábado domingo"),
        short_weekdays=_words("lun. mar. mié. jue. vie. sáb. dom."),
        day="{day} de {month}",
        day_and_year="{day} de {short_month} de {year}",
        weekday_and_day="{weekday} {date}",
        quarter="A{}T{}",
        million=("millón", "millones"),
        billion=None,
        zone="hora de {}",
        units={
            "minute": ("minuto", "minutos"),
            "hour": ("hora", "horas"),
            "day": ("día", "días"),
            "month": ("mes", "meses"),
            "year": ("año", "años"),
        },
        about="unos {}",
        joined="{} y {}",
    ),
    "pt": _Style(
        months=_words("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
        short_months=_words("jan. fev. mar. abr. maio jun. jul. ago. set. out. nov. dez."),
        weekdays=_words("segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado domingo"),
        short_weekdays=_words("seg. ter. qua. qui. sex. sáb. dom."),
        day="{day} de {month}",
        day_and_year="{day} de {short_month} de {year}",
        weekday_and_day="{weekday}, {date}",
        quarter="A{}T{}",
        million=("milhão", "milhões"),
        billion=("bilhão", "bilhões"),
        zone="horário {}",
        units={
            "minute": ("minuto", "minutos"),
            "hour": ("hora", "horas"),
            "day": ("dia", "dias"),
            "month": ("mês", "meses"),
            "year": ("ano", "anos"),
        },
        about="cerca de {}",
        joined="{} e {}",
    ),
}


# The months' names in all three languages without accents, with their numbers.
MONTH_NAMES = [(normalize(name), number) for style in _STYLES.values() for number, name in enumerate(style.months, 1)]


def base_language(language: str = "") -> str:
    """ "en", "es" or "pt": the language that is active or given, without its region."""
    base = (language or get_language() or "en").split("-")[0]
    return base if base in _STYLES else "en"


# Days


def day(value: datetime.date, today: datetime.date | None = None, *, weekday: bool = False) -> str:
    """ "Nov 24, 2026", "24 de nov. de 2026"; where `today` is given and near, "Nov 24", "24 de noviembre"."""
    base = base_language()
    style, is_near = _STYLES[base], today is not None and abs((value - today).days) <= HALF_A_YEAR
    text = (style.day if is_near else style.day_and_year).format(
        day="1º" if base == "pt" and value.day == 1 else value.day,
        month=style.months[value.month - 1],
        short_month=style.short_months[value.month - 1],
        year=value.year,
    )
    if not weekday:
        return text
    return style.weekday_and_day.format(weekday=style.short_weekdays[value.weekday()], date=text)


def months(first: datetime.date, last: datetime.date) -> str:
    """ "Oct–Dec 2027", "dic. 2027–feb. 2028"."""
    until = f"{short_month(last)} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return until
    return f"{short_month(first)}{'' if first.year == last.year else f' {first.year}'}–{until}"


def short_month(value: datetime.date) -> str:
    return _STYLES[base_language()].short_months[value.month - 1]


def month_names() -> tuple[str, ...]:
    return _STYLES[base_language()].months


def weekday_names() -> tuple[str, ...]:
    """From Monday on, as Python counts."""
    return _STYLES[base_language()].weekdays


def quarter(number: int, language: str = "") -> str:
    """A quarter of the plan, counted from 1: "Y1Q1", "A1T1"."""
    year, place = divmod(number - 1, 4)
    return _STYLES[base_language(language)].quarter.format(year + 1, place + 1)


# Times


def time(at: datetime.time | datetime.datetime) -> str:
    """ "5:12 p.m.", "17:12", "17h12", as the clock that `at` is from shows it."""
    base = base_language()
    if base == "en":
        return f"{at.hour % 12 or 12}:{at.minute:02} {'a.m.' if at.hour < 12 else 'p.m.'}"
    if base == "es":
        return f"{at.hour:02}:{at.minute:02}"
    return f"{at.hour}h{at.minute:02}" if at.minute else f"{at.hour}h"


def time_in_zone(at: datetime.time | datetime.datetime, zone: Zone) -> str:
    """ "5:12 p.m. CT", "17:12, hora de Lima": the zone's own clock shows `at`."""
    return f"{time(at)}{before_zone()} {zone_mark(zone)}"


def before_zone() -> str:
    """What follows a time that its zone follows: a comma, or nothing in English."""
    return _STYLES[base_language()].before_zone


def zone_mark(zone: Zone) -> str:
    """A zone after a time: "CT", "Lima time", "hora de Lima"."""
    return (base_language() == "en" and zones.abbreviation(zone)) or zone_name(zone)


def zone_name(zone: Zone) -> str:
    """A zone by itself: "Central time", "Lima time", "hora de Lima"."""
    base, place = base_language(), zones.place(zone, base_language())
    if place == "UTC":
        return place
    if base == "en" and (name := zones.common_name(zone)):
        return name
    return _STYLES[base].zone.format(zones.with_preposition(place) if base == "pt" else place)


def place(zone: Zone) -> str:
    """The place that a zone is known by: "New York", "Nueva York"."""
    return zones.place(zone, base_language())


# Lengths of time


def minutes(count: int) -> str:
    """ "1 minute", "90 minutes", "7 hours 30 minutes", "7 horas y 30 minutos"."""
    hours, rest = divmod(count, 60)
    # A length such as 90 minutes is easier to read than 1 hour 30 minutes.
    if count <= MINUTES_ALONE:
        return _units(count, "minute")
    if not rest:
        return _units(hours, "hour")
    return _STYLES[base_language()].joined.format(_units(hours, "hour"), _units(rest, "minute"))


def days(count: int) -> str:
    """ "1 day", "90 days", "about 8 months", "unos 3 años": no one counts in hundreds of days."""
    if count <= DAYS_ALONE:
        return _units(count, "day")
    months = max(round(count / 30.4), 3)
    length = _units(months, "month") if months < 24 else _units(round(count / 365.25), "year")
    return _STYLES[base_language()].about.format(length)


def _units(count: int, unit: str) -> str:
    return f"{number(count)} {_STYLES[base_language()].units[unit][count != 1]}"


# Numbers and money


@contextmanager
def in_country(country: str) -> Iterator[None]:
    """For what is shown of one city: numbers are written as in its country (ISO 3166-1, two letters)."""
    token = _country.set(country)
    try:
        yield
    finally:
        _country.reset(token)


def number(value: Decimal | float | str, places: int | None = None, language: str = "") -> str:
    """ "9,400.5" or "9.400,5"; with as many decimal places as the value has, or as are asked for."""
    exact = Decimal(str(value))
    text = f"{exact.normalize():,f}" if places is None else f"{exact:,.{places}f}"
    base = base_language(language)
    has_comma = base == "en" or (base == "es" and _country.get() in _THOUSANDS_COMMA)
    return text if has_comma else text.translate(str.maketrans(",.", ".,"))


def decimal_mark(language: str = "") -> str:
    """What separates decimals: a point or a comma."""
    return number(Decimal("0.5"), language=language)[1]


def percent(value: Decimal | float) -> str:
    """ "12%"; in Spanish "12 %"."""
    return f"{number(value)}{chr(0xA0) if base_language() == 'es' else ''}%"


def money(amount: int, currency: str, language: str = "") -> str:
    """ "USD 50,000", "R$ 1,25 milhão", "COP 1.000 millones": the currency's ISO code, or a sign it shares with none."""
    style, sign = _STYLES[base_language(language)], _SIGNS.get(currency, currency)
    unit, names = (_BILLION, style.billion) if amount >= _BILLION and style.billion else (_MILLION, style.million)
    # Only where it is as exact: 1.234.567 is not "1,23 millones".
    if names is None or amount < unit or amount % (unit // 100):
        return f"{sign} {number(amount, language=language)}"
    # Portuguese counts from two: "1,25 milhão". The other two have a singular for exactly one.
    is_one = amount < 2 * unit if base_language(language) == "pt" else amount == unit
    return f"{sign} {number(Decimal(amount) / unit, language=language)} {names[0 if is_one else 1]}"


def file_size(size: int) -> str:
    """ "312 KB", "1.4 MB", rounded up."""
    kilobytes = ceil(size / 1024)
    return f"{number(kilobytes)} KB" if kilobytes < 1024 else f"{number(ceil(kilobytes / 102.4) / 10, 1)} MB"
