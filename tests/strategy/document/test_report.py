"""The report of an export, the parts that are compared, and the plan's spreadsheet of a document."""

import io
import json
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from accelerator.texts import block_tree
from strategy.document import parts, plan_sheet, report, tables
from tests.strategy.document.made import edition, full, section


def of(*htmls):
    """What the report reads of a tree."""
    return {"sections": [section(f"part-{number}", number, html) for number, html in enumerate(htmls, 1)]}


def data(tree):
    return json.dumps(tree).encode()


def keys(tree, but=()):
    """A mark for each block of the tree, as the PDF has them."""
    marks = [
        f"{row['key']}.{number}" for row in tree["sections"] for number, _b in enumerate(block_tree.walk(row["blocks"]))
    ]
    return [mark for mark in marks if mark not in but]


# What is missing


def test_pdf_with_every_block_has_no_note_and_one_without_is_named():
    tree = of("<p>First words</p><ul><li>One</li></ul>")
    assert report.pdf_notes(tree, keys(tree), []) == []
    assert report.pdf_notes(tree, keys(tree, but=["part-1.0"]), []) == [
        "In “Part 1,” this paragraph is missing from the file: “First words”"
    ]


def test_note_quotes_sixty_characters_at_most():
    tree = of(f"<p>{'x' * 200}</p>")
    assert report.pdf_notes(tree, [], []) == [f"In “Part 1,” this paragraph is missing from the file: “{'x' * 59}…”"]


def test_block_without_text_is_named_by_its_kind_alone():
    tree = of("<table><tbody><tr><th>a</th></tr></tbody></table>")
    assert report.pdf_notes(tree, keys(tree, but=["part-1.0"]), []) == [
        "In “Part 1,” one table is missing from the file."
    ]


@pytest.mark.parametrize(("alt", "description"), [("A map", "A map"), ("", "no description")])
def test_missing_picture_is_named_by_its_description(alt, description):
    tree = of(f'<figure><img src="media:7" alt="{alt}"></figure>')
    sentence = f"In “Part 1,” an image is missing. Its description appears instead: {description}"
    assert report.missing_pictures(tree, [8]) == [sentence]
    assert report.missing_pictures(tree, [7]) == []


def test_data_without_a_section_or_a_block_is_reported():
    tree = of("<p>One</p>", "<h3>Two</h3><p>Three</p>")
    assert report.json_notes(tree, data(tree), []) == []
    assert report.json_notes(tree, data(of("<p>One</p>", "<h3>Two</h3>")), []) == [
        "In “Part 2,” this paragraph is missing from the file: “Three”"
    ]
    assert report.json_notes(tree, data({"sections": tree["sections"][1:]}), []) == [
        "In “Part 1,” this paragraph is missing from the file: “One”"
    ]


@pytest.mark.parametrize(("count", "shown"), [(40, 40), (41, 41), (90, 41)])
def test_report_has_at_most_forty_notes_and_says_how_many_more(count, shown):
    tree = of("".join(f"<p>Line {number}</p>" for number in range(count)))
    notes = report.pdf_notes(tree, [], [])
    assert len(notes) == shown
    assert notes[39].endswith("Line 39”")
    if count > 40:
        assert notes[-1] == f"… and {count - 40} more."


def test_side_headings_are_counted_for_word():
    row = "<tr><th>a</th><td>b</td></tr>"
    content = word("a b")
    [one] = report.word_notes(of(f"<table><tbody>{row}</tbody></table>"), content, [])[-2:-1]
    assert one == "One row heading in a table became a regular cell in Word, which supports only header rows."
    notes = report.word_notes(of(f"<table><tbody>{row}{row}</tbody></table>"), word("a b a b"), [])
    assert any(note.startswith("2 row headings in tables became regular cells in Word") for note in notes)
    assert notes[-1] == "1 table is missing."


def word(*paragraphs):
    """A Word file with these lines and no table."""
    lines = "".join(f"<w:p><w:r><w:t>{paragraph}</w:t></w:r></w:p>" for paragraph in paragraphs)
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as written:
        written.writestr("word/document.xml", f'<w:document xmlns:w="{space}"><w:body>{lines}</w:body></w:document>')
    return packed.getvalue()


def test_words_are_looked_for_in_word_in_their_order_and_without_spaces():
    tree = of("<p>First  words</p><p>Then more</p>")
    assert report.word_notes(tree, word("First", "words", "Then\u00a0more"), []) == []
    assert report.word_notes(tree, word("Then more", "First words"), []) == [
        "In “Part 1,” this paragraph is missing from the file: “Then more”"
    ]


@given(st.text())
@example("\u0339 \u0334")
def test_text_without_spaces_is_the_same_when_read_again(text):
    once = report.without_spaces(text)
    assert report.without_spaces(once) == once
    assert report.without_spaces(f" {text}\u200b\n") == once


# The parts that are compared


@pytest.mark.parametrize(("number", "label"), [("1", "1. Vision"), ("", "Vision")])
def test_part_is_named_with_its_number_where_it_has_one(number, label):
    assert parts.label_of(number, "Vision") == label


def part(key, sha256="a"):
    return parts.Part(key, "", key.title(), sha256)


def test_changed_parts_are_the_old_ones_in_order_and_then_the_new():
    old = [part("vision"), part("risks"), part("plan"), part("gone")]
    new = [part("new"), part("plan", "b"), part("vision", "b"), part("risks")]
    assert [row.key for row in parts.changed_parts(old, new)] == ["vision", "plan", "gone", "new"]
    assert parts.changed_parts(old, reversed(old)) == []


def test_registers_are_named_in_the_documents_language():
    english, spanish = parts.register_titles("en"), parts.register_titles("es")
    assert english["part:policies"] == "Policies and standards register"
    assert english["part:ai-uses"] == "AI use register"
    assert english.keys() == spanish.keys() == {f"part:{table}" for table in tables.TABLES.values()}
    assert not set(english.values()) & set(spanish.values())


def test_part_of_a_document_changes_with_its_title_and_text_and_not_with_its_revision():
    tree = full()
    before = {row.key: row.sha256 for row in parts.parts_of(tree)}
    first, second, third = tree["sections"][:3]
    first["title"] += "!"
    second["blocks"] = second["blocks"][:-1]
    third["revision"] += 1
    after = {row.key: row.sha256 for row in parts.parts_of(tree)}
    assert [key for key in before if before[key] != after[key]] == [first["key"], second["key"]]


# The spreadsheet


@pytest.fixture
def book():
    return load_workbook(io.BytesIO(plan_sheet.make(edition(full()))))


def rows_of(sheet):
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_sheet_has_actions_measures_and_what_it_is(book):
    assert book.sheetnames == ["Actions", "Measures", "About"]
    about = {row[0]: row[1] for row in book["About"].iter_rows(min_row=2, values_only=True)}
    assert about["City"] == full()["city"]["name"]
    assert len(about["SHA-256"]) == 64


def test_sheet_writes_numbers_as_numbers_and_quarters_by_name(book):
    row = rows_of(book["Actions"])[0]
    assert (row["Baseline"], row["Year 1 target"], row["Year 3 target"]) == (12.5, 40, None)
    assert row["Start quarter"].startswith("Y")
    assert {"Description", "Mayoral priority", "Staff (FTE)", "What residents will notice"} <= row.keys()


def test_title_that_looks_like_a_formula_is_written_as_text():
    tree = full()
    tree["plan"]["objectives"][0]["actions"][0]["title"] = "=1+1"
    content = plan_sheet.make(edition(tree))
    cells = [cell for row in load_workbook(io.BytesIO(content))["Actions"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)


def test_action_and_measure_that_are_not_in_the_spreadsheet_are_named():
    tree = full()
    content = plan_sheet.make(edition(tree))
    assert report.sheet_notes(tree, content) == []
    objective = tree["plan"]["objectives"][0]
    objective["actions"][0]["title"] = "Another title"
    objective["measures"] = [{**objective["actions"][0]["measure"], "name": "Another measure"}]
    assert report.sheet_notes(tree, content) == [
        f"Not in the spreadsheet: {objective['actions'][0]['code']} Another title",
        "Not in the spreadsheet: Another measure",
    ]
