"""Days, times, numbers and money in English, Spanish and Portuguese."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator import formats, zones

LANGUAGES = ["en", "es", "pt-br"]
TODAY = date(2026, 11, 22)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
ROMANCE = st.sampled_from(["es", "pt-br"])
ZONES = st.sampled_from([zone for names in zones.CHOICES.values() for zone in names])
COUNTRIES = st.sampled_from(["", *zones.CHOICES])


def said(language, write, *arguments, **more):
    with translation.override(language):
        return write(*arguments, **more)


@pytest.mark.parametrize(
    ("language", "day", "near", "dated", "weekday"),
    [
        ("en", date(2026, 11, 24), "Nov 24", "Nov 24, 2026", "Tue, Nov 24"),
        ("es", date(2026, 11, 24), "24 de noviembre", "24 de nov. de 2026", "mar. 24 de noviembre"),
        ("pt-br", date(2026, 11, 24), "24 de novembro", "24 de nov. de 2026", "ter., 24 de novembro"),
        ("en", date(2026, 9, 1), "Sep 1", "Sep 1, 2026", "Tue, Sep 1"),
        ("es", date(2026, 9, 1), "1 de septiembre", "1 de sept. de 2026", "mar. 1 de septiembre"),
        ("pt-br", date(2026, 9, 1), "1º de setembro", "1º de set. de 2026", "ter., 1º de setembro"),
    ],
)
def test_day_in_each_language_has_its_year_where_it_is_needed(language, day, near, dated, weekday):
    assert said(language, formats.day, day, TODAY) == near
    assert said(language, formats.day, day) == dated
    assert said(language, formats.day, day, TODAY, weekday=True) == weekday


@pytest.mark.parametrize(("days", "has_year"), [(-181, True), (-180, False), (0, False), (180, False), (181, True)])
def test_day_more_than_half_a_year_away_has_its_year(days, has_year):
    day = TODAY + timedelta(days=days)
    assert (f", {day.year}" in said("en", formats.day, day, TODAY)) is has_year


@pytest.mark.parametrize(
    ("language", "within", "across", "one"),
    [
        ("en", "Oct–Dec 2027", "Dec 2027–Feb 2028", "Oct 2027"),
        ("es", "oct.–dic. 2027", "dic. 2027–feb. 2028", "oct. 2027"),
        ("pt-br", "out.–dez. 2027", "dez. 2027–fev. 2028", "out. 2027"),
    ],
)
def test_months_name_a_year_once_where_it_is_the_same(language, within, across, one):
    october, december, february = date(2027, 10, 1), date(2027, 12, 31), date(2028, 2, 1)
    assert said(language, formats.months, october, december) == within
    assert said(language, formats.months, december, february) == across
    assert said(language, formats.months, october, date(2027, 10, 31)) == one


@given(DAYS, DAYS, ROMANCE, st.booleans())
def test_no_month_and_no_weekday_is_capitalized_in_spanish_and_portuguese(day, other, language, weekday):
    with translation.override(language):
        texts = [formats.day(day, other, weekday=weekday), formats.day(day, weekday=weekday)]
        texts += [formats.months(day, other), *formats.month_names(), *formats.weekday_names()]
    assert all(text == text.lower() for text in texts)


@given(DAYS, DAYS, st.sampled_from(LANGUAGES), st.booleans())
def test_a_day_never_ends_with_a_period_that_would_meet_the_sentences(day, other, language, weekday):
    with translation.override(language):
        assert not formats.day(day, other, weekday=weekday).endswith(".")
        assert not formats.day(day, weekday=weekday).endswith(".")
        assert not formats.months(day, other).endswith(".")


@given(DAYS, st.sampled_from(LANGUAGES))
def test_a_dated_day_can_be_read_back(day, language):
    with translation.override(language):
        text, months = formats.day(day), [formats.short_month(date(2000, month, 1)) for month in range(1, 13)]
    number, year = re.findall(r"\d+", text)
    month = 1 + [bool(re.search(rf"(?<!\w){re.escape(name)}", text)) for name in months].index(True)
    assert date(int(year), month, int(number)) == day


# Times


@pytest.mark.parametrize(
    ("at", "english", "spanish", "portuguese"),
    [
        (time(17, 12), "5:12 p.m.", "17:12", "17h12"),
        (time(0, 0), "12:00 a.m.", "00:00", "0h"),
        (time(9, 5), "9:05 a.m.", "09:05", "9h05"),
        (time(12, 30), "12:30 p.m.", "12:30", "12h30"),
        (datetime(2026, 11, 24, 20, 0), "8:00 p.m.", "20:00", "20h"),
    ],
)
def test_time_in_each_language(at, english, spanish, portuguese):
    assert [said(language, formats.time, at) for language in LANGUAGES] == [english, spanish, portuguese]


@pytest.mark.parametrize(
    ("zone", "english", "spanish", "portuguese"),
    [
        ("America/Chicago", "5:12 p.m. CT", "17:12, hora de Chicago", "17h12, horário de Chicago"),
        ("America/New_York", "5:12 p.m. ET", "17:12, hora de Nueva York", "17h12, horário de Nova York"),
        ("America/Indiana/Knox", "5:12 p.m. CT", "17:12, hora de Knox", "17h12, horário de Knox"),
        ("America/Phoenix", "5:12 p.m. MST", "17:12, hora de Phoenix", "17h12, horário de Phoenix"),
        ("America/Anchorage", "5:12 p.m. AKT", "17:12, hora de Anchorage", "17h12, horário de Anchorage"),
        ("Pacific/Honolulu", "5:12 p.m. HT", "17:12, hora de Honolulu", "17h12, horário de Honolulu"),
        ("America/Lima", "5:12 p.m. Lima time", "17:12, hora de Lima", "17h12, horário de Lima"),
        ("America/Sao_Paulo", "5:12 p.m. São Paulo time", "17:12, hora de São Paulo", "17h12, horário de Brasília"),
        (
            "America/Mexico_City",
            "5:12 p.m. Mexico City time",
            "17:12, hora de Ciudad de México",
            "17h12, horário da Cidade do México",
        ),
        ("America/Bogota", "5:12 p.m. Bogotá time", "17:12, hora de Bogotá", "17h12, horário de Bogotá"),
        ("America/Panama", "5:12 p.m. Panama time", "17:12, hora de Panamá", "17h12, horário do Panamá"),
        ("UTC", "5:12 p.m. UTC", "17:12, UTC", "17h12, UTC"),
    ],
)
def test_time_in_zone_names_it_as_people_do(zone, english, spanish, portuguese):
    for named in (zone, ZoneInfo(zone)):
        texts = [said(language, formats.time_in_zone, time(17, 12), named) for language in LANGUAGES]
        assert texts == [english, spanish, portuguese]


@pytest.mark.parametrize(
    ("zone", "name"),
    [("America/Denver", "Mountain time"), ("America/Phoenix", "Arizona time"), ("America/Lima", "Lima time")],
)
def test_zone_name_by_itself_is_written_out(zone, name):
    assert said("en", formats.zone_name, zone) == name


@given(st.times(), ZONES, st.sampled_from(LANGUAGES))
def test_a_time_in_any_offered_zone_is_one_line_without_identifiers(at, zone, language):
    text = said(language, formats.time_in_zone, at, zone)
    assert "/" not in text
    assert "_" not in text
    assert text == " ".join(text.split())


# Numbers and money


@pytest.mark.parametrize(
    ("language", "country", "text"),
    [
        ("en", "", "9,400.5"),
        ("es", "", "9.400,5"),
        ("pt-br", "", "9.400,5"),
        *[("es", country, "9,400.5") for country in ("MX", "PE", "GT", "CR", "PA", "DO", "US", "PR")],
        *[("es", country, "9.400,5") for country in ("AR", "CL", "CO", "UY", "PY", "EC", "BO", "VE", "BR")],
        # English and Portuguese are written in one way, whatever city they are about.
        ("en", "AR", "9,400.5"),
        ("pt-br", "MX", "9.400,5"),
    ],
)
def test_number_follows_the_language_and_in_spanish_the_country(language, country, text):
    with formats.in_country(country):
        assert said(language, formats.number, Decimal("9400.50")) == text


def test_the_country_ends_with_its_block():
    with formats.in_country("MX"):
        assert said("es", formats.number, 9400) == "9,400"
    assert said("es", formats.number, 9400) == "9.400"


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [
        (1412, None, "1,412"),
        (999, None, "999"),
        (-1412, None, "-1,412"),
        (Decimal("12.500"), None, "12.5"),
        (Decimal("1E+6"), None, "1,000,000"),
        ("250000", None, "250,000"),
        (1.25, 1, "1.2"),
        (3, 1, "3.0"),
        (0, None, "0"),
    ],
)
def test_number_keeps_the_places_that_a_value_has(value, places, text):
    assert said("en", formats.number, value, places) == text


@given(st.decimals(-(10**12), 10**12, places=3), st.sampled_from(LANGUAGES), COUNTRIES)
def test_a_number_can_be_read_back(value, language, country):
    with formats.in_country(country):
        text, thousand = said(language, formats.number, value), said(language, formats.number, 1000)[1]
    assert Decimal(text.replace(thousand, "").replace(",", ".")) == value
    assert re.fullmatch(rf"-?\d{{1,3}}(\{thousand}\d{{3}})*([.,]\d+)?", text)


@pytest.mark.parametrize(
    ("amount", "currency", "english", "spanish", "portuguese"),
    [
        (50_000, "USD", "USD 50,000", "USD 50.000", "USD 50.000"),
        (250_000, "BRL", "R$ 250,000", "R$ 250.000", "R$ 250.000"),
        (1_000_000, "USD", "USD 1 million", "USD 1 millón", "USD 1 milhão"),
        (1_250_000, "BRL", "R$ 1.25 million", "R$ 1,25 millones", "R$ 1,25 milhão"),
        (5_000_000, "MXN", "MXN 5 million", "MXN 5 millones", "MXN 5 milhões"),
        (1_234_567, "USD", "USD 1,234,567", "USD 1.234.567", "USD 1.234.567"),
        # A billion is a thousand million, in Spanish it is a million millions.
        (1_000_000_000, "COP", "COP 1 billion", "COP 1.000 millones", "COP 1 bilhão"),
        (4_000_000_000, "COP", "COP 4 billion", "COP 4.000 millones", "COP 4 bilhões"),
        (200_000, "PEN", "S/ 200,000", "S/ 200.000", "S/ 200.000"),
    ],
)
def test_money_names_its_currency_beyond_doubt(amount, currency, english, spanish, portuguese):
    texts = [said(language, formats.money, amount, currency) for language in LANGUAGES]
    assert texts == [english, spanish, portuguese]
    assert [formats.money(amount, currency, language) for language in LANGUAGES] == texts


def test_money_in_a_mexican_city_has_commas():
    with formats.in_country("MX"):
        assert said("es", formats.money, 50_000, "USD") == "USD 50,000"


@pytest.mark.parametrize(("language", "text"), [("en", "12%"), ("es", "12\xa0%"), ("pt-br", "12%")])
def test_percent_in_each_language(language, text):
    assert said(language, formats.percent, 12) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 KB"), (312 * 1024, "312 KB"), (1024 * 1024, "1.0 MB"), (1_460_000, "1.4 MB"), (1_468_007, "1.5 MB")],
)
def test_file_size_is_rounded_up(size, text):
    assert said("en", formats.file_size, size) == text


@pytest.mark.parametrize(
    ("number", "english", "others"), [(1, "Y1Q1", "A1T1"), (4, "Y1Q4", "A1T4"), (12, "Y3Q4", "A3T4")]
)
def test_quarter_has_a_code_of_each_language(number, english, others):
    assert [said(language, formats.quarter, number) for language in LANGUAGES] == [english, others, others]
    assert formats.quarter(number, "es") == others


# Lengths of time


@pytest.mark.parametrize(
    ("count", "english", "spanish", "portuguese"),
    [
        (1, "1 minute", "1 minuto", "1 minuto"),
        (90, "90 minutes", "90 minutos", "90 minutos"),
        (91, "1 hour 31 minutes", "1 hora y 31 minutos", "1 hora e 31 minutos"),
        (121, "2 hours 1 minute", "2 horas y 1 minuto", "2 horas e 1 minuto"),
        (420, "7 hours", "7 horas", "7 horas"),
        (450, "7 hours 30 minutes", "7 horas y 30 minutos", "7 horas e 30 minutos"),
    ],
)
def test_more_than_ninety_minutes_are_hours(count, english, spanish, portuguese):
    for language, text in (("en", english), ("es", spanish), ("pt-br", portuguese)):
        with translation.override(language):
            assert formats.minutes(count) == text


@pytest.mark.parametrize(
    ("count", "english", "spanish", "portuguese"),
    [
        (1, "1 day", "1 día", "1 dia"),
        (90, "90 days", "90 días", "90 dias"),
        (91, "about 3 months", "unos 3 meses", "cerca de 3 meses"),
        (243, "about 8 months", "unos 8 meses", "cerca de 8 meses"),
        (1026, "about 3 years", "unos 3 años", "cerca de 3 anos"),
    ],
)
def test_more_than_ninety_days_are_months_or_years(count, english, spanish, portuguese):
    for language, text in (("en", english), ("es", spanish), ("pt-br", portuguese)):
        with translation.override(language):
            assert formats.days(count) == text


@given(st.integers(1, 20_000))
def test_a_length_of_time_is_within_a_fifth_of_its_days(count):
    amount, unit = formats.days(count).removeprefix("about ").split()
    length = int(amount) * {"day": 1, "month": 30.4, "year": 365.25}[unit.removesuffix("s")]
    assert abs(length - count) <= max(count * 0.2, 1)
