"""Numbers as people type them: each meaning, and what the other numbers of a file show."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.intake.numbers import COMMA, POINT, is_ambiguous, mark_shown, meanings, read_number


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        ("1 250", "1250"),
        ("1\u202f250", "1250"),
        ("1’250", "1250"),
        ("1\u00a0250,5", "1250.5"),
        ("1.250,75", "1250.75"),
        ("1,250.75", "1250.75"),
        ("1.250.000", "1250000"),
        ("1,250,000", "1250000"),
        ("1.250.000,5", "1250000.5"),
        ("0.125", "0.125"),
        ("1250.500", "1250.5"),
        (".5", "0.5"),
        ("-4,25", "-4.25"),
        ("−4", "-4"),
        ("40 %", "40"),
        ("40%", "40"),
    ],
)
def test_number_with_one_meaning_is_read_whatever_the_mark(typed, number):
    assert [read_number(typed, mark) for mark in (POINT, COMMA, "")] == [Decimal(number)] * 3


@pytest.mark.parametrize(
    ("typed", "with_point", "with_comma"),
    [("1.250", "1.25", "1250"), ("-12,000", "-12000", "-12"), ("1,250 %", "1250", "1.25")],
)
def test_number_with_two_meanings_is_read_by_the_mark(typed, with_point, with_comma):
    assert is_ambiguous(typed)
    assert (read_number(typed, POINT), read_number(typed, COMMA)) == (Decimal(with_point), Decimal(with_comma))


@pytest.mark.parametrize("typed", ["", "x", "1e9", "1.2.3", "12 50", "9" * 21, "--1", "1 to 2", "NaN", "1,25,000", "%"])
def test_text_that_is_no_number_has_no_meaning(typed):
    assert meanings(typed) == {}


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1.250", "1.250,50"], COMMA),
        (["1.250", "12.5"], POINT),
        (["1.250", "1.250.000"], COMMA),
        (["1.250", "0,5"], COMMA),
        (["1.250", "1250"], ""),
        (["1.250", "0,5", "0.5"], ""),
        ([], ""),
    ],
)
def test_other_numbers_of_a_file_show_its_decimal_mark(texts, mark):
    assert mark_shown(texts) == mark


@given(st.decimals(-(10**9), 10**9, places=2))
def test_number_in_us_and_spanish_notation_is_read_back(number):
    us_notation = f"{number:,f}"
    assert read_number(us_notation, POINT) == number
    assert read_number(us_notation.translate(str.maketrans(",.", ".,")), COMMA) == number


@given(st.text(st.sampled_from("0123456789.,- %’"), max_size=14))
def test_any_text_has_at_most_two_meanings(text):
    assert len(meanings(text)) <= 2
