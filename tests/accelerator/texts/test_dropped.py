"""What a text can't contain: what could run code is counted, what people would miss is named."""

from collections import Counter

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accelerator.texts import dropped


@pytest.mark.parametrize(
    ("html", "number"),
    [
        ("", 0),
        ("<p>Plain</p>", 0),
        ("<script>alert(1)</script>", 1),
        ("<SCRIPT>x</SCRIPT>", 1),
        ("<script>1</script><script>2</script>", 2),
        ("<style>p {}</style><link rel=x><meta charset=x><base href=/>", 0),
        ("<form><iframe></iframe></form>", 0),
        ("<svg onload=x></svg>", 1),
        ("<p onclick=x onmouseover=y>Both</p>", 2),
        ('<a href="javascript:x">a</a>', 1),
        ('<a href="  JavaScript:x">a</a>', 1),
        ('<a href="data:text/html,x">a</a>', 1),
        ('<a href="&#106;avascript:x" onclick="y">a</a>', 2),
        # An embedded picture is a picture, and text about such things is text.
        ('<img src="data:image/png;base64,AA">', 0),
        ("<p>Data: javascript: is a word, and so is on = off.</p>", 0),
        ("&lt;script&gt;", 0),
        ('<a href="https://city.gov/javascript:x">a</a>', 0),
    ],
)
def test_count_acting_counts_elements_handlers_and_addresses_that_run(html, number):
    assert dropped.count_acting(html) == number


@given(st.text())
def test_count_acting_of_escaped_text_is_nothing(text):
    assert dropped.count_acting(f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>") == 0


@given(st.text(alphabet="<>/=\"' abonscript:iframe!-&;#", max_size=80))
def test_count_acting_of_any_broken_html_never_raises_and_never_falls(html):
    number = dropped.count_acting(html)
    assert number >= 0
    assert dropped.count_acting(f"<p onclick=x></p>{html}") >= 1


@given(st.lists(st.sampled_from(sorted(dropped.NAMES)), max_size=12))
def test_count_names_every_thing_by_what_people_call_it(tags):
    html = "".join(f"<{tag} src=x>words</{tag}>" for tag in tags)
    assert dropped.count(html) == Counter(dropped.NAMES[tag] for tag in tags)


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<IMG src=a><img src=b>", {"picture": 2}),
        ("<canvas></canvas><svg></svg>", {"drawing": 2}),
        ("<embed><object></object>", {"object": 2}),
        ("<imgs></imgs><formula>", {}),
        ("&lt;img&gt;", {}),
    ],
)
def test_count_ignores_other_elements(html, found):
    assert dropped.count(html) == found


def test_label_has_one_and_several_of_each_name():
    assert dropped.label([("picture", 2), ("video", 1)]) == "2 images, 1 video"
    assert dropped.label([("comment", 1), ("deletion", 3)]) == "1 comment, 3 deleted passages"
    assert dropped.label([]) == ""


@pytest.mark.parametrize("name", [*sorted(set(dropped.NAMES.values())), "comment", "deletion"])
@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
def test_label_of_every_name_has_two_forms_in_every_language(name, language):
    with translation.override(language):
        one, several = dropped.label([(name, 1)]), dropped.label([(name, 2)])
    assert one.startswith("1 ")
    assert several.startswith("2 ")
    assert one[2:] != several[2:]


def test_label_speaks_the_readers_language():
    with translation.override("es"):
        assert dropped.label([("picture", 2)]) != "2 images"


def test_label_of_an_unknown_name_is_an_error_of_ours():
    with pytest.raises(KeyError):
        dropped.label([("hologram", 1)])
