"""Cost bands in the city's currency, on pages and in files, and as files bring them back."""

import pytest
from django.utils import translation

from accelerator import formats
from cities.currencies import currencies
from strategy.plan import costs, vocabulary
from strategy.plan.models import CostBand


@pytest.mark.parametrize(
    ("currency", "language", "labels"),
    [
        ("USD", "en", ["No extra cost", "Under USD 50,000", "USD 50,000 to USD 250,000"]),
        ("BRL", "pt-br", ["Sem custo adicional", "Menos de R$ 250.000", "R$ 250.000 a R$ 1,25 milhão"]),
        ("COP", "es", ["Sin costo adicional", "Menos de COP 200 millones", "COP 200 millones a COP 1.000 millones"]),
    ],
)
def test_cost_bands_are_amounts_in_the_citys_currency(currency, language, labels):
    with translation.override(language):
        assert [label for _band, label in costs.choices(currency)][:3] == labels


@pytest.mark.parametrize("currency", currencies())
def test_limits_are_round_and_about_what_they_are_in_dollars(currency):
    amounts, rate = costs.limits(currency), currencies()[currency].per_dollar
    assert [amount / rate for amount in amounts] == [50_000, 250_000, 1_000_000]
    assert all(len(str(amount).rstrip("0")) <= 3 for amount in amounts)


def test_a_frozen_plan_keeps_the_limits_that_were_signed():
    plan = {"currency": "BRL", "cost_limits": [200_000, 1_000_000, 4_000_000]}
    assert costs.frozen_label("low", plan) == "Under R$ 200,000"
    assert costs.frozen_label("very_high", {}) == "Over USD 1 million"  # schema 1 and 2
    assert costs.frozen_label("", plan) == ""


@pytest.mark.parametrize("currency", currencies())
@pytest.mark.parametrize("country", ["MX", "AR"])
def test_a_file_brings_back_the_bands_of_any_currency_and_language(currency, country):
    with formats.in_country(country):
        for band, labels in costs.labels(currency).items():
            assert [vocabulary.value("cost_band", label) for label in labels] == [band] * 3


@pytest.mark.parametrize(
    ("label", "band"),
    [
        ("Under $50,000", CostBand.LOW),
        ("$50.000 a $250.000", CostBand.MEDIUM),
        ("$250.000 a $1 milhão", CostBand.HIGH),
        ("Más de $1 millón", CostBand.VERY_HIGH),
        ("Under USD 60,000", "Under USD 60,000"),
    ],
)
def test_a_file_of_a_former_release_has_dollars_without_their_code(label, band):
    assert vocabulary.value("cost_band", label) == band


@pytest.mark.parametrize("name", ["starts", "due"])
@pytest.mark.parametrize(
    ("text", "number"),
    [("Y1Q1", "1"), ("A1T1", "1"), ("a3 t4", "12"), ("Y1 Q2 (Oct–Dec 2027)", "2"), ("A1T2 (oct.–dic. 2027)", "2")],
)
def test_a_file_brings_back_quarters_of_any_language(name, text, number):
    assert vocabulary.value(name, text) == number


@pytest.mark.parametrize(("language", "code"), [("en", "Y1Q1"), ("es", "A1T1"), ("pt-br", "A1T1")])
def test_the_spreadsheet_has_the_quarters_of_its_language(language, code):
    assert vocabulary.label("due", 1, language) == code
