"""The paragraph merge: one-sided changes merge automatically, the writer resolves the rest, and nothing is lost."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from accelerator.texts import richtext
from accelerator.texts.merge import MOST, Choice, Origin, divide, join_blocks, merge
from tests.accelerator.texts.made import TEXTS, edited, paragraphs
from tests.accelerator.texts.test_difference import plain_form


def words_of(*blocks):
    return Counter(richtext.text("\n".join(block.html for block in blocks)).split())


@st.composite
def grown(draw):
    """A text, and two texts based on it."""
    base = draw(TEXTS)
    return base, draw(edited(base)), draw(edited(base))


@given(texts=grown(), data=st.data())
def test_what_was_chosen_is_in_the_text_whatever_was_chosen(texts, data):
    merged = merge(*texts)
    choices = {place.number: data.draw(st.sampled_from(place.choices)) for place in merged.conflicts}
    result = merged.result(choices)
    wanted = Counter()
    for place in merged.places:
        wanted += words_of(*place.chosen(choices.get(place.number)))
    assert words_of(*divide(result)) == wanted
    is_empty = not richtext.count_words(result) and "<img " not in result  # an empty list is no text
    assert plain_form(richtext.clean(result).html) == ("" if is_empty else plain_form(result))


@given(texts=grown())
def test_every_block_of_each_text_is_in_one_place(texts):
    merged = merge(*texts)
    for side, text in zip(("base", "mine", "theirs"), texts, strict=True):
        blocks = [block for place in merged.places for block in getattr(place, side)]
        assert join_blocks(blocks) == join_blocks(divide(text))
        assert plain_form(join_blocks(blocks)) == plain_form(text)


@given(texts=grown())
def test_one_side_alone_is_no_conflict(texts):
    base, mine, _theirs = texts
    for merged in (merge(base, mine, base), merge(base, base, mine), merge(base, mine, mine)):
        assert merged.conflicts == []
        assert plain_form(merged.result({})) == plain_form(mine)


@given(one=TEXTS, two=TEXTS, three=TEXTS)
def test_texts_that_have_nothing_to_do_with_each_other(one, two, three):
    merged = merge(one, two, three)
    both = Counter()
    for place in merged.conflicts:
        both += words_of(*place.mine, *place.theirs)
    assert both <= words_of(*divide(merged.result({})))


def test_neighboring_paragraphs_changed_by_each_side_are_no_conflict():
    base = paragraphs("The lights work.", "Calls are answered.")
    mine = paragraphs("The lights work in every ward.", "Calls are answered.")
    theirs = paragraphs("The lights work.", "Calls are answered in a day.")
    merged = merge(base, mine, theirs)
    assert merged.conflicts == []
    assert merged.result({}) == paragraphs("The lights work in every ward.", "Calls are answered in a day.")


def test_one_paragraph_changed_by_both():
    merged = merge(paragraphs("a b c d"), paragraphs("a b c mine"), paragraphs("a b c theirs"))
    [place] = merged.conflicts
    assert place.choices == list(Choice)
    for choice, texts in (
        (Choice.MINE, ["a b c mine"]),
        (Choice.THEIRS, ["a b c theirs"]),
        (Choice.BOTH, ["a b c mine", "a b c theirs"]),
        (Choice.BOTH_THEIRS_FIRST, ["a b c theirs", "a b c mine"]),
    ):
        assert merged.result({0: choice}) == paragraphs(*texts)


def test_one_removed_what_the_other_changed():
    merged = merge(paragraphs("one", "a b c d"), paragraphs("one"), paragraphs("one", "a b c theirs"))
    [place] = merged.conflicts
    assert place.choices == [Choice.MINE, Choice.THEIRS]
    assert merged.result({0: Choice.MINE}) == paragraphs("one")


def test_items_of_one_list():
    one, two = "<ul><li>a</li><li>b</li></ul>", "<ul><li>a</li><li>b</li><li>mine</li></ul>"
    merged = merge(one, two, "<ul><li>first</li><li>a</li><li>b</li></ul>")
    assert merged.conflicts == []
    assert merged.result({}) == "<ul><li>first</li><li>a</li><li>b</li><li>mine</li></ul>"


def test_a_table_is_one_block():
    table = "<table><tbody><tr><td>{}</td><td>{}</td></tr></tbody></table>"
    merged = merge(table.format(1, 2), table.format(3, 2), table.format(1, 4))
    [place] = merged.conflicts
    assert merged.result({0: Choice.THEIRS}) == table.format(1, 4)


def test_the_same_change_on_both_sides_is_merged_once():
    merged = merge(paragraphs("a b c d"), paragraphs("a b c e", "new"), paragraphs("a b c e", "new"))
    assert merged.result({}) == paragraphs("a b c e", "new")
    assert [place.origin for place in merged.places] == [Origin.ALIKE, Origin.ALIKE]


def test_more_conflicts_than_anyone_would_decide():
    texts = [paragraphs(*(f"{side} {number}" for number in range(MOST + 1))) for side in ("base", "mine", "them")]
    assert len(merge(*texts).conflicts) == 1


def test_table_rewritten_by_both_editors_is_unchanged():
    before = "<p>One.</p><table><tbody><tr><td>4</td></tr></tbody></table>"
    after = "<table><tbody><tr><td><p>4</p></td></tr></tbody></table>"
    found = merge(before, f"<p>Mine.</p>{after}", f"<p>Theirs.</p>{after}")
    assert [place.origin for place in found.places] == [Origin.CONFLICT, Origin.SAME]
    assert found.result({0: Choice.MINE}) == f"<p>Mine.</p>{after}"
