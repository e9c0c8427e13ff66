"""A roster file: what spreadsheets really write, and which message each unsuitable file gets."""

import csv
import io

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook

from accelerator.intake.files import MEGABYTE, UnreadableFile
from cities.roster.file import COLUMNS, MOST_ROWS, Roster, Row, read

HEADER = "city,region,country,person,e-mail,role,language\n"
LINE = "Mérida,Yucatán,México,Ana Peña,ana@merida.example,alcaldesa,es\n"
MERIDA = Row(2, "Mérida", "Yucatán", "México", "Ana Peña", "ana@merida.example", "alcaldesa", "es")


def refusal(content):
    with pytest.raises(UnreadableFile) as refused:
        read(content)
    return str(refused.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_and_without_a_byte_order_mark(encoding):
    assert read((HEADER + LINE).encode(encoding)) == Roster([MERIDA])


@pytest.mark.parametrize("encoding", ["cp1252", "mac_roman", "cp850"])
def test_encoding_that_the_file_does_not_show_is_asked_about(encoding):
    content = (HEADER + LINE).encode(encoding)
    (question,) = read(content).questions
    assert (question.name, question.is_open) == ("encoding", True)
    assert "Mérida" in dict(question.options)[encoding]
    answered = read(content, {"encoding": encoding})
    assert (answered.rows, [question.is_open for question in answered.questions]) == ([MERIDA], [False])


def saved_workbook(fill):
    book = Workbook()
    book.active.append(HEADER.strip().split(","))
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_merged_cells_fill_down_and_are_named():
    def fill(sheet):
        for line in (LINE, LINE.replace("Mérida", "")):
            sheet.append([cell or None for cell in line.strip().split(",")])
        sheet.merge_cells("A2:A3")

    roster = read(saved_workbook(fill))
    assert [row.city for row in roster.rows] == ["Mérida", "Mérida"]
    assert roster.remarks == ["The value of each merged cell was used for every row it covers: A2:A3 (city)."]


def test_hidden_rows_are_asked_about():
    def fill(sheet):
        sheet.append(LINE.strip().split(","))
        sheet.append(LINE.strip().split(","))
        sheet.row_dimensions[3].hidden = True

    content = saved_workbook(fill)
    assert [question.sentence for question in read(content).questions] == [
        "Row 3 is hidden in the workbook. Import it too?"
    ]
    lines = {
        answer: [row.line for row in read(content, {"hidden": answer}).rows] for answer in ("include", "leave-out")
    }
    assert lines == {"include": [2, 3], "leave-out": [2]}


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends_of_all_spreadsheets(separator, line_end):
    text = (HEADER + LINE).replace(",", separator).replace("\n", line_end)
    assert read(text.encode()).rows == [MERIDA]


def test_excels_own_line_names_the_separator_and_counts_as_a_line():
    text = "sep=;\r\n" + (HEADER + LINE).replace(",", ";")
    assert [row.line for row in read(text.encode()).rows] == [3]


@pytest.mark.parametrize(
    "names",
    [
        "Ciudad,Estado/Provincia,País,Nombre y apellido,Correo electrónico *,Rol,Idioma",
        "CIDADE,UF,PAÍS,Nome completo,E-mail,Função,Língua",
        '"City",State / Province,Country (code),Full Name,EMAIL ADDRESS,Role,Preferred language',
    ],
)
def test_column_names_in_three_languages(names):
    assert read((names + "\n" + LINE).encode()).rows == [MERIDA]


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_the_names_that_the_program_itself_writes_are_read_back(language):
    with translation.override(language):
        names = ",".join(str(word) for word in COLUMNS.values())
    row = read((names + "\na,b,c,d,e@f.gr,g,h,i\n").encode()).rows[0]
    assert row == Row(2, "a", "b", "c", "d", "e@f.gr", "g", "h", "i")


def test_first_and_last_name_in_two_columns_are_one_person():
    text = "city,country,first name,last name,email,role\nTulsa,US,Ana,Ruiz,a@b.co,lead\n"
    assert read(text.encode()).rows[0].person == "Ana Ruiz"


def test_columns_that_are_not_known_are_named():
    roster = read(b"city,country,person,email,role,Phone\nTulsa,US,Ana,a@b.co,lead,555\n")
    assert roster.remarks == ["Columns not used: Phone."]


@pytest.mark.parametrize(
    "cell",
    ["ANA@Merida.Example", "mailto:ana@merida.example", "Ana Peña <ana@merida.example>", " 'ana@merida.example;"],
)
def test_addresses_as_people_paste_them(cell):
    text = f'{HEADER}Tulsa,,US,Ana,"{cell}",lead,\n'
    assert read(text.encode()).rows[0].email == "ana@merida.example"


def test_invisible_characters_and_empty_rows_of_spreadsheets():
    text = HEADER + ",,,,,,\n\u00a0Tulsa\u200b ,,US,  Ana   Ruiz ,a@b.co,lead,,,,\n,,,\n\n"
    (row,) = read(text.encode()).rows
    assert (row.line, row.city, row.person, row.surplus) == (3, "Tulsa", "Ana Ruiz", 0)


def test_a_row_in_quotes_over_two_lines_counts_as_one_as_in_a_spreadsheet():
    text = HEADER + 'Tulsa,,US,"Ana\nRuiz",a@b.co,lead,\nTulsa,,US,Bo,b@b.co,lead,\n'
    assert [(row.line, row.person) for row in read(text.encode()).rows] == [(2, "Ana Ruiz"), (3, "Bo")]


def test_more_cells_than_columns_are_counted():
    assert read((HEADER + "Tulsa,,US,Ana,a@b.co,lead,en,x,y\n").encode()).rows[0].surplus == 2


@pytest.mark.parametrize("content", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b",,\n,,\n"])
def test_an_empty_file(content):
    assert refusal(content) == "The file is empty."


def workbook(*sheets):
    book = Workbook()
    for place, lines in enumerate(sheets):
        sheet = book.active if place == 0 else book.create_sheet()
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


NAMES, CELLS = HEADER.strip().split(","), LINE.strip().split(",")


def test_a_workbook_is_read_like_a_csv_file():
    assert read(workbook([NAMES, CELLS])) == Roster([MERIDA])


def test_a_workbook_s_first_table_is_found_below_a_title_and_behind_other_sheets():
    roster = read(workbook([["Read me first"]], [["Roster of 2026"], [], NAMES, CELLS], [NAMES, CELLS, CELLS]))
    assert [(row.line, row.city) for row in roster.rows] == [(4, "Mérida")]


def test_a_formula_in_a_workbook_is_reported_with_its_cell_and_not_evaluated():
    (row,) = read(workbook([NAMES, ["Tulsa", "", "US", "=1+1", "a@b.co", "lead", ""]])).rows
    assert (row.person, row.formulas) == ("", {"person": "D2"})


def test_a_workbook_that_is_damaged_or_old():
    assert refusal(b"PK\x03\x04" + b"\0" * 100) == "The workbook is damaged. Open it and save it again."
    assert refusal(b"\xd0\xcf\x11\xe0" + b"\0" * 100) == (
        "This is an old Excel file (.xls) or a password-protected one. Save it as .xlsx without a password."
    )


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", bytes(range(256)), b"city\0,country"])
def test_a_binary_file(content):
    assert refusal(content) == ("This isn’t an .xlsx workbook or a CSV file, even if its name suggests it is.")


def test_a_file_that_is_too_large():
    assert refusal(b"x" * (20 * MEGABYTE)) == "The file is 20.0 MB. The limit is 1 MB."


def test_a_file_without_column_names():
    assert refusal(b"Tulsa,Oklahoma,US,Ana,a@b.co\n") == (
        "Row 1 should contain the column names (city, country, person, email, role), but it "
        "says: “Tulsa | Oklahoma | US | Ana | a@b.co.”"
    )


def test_a_missing_column_is_named():
    assert refusal(b"\ncity,country,person,role\nTulsa,US,Ana,lead") == (
        "The file has no “email” column. The columns in row 2 are: city | country | person | role."
    )


def test_a_column_that_comes_twice():
    assert refusal(b"city,country,ciudad,person,e-mail,role\n") == (
        "Row 1 has more than one “city” column (columns A, C). Keep only one."
    )


def test_names_and_no_rows():
    assert refusal(HEADER.encode()) == "The file has a row of column names but no rows below it."


def test_a_quotation_mark_that_does_not_close():
    assert refusal((HEADER + LINE + 'Tulsa,,US,"Ana,a@b.co,lead\n' + LINE).encode()) == (
        "Line 3 can’t be read because a quotation mark isn’t closed properly."
    )


def test_too_many_rows():
    assert refusal((HEADER + LINE * (MOST_ROWS + 1)).encode()).startswith(
        "The file has 2,001 rows. The limit is 2,000."
    )


@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda text: (HEADER + text).encode())))
@example(b"\xff\xfe\x00\xd8")
@example(b"PK\x03\x04")
@example(b"\xff\xfe" + "a".encode("utf-16-le") + b"\x00")
def test_any_bytes_are_rows_or_one_sentence(content):
    roster, sentence = None, ""
    try:
        roster = read(content)
    except UnreadableFile as bad:
        sentence = str(bad)
    if roster is None:
        assert sentence.endswith((".", ".”"))
        assert "\n" not in sentence
    else:
        assert roster.rows
        assert Roster.from_json(roster.as_json()) == roster


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.tuples(*[cell] * 7), min_size=1, max_size=20), st.sampled_from([",", ";", "\t"]))
def test_every_line_that_holds_anything_becomes_one_row(lines, separator):
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=separator)
    writer.writerow(HEADER.strip().split(","))
    writer.writerows(lines)
    visible = [line for line in lines if any(_visible(text) for text in line)]
    try:
        rows = read(sheet.getvalue().encode()).rows
    except UnreadableFile:
        assert not visible
    else:
        assert len(rows) == len(visible)


def _visible(text):
    return "".join(text.split()).strip("\u200b\u200c\u200d\u2060\ufeff\u00ad")
