"""What is in a PDF but can't be read there: characters without a glyph, text beyond the edge of a page."""

from pathlib import Path

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from accelerator import pdf
from demo.cohort.pictures import CHARTS
from strategy.document import exports, report
from tests.strategy.document import made

pytestmark = pytest.mark.slow
# The last code point for private use: no font has it.
NO_GLYPH = "\U0010fffd"


def rendered(tmp_path, *htmls):
    """A document of sections with these texts, and what the export report says of it."""
    tree = made.tree([made.section(f"part-{n}", n, html) for n, html in enumerate(htmls, 1)])
    done = pdf.render(exports.html(made.edition(tree), {}), tmp_path / "a.pdf", heartbeat=lambda *step: True)
    return report.pdf_notes(tree, done.blocks, {}, unknown=done.unknown, outside=done.outside)


def table(columns, text):
    cells = "".join(f"<td>{text}{number}</td>" for number in range(columns))
    return f"<table><tbody><tr>{cells}</tr></tbody></table>"


def test_character_without_a_glyph_is_named_with_its_section(tmp_path):
    notes = rendered(tmp_path, f"<p>Fine, ção, Łódź.</p><p>Not {NO_GLYPH} fine</p>", "<p>Fine</p>")
    assert notes == [
        "In “Part 1,” the document’s fonts don’t include these characters, so they appear as empty boxes: "
        f"{NO_GLYPH} (U+10FFFD)."
    ]


def test_invisible_characters_need_no_glyph(tmp_path):
    assert rendered(tmp_path, "<p>in\u00adter\u200b\u200d\u2060nal \ufe0f text</p>") == []


def test_columns_beyond_the_edge_of_the_page_are_named_with_their_section(tmp_path):
    [note] = rendered(tmp_path, "<p>Fine</p>", table(60, "column"))
    assert note.startswith(
        "In “Part 2,” this text runs off the page, perhaps because a table has too many columns: “column"
    )


def test_table_that_fits_has_no_note(tmp_path):
    assert rendered(tmp_path, table(6, "column "), "<p>" + "x" * 900 + "</p>") == []


def test_character_outside_the_sections_is_named_too():
    tree = made.tree([made.section("part-1", 1, "<p>Fine</p>")])
    notes = report.pdf_notes(tree, ["part-1.0"], {}, unknown=["\ue123"], outside=[("", "cut off")])
    assert notes == [
        "The document’s fonts don’t include these characters, so they appear as empty boxes: \ue123 (U+E123).",
        "This text runs off the page, perhaps because a table has too many columns: “cut off”",
    ]


def test_images_of_the_demo_use_a_font_with_all_their_characters():
    source = Path(settings.BASE_DIR, "demo", "cohort", "pictures.py").read_text(encoding="utf-8")
    assert 'ImageFont.truetype(font_files()["sans"]' in source
    known = TTFont(pdf.font_files()["sans"]).getBestCmap()
    drawn = {character for *_rest, values in CHARTS.values() for name, _percent in values for character in f"{name} %"}
    assert {character for character in drawn if ord(character) not in known} == set()
    assert {character for character in "áéíóúñãõçÁÉÍÓÚÑÃÕÇ" if ord(character) not in known} == set()


def test_container_has_fonts_for_the_scripts_of_the_americas():
    recipe = Path(settings.BASE_DIR, "Dockerfile").read_text(encoding="utf-8")
    packages = {"fonts-dejavu-core", "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji"}
    assert packages <= set(recipe.split())
