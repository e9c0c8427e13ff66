"""What Word files of other programs and settings contain: read like any other, and nothing shown that was hidden."""

import zipfile
from io import BytesIO

import pytest

from accelerator import rls
from strategy.uploads import actions as uploads
from strategy.uploads import leftovers, word_package
from tests.strategy import word_documents as word

pytestmark = pytest.mark.django_db
PLAIN = word.chapters([("Vision", ["First words."]), ("Risks", ["Last words."])])


@pytest.fixture
def imported(cast):
    """`imported(data)`: the pieces of a file as (heading, html), and its report by kind."""

    def read(data):
        with rls.every_city():
            upload = uploads.import_file(city=cast.tulsa, data=data, name="file.docx", by=cast.lead)
            rows = [(piece.heading, piece.html) for piece in upload.pieces.all()]
            return rows, {row.kind: (row.words, row.detail) for row in leftovers.rows_of_report(upload.report)}

    return read


def changed(data, change, rename=lambda name: name):
    """The archive with each part's content and name changed."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(rename(name), change(old.read(name)))
    return target.getvalue()


def document(xml, **parts):
    return word.repacked(PLAIN, {"word/document.xml": word.body(xml), **parts})


def text_box(xml):
    return f"<w:pict><v:shape><v:textbox><w:txbxContent>{xml}</w:txbxContent></v:textbox></v:shape></w:pict>"


EXPECTED = [("Vision", "<p>First words.</p>"), ("Risks", "<p>Last words.</p>")]


@pytest.mark.parametrize(
    "main", ["word/document2.xml", "word/main.xml", "docs/text/document.xml", "document.xml", "word/Document.xml"]
)
def test_main_part_is_found_by_its_relation(imported, main):
    folder, _slash, name = main.rpartition("/")

    def rename(part):
        if part == "word/document.xml":
            return main
        if part == "word/_rels/document.xml.rels":
            return word_package.relations_of(main)
        return f"{folder}/{part.removeprefix('word/')}".lstrip("/") if part.startswith("word/") else part

    def change(content):
        return content.replace(b'"word/document.xml"', f'"{main}"'.encode())

    assert imported(changed(PLAIN, change, rename)) == (EXPECTED, {})


def test_other_parts_are_found_by_their_relations(imported):
    xml = word.line("Vision", "Heading1") + f"<w:p><w:r><w:t>Half</w:t></w:r>{word.CALL}</w:p>"

    def change(content):
        return content.replace(b'"styles.xml"', b'"other/styles7.xml"').replace(
            b'"footnotes.xml"', b'"/word/notes2.xml"'
        )

    def rename(part):
        return {"word/styles.xml": "word/other/styles7.xml", "word/footnotes.xml": "word/notes2.xml"}.get(part, part)

    data = changed(word.with_footnotes(PLAIN, xml), change, rename)
    assert imported(data)[0] == [("Vision", "<p>Half[1]</p><p>[1] Counted in 2025.</p>")]


def test_strict_open_xml_is_read_like_transitional(imported):
    def strict(content):
        for name, usual in word_package.NAMESPACES:
            content = content.replace(usual.encode(), name.encode())
        return content

    box = text_box(word.line("In a box"))
    deleted = '<w:del w:id="1" w:author="x"><w:r><w:delText>gone</w:delText></w:r></w:del>'
    xml = (
        word.line("Vision", "Heading1") + f"<w:p><w:r><w:t>Seen.</w:t></w:r>{deleted}</w:p><w:p><w:r>{box}</w:r></w:p>"
    )
    data = document(xml)
    assert b"purl.oclc.org" in strict(word.body(xml))
    wanted = ([("Vision", "<p>Seen.</p><p>In a box</p>")], {"deleted": (1, "gone"), "outside": (0, "")})
    assert imported(changed(data, strict)) == wanted


def test_soft_and_no_break_hyphens_are_characters(imported):
    run = (
        "<w:t>co</w:t><w:noBreakHyphen/><w:t>op of inter</w:t><w:softHyphen/><w:t>departmental</w:t>"
        "<w:cr/><w:t>teams</w:t>"
    )
    rows, report = imported(document(word.line("Vision", "Heading1") + f"<w:p><w:r>{run}</w:r></w:p>"))
    assert rows == [("Vision", "<p>co\u2011op of inter\u00addepartmental<br>\nteams</p>")]
    assert report == {}


def cell(text, properties="", deleted=False):
    tag = "delText" if deleted else "t"
    run = f"<w:r><w:{tag}>{text}</w:{tag}></w:r>"
    run = f'<w:del w:id="9" w:author="x">{run}</w:del>' if deleted else run
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p>{run}</w:p></w:tc>"


def table(*rows):
    return f"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid>{''.join(rows)}</w:tbl>"


DELETED_ROW = '<w:tr><w:trPr><w:del w:id="3" w:author="x"/></w:trPr>{}</w:tr>'


def test_deleted_table_rows_vanish_and_the_words_of_their_cells_stay_apart_in_the_report(imported):
    rows = (
        f"<w:tr>{cell('Kept')}{cell('row')}</w:tr>",
        DELETED_ROW.format(cell("Old", deleted=True) + cell("figures", deleted=True)),
        f"<w:tr>{cell('gone', deleted=True)}{cell('too', deleted=True)}</w:tr>",
    )
    found, report = imported(document(word.line("Vision", "Heading1") + table(*rows) + word.line("End.")))
    [(_heading, html)] = found
    assert ("Kept" in html, "Old" in html, "figures" in html, html.count("<tr>")) == (True, False, False, 2)
    assert report == {"deleted": (4, "Old; figures; gone; too")}


def test_table_whose_rows_are_all_deleted_vanishes(imported):
    xml = word.line("Vision", "Heading1") + table(DELETED_ROW.format(cell("Old") + cell("figures"))) + word.line("End.")
    assert imported(document(xml)) == ([("Vision", "<p>End.</p>")], {"deleted": (2, "Old; figures")})


STYLES = (
    f'<w:styles xmlns:w="{word.W}">'
    '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="character" w:styleId="Note"><w:name w:val="note"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Aside"><w:name w:val="aside"/><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Below"><w:name w:val="below"/><w:basedOn w:val="Aside"/></w:style>'
    "</w:styles>"
).encode()


@pytest.mark.parametrize(
    ("paragraph", "style"),
    [
        ("<w:rPr><w:vanish/></w:rPr>", ""),
        ('<w:rPr><w:vanish w:val="1"/></w:rPr>', ""),
        ('<w:rPr><w:rStyle w:val="Note"/></w:rPr>', ""),
        ("", "Aside"),
        ("", "Below"),
    ],
)
def test_hidden_text_stays_hidden_and_is_reported(imported, paragraph, style):
    look = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    hidden = f"<w:p>{look}<w:r>{paragraph}<w:t>Not for residents</w:t></w:r></w:p>"
    xml = word.line("Vision", "Heading1") + word.line("Seen.") + hidden
    rows, report = imported(document(xml, **{"word/styles.xml": STYLES}))
    assert (rows, report) == ([("Vision", "<p>Seen.</p>")], {"hidden": (3, "Not for residents")})


def test_text_whose_hidden_style_is_switched_off_is_shown(imported):
    look = '<w:pPr><w:pStyle w:val="Aside"/></w:pPr>'
    shown = f'<w:p>{look}<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>For residents</w:t></w:r></w:p>'
    xml = word.line("Vision", "Heading1") + shown
    assert imported(document(xml, **{"word/styles.xml": STYLES})) == ([("Vision", "<p>For residents</p>")], {})


def test_note_called_twice_is_written_once(imported):
    xml = (
        word.line("Vision", "Heading1")
        + f"<w:p><w:r><w:t>One</w:t></w:r>{word.CALL}"
        + f"<w:r><w:t xml:space='preserve'> and two</w:t></w:r>{word.CALL}</w:p>"
    )
    rows, report = imported(word.with_footnotes(PLAIN, xml))
    assert rows == [("Vision", "<p>One[1] and two[1]</p><p>[1] Counted in 2025.</p>")]
    assert report == {}


def test_text_box_comes_back_whole_and_in_its_place(imported):
    lines = "".join(word.line(text) for text in ("Boxed promise: every request", "answered in ten days."))
    box = text_box(lines)
    xml = (
        word.line("Vision", "Heading1")
        + word.line("Every request counts.")
        + f"<w:p><w:r>{box}</w:r></w:p>"
        + word.line("Risks", "Heading1")
        + word.line("Ten days pass.")
    )
    rows, report = imported(document(xml))
    assert rows == [
        ("Vision", "<p>Every request counts.</p><p>Boxed promise: every request</p><p>answered in ten days.</p>"),
        ("Risks", "<p>Ten days pass.</p>"),
    ]
    assert list(report) == ["outside"]
