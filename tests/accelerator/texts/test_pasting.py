"""What comes from the clipboard of word processors is clean, and what was left out is counted."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.texts import pasting, richtext

CORPUS = Path(__file__).parents[2] / "fixtures" / "paste"
SOURCES = sorted(path.stem for path in CORPUS.glob("*.html") if ".clean" not in path.name)
LEFT_OUT = {"word": {"picture": 1, "comment": 1, "deletion": 1}, "google_docs": {"picture": 1}}
PARTS = """<p~class=MsoNormal> </p> <p~style='mso-list:l0~level1~lfo1'> <p~style='mso-list:l0~level3~lfo1'>
<span~style='mso-list:Ignore'> </span> 1. · <li~data-aria-level=2> <li~data-aria-level=x> </li> <ul> </ul> <ol> </ol>
<b~style='font-weight:normal'~id=docs-internal-guid-1> </b> <span~style='font-weight:700'> <del> </del> <o:p> </o:p>
<table~style='mso-yfti-tbllook:1184'> <tr> <td> </table> <h1> </h1> <h2> <div> </div> <img~src=media:3> words &nbsp;
<a~class=sdfootnoteanc> </a> <![if~!supportLists]> <![endif]> <p~role=heading~aria-level=2>
<div~style='mso-element:comment'>"""
HTML = st.lists(st.sampled_from([part.replace("~", " ") for part in PARTS.split()]), max_size=30).map("".join)


@pytest.mark.parametrize("source", SOURCES)
def test_the_corpus(source):
    cleaned = richtext.clean((CORPUS / f"{source}.html").read_text(encoding="utf-8"))
    wanted = (CORPUS / f"{source}.clean.html").read_text(encoding="utf-8").strip().splitlines()
    assert [block.strip() for block in richtext.for_text_area(cleaned.html).split("\n\n")] == [
        block.replace(' rel="noopener noreferrer"', "") for block in wanted
    ]
    assert dict(cleaned.dropped) == LEFT_OUT.get(source, {})


def test_what_acts_in_a_pasted_email_is_counted():
    assert richtext.clean((CORPUS / "outlook.html").read_text(encoding="utf-8")).removed >= 2


def test_words_about_word_are_words():
    html = '<p>class="MsoNormal" style="mso-list: Ignore"</p>'
    assert not pasting.is_foreign(html)
    assert richtext.clean(html).html == html


@given(HTML)
def test_cleaning_again_changes_nothing(html):
    once = richtext.clean(html).html
    assert richtext.clean(once) == richtext.Cleaned(once, richtext.count_words(once), 0)


def test_levels_that_are_passed_over_make_no_empty_items():
    def item(level):
        return f"<p style='mso-list:l0 level{level} lfo1'><span style='mso-list:Ignore'>-</span>{level}</p>"

    assert richtext.clean(item(1) + item(3) + item(2)).html == (
        "<ul><li><p>1</p><ul><li><p>3</p></li></ul><ul><li><p>2</p></li></ul></li></ul>"
    )


@pytest.mark.parametrize("level", ["x", "", "²", "9" * 5000])
def test_a_level_that_is_no_number_is_no_error(level):
    heading = f'<p class="MsoNormal" role="heading" aria-level="{level}">Title</p>'
    items = f'<ul><li data-aria-level="{level}">One</li></ul>'
    assert richtext.clean(heading + items).html == "<h3>Title</h3><ul><li>One</li></ul>"
