"""Pasted checklists, superscript and subscript, and what a paste is said to have lost."""

from pathlib import Path

import pytest

from accelerator.texts import block_tree, richtext
from strategy.document import block_html

CORPUS = Path(__file__).parents[2] / "fixtures" / "paste"

GOOGLE_DOCS = """<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><ul
style="margin-top:0;"><li dir="ltr" role="checkbox" aria-checked="false" style="list-style-type:none;"
aria-level="1"><img
src="data:image/png;base64,iVBORw0KGgo=" width="17px" height="17px" alt="unchecked" aria-roledescription="checkbox"
style="margin-right:3px;" /><p dir="ltr" style="display:inline-block;" role="presentation"><span>Name an
owner</span></p></li><li dir="ltr" role="checkbox" aria-checked="true" aria-level="1"><img
src="data:image/png;base64,iVBO=" alt="checked" aria-roledescription="checkbox" /><p dir="ltr"
role="presentation"><span>List the data</span></p></li>
</ul></b>"""
TASKS = """<ul class="contains-task-list"><li class="task-list-item"><input type="checkbox" disabled> Name an
owner</li>
<li class="task-list-item"><input type="checkbox" disabled checked> List the data</li></ul>"""
WORD = """<p class=MsoNormal><span style='font-family:"MS Gothic";mso-bidi-font-family:x'>☐</span> Name an owner</p>
<p class=MsoNormal><span style='mso-x:y'>☑</span> List the data</p><p class=MsoNormal>After.</p>"""


@pytest.mark.parametrize("sent", [GOOGLE_DOCS, TASKS, WORD], ids=["google-docs", "tasks", "word"])
def test_a_checklist_becomes_a_list_that_says_what_is_checked(sent):
    cleaned = richtext.clean(sent)
    [block, *_rest] = block_tree.from_html(cleaned.html)
    assert block["type"] == "list"
    assert [richtext.text(item) for item in richtext.blocks(cleaned.html)[:1]] == ["☐ Name an owner\n☑ List the data"]
    assert (cleaned.removed, cleaned.dropped) == (0, ())
    assert richtext.clean(cleaned.html).html == cleaned.html


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>CO<sub>2</sub> per m<sup>2</sup></p>", "<p>CO<sub>2</sub> per m<sup>2</sup></p>"),
        ("<p class=MsoNormal>CO<sub>2</sub>, 1<sup>st</sup></p>", "<p>CO<sub>2</sub>, 1<sup>st</sup></p>"),
        (
            '<b id="docs-internal-guid-1"><p>m<span style="font-size:0.6em;vertical-align:super;">2</span></p></b>',
            "<p>m<sup>2</sup></p>",
        ),
        ('<p class="western">H<span style="vertical-align: sub">2</span>O</p>', "<p>H<sub>2</sub>O</p>"),
    ],
)
def test_superscript_and_subscript_are_kept(sent, kept):
    assert richtext.clean(sent).html == kept


def test_superscript_and_subscript_are_in_every_file():
    html = "<p>CO<sub>2</sub> per m<sup>2</sup></p>"
    tree = block_tree.from_html(html)
    [block] = tree
    assert block["inlines"] == [
        "CO",
        {"type": "subscript", "inlines": ["2"]},
        " per m",
        {"type": "superscript", "inlines": ["2"]},
    ]
    assert "CO<sub>2</sub> per m<sup>2</sup>" in block_html.Writer(
        key="vision", picture=lambda number: {}, missing=""
    ).write(tree)


@pytest.mark.parametrize(
    "head",
    [
        '<meta charset="utf-8"><link rel=File-List href="file:///C:/filelist.xml"><style>p { color: red }</style>',
        '<html xmlns:o="urn:x"><head><meta name=Generator content="Microsoft Excel 15"><base href="x"></head>',
        "<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]-->",
    ],
)
def test_what_every_office_document_has_is_not_called_a_script(head):
    assert richtext.clean(f"{head}<p class=MsoNormal>Words.</p>").removed == 0


@pytest.mark.parametrize("name", ["google_docs", "libreoffice", "word", "word_online"])
def test_no_paste_of_the_corpus_is_said_to_have_held_scripts(name):
    assert richtext.clean((CORPUS / f"{name}.html").read_text()).removed == 0


def test_scripts_are_still_counted():
    sent = "<p onclick='x()'>A</p><script>x()</script><a href='javascript:x()'>B</a>"
    assert richtext.clean(sent).removed == 3
