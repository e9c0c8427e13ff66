"""Suggestions: proposed, shown as a difference, applied to exactly the right passage, or declined."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.refusals import Refused
from accelerator.texts import richtext
from strategy.models import Thread
from strategy.review import passages
from tests.strategy.conftest import HTMX

pytestmark = pytest.mark.django_db
WORDS = st.sampled_from(["data", "council", "meets", "Ünïcode", "R&D", "5 < 6", "“quoted”", "a", "b", "😀", "c&amp;d"])
LINE = st.lists(st.tuples(WORDS, st.sampled_from(["", "strong", "em", "a"])), min_size=1, max_size=7)


def text(answer):
    return answer.content.decode()


def thread():
    with rls.every_city():
        return Thread.objects.select_related("section").get()


def _html(lines):
    def word(pair):
        inner = pair[0].replace("&", "&amp;").replace("<", "&lt;")
        href = ' href="https://example.org/a&amp;b"' if pair[1] == "a" else ""
        return f"<{pair[1]}{href}>{inner}</{pair[1]}>" if pair[1] else inner

    return richtext.clean("".join(f"<p>{' '.join(map(word, line))}</p>" for line in lines)).html


@given(st.lists(LINE, min_size=1, max_size=4), st.data())
def test_accepting_changes_exactly_the_passage_and_nothing_else(lines, data):
    html = _html(lines)
    before = richtext.text(html).split("\n")
    number = data.draw(st.integers(0, len(before) - 1))
    words = before[number].split(" ")
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first + 1, len(words)))
    quote = " ".join(words[first:last])
    new = " ".join(data.draw(st.lists(WORDS, max_size=4)))
    if passages.count(html, quote) != 1:
        with pytest.raises(Refused):
            passages.replace(html, quote, new)
        return
    after = richtext.clean(passages.replace(html, quote, new)).html
    wanted = [*before]
    wanted[number] = " ".join([*words[:first], *new.split(), *words[last:]])
    assert [line.split() for line in richtext.text(after).split("\n") if line] == [
        line.split() for line in wanted if line
    ]
    untouched = [block for place, block in enumerate(richtext.blocks(html)) if place != number]
    now = richtext.blocks(after)
    assert untouched == [block for place, block in enumerate(now) if place != number or not wanted[number]]
    marks = [re.sub(r">[^<]*<", "><", block) for block in untouched]
    assert len(marks) == len(untouched)


@pytest.mark.parametrize(
    ("html", "quote", "new", "after"),
    [
        ("<p>The <strong>data</strong> council</p>", "the", None, None),
        (
            "<p>The <strong>data council</strong> meets</p>",
            "data council",
            "data board",
            "<p>The <strong>data board</strong> meets</p>",
        ),
        ("<p>a <strong>b</strong> c</p>", "b c", "b d", "<p>a <strong>b</strong> d</p>"),
        ("<p>A &amp; B stay</p>", "A & B", "C < D", "<p>C &lt; D stay</p>"),
        ("<p>one two three</p>", "two", "", "<p>one three</p>"),
        ("<p>one two</p>", "two", "", "<p>one</p>"),
        ("<p>one</p><p>two</p>", "one two", None, None),
        ("<p>data data</p>", "data", None, None),
    ],
)
def test_replacing_a_passage_changes_nothing_around_it(html, quote, new, after):
    if after is None:
        with pytest.raises(Refused):
            passages.replace(html, quote, new or "")
    else:
        assert passages.replace(html, quote, new) == after


def test_a_guest_proposes_and_the_team_accepts(cast, as_, at, write, row):
    write(cast.lead, "<p>The <strong>data council</strong> meets on Tuesdays.</p><p>It decides.</p>")
    data = {"body": "Boards decide.", "quote": "data council", "replacement": "data board", "revision": "1"}
    assert as_(cast.guest).post(at("thread-open"), data).status_code == 302
    page = text(as_(cast.lead).get(at("section")))
    assert "<del>council</del><ins>board</ins>" in page
    assert "Accept and update the text" in page
    assert "Accept and update the text" not in text(as_(cast.guest).get(at("section")))
    answer = as_(cast.lead).post(at("thread-accept", pk=thread().pk), follow=True)
    assert row().html == "<p>The <strong>data board</strong> meets on Tuesdays.</p><p>It decides.</p>"
    done = thread()
    assert (done.outcome, done.outcome_revision, done.resolved_by) == ("accepted", 2, cast.lead)
    assert "version 2" in text(answer)
    again = as_(cast.lead).post(at("thread-accept", pk=done.pk), follow=True)
    assert "Someone has already closed this thread." in text(again)
    assert row().revision == 2


def test_a_passage_that_has_changed_is_left_alone(cast, as_, at, write, row):
    write(cast.lead, "The data council meets.")
    as_(cast.coach).post(at("thread-open"), {"body": "Why", "quote": "council", "replacement": "board"})
    write(cast.lead, "The data council meets the council.")
    page = text(as_(cast.lead).get(at("section")))
    assert "The passage has changed since then, so this suggestion can’t be applied automatically." in page
    answer = as_(cast.lead).post(at("thread-accept", pk=thread().pk), follow=True)
    assert "No change was made because the passage no longer appears exactly once in the text." in text(answer)
    assert (row().revision, thread().resolved_at) == (2, None)


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [
        ("", "Enter the passage you want to replace."),
        ("nowhere", "This passage isn’t in the current text, or it spans more than one line."),
        ("the", "This passage appears more than once in the text."),
        ("x" * 501, "Choose a shorter passage."),
        ("new", "The suggested text is the same as the current text."),
    ],
)
def test_unclear_suggestion_comes_back_with_its_text(cast, as_, at, write, quote, sentence):
    write(cast.lead, "one the two the three")
    data = {"body": "My reason", "quote": quote, "replacement": "new"}
    answer = as_(cast.member).post(at("thread-open"), data, headers=HTMX)
    assert sentence in text(answer)
    assert "My reason" in text(answer)
    with rls.every_city():
        assert not Thread.objects.exists()


def test_suggestion_to_delete_a_passage_is_declined_with_a_reason(cast, as_, at, write):
    write(cast.lead, "one two three")
    as_(cast.coach).post(at("thread-open"), {"body": "Shorter", "quote": "two", "remove": "on"})
    assert thread().replacement == ""
    url = at("thread-end", pk=thread().pk)
    refused = as_(cast.lead).post(url, {"outcome": "declined"})
    assert "Explain why you’re declining." in text(refused)
    as_(cast.lead).post(url, {"outcome": "declined", "reason": "We need all three."})
    assert (thread().outcome, thread().reason) == ("declined", "We need all three.")
    assert "We need all three." in text(as_(cast.coach).get(at("section") + "?settled=1"))


def test_suggestion_to_delete_a_whole_section_is_refused(cast, as_, at, write, row):
    write(cast.lead, "only")
    as_(cast.coach).post(at("thread-open"), {"body": "Out", "quote": "only", "remove": "on"})
    answer = as_(cast.lead).post(at("thread-accept", pk=thread().pk), follow=True)
    assert "Edit the text directly instead." in text(answer)
    assert (row().html, thread().resolved_at) == ("<p>only</p>", None)


def test_two_names_for_one_thing():
    assert [piece.text for piece in passages.difference("a b c", "a x c")] == ["a ", "b", "x", " c"]
