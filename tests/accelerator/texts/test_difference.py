"""What changed between two texts: both can be recovered from the result, for any input, in bounded time."""

import random
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator.texts import richtext
from accelerator.texts.blocks import Part, part_of, write
from accelerator.texts.difference import compare as compare_as_read
from accelerator.texts.difference import compare_with_tags as compare
from accelerator.texts.saving import LONGEST
from tests.accelerator.texts.made import TEXTS

WORD = re.compile(r"<(span|p) [^>]*data-word[^>]*>.*?</\1>")


def side(html, kept, dropped):
    """The result with one kind of change applied and the other dropped."""
    html = WORD.sub("", html)
    html = _without(html, f' data-change="{"removed" if kept == "ins" else "added"}"')
    html = re.sub(rf"<{dropped}>.*?</{dropped}>", "", html, flags=re.DOTALL)
    html = html.replace(f"<{kept}>", "").replace(f"</{kept}>", "")
    return re.sub(r' data-(change="\w+"|moved)', "", html)


def _without(html, mark):
    """Without the elements that carry this mark."""
    while (place := html.find(mark)) >= 0:
        begin = html.rindex("<", 0, place)
        name = re.match(r"<(\w+)", html[begin:])[1]
        depth = 0
        for tag in re.finditer(rf"<(/?){name}\b[^>]*>", html[begin:]):
            depth += -1 if tag[1] else 1
            if not depth:
                html = html[:begin] + html[begin + tag.end() :]
                break
    return html


def plain_form(html):
    """The same text with neighboring marks of one kind joined."""

    def form(part: Part) -> str:
        inner = write(part.tokens) if part.parts is None else "".join(map(form, part.parts))
        return f"{part.opening}{inner}{part.closing}"

    return "".join(form(part_of(block)) for block in richtext.blocks(html))


def holds(old, new):
    difference = compare(old, new)
    assert plain_form(side(difference.html, "ins", "del")) == plain_form(new)
    assert plain_form(side(difference.html, "del", "ins")) == plain_form(old)
    assert bool(difference) == (old != new)
    assert difference.brief
    return difference


@given(old=TEXTS, new=TEXTS)
def test_both_texts_are_in_the_answer(old, new):
    if old or new:
        holds(old, new)


@given(old=st.text(max_size=200), new=st.text(max_size=200))
def test_whatever_someone_typed(old, new):
    old, new = richtext.clean(old).html, richtext.clean(new).html
    if old or new:
        holds(old, new)


@given(html=TEXTS)
def test_blocks_joined_are_the_text(html):
    blocks = richtext.blocks(html)
    assert "".join(blocks) == html
    assert "\n".join(filter(None, map(richtext.text, blocks))) == richtext.text(html)


@given(old=st.text(alphabet='<>/pliu abc"=&;', max_size=60), new=st.text(max_size=60))
def test_it_never_raises(old, new):
    """Not even for HTML that hasn't been cleaned."""
    assert compare(old, new).html is not None


def test_words_in_a_paragraph():
    difference = holds("<p>We open data in 2026.</p>", "<p>We open all data in 2027.</p>")
    assert difference.html == (
        '<p>We open <ins><span class="visually-hidden" data-word>added: </span>all </ins>data in '
        '<del><span class="visually-hidden" data-word>removed: </span>2026</del>'
        '<ins><span class="visually-hidden" data-word>added: </span>2027</ins>.</p>'
    )
    assert (difference.added, difference.removed, difference.places) == (2, 1, 1)


def test_an_item_a_row_and_a_cell():
    item = holds("<ul><li>one</li></ul>", "<ul><li>one</li><li>two</li></ul>")
    assert '<ul><li>one</li><li data-change="added"><ins>' in item.html
    table = "<table><tbody><tr><td>a</td><td>12 days</td></tr>{}</tbody></table>"
    row = holds(table.format(""), table.format("<tr><td>b</td><td>3</td></tr>"))
    assert '<tr data-change="added"><td><ins>' in row.html
    assert row.html.count("added:") == 1
    cell = holds(table.format(""), table.format("").replace("12", "15"))
    assert "</del><ins>" in cell.html.replace(" ", " ")
    assert "<tr><td>a</td><td><del>" in cell.html


def test_a_column_that_came():
    old = "<table><tbody><tr><td>a</td></tr><tr><td>b</td></tr></tbody></table>"
    new = "<table><tbody><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></tbody></table>"
    assert '<tr><td>a</td><td data-change="added"><ins>' in holds(old, new).html


def test_bold_is_a_change_and_no_word_more():
    difference = holds("<p>open the data now</p>", "<p>open the <strong>data</strong> now</p>")
    assert "<strong>data</strong></ins>" in difference.html
    assert (difference.added, difference.removed) == (1, 1)


def test_a_picture():
    figure = '<figure><img src="media:7" alt="A map"><figcaption>{}</figcaption></figure>'
    difference = holds(figure.format("Districts"), figure.format("Wards"))
    assert '<figure><img src="media:7" alt="A map"><figcaption><del>' in difference.html
    assert "<ins>" in holds("<p>x</p>", "<p>x</p>" + figure.format("Districts")).html


def test_a_block_that_moved_is_named_and_not_counted():
    first, second = "<p>The lights work in every ward.</p>", "<p>" + "words " * 30 + "</p>"
    difference = holds(first + second, second + first)
    assert "moved here:" in difference.html
    assert "moved elsewhere:" in difference.html
    assert (difference.added, difference.removed) == (0, 0)


def test_a_moved_paragraph_does_not_hide_what_changed_around_it():
    long = "<p>The council has asked for a plan that names one owner for each data set.</p>"
    moved = "<p>The lights work in every ward.</p>"
    difference = holds(moved + long, long.replace("one owner", "an owner") + moved)
    assert (difference.added, difference.removed) == (1, 1)


def test_a_rewritten_sentence_is_shown_whole():
    difference = holds("<p>Every street is lit at night.</p>", "<p>Residents call once, not five times.</p>")
    assert difference.html.count("<del>") == difference.html.count("<ins>") == 1


def test_the_brief_answer_passes_over_what_stayed():
    same = [f"<p>Paragraph {number}</p>" for number in range(9)]
    difference = holds("".join(same), "".join([*same[:4], "<p>Something else entirely</p>", *same[5:]]))
    assert difference.brief.count("3 unchanged paragraphs") == 2
    assert "Paragraph 3" in difference.brief
    assert "Paragraph 2" not in difference.brief


def test_equal_texts():
    assert not compare("<p>a</p>", "<p>a</p>")
    assert compare("<p>a</p>", "<p>a</p>").places == 0


def test_nothing_gets_out_of_a_text():
    difference = holds("<p>a &lt;script&gt; b</p>", "<p>a &lt;script&gt; &amp; c</p>")
    assert "<script" not in difference.html


DICE = random.Random(7)
LONG = {
    "one paragraph of two letters": lambda: "<p>" + " ".join(DICE.choices("ab", k=LONGEST // 2 - 5)) + "</p>",
    "other paragraphs": lambda: "".join(f"<p>{' '.join(DICE.choices(WORDS, k=80))}</p>" for _ in range(890)),
    "tiny paragraphs": lambda: "".join(f"<p>{DICE.choice(WORDS)}</p>" for _ in range(33_000)),
    "one list": lambda: "<ul>" + "".join(f"<li>{DICE.choice(WORDS)}</li>" for _ in range(28_000)) + "</ul>",
    "one table": lambda: (
        "<table><tbody>"
        + "".join(f"<tr><td>{DICE.choice(WORDS)}</td><td>{row}</td></tr>" for row in range(9_000))
        + "</tbody></table>"
    ),
    "signs": lambda: "<p>" + "".join(DICE.choices("!?", k=LONGEST - 10)) + "</p>",
}
WORDS = [f"w{number}" for number in range(3000)]


# Calls and returns while one pair is compared. Work that makes no calls, difflib's own loops, is bounded by
# alignment.STEPS. Counted, not timed: a busy machine must not fail a test.
MOST_CALLS = 8_000_000


@pytest.mark.parametrize("kind", LONG)
def test_the_longest_texts_are_compared_within_a_budget(kind):
    old, new = LONG[kind](), LONG[kind]()
    assert max(len(old), len(new)) > 0.7 * LONGEST
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        difference = compare(old, new)
    finally:
        sys.setprofile(None)
    assert difference.html
    assert calls < MOST_CALLS
    assert difference.added > 0


def test_words_left_uncompared_are_reported():
    difference = compare(LONG["signs"](), LONG["signs"]())
    assert difference.coarse
    assert not holds("<p>a</p>", "<p>b</p>").coarse


def test_table_rewritten_by_the_editor_is_unchanged():
    before = "<table><tbody><tr><th>Role</th><td>4 <em>now</em></td></tr></tbody></table>"
    after = "<table><tbody><tr><th><p>Role</p></th><td><p>4 <em>now</em></p></td></tr></tbody></table>"
    assert not compare_as_read(before, after)
    change = compare_as_read(before, after.replace("4", "5"))
    assert (change.added, change.removed) == (1, 1)
