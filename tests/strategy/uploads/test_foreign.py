"""Documents that several programs wrote (tests/fixtures/foreign): every word once, in its place."""

import re
from collections import Counter
from pathlib import Path

import pytest

from accelerator import rls
from accelerator.intake.files import UnreadableFile
from accelerator.texts import richtext
from strategy.uploads import actions as uploads
from strategy.uploads import leftovers
from strategy.uploads.rescue import tokens

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parents[2] / "fixtures" / "foreign"
FILES = sorted(path.name for path in FOLDER.iterdir() if path.suffix in (".docx", ".html"))
# Words that a program adds: the page's title, the number in its footer.
ADDED = {"pandoc.html": ["Contents"], "libreoffice.html": ["1"]}


def source_words():
    text = (FOLDER / "source.md").read_text(encoding="utf-8")
    return Counter(tokens(re.sub(r"\]\(.*?\)|\[\^1\]:?|^\|[-|]+\|$", " ", text, flags=re.MULTILINE)))


def imported(cast, data, name="file"):
    """The pieces of a file as (heading, html), and its report by kind."""
    with rls.every_city():
        upload = uploads.import_file(city=cast.tulsa, data=data, name=name, by=cast.lead)
        rows = [(piece.heading, piece.html) for piece in upload.pieces.all()]
        assert uploads.count_words(upload).all >= sum(piece.words for piece in upload.pieces.all())
        return rows, {row.kind: row for row in leftovers.rows_of_report(upload.report)}


def words_of(rows):
    texts = (f"{'' if html.startswith('<h3>' + heading) else heading} {richtext.text(html)}" for heading, html in rows)
    return Counter(tokens(re.sub(r"\[\d+\]", " ", " ".join(texts))))


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.mark.parametrize("name", FILES)
def test_every_word_of_a_foreign_document_is_imported_once(cast, name):
    rows, report = imported(cast, (FOLDER / name).read_bytes(), name)
    found, wanted = words_of(rows), source_words()
    assert (dict(wanted - found), sorted((found - wanted).elements())) == ({}, ADDED.get(name, []))
    assert "outside" not in report
    assert ["Risks we watch" in html or heading == "Risks we watch" for heading, html in rows].count(True) == 1


def test_document_of_another_format_is_refused_by_name(cast):
    with pytest.raises(UnreadableFile, match=r"OpenDocument file \(.odt\). Save it as .docx"):
        imported(cast, (FOLDER / "libreoffice.odt").read_bytes())


def page(body):
    return f"<!doctype html><html><body>{body}</body></html>".encode()


def test_heading_that_begins_like_its_sections_title_stays(cast, every_city):
    body = "<h2>Risks</h2><h3>Risks we watch</h3><p>None.</p>" + "".join(f"<h2>{n}</h2><p>x</p>" for n in "ABC")
    rows, _report = imported(cast, page(body))
    assert rows[0] == ("Risks", "<h3>Risks we watch</h3><p>None.</p>")
    section = cast.tulsa.section_set.select_related("template").get(key="risks")
    piece = cast.tulsa.uploadpiece_set.get(heading="Risks")
    assert uploads.text_for_section(piece, section) == "<h3>Risks we watch</h3><p>None.</p>"
    assert piece.words == 5


def test_headings_that_link_back_to_the_contents_are_headings(cast):
    contents = "".join(f'<li><a id="t{n}" href="#s{n}">{name}</a></li>' for n, name in enumerate("ABC"))
    parts = "".join(
        f'<div id="s{n}"><h1><a href="#t{n}">{name}</a></h1><p>Text {n}.</p></div>' for n, name in enumerate("ABC")
    )
    rows, report = imported(cast, page(f"<ul>{contents}</ul>{parts}"))
    assert rows == [(name, f"<p>Text {n}.</p>") for n, name in enumerate("ABC")]
    assert (report["contents"].words, list(report)) == (3, ["contents"])


def test_note_called_twice_in_a_page_is_written_once(cast):
    body = (
        '<h1>Vision</h1><p>One<a id="r1" href="#n1">1</a> and two<a id="r1b" href="#n1">1</a>.</p>'
        '<ol><li id="n1">Once. <a href="#r1">a</a> <a href="#r1b">b</a></li></ol>'
    )
    rows, _report = imported(cast, page(body))
    assert rows == [("Vision", "<p>One[1] and two[1].</p><p>[1] Once.  </p>")]


@pytest.mark.parametrize("element", ["noscript", "video", "audio", "object"])
def test_words_that_show_without_scripts_or_players_are_imported(cast, element):
    rows, _report = imported(
        cast, page(f"<h1>Vision</h1><p>Before.</p><{element}>Inside words</{element}><p>After.</p>")
    )
    assert rows == [("Vision", "<p>Before.</p><p>Inside words</p><p>After.</p>")]


def test_formula_becomes_text_and_the_words_of_a_drawing_are_reported(cast):
    math = "<math><mi>x</mi><mo>=</mo><mn>2</mn><annotation encoding='tex'>x=2</annotation></math>"
    svg = "<svg viewBox='0 0 9 9'><title>Calls</title><text>Calls by month</text></svg>"
    rows, report = imported(cast, page(f"<h1>Vision</h1><p>Where {math} holds.</p>{svg}"))
    assert rows == [("Vision", "<p>Where x=2 holds.</p>")]
    assert {kind: (row.number, row.words, row.detail) for kind, row in report.items()} == {
        "formula": (1, 0, ""),
        "drawing": (1, 4, "Calls Calls by month"),
    }


@pytest.mark.parametrize("depth", [10, 25, 140, 400])
def test_words_of_deeply_nested_blocks_stay_apart(cast, depth):
    body = "<h1>Vision</h1>" + "<div>one" * depth + "<p>two</p><p>three</p>" + "</div>" * depth
    rows, report = imported(cast, page(body))
    assert words_of(rows) == Counter({"Vision": 1, "one": depth, "two": 1, "three": 1})
    assert report == {}


def test_words_of_deeply_nested_lists_stay_apart():
    html = "<ul><li>one" * 30 + "</li></ul>" * 30
    assert tokens(richtext.text(richtext.clean(html).html)) == ["one"] * 30


@pytest.mark.parametrize("sign", ["<![>", "<![CDATA[", "<![if x]>", "<!", "<!x", "<![endif"])
def test_unfinished_declaration_is_text_or_nothing_and_no_error(cast, sign):
    assert "Words" in richtext.clean(f"<p onclick='x()'>Words {sign} more</p>").html
    rows, _report = imported(cast, page(f"<h1>Vision</h1><p>Words.</p>{sign}"))
    assert rows[0] == ("Vision", "<p>Words.</p>")


def test_paragraph_that_the_reader_loses_is_given_back_whole_and_in_place(cast, monkeypatch):
    lost = "Four words of it"
    read = uploads.reading_files.parse

    def losing(html):
        return read(html.replace(lost, "words it"))

    monkeypatch.setattr(uploads.reading_files, "parse", losing)
    body = f"<h1>Vision</h1><p>First words.</p><p>{lost}</p><ul><li>Last words</li></ul>"
    rows, report = imported(cast, page(body))
    assert rows == [("Vision", f"<p>First words.</p><p>{lost}</p><ul><li>Last words</li></ul>")]
    assert report["outside"].number == 1
