"""Cells of spreadsheets: what is written is read back, nothing becomes a formula, numbers as people type them."""

import csv
import io
import re
from datetime import date, datetime, time
from decimal import Decimal

import pytest
from django.utils.text import format_lazy
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from accelerator.intake.cells import as_text, clean, guard, unguard, value_of, write_cell, write_csv

SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"
texts = st.text(st.characters(codec="utf-8") | st.sampled_from(SIGNS + "' \u3000\t\r\n\x00\x0b,;\""), max_size=40)
amounts = st.decimals(-(10**9), 10**9, places=3)


def saved_and_opened(workbook):
    out = io.BytesIO()
    workbook.save(out)
    return load_workbook(io.BytesIO(out.getvalue()), read_only=True).worksheets[0]


def through_a_workbook(value, number_format=None):
    workbook = Workbook()
    cell = write_cell(workbook.active, 1, 1, value)
    if number_format:
        cell.number_format = number_format
    return next(saved_and_opened(workbook).iter_rows())[0]


@given(texts)
def test_text_with_a_guard_is_no_formula_and_comes_back(text):
    assert unguard(guard(text)) == text
    assert guard(text).lstrip()[:1] not in {*SIGNS}
    assert guard(text)[:1] not in {"\t", "\r"}


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "\u3000", "'"])
def test_signs_of_every_width_are_guarded_in_csv_and_workbook(sign, before):
    text = f"{before}{sign}HYPERLINK(1)"
    assert guard(text) == f"'{text}"
    assert write_csv([[text]]).decode("utf-8-sig").startswith(("'", "\"'"))
    cell = write_cell(Workbook().active, 1, 1, text)
    assert (cell.data_type, cell.quotePrefix) == ("s", before != "'")


@pytest.mark.parametrize("separator", [";", ",", "\t", "\n"])
@pytest.mark.parametrize("between", ["", " ", '"', "' ", '" "'])
def test_signs_after_any_separator_inside_a_cell_are_guarded(separator, between):
    text = f"a{separator}{between}=HYPERLINK(1)"
    assert guard(text) == f"a{separator}'{between}=HYPERLINK(1)"
    assert unguard(guard(text)) == text
    (cell,) = next(csv.reader(io.StringIO(write_csv([[text]]).decode("utf-8-sig"), newline="")))
    assert cell == guard(text)


@pytest.mark.parametrize("text", ["a; b", "3-5", "Ana, José", "x@y.org, z@y.org", "a;\nb", "O’Brien; 'Ana'"])
def test_separators_without_a_sign_after_them_stay_as_they_are(text):
    assert guard(text) == unguard(text) == text


@given(st.lists(st.lists(texts | st.text("=;,\"' \t\n-a", max_size=9), min_size=1, max_size=4), min_size=1, max_size=4))
def test_csv_opened_with_any_separator_has_no_formula(rows):
    content = write_csv(rows).decode("utf-8-sig")
    for piece in re.split(r"[;,\t\r\n]", content):
        assert piece.lstrip().lstrip('" \u3000')[:1] not in {*SIGNS}


def test_a_lazy_text_is_guarded_and_a_negative_number_is_not():
    content = write_csv([[format_lazy("=1"), -5, Decimal("-1.5"), None]]).decode("utf-8-sig")
    assert content == "'=1,-5,-1.5,\r\n"


@given(texts)
def test_clean_text_stays_as_it_is(text):
    assert clean(clean(text)) == clean(text)


@given(texts.filter(clean))
def test_text_in_a_workbook_comes_back_clean_and_as_text(text):
    cell = through_a_workbook(text)
    assert (value_of(cell), cell.data_type) == (clean(text), "s")


@given(st.lists(st.lists(texts | amounts | st.dates(), min_size=2, max_size=4), max_size=4))
def test_csv_text_is_guarded_and_numbers_and_dates_are_not(rows):
    content = write_csv(rows)
    assert content.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [
        [Decimal(cell) if isinstance(value, Decimal) else unguard(cell) for value, cell in zip(*pair, strict=True)]
        for pair in zip(rows, read, strict=True)
    ] == [
        [
            value if isinstance(value, Decimal) else clean(value) if isinstance(value, str) else as_text(value)
            for value in row
        ]
        for row in rows
    ]
    for row, cells in zip(rows, read, strict=True):
        for value, cell in zip(row, cells, strict=True):
            assert isinstance(value, Decimal) or cell[:1] not in {"=", "+", "-", "@", "\t", "\r"}


@given(amounts)
def test_a_number_in_a_workbook_comes_back(number):
    assert value_of(through_a_workbook(number)) == number


@given(st.dates(min_value=date(1900, 3, 1)))
def test_a_date_in_a_workbook_comes_back(day):
    assert value_of(through_a_workbook(day)) == day


@pytest.mark.parametrize(
    ("value", "number_format", "read", "text"),
    [
        (0.4, "0%", Decimal(40), "40"),
        (0.575, "0.0%", Decimal("57.5"), "57.5"),
        (40, '0" %"', Decimal(40), "40"),
        (40, r"0\%", Decimal(40), "40"),
        (1250.5, "#,##0.00", Decimal("1250.5"), "1250.5"),
        (123456789012345, "0", Decimal(123456789012345), "123456789012345"),
        (True, None, True, "True"),
        (datetime(2027, 6, 30, 14, 5), None, datetime(2027, 6, 30, 14, 5), "2027-06-30 14:05"),
        (date(2027, 6, 30), "dd/mm/yyyy", date(2027, 6, 30), "2027-06-30"),
        (time(9, 30), None, time(9, 30), "09:30"),
    ],
)
def test_cells_have_their_real_values(value, number_format, read, text):
    found = value_of(through_a_workbook(value, number_format))
    assert (found, type(found), as_text(found)) == (read, type(read), text)


def test_an_empty_cell_has_no_value():
    workbook = Workbook()
    workbook.active["B1"] = "x"
    assert [value_of(cell) for cell in next(saved_and_opened(workbook).iter_rows())] == [None, "x"]
    assert as_text(None) == ""
