"""The one tree: read and written without a loss, whatever it is given, at any depth."""

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.texts import tree
from tests.accelerator.texts.test_richtext import HTML


def written(root):
    return "".join(map(tree.write, tree.content(root)))


@given(HTML)
def test_what_the_sanitizer_wrote_is_written_alike(html):
    html = nh3.clean(tree.UNPRINTABLE.sub("", html))
    assert written(tree.parse(tree.UNPRINTABLE.sub("", html), deepest=100)) == html.replace("\r", "\n")


@given(st.text(alphabet="<>/pbr abc\"'=&;!-[]\n\x00\x0b\ufffe", max_size=60))
def test_what_no_sanitizer_has_seen_never_raises(html):
    assert written(tree.parse(html)) is not None


@pytest.mark.parametrize("character", ["\xa0", "é", "🙂", "\u2028", '"', "'", "]]>", "&", "<", "&nbsp;"])
def test_characters_in_text_and_in_attributes(character):
    link = tree.make("a", [f"a{character}b"], href=f"c{character}d")
    [back] = tree.content(tree.parse(tree.write(link)))
    assert (back.text, back.get("href")) == (f"a{character}b", f"c{character}d")


def test_line_ends_in_attributes_are_kept():
    assert written(tree.parse('<img alt="a\nb\tc">')) == '<img alt="a\nb\tc">'


@pytest.mark.parametrize("deep", [21, 3000, 50_000])
def test_what_lies_too_deep_is_lifted_up(deep):
    root = tree.parse("<b>x" * deep + "</b>" * deep)
    assert len(list(root.iterdescendants())) == tree.DEEPEST
    assert tree.text_of(root) == "x" * deep


def test_text_lies_between_elements_and_moves_alone():
    root = tree.parse("a<b>b</b>c<i>d</i>e")
    first, bold, second, italic, last = tree.content(root)
    assert (first, second, last) == ("a", "c", "e")
    assert tree.write(tree.fill(root, [italic, second, "x", bold])) == "<div><i>d</i>cx<b>b</b></div>"
    assert tree.write(tree.make("p", [bold])) == "<p><b>b</b></p>"
    assert tree.content(root)[1:] == ["cx"]


def test_an_empty_element_keeps_its_end():
    assert tree.write(tree.make("td", [tree.make("br")])) == "<td><br></td>"
    assert tree.write(tree.make("td")) == "<td></td>"


def test_text_is_marked_where_blocks_and_lines_end():
    root = tree.parse("<p>a<br>b <em>c</em></p><ul><li>d</li></ul>")
    assert tree.marked_text(root, "|") == "||a||b c|||d|||"
