"""Real-world files: what is read, what is refused with a message, and no word lost along the way."""

import base64
import io
import random
import struct
import zipfile

import docx
import pytest
from docx.shared import Inches
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.intake.files import MEGABYTE, UnreadableFile
from accelerator.texts import tree
from strategy.models import Upload
from strategy.uploads import actions as uploads
from strategy.uploads import leftovers, web_page, word_file
from strategy.uploads import reading as reading_files
from tests.examples import few
from tests.strategy import word_documents as word
from tests.strategy.bare import move_to_bare_template

pytestmark = pytest.mark.django_db
PLAIN = word.chapters([("Vision", ["Words."])])


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def import_document(cast):
    """`import_document(data)`: the pieces of a file as (heading, html, key of the section proposed), and the report."""

    def read(data, city=None, name="file.docx"):
        with rls.every_city():
            upload = uploads.import_file(city=city or cast.tulsa, data=data, name=name, by=cast.lead)
            rows = [
                (piece.heading, piece.html, piece.section.key if piece.section else "")
                for piece in upload.pieces.select_related("section")
            ]
            return rows, {row.kind: row for row in leftovers.rows_of_report(upload.report)}

    return read


def body_document(xml, **parts):
    return word.repacked(PLAIN, {"word/document.xml": word.body(xml), **parts})


# What is refused ---------------------------------------------------------------------------------


def bomb():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * 30_000_000)
    return target.getvalue()


def overlapping():
    """Two names for the same packed bytes: what a bomb without recursion is made of."""
    data = bytearray(word.repacked(PLAIN, {}))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def lying():
    """The zip directory promises little, the packed bytes contain much."""
    data = bytearray(word.repacked(PLAIN, {"word/document.xml": b"<a>" + b"x" * 5_000_000 + b"</a>"}))
    at = data.rindex(b"word/document.xml") - 46
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    return bytes(data)


def many_entries():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(3000):
            archive.writestr(f"word/{number}.xml", b"")
    return target.getvalue()


def encrypted_entry():
    data = bytearray(PLAIN)
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
ENTITY = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><d>&b;</d>'
DEEP = word.body("<w:p>" * 20_000 + "</w:p>" * 20_000)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/passwd">]><d>&f;</d>'
MACROS = b'<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
REFUSED = {
    "empty": (b"", "empty"),
    "blank": (b" \n\t ", "empty"),
    "a program": (b"MZ\x90\0\x03", "an executable file"),
    "a program of Linux": (b"\x7fELF\x02\x01", "an executable file"),
    "a script": (b"#!/bin/sh\nrm -rf /", "an executable file"),
    "an old Word file": (OLD + "WordDocument".encode("utf-16-le"), "old Office"),
    "a protected file": (OLD + "EncryptedPackage".encode("utf-16-le"), "password"),
    "a PDF": (b"%PDF-1.7\n", "PDF"),
    "rich text": (b"{\\rtf1 hello}", ".rtf"),
    "a picture": (word.picture().getvalue(), "an image"),
    "plain words": (b"just words", "isn’t a Word document or a web page"),
    "zeros": (b"\0" * 5000, "isn’t a Word document or a web page"),
    "a bomb": (bomb(), "far larger"),
    "overlapping entries": (overlapping(), "far larger"),
    "a lying list": (lying(), "damaged"),
    "many entries": (many_entries(), "far larger"),
    "a protected entry": (encrypted_entry(), "password"),
    "a cut archive": (PLAIN[: len(PLAIN) // 2], "unpacked"),
    "PK alone": (b"PK\x03\x04", "unpacked"),
    "an archive of something else": (
        word.repacked(PLAIN, {"a.txt": b"x"}, only=True),
        "doesn’t contain a readable document",
    ),
    "macros": (word.repacked(PLAIN, {"word/vbaProject.bin": b"x"}), "macros"),
    "macros by type": (word.repacked(PLAIN, {"[Content_Types].xml": MACROS}), "macros"),
    "broken XML": (word.repacked(PLAIN, {"word/document.xml": b"<w:document><w:p>"}), "valid XML"),
    "XML entities": (word.repacked(PLAIN, {"word/document.xml": ENTITY}), "Word doesn’t produce"),
    "a file of ours": (word.repacked(PLAIN, {"word/document.xml": OUTSIDE}), "Word doesn’t produce"),
    "entities in styles": (word.repacked(PLAIN, {"word/styles.xml": ENTITY}), "Word doesn’t produce"),
    "no words": (word.repacked(PLAIN, {"word/document.xml": word.body("")}), "no text"),
    "XML without end": (word.repacked(PLAIN, {"word/document.xml": DEEP}), "Word doesn’t produce"),
    "a page without end": (b"<html><body>" + b"<div>" * 50_000 + b"x", "nested too deeply"),
    "a strange charset": (b'<html><meta charset="klingon"><p>x</p>', "character set"),
    "another charset": (b'<html><meta charset="shift_jis"><p>caf\xff\xff\xe9</p>', "character set"),
    "not a charset": (b'<html><meta charset="rot13"><p>x</p>', "character set"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_file_gets_one_sentence_and_stores_nothing(cast, import_document, what):
    data, sentence = REFUSED[what]
    with pytest.raises(UnreadableFile) as refusal:
        import_document(data)
    assert sentence in str(refusal.value)
    assert str(refusal.value).endswith(".")
    with rls.every_city():
        assert not Upload.objects.exists()


def test_file_over_twenty_megabytes_is_refused():
    with pytest.raises(UnreadableFile, match="The file is 20.1 MB. The limit is 20 MB."):
        reading_files.read(b"<p>" + b"x" * (reading_files.MEGABYTES * MEGABYTE))


def test_file_with_too_much_text_is_refused():
    with pytest.raises(UnreadableFile, match="more text"):
        reading_files.read(b"<p>" + b"word " * 1_000_000)


def test_reading_that_hangs_is_stopped(import_document, monkeypatch):
    monkeypatch.setattr(word_file, "SECONDS", 1)
    dice = random.Random(1)  # noqa: S311 - any words that do not pack well
    deep = word.body("".join(word.line(" ".join(hex(dice.getrandbits(60)) for _w in range(8))) for _n in range(90_000)))
    with pytest.raises(UnreadableFile) as refusal:
        reading_files.read(word.repacked(PLAIN, {"word/document.xml": deep}))
    assert "too long" in str(refusal.value) or "memory" in str(refusal.value)


# What is read ------------------------------------------------------------------------------------


def test_lists_tables_and_images_are_imported(cast, import_document):
    document = docx.Document()
    document.add_heading("Vision", 1)
    for text, style in (("one", "List Bullet"), ("two", "List Bullet"), ("first", "List Number")):
        document.add_paragraph(text, style=style)
    table = document.add_table(3, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "What", "When"
    table.cell(1, 0).merge(table.cell(1, 1)).text = "both"
    table.cell(2, 0).text, table.cell(2, 1).text = "left", "right"
    document.add_picture(word.picture(), width=Inches(1))
    rows, report = import_document(word.saved(document))
    with rls.every_city():
        picture = cast.tulsa.picture_set.get()
    assert rows == [
        (
            "Vision",
            "<ul><li><p>one</p></li><li><p>two</p></li></ul><ol><li><p>first</p></li></ol>"
            '<table><thead><tr><th scope="col">What</th><th scope="col">When</th></tr></thead>'
            '<tbody><tr><td colspan="2">both</td></tr><tr><td>left</td><td>right</td></tr></tbody></table>'
            f'<figure><img src="media:{picture.pk}" alt=""></figure>',
            "vision",
        )
    ]
    assert report["without-words"].sentence.startswith("One image has no description")


def test_nested_lists_are_imported(import_document):
    numbering = (
        f'<w:numbering xmlns:w="{word.W}"><w:abstractNum w:abstractNumId="0">'
        + "".join(
            f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>'
            for n in range(3)
        )
        + '</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
    ).encode()

    def item(text, level):
        look = f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
        return f"<w:p>{look}<w:r><w:t>{text}</w:t></w:r></w:p>"

    xml = word.line("Risks", "Heading1") + item("a", 0) + item("b", 1) + item("c", 2) + item("d", 0)
    [(_heading, html, key)], _report = import_document(body_document(xml, **{"word/numbering.xml": numbering}))
    assert key == "risks"
    assert html.replace("\n", "") == (
        "<ul><li><p>a</p><ul><li><p>b</p><ul><li><p>c</p></li></ul></li></ul></li><li><p>d</p></li></ul>"
    )


def test_footnotes_come_to_the_end_of_their_piece(import_document):
    xml = (
        word.line("Vision", "Heading1")
        + f"<w:p><w:r><w:t>Half of all calls</w:t></w:r>{word.CALL}</w:p>"
        + word.line("Risks", "Heading1")
        + word.line("None.")
    )
    rows, _report = import_document(word.with_footnotes(PLAIN, xml))
    assert rows == [
        ("Vision", "<p>Half of all calls[1]</p><p>[1] Counted in 2025.</p>", "vision"),
        ("Risks", "<p>None.</p>", "risks"),
    ]


CALLS = '<h1>Vision</h1><p>One<a href="#n1" id="r1">1</a> two<a href="#n2" id="r2">2</a></p>'


@pytest.mark.parametrize(
    ("notes", "html"),
    [
        (  # the second went with the first
            '<p><a href="#r1" id="n1">1</a> Foo<br><a href="#r2" id="n2">2</a> Bar</p>',
            "<p>One[1] two2</p><p>[1] Foo<br>2 Bar</p>",
        ),
        (
            '<ol><li id="n1">Loose <p>block <a href="#r1">^</a></p> tail</li></ol>',
            "<p>One[1] two2</p><p>[1] Loose </p><p>block </p><p> tail</p>",
        ),
    ],
)
def test_text_of_a_note_is_imported_once(import_document, notes, html):
    assert import_document((CALLS + notes).encode(), name="page.html")[0] == [("Vision", html, "vision")]


GOOGLE = """<html><head><meta content="text/html; charset=UTF-8">
<style>.c3{font-weight:700}.c1{color:red}</style></head>
<body class="doc"><h1 id="h.x"><span>Visi&oacute;n a tres a&ntilde;os</span></h1>
<p><span class="c3">Fuerte</span><span class="c1"> y claro</span>
<sup><a href="#ftnt1" id="ftnt_ref1">[1]</a></sup></p><script>alert(1)</script>
<p><img src="images/image1.png" alt="Mapa"></p>
<p><img src="https://elsewhere.example/x.png" alt="Lejos"></p><h1>Otra cosa</h1><p>Fin.</p>
<hr><div><p><a href="#ftnt_ref1" id="ftnt1">[1]</a> Seg&uacute;n el censo.</p></div></body></html>"""


def test_archive_of_google_docs_is_imported(cast, import_document):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("Estrategia.html", GOOGLE)
        packed.writestr("images/image1.png", word.picture().getvalue())
    rows, report = import_document(archive.getvalue(), name="Estrategia.zip")
    with rls.every_city():
        picture = cast.tulsa.picture_set.get()
    assert rows == [
        (
            "Visión a tres años",
            "<p><strong>Fuerte</strong> y claro\n<sup>[1]</sup></p>"
            f'<figure><img src="media:{picture.pk}" alt="Mapa"></figure><p>[1] Según el censo.</p>',
            "vision",
        ),
        ("Otra cosa", "<p>Fin.</p>", ""),
    ]
    assert report["linked-picture"].detail == "Lejos"
    assert report["acting"].number == 1


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<meta charset='iso-8859-1'><p>São</p>".encode("latin-1"), "São"),
        ("<META http-equiv=x content='text/html; charset=windows-1252'><p>“x”</p>".encode("cp1252"), "“x”"),
        ("<p>naïve</p>".encode(), "naïve"),
        ("<p>naïve</p>".encode("utf-16"), "naïve"),
        (b"<p>caf\xe9</p>", "café"),
        ("<meta charset=utf-16><p>ñ</p>".encode(), "ñ"),
        ("<meta charset=ascii><p>ñ</p>".encode(), "ñ"),
    ],
)
def test_page_is_decoded_by_its_charset(data, text):
    assert text in web_page.decode(data)


def test_embedded_images_are_stored_and_bad_ones_reported(cast, import_document):
    good = base64.b64encode(word.picture("blue").getvalue()).decode()
    page = (
        f'<h1>Vision</h1><p>a <img src="data:image/png;base64,{good}" alt="Blue"> b</p>'
        '<p><img src="data:image/png;base64,AAAA" alt="Broken"></p><img src="gone.png">'
    )
    [(_heading, html, _key)], report = import_document(page.encode(), name="page.html")
    assert html.count("<img ") == 1
    assert {"a", "b"} <= set(tree.text_of(reading_files.parse(html)).split())
    assert report["picture"].detail.startswith("Broken: ")
    assert report["linked-picture"].detail == "gone.png"


def test_text_outside_the_running_text_is_reported(import_document):
    start, end = ("<w:pict><v:shape><v:textbox><w:txbxContent>", "</w:txbxContent></v:textbox></v:shape></w:pict>")
    box = f"<w:p><w:r>{start}{word.line('In a box')}{end}</w:r></w:p>"
    xml = (
        word.line("Vision", "Heading1")
        + word.line("As of")
        + box
        + '<w:p><w:fldSimple w:instr=" DATE "><w:r><w:t>today</w:t></w:r></w:fldSimple></w:p>'
        + '<w:p><w:ins w:id="1" w:author="x"><w:r><w:t>added</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="x"><w:r><w:delText>taken away</w:delText></w:r></w:del></w:p>'
    )
    comments = f'<w:comments xmlns:w="{word.W}"><w:comment w:id="1">{word.line("Really?")}</w:comment></w:comments>'
    header = f'<w:hdr xmlns:w="{word.W}">{word.line("City of Tulsa, draft")}</w:hdr>'
    parts = {"word/comments.xml": comments.encode(), "word/header1.xml": header.encode()}
    rows, report = import_document(body_document(xml, **parts))
    everything = " ".join(html for _heading, html, _key in rows)
    for phrase in ("As of", "In a box", "today", "added"):
        assert phrase in everything, phrase
    assert "taken away" not in everything
    named = {kind: (row.words, row.detail) for kind, row in report.items()}
    assert named == {
        "deleted": (2, "taken away"),
        "comments": (1, "Really?"),
        "page-lines": (4, "City of Tulsa, draft"),
        "outside": (0, ""),
    }


def test_the_list_of_contents_is_left_out_by_name(import_document):
    lines = word.line("Vision 3", "TOC1") + word.line("Risks 4", "TOC1")
    styles = (
        f'<w:styles xmlns:w="{word.W}"><w:style w:type="paragraph" w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style></w:styles>'
    )
    xml = lines + word.line("Vision", "Heading1") + word.line("Words.")
    rows, report = import_document(body_document(xml, **{"word/styles.xml": styles.encode()}))
    assert rows == [("Vision", "<p>Words.</p>", "vision")]
    assert (report["contents"].words, report["contents"].detail) == (4, "Vision 3; Risks 4")


def test_linked_images_are_not_fetched(import_document):
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        rels = archive.read("word/_rels/document.xml.rels")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    more = (
        f'<Relationship Id="x1" Type="{kind}/image" Target="http://127.0.0.1:1/x.png" TargetMode="External"/>'
        f'<Relationship Id="x2" Type="{kind}/attachedTemplate" Target="file:///etc/passwd" TargetMode="External"/>'
        f'<Relationship Id="x3" Type="{kind}/hyperlink" Target="https://tulsa.example/" TargetMode="External"/>'
    )
    xml = word.line("Vision", "Heading1") + (
        '<w:p><w:hyperlink r:id="x3" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        "<w:r><w:t>our page</w:t></w:r></w:hyperlink></w:p>"
    )
    rels = rels.replace(b"</Relationships>", f"{more}</Relationships>".encode())
    rows, report = import_document(body_document(xml, **{"word/_rels/document.xml.rels": rels}))
    assert 'href="https://tulsa.example/"' in rows[0][1]
    assert report["linked-picture"].detail == "http://127.0.0.1:1/x.png"


# Division and proposals --------------------------------------------------------------------------


def test_bold_lines_are_headings_where_there_are_no_others(import_document):
    document = docx.Document()
    for heading in ("1. Vision", "2. Principles", "3. Nothing of ours"):
        document.add_paragraph().add_run(heading).bold = True
        document.add_paragraph("Words below it, which are a sentence.")
    rows, _report = import_document(word.saved(document))
    assert [(heading, key) for heading, _html, key in rows] == [
        ("1. Vision", "vision"),
        ("2. Principles", "principles"),
        ("3. Nothing of ours", ""),
    ]


def test_document_is_divided_at_the_level_that_matches_most_sections(import_document):
    document = docx.Document()
    parts = {"Part one": ["Vision for three years", "Principles"], "Part two": ["Risks", "Platforms"], "Part three": []}
    for part, headings in parts.items():
        document.add_heading(part, 1)
        for heading in headings:
            document.add_heading(heading, 2)
            document.add_paragraph("Words.")
            document.add_heading("Detail", 3)
            document.add_paragraph("More.")
    rows, _report = import_document(word.saved(document))
    assert [(heading, key) for heading, _html, key in rows] == [
        ("Part one", ""),
        ("Vision for three years", "vision"),
        ("Principles", "principles"),
        ("Part two", ""),
        ("Risks", "risks"),
        ("Platforms", "platforms"),
        ("Part three", ""),
    ]
    assert rows[1][1] == "<p>Words.</p><h3>Detail</h3><p>More.</p>"


def test_spanish_and_portuguese_titles_are_matched(cast, import_document):
    headings = {
        "3. Dónde estamos: línea de base": "baseline",
        "GOBERNANZA DE DATOS": "data-governance",
        "Capítulo 8: Uso de los datos": "data-use",
        "Riscos": "risks",
        "Qualidade dos dados da cidade": "data-quality",
        "Políticas e normas": "policies",
        "Gobernanza de la IA": "data-governance",
        "Agradecimientos": "",
        "Contexto demográfico de la provincia": "",
    }
    rows, _report = import_document(word.chapters([(heading, ["Texto."]) for heading in headings]), city=cast.rosario)
    assert {heading: key for heading, _html, key in rows} == headings


def test_other_titles_of_the_template_find_a_section_and_without_them_it_stays_open(cast, import_document):
    headings = ["Foreword", "Roadmap 2027", "Orçamento", "Metodología"]
    data = word.chapters([(heading, ["Words."]) for heading in headings])
    rows, _report = import_document(data)
    assert [key for _heading, _html, key in rows] == ["mayors-letter", "action-plan", "resources", ""]
    move_to_bare_template(cast.rosario, cast.admin)
    rows, _report = import_document(data, city=cast.rosario)
    assert [key for _heading, _html, key in rows] == ["", "", "", ""]


def test_numbers_count_only_where_titles_agree(import_document):
    agreed = ["1. Vision for three years", "5. Principles", "16. Risks", "11. Where our servers stand"]
    alone = ["1. Welcome", "2. Hello", "11. Where our servers stand"]
    rows, _report = import_document(word.chapters([(heading, ["Words."]) for heading in agreed]))
    assert rows[-1][2] == "platforms"
    rows, _report = import_document(word.chapters([(heading, ["Words."]) for heading in alone]))
    assert [key for _heading, _html, key in rows] == ["", "", ""]


def test_a_part_too_long_for_one_text_is_divided(import_document):
    rows, report = import_document(word.chapters([("Vision", ["word " * 2000] * 45), ("Risks", ["None."])]))
    assert [heading for heading, _html, _key in rows] == ["Vision", "Vision", "Vision", "Risks"]
    assert sum(html.count("word") for _heading, html, _key in rows) == 90_000
    assert report["long"].sentence


# No word is lost ---------------------------------------------------------------------------------

WORD = st.integers(0, 10**9).map(lambda n: f"w{n}")
LINE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
STYLES = [
    "Normal",
    "List Bullet",
    "List Bullet 2",
    "List Number",
    "Quote",
    "Caption",
    "Title",
    "Subtitle",
    "Heading 1",
    "Heading 2",
    "Heading 3",
    "Intense Quote",
    "No Spacing",
]
BLOCK = st.one_of(
    st.tuples(st.sampled_from(STYLES), LINE), st.tuples(st.just("bold"), LINE), st.tuples(st.just("table"), LINE)
)


def built(blocks):
    document = docx.Document()
    for kind, text in blocks:
        if kind == "table":
            table = document.add_table(2, 3)
            table.cell(0, 0).merge(table.cell(0, 1)).text = text
            table.cell(1, 2).text = text
        elif kind == "bold":
            document.add_paragraph().add_run(text).bold = True
        else:
            document.add_paragraph(text, style=kind)
    return word.saved(document)


def words_in(blocks):
    return sorted(w for kind, text in blocks for w in text.split() * (2 if kind == "table" else 1))


@few(10)
@given(blocks=st.lists(BLOCK, min_size=1, max_size=14), spread=st.lists(st.integers(0, 3), min_size=20, max_size=20))
def test_every_word_of_a_document_is_accounted_for(cast, every_city, blocks, spread):
    """In sections, in the tray, set aside and in the report together: every word of the file, once."""
    from django.db import transaction  # noqa: PLC0415 - beside what it undoes

    with transaction.atomic():
        upload = uploads.import_file(city=cast.tulsa, data=built(blocks), name="file.docx", by=cast.lead)
        sections = list(cast.tulsa.section_set.order_by("position")[:4])
        what = ["tray", "aside", "into", "into"]
        choices = {
            piece.pk: uploads.Choice(what[n], sections[n].pk)
            for piece, n in zip(upload.pieces.all(), spread * 15, strict=False)
        }
        uploads.apply_choices(city=cast.tulsa, choices=choices, bases={s.pk: 0 for s in sections}, by=cast.lead)
        counted = uploads.count_words(upload)
        assert counted.all == len(words_in(blocks))
        kept = [s.html for s in cast.tulsa.section_set.filter(pk__in=[s.pk for s in sections])]
        waiting = upload.pieces.exclude(state="used")
        kept += [f"<p>{uploads_heading(piece)}</p>{piece.html}" for piece in waiting]
        kept += [row.detail for row in leftovers.rows_of_report(upload.report)]
        assert sorted(" ".join(tree.text_of(reading_files.parse(html)) for html in kept).split()) == words_in(blocks)
        transaction.set_rollback(True)


def uploads_heading(piece):
    """The heading where it does not stand in the text itself."""
    return "" if piece.html.startswith("<h3>") and piece.heading in piece.html[:400] else piece.heading


TAGS = st.sampled_from(
    "p h1 h2 h3 div li ul td table blockquote span b section dt figcaption pre caption".split()  # noqa: SIM905 - names
)
PAGE = st.lists(st.one_of(WORD, TAGS.map(lambda t: f"<{t}>"), TAGS.map(lambda t: f"</{t}>")), min_size=1, max_size=40)


@few(10)
@given(page=PAGE)
def test_broken_page_loses_no_word(cast, every_city, page):
    from django.db import transaction  # noqa: PLC0415 - beside what it undoes

    words = sorted(token for token in page if not token.startswith("<"))
    data = ("<html><body>" + " ".join(page)).encode()
    with transaction.atomic():
        if not words:
            with pytest.raises(UnreadableFile):
                uploads.import_file(city=cast.tulsa, data=data, name="page.html", by=cast.lead)
        else:
            upload = uploads.import_file(city=cast.tulsa, data=data, name="page.html", by=cast.lead)
            found = [f"<p>{uploads_heading(piece)}</p>{piece.html}" for piece in upload.pieces.all()]
            assert sorted(" ".join(tree.text_of(reading_files.parse(html)) for html in found).split()) == words
            assert uploads.count_words(upload).all == len(words)
        transaction.set_rollback(True)
