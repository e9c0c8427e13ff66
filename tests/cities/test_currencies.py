"""The currencies that cities plan in."""

import pytest
from django.utils import translation

from cities.actions import enroll
from cities.currencies import currencies, currency_choices, currency_of
from cities.world import WorldCity


@pytest.mark.parametrize(
    ("country", "code"),
    [("US", "USD"), ("BR", "BRL"), ("MX", "MXN"), ("AR", "ARS"), ("EC", "USD"), ("PE", "PEN"), ("FR", "USD")],
)
def test_currency_of_a_country(country, code):
    assert currency_of(country) == code


def test_each_country_has_one_currency():
    countries = [country for row in currencies().values() for country in row.countries]
    assert len(countries) == len(set(countries))


@pytest.mark.parametrize(
    ("language", "label"), [("en", "Brazilian real (BRL)"), ("es", "Real brasileño (BRL)"), ("pt-br", "Real (BRL)")]
)
def test_currency_choices_have_the_name_in_the_readers_language_and_the_code(language, label):
    with translation.override(language):
        assert ("BRL", label) in currency_choices()


def test_a_city_that_joins_plans_in_its_countrys_currency(cast, every_city):
    recife = WorldCity(3390760, "Recife", "Recife", "BR", "Pernambuco", 1490000, -8.05, -34.9, "America/Recife")
    assert (cast.tulsa.currency, cast.rosario.currency, cast.quito.currency) == ("USD", "ARS", "USD")
    assert enroll(cohort=cast.cohort, world=recife, language="pt-br", by=None).city.currency == "BRL"
