"""A file's type, and its rows."""

import io
import re
import zipfile
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from accelerator.intake.cells import Formula, clean, write_csv
from accelerator.intake.files import MEGABYTE, FileKind, UnreadableFile, check_size, decode, kind_of
from accelerator.intake.sheets import Limits, Row, read_sheets, separator_of, top_rows

LIMITS = Limits(megabytes=1, lines=20, columns=5, parts=40)


def is_column(text):
    return text in {"Name", "Due"}


def rows(content):
    return [list(sheet.rows) for sheet in read_sheets(content, LIMITS, is_column=is_column)]


def workbook(*sheets):
    book = Workbook()
    for place, lines in enumerate(sheets):
        sheet = book.active if place == 0 else book.create_sheet()
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", FileKind.EMPTY),
        (b" \r\n\t", FileKind.EMPTY),
        (b"PK\x03\x04", FileKind.ARCHIVE),
        (b"\xd0\xcf\x11\xe0", FileKind.OLD_OFFICE),
        (b"%PDF-1.7", FileKind.PDF),
        (b"{\\rtf1", FileKind.RTF),
        (b"\x89PNG\r\n", FileKind.IMAGE),
        (b"MZ\x90", FileKind.PROGRAM),
        (b"Name,Due", FileKind.OTHER),
    ],
)
def test_a_file_is_known_by_its_first_bytes(content, kind):
    assert kind_of(content) is kind


@given(st.integers(0, 50 * MEGABYTE), st.integers(1, 40))
def test_a_size_is_refused_above_the_limit_with_a_larger_number(size, most):
    try:
        check_size(size, most, "Divide it.")
    except UnreadableFile as why:
        assert size > most * MEGABYTE
        told = re.fullmatch(r"The file is ([\d.]+) MB. The limit is (\d+) MB. Divide it.", str(why))
        assert float(told[1]) > int(told[2]) == most
    else:
        assert size <= most * MEGABYTE


@pytest.mark.parametrize(
    ("encoding", "read_in"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("cp1252", "cp1252")]
)
def test_text_is_decoded_whatever_wrote_it(encoding, read_in):
    assert decode("Título; año".encode(encoding)) == ("Título; año", read_in)


@pytest.mark.parametrize("content", [b"MZ\x90\x00\x03", b"\x01\x02\x03\x04\x05\x06", "a\0b".encode("utf-16")])
def test_what_is_no_text_is_refused(content):
    with pytest.raises(UnreadableFile, match="isn’t an .xlsx workbook or a CSV file"):
        decode(content)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"x" * (MEGABYTE + 1), "The file is 1.1 MB. The limit is 1 MB."),
        (b"\xd0\xcf\x11\xe0", "This is an old Excel file"),
        (b"%PDF-1.7", "This is a PDF."),
        (b'Name\n"open', "Line 2 can’t be read because a quotation mark isn’t closed properly."),
        (b"PK\x03\x04broken", "The workbook is damaged"),
        (archive(word__document_xml="x"), "This isn’t an Excel workbook"),
        (archive(**{"xl__workbook.xml": "x", "xl__vbaProject.bin": "x"}), "This workbook has macros"),
        (archive(**{"xl__workbook.xml": b"0" * (10 * MEGABYTE + 1)}), "far larger than a table needs to be"),
        (archive(**{f"part{n}": "x" for n in range(41)}), "far larger than a table needs to be"),
        (archive(**{"xl__workbook.xml": "x"}), "The workbook is damaged"),
        (workbook([["Name"]] * 21), "The sheet “Sheet” has too many rows. The limit is 20."),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(content, sentence):
    with pytest.raises(UnreadableFile, match=sentence):
        rows(content)


def test_names_of_columns_are_looked_for_in_the_first_rows_alone():
    (sheet,) = read_sheets(b"\n" * 3 + b"Name,Due\n" + b"A,1\n" * 15, LIMITS, is_column=is_column)
    assert next(top_rows(sheet.rows)) == (1, [])
    assert [number for number, _cells in top_rows(sheet.rows)] == list(range(2, 16))


def test_excels_own_first_line_is_no_row():
    assert rows(b"sep=;\r\nName;Due\r\n") == [[Row(2, ["Name", "Due"])]]


def test_a_sheet_is_read_no_further_than_it_is_asked_for():
    sheet = next(read_sheets(workbook([["Name"]] * 21), LIMITS, is_column=is_column))
    assert next(sheet.rows).cells[0] == "Name"


def test_a_workbook_has_sheets_of_real_values():
    content = workbook(
        [["Name", "Due"], [None, None], ["=1+1", date(2027, 6, 30)], [2.5, True, 7, 7, 7, 7]], [["Second"]]
    )
    assert rows(content) == [
        [
            Row(1, ["Name", "Due", None, None, None]),
            Row(2, [None] * 5),
            Row(3, [Formula("A3"), date(2027, 6, 30), None, None, None]),
            Row(4, [Decimal("2.5"), True, Decimal(7), Decimal(7), Decimal(7)]),
        ],
        [Row(1, ["Second", None, None, None, None])],
    ]


def test_an_error_of_who_reads_is_no_damage_of_the_file():
    def divide_each_row_by_zero():
        for sheet in read_sheets(workbook([["Name"]]), LIMITS, is_column=is_column):
            for row in sheet.rows:
                assert row.number / 0

    with pytest.raises(ZeroDivisionError):
        divide_each_row_by_zero()


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("Name,Due\n", ","),
        ("Name;Due\n", ";"),
        ("Name\tDue\n", "\t"),
        ('\n;;\n"Name";"A, B, C";"Due"\n', ";"),
        ("sep=;\nName,x,y\n", ";"),
        ("One;Two, three;Four, five, six", ","),
        ("Name", ","),
    ],
)
def test_a_separator_is_the_one_that_finds_the_columns(text, separator):
    assert separator_of(text, is_column) == separator


def test_rows_of_text_are_counted_as_a_spreadsheet_counts():
    assert rows(b'Name;Due\r\n\r\n"two\r\nlines";\'=guarded\r\n') == [
        [Row(1, ["Name", "Due"]), Row(2, []), Row(3, ["two\nlines", "=guarded"])]
    ]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("'=+-@,;\"\n"))


@given(st.lists(st.lists(texts, min_size=2, max_size=2), max_size=5))
def test_what_is_written_as_csv_is_read_back(table):
    read = rows(write_csv([["Name", "Due"], *table]))[0]
    assert [row.cells for row in read[1:]] == [[clean(cell) for cell in line] for line in table]


@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda rest: b"PK\x03\x04" + rest))
def test_any_bytes_are_rows_or_a_sentence(content):
    with suppress(UnreadableFile):
        assert all(isinstance(row, Row) for sheet in rows(content) for row in sheet)


@pytest.mark.parametrize("damage", ["deflate", "encrypted", "method"])
def test_a_damaged_workbook_is_refused_in_a_sentence(damage):
    content = bytearray(workbook([["Name", "Due"], ["A", 1]]))
    name = b"xl/worksheets/sheet1.xml"
    local, listed = content.index(name) - 30, content.rindex(name) - 46
    if damage == "deflate":
        content[local + 30 + len(name) + 2 : local + 30 + len(name) + 12] = b"\xff" * 10
    elif damage == "encrypted":
        content[local + 6] |= 1
        content[listed + 8] |= 1
    else:
        content[local + 8] = content[listed + 10] = 99
    with pytest.raises(UnreadableFile):
        rows(bytes(content))


def test_a_csv_file_is_read_no_wider_and_no_longer_than_a_workbook():
    wide = b"Name,Due" + b",x" * 20_000 + b"\nA,1"
    assert [row.cells for row in rows(wide)[0]] == [["Name", "Due", "x", "x", "x"], ["A", "1"]]
    with pytest.raises(UnreadableFile):
        rows(b"Name,Due\n" + b"A,1\n" * 20)


def test_csv_cell_that_is_too_long_is_named_as_such():
    with pytest.raises(UnreadableFile) as refused:
        rows(b"Name,Due\n\nA," + b"x" * 131_073)
    assert str(refused.value) == (
        "A cell in line 3 has more than 131,072 characters. Shorten it, or check whether this line has a quotation "
        "mark that isn’t closed."
    )


def laid_out(fill):
    book = Workbook()
    for line in (["Name", "Due"], ["A", 1], [None, 2], [None, 3]):
        book.active.append(line)
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_merged_cells_fill_down_to_their_end():
    def fill(book):
        book.active.append([None, 4])
        book.active.merge_cells("A2:A4")

    (found,) = rows(laid_out(fill))
    assert [(row.cells[0], row.filled) for row in found] == [
        ("Name", ()),
        ("A", ()),
        ("A", (0,)),
        ("A", (0,)),
        (None, ()),
    ]


def test_hidden_rows_and_the_rows_of_hidden_sheets_are_marked():
    def fill(book):
        book.active.row_dimensions[3].hidden = True
        book.create_sheet("before", 0).append(["x"])
        book["before"].sheet_state = "hidden"
        book.active = 1

    seen, unseen = rows(laid_out(fill))
    assert [row.is_hidden for row in seen] == [False, False, True, False]
    assert [row.is_hidden for row in unseen] == [True]
