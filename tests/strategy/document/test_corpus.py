"""Each block of the nasty corpus is counted, and its words are found, in every output."""

import base64
import html as escapes
import io
import json
import re
import time
import zipfile

import docx
import pdfua
import pypdf
import pytest
from django.test import RequestFactory

from accelerator import pdf
from accelerator.content_versions import canonical
from accelerator.texts import block_tree
from strategy.document import exports, plan_sheet, report, web, word
from strategy.document.tables import written_sections
from tests.fixtures.corpus.make import texts
from tests.strategy.document import made
from tests.strategy.document.test_pdf import tags

pytestmark = pytest.mark.slow
IMAGES = {7: "data:image/png;base64," + base64.b64encode((made.CORPUS / "map.png").read_bytes()).decode()}
PICTURES = {"7": {"sha256": "0" * 64, "kind": "image/png", "size": 99, "width": 40, "height": 30, "alt": ""}}
LANGUAGES = {"portuguese": "pt-br", "spanish": "es"}


@pytest.fixture(scope="module")
def tree():
    """All texts of the corpus in one document."""
    sections = [made.section(key, n, html) for n, (key, html) in enumerate(texts().items())]
    return made.tree(sections, actions=3, pictures=PICTURES)


@pytest.fixture(scope="module")
def printed(tree, tmp_path_factory):
    """The PDF, what the renderer said, and the seconds it took."""
    begun = time.monotonic()
    target = tmp_path_factory.mktemp("pdf") / "corpus.pdf"
    done = pdf.render(exports.html(made.edition(tree), IMAGES), target, heartbeat=lambda *step: True)
    return done, time.monotonic() - begun


@pytest.fixture(scope="module")
def typed(tree):
    return word.make(made.edition(tree), IMAGES)


def counted(tree):
    """Blocks of each type in the sections."""
    total = block_tree.count([])
    for section in tree["sections"]:
        total += block_tree.count(section["blocks"])
    return total


def test_corpus_contains_every_kind_of_block(tree):
    total = counted(tree)
    assert (total["figure"], total["table"], total["list"]) == (2, 3, 8)
    assert total["row"] > 45
    assert [row["key"] for row in tree["sections"] if not row["blocks"]] == ["empty"]
    assert "alert" not in canonical(tree)


def test_every_block_is_on_a_page_of_the_pdf(tree, printed):
    done, seconds = printed
    marks = {
        f"{section['key']}.{number}"
        for section in tree["sections"]
        for number, _block in enumerate(block_tree.walk(section["blocks"]))
    }
    assert set(done.blocks) == marks
    notes = report.pdf_notes(tree, done.blocks, IMAGES)
    assert len(notes) == 1
    assert "A map of the districts" in notes[0]
    assert done.notes == []
    assert done.pages >= 60  # the text of sixty pages is one of them
    assert seconds < 90, f"{seconds:.0f} s"


def test_every_block_is_in_the_tags_of_the_pdf(tree, printed):
    found, total = tags(printed[0].path), counted(tree)
    assert found["/Figure"] >= 1
    assert found["/L"] >= total["list"]
    assert found["/LI"] >= total["item"]
    assert found["/TR"] >= total["row"]
    assert found["/BlockQuote"] >= total["quote"]
    assert found["/H3"] + found["/H4"] >= total["heading"]


def test_text_of_every_block_is_in_the_pdf(tmp_path):
    """Without the emoji: pypdf loses a page's other words where characters lie beyond the first plane."""
    keys = ("portuguese", "spanish", "merged-cells", "nested-lists", "pasted-word", "missing-image")
    one = made.tree([made.section(key, n, texts()[key]) for n, key in enumerate(keys)])
    done = pdf.render(exports.html(made.edition(one), {}), tmp_path / "a.pdf", heartbeat=lambda *step: True)
    text = report.without_spaces("".join(page.extract_text() for page in pypdf.PdfReader(done.path).pages))
    for section in one["sections"]:
        for block in block_tree.walk(section["blocks"]):
            for piece in block_tree.own_text(block).split():
                if len(piece) < 7:  # longer ones may be hyphenated
                    assert report.without_spaces(piece) in text, (section["key"], piece)


def test_no_certain_finding_against_pdf_ua(printed):
    findings = pdfua.validate(str(printed[0].path)).findings
    certain = [f.message for f in findings if f.confidence.name == "CERTAIN"]
    # The pasted table has no headings: the city's own words, which the readiness check names.
    assert len(certain) == 1, certain
    assert certain[0].startswith("Table has 2 data cell(s) and no header cell")


def test_pdf_declares_both_standards(printed):
    about = pypdf.PdfReader(printed[0].path).xmp_metadata.stream.get_data().decode()
    assert 'pdfaid:part="2"' in about
    assert 'pdfaid:conformance="A"' in about
    assert 'pdfuaid:part="1"' in about
    root = pypdf.PdfReader(printed[0].path).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/Lang"] == "en"


def test_every_block_is_in_the_word_file(tree, typed):
    total, opened = counted(tree), docx.Document(io.BytesIO(typed))
    notes = report.word_notes(tree, typed, IMAGES)
    assert [note for note in notes if "missing from the file" in note] == []
    assert any("A map of the districts" in note for note in notes)
    assert any("became regular cells in Word" in note for note in notes)
    registers = 1 + 1 + 3  # an objective's measures and its actions, and three registers
    assert len(opened.tables) == total["table"] + registers
    assert sum(len(table.rows) for table in opened.tables[: total["table"]]) == total["row"]
    assert len(opened.inline_shapes) == 1
    styles = [paragraph.style.name for paragraph in opened.paragraphs]
    assert styles.count("Heading 2") + styles.count("Heading 3") == total["heading"] + 1
    assert styles[0] == "Title"
    assert styles.count("Heading 1") == len(written_sections(tree)) + 4


def test_word_file_uses_the_styles_of_word(typed):
    opened = docx.Document(io.BytesIO(typed))
    body = zipfile.ZipFile(io.BytesIO(typed)).read("word/document.xml").decode()
    assert opened.core_properties.title == "Tulsa: Citywide Data Strategy"
    assert opened.core_properties.language == "en-US"
    assert 'descr="Two blue rectangles"' in body
    assert "data:image" not in body
    assert body.count("<w:tblHeader") >= 5
    assert "w:gridSpan" in body
    assert "w:vMerge" in body
    styles = zipfile.ZipFile(io.BytesIO(typed)).read("word/styles.xml").decode()
    assert re.search(r'<w:lang [^>]*w:val="en-US"', styles)


def test_numbering_restarts_in_word(typed):
    numbered = {}
    for paragraph in docx.Document(io.BytesIO(typed)).paragraphs:
        number = paragraph._p.find(".//{*}numId")
        if number is not None:
            numbered[paragraph.text] = number.get(docx.oxml.ns.qn("w:val"))
    assert numbered["One"] == numbered["Two"]
    assert len({numbered[name] for name in ("One", "Begins again at one", "Begins at seven")}) == 3


def test_every_block_is_on_the_web_page(tree, settings):
    from django.template.loader import render_to_string  # noqa: PLC0415 - after the settings are read

    context = web.page(made.edition(tree), lambda number: f"/pictures/{number}/", {7})
    page = render_to_string("strategy/publication/public.html", context, request=_request())
    prose = "".join(re.findall(r'<div class="prose prose--public">(.*?)</div>\s*</section>', page, re.DOTALL))
    total = counted(tree)
    found = {name: len(re.findall(rf"<{name}[ >]", prose)) for name in ("figure", "table", "tr", "li", "blockquote")}
    assert found == {
        "figure": total["figure"],
        "table": total["table"],
        "tr": total["row"],
        "li": total["item"],
        "blockquote": total["quote"],
    }
    assert len(re.findall(r"<h[34][ >]", prose)) == total["heading"]
    assert len(re.findall(r"<[ou]l[ >]", prose)) == total["list"]
    text, place = report.without_spaces(escapes.unescape(re.sub(r"<[^>]+>", "", prose))), 0
    for section in tree["sections"]:
        for block in block_tree.walk(section["blocks"]):
            wanted = report.without_spaces(block_tree.own_text(block)) if block["type"] != "figure" else ""
            assert wanted in text[place:], block
            place = text.index(wanted, place) + len(wanted)
    assert "169.254.169.254/latest" not in page


def _request():
    from django.contrib.auth.models import AnonymousUser  # noqa: PLC0415 - after the settings are read

    request = RequestFactory().get("/strategies/tulsa-us/")
    request.user, request.htmx = AnonymousUser(), False
    request.csp_nonce, request.session = "nonce", {}
    return request


def test_every_block_is_in_the_data(tree):
    written = json.dumps(tree)
    notes = report.json_notes(tree, written.encode(), IMAGES)
    assert len(notes) == 1
    assert "A map of the districts" in notes[0]
    again = json.loads(written)
    again["sections"][0]["blocks"].pop()
    assert len(report.json_notes(tree, json.dumps(again).encode(), IMAGES)) == 2
    again = json.loads(written)
    assert counted(again) == counted(tree)
    assert [block_tree.from_html(row["html"]) for row in again["sections"]] == [
        row["blocks"] for row in again["sections"]
    ]


def test_spreadsheet_contains_every_action(tree):
    assert report.sheet_notes(tree, plan_sheet.make(made.edition(tree))) == []
    shorter = made.tree(tree["sections"], actions=2)
    (note,) = report.sheet_notes(tree, plan_sheet.make(made.edition(shorter)))
    assert "A2" in note


@pytest.mark.parametrize("key", ["long-table", "long-word", "missing-image", "address"])
def test_pathological_text_is_rendered_within_half_a_minute(tmp_path, key):
    one = made.tree([made.section(key, 1, texts()[key])])
    begun = time.monotonic()
    done = pdf.render(exports.html(made.edition(one), {}), tmp_path / "a.pdf", heartbeat=lambda *step: True, seconds=60)
    assert time.monotonic() - begun < 30
    assert not any("169.254" in note for note in done.notes)
    if key == "long-table":
        pages = [page.extract_text() for page in pypdf.PdfReader(done.path).pages]
        with_rows = [page for page in pages if "Content of row" in page]
        assert len(with_rows) >= 2
        assert all("What stands in it" in page for page in with_rows)


@pytest.mark.parametrize(("key", "language"), LANGUAGES.items())
def test_document_is_in_its_own_language(tmp_path, key, language):
    one = made.tree([made.section(key, 1, texts()[key])], language=language)
    done = pdf.render(exports.html(made.edition(one), {}), tmp_path / "a.pdf", heartbeat=lambda *step: True, seconds=60)
    reader = pypdf.PdfReader(done.path)
    assert reader.trailer["/Root"]["/Lang"] == language
    text = report.without_spaces("".join(page.extract_text() for page in reader.pages))
    assert {"pt-br": "população", "es": "pingüino"}[language] in text
    opened = docx.Document(io.BytesIO(word.make(made.edition(one), {})))
    assert opened.core_properties.language == {"pt-br": "pt-BR", "es": "es-419"}[language]


def test_only_a_draft_is_marked_as_draft_on_its_pages(tmp_path):
    one = made.tree([made.section("vision", 1, "<p>Words</p>")])
    for number, is_marked in ((None, True), (2, False)):
        html = exports.html(made.edition(one, number), {})
        assert ("Working draft" in html.split("</style>")[0]) is is_marked
