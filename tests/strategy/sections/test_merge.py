"""The paragraph merge: what one side changed is taken in, where both did the writer chooses, and nothing is lost."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accelerator import rls
from accelerator.texts import richtext
from accelerator.texts.merging import MOST, Choice, Origin, joined, merge, units
from strategy.models import SectionDraft
from tests.accelerator.texts.test_differences import plain_form
from tests.clients import cost
from tests.strategy.texts import TEXTS, edited


def words_of(*blocks):
    return Counter(richtext.text("\n".join(block.html for block in blocks)).split())


@st.composite
def grown(draw):
    """A text and two that grew from it."""
    base = draw(TEXTS)
    return base, draw(edited(base)), draw(edited(base))


@settings(max_examples=250, deadline=None)
@given(texts=grown(), data=st.data())
def test_what_was_chosen_is_in_the_text_whatever_was_chosen(texts, data):
    merged = merge(*texts)
    choices = {place.number: data.draw(st.sampled_from(place.choices)) for place in merged.conflicts}
    result = merged.result(choices)
    wanted = Counter()
    for place in merged.places:
        wanted += words_of(*place.chosen(choices.get(place.number)))
    assert words_of(*units(result)) == wanted
    assert richtext.clean(result).html == result or plain_form(richtext.clean(result).html) == plain_form(
        result
    )


@settings(max_examples=250, deadline=None)
@given(texts=grown())
def test_every_block_of_each_text_stands_in_one_place(texts):
    merged = merge(*texts)
    for side, text in zip(("base", "mine", "theirs"), texts, strict=True):
        blocks = [block for place in merged.places for block in getattr(place, side)]
        assert joined(blocks) == joined(units(text))
        assert plain_form(joined(blocks)) == plain_form(text)


@settings(max_examples=150, deadline=None)
@given(texts=grown())
def test_one_side_alone_is_no_conflict(texts):
    base, mine, _theirs = texts
    for merged in (merge(base, mine, base), merge(base, base, mine), merge(base, mine, mine)):
        assert merged.conflicts == []
        assert plain_form(merged.result({})) == plain_form(mine)


@settings(max_examples=150, deadline=None)
@given(one=TEXTS, two=TEXTS, three=TEXTS)
def test_texts_that_have_nothing_to_do_with_each_other(one, two, three):
    merged = merge(one, two, three)
    both = Counter()
    for place in merged.conflicts:
        both += words_of(*place.mine, *place.theirs)
    assert both <= words_of(*units(merged.result({})))


def paragraphs(*words):
    return "".join(f"<p>{w}</p>" for w in words)


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
    for choice, words in (
        (Choice.MINE, ["a b c mine"]),
        (Choice.THEIRS, ["a b c theirs"]),
        (Choice.BOTH, ["a b c mine", "a b c theirs"]),
        (Choice.BOTH_THEIRS_FIRST, ["a b c theirs", "a b c mine"]),
    ):
        assert merged.result({0: choice}) == paragraphs(*words)


def test_what_one_took_out_and_the_other_changed():
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


def test_the_same_change_on_both_sides_is_taken_once():
    merged = merge(paragraphs("a b c d"), paragraphs("a b c e", "new"), paragraphs("a b c e", "new"))
    assert merged.result({}) == paragraphs("a b c e", "new")
    assert [place.origin for place in merged.places] == [Origin.ALIKE, Origin.ALIKE]


def test_more_conflicts_than_anybody_would_decide():
    texts = [
        paragraphs(*(f"{side} {number}" for number in range(MOST + 1))) for side in ("base", "mine", "them")
    ]
    assert len(merge(*texts).conflicts) == 1


# ---- The page

WAY = "draft-merge"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def draft(cast, write):
    """The lead and the member both wrote over the first version: one conflict, one change each."""
    write(cast.lead, paragraphs("The lights work.", "Calls are answered.", "One owner."))
    write(
        cast.member, paragraphs("The lights work well.", "Calls are answered.", "One owner, the member says.")
    )
    mine = paragraphs("The lights work.", "Calls are answered at once.", "One owner, the lead says.")
    return write(cast.lead, mine, base=1).draft


def open_drafts():
    with rls.every_city():
        return list(SectionDraft.objects.filter(settled_at=None))


@pytest.mark.django_db
def test_the_page_takes_in_and_asks(cast, as_, at, draft):
    page = text(as_(cast.lead).get(at("draft", pk=draft.pk)))
    assert page.count('<fieldset class="merge__place') == 1
    assert page.count('type="radio"') == 4
    assert "Member" in page
    assert "at once" in page
    assert 'name="base" value="2"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("choice", "last"),
    [
        ("mine", ["One owner, the lead says."]),
        ("theirs", ["One owner, the member says."]),
        ("theirs-mine", ["One owner, the member says.", "One owner, the lead says."]),
    ],
)
def test_saving_the_merged_text(cast, as_, at, draft, row, choice, last):
    fields = {"base": 2, "c0": choice, "then": "save"}
    answer = as_(cast.lead).post(at(WAY, pk=draft.pk), fields)
    assert answer["Location"] == at("section")
    assert row().html == paragraphs("The lights work well.", "Calls are answered at once.", *last)
    assert row().revision == 3
    assert open_drafts() == []
    assert "the lead says" in text(as_(cast.lead).get(at("draft", pk=draft.pk)))
    assert "the member says" in text(as_(cast.lead).get(at("section-revision", number=2)))


@pytest.mark.django_db
def test_a_place_without_a_choice_is_asked_again(cast, as_, at, draft, row):
    answer = as_(cast.lead).post(at(WAY, pk=draft.pk), {"base": 2, "then": "save"})
    assert answer.status_code == 422
    assert "field--error" in text(answer)
    assert row().revision == 2
    rest = as_(cast.lead).post(at(WAY, pk=draft.pk), {"base": 2, "then": "save", "rest": "mine-theirs"})
    assert rest.status_code == 302
    assert row().html.count("One owner") == 2


@pytest.mark.django_db
def test_taking_the_result_to_the_desk(cast, as_, at, draft, row):
    answer = as_(cast.lead).post(at(WAY, pk=draft.pk), {"base": 2, "c0": "mine", "then": "desk"})
    [mine] = open_drafts()
    assert answer["Location"] == f"{at('section')}?draft={mine.pk}"
    assert (mine.base, "the lead says" in mine.html, "work well" in mine.html) == (2, True, True)
    assert row().revision == 2
    page = text(as_(cast.lead).get(answer["Location"]))
    assert "the lead says" in page
    as_(cast.lead).post(at("section-save"), {"base": 2, "html": mine.html, "draft": mine.pk})
    assert open_drafts() == []


@pytest.mark.django_db
def test_a_newer_text_while_choosing_keeps_the_choices_and_asks_again(cast, as_, at, draft, row, write):
    write(cast.member, paragraphs("The lights work well.", "Calls are answered.", "The member says more."))
    answer = as_(cast.lead).post(at(WAY, pk=draft.pk), {"base": 2, "c0": "mine", "then": "save"})
    [again] = open_drafts()
    assert answer["Location"] == at("draft", pk=again.pk)
    assert (again.base, row().revision) == (2, 3)
    assert again.html == paragraphs(
        "The lights work well.", "Calls are answered at once.", "One owner, the lead says."
    )
    page = text(as_(cast.lead).get(answer["Location"]))
    assert page.count('<fieldset class="merge__place') == 1
    as_(cast.lead).post(at(WAY, pk=again.pk), {"base": 3, "c0": "mine-theirs", "then": "save"})
    assert "The member says more." in row().html
    assert "the lead says" in row().html
    assert open_drafts() == []


@pytest.mark.django_db
def test_nobody_else_has_written_since(cast, as_, at, write, row):
    write(cast.lead, paragraphs("one"))
    as_(cast.lead).post(at("section-aside"), {"html": paragraphs("one", "two"), "base": 1})
    [draft] = open_drafts()
    page = text(as_(cast.lead).get(at("draft", pk=draft.pk)))
    assert 'type="radio"' not in page
    as_(cast.lead).post(at(WAY, pk=draft.pk), {"base": 1, "then": "save"})
    assert row().html == paragraphs("one", "two")


@pytest.mark.django_db
def test_bad_input(cast, as_, at, draft, row):
    browser = as_(cast.lead)
    assert browser.post(at(WAY, pk=draft.pk), {"c0": "mine"}).status_code == 422
    assert browser.post(at(WAY, pk=draft.pk), {"base": 99, "c0": "mine"}).status_code == 422
    assert browser.post(at(WAY, pk=draft.pk), {"base": 2, "c0": "nonsense"}).status_code == 422
    assert browser.get(at(WAY, pk=draft.pk)).status_code == 405
    assert (row().revision, open_drafts()) == (2, [draft])


@pytest.mark.django_db
def test_taking_everything_out_is_asked_about_at_the_desk(cast, as_, at, write, row):
    write(cast.lead, paragraphs("a b c"))
    write(cast.member, paragraphs("a b d"))
    draft = write(cast.lead, paragraphs("x"), base=1).draft
    with rls.every_city():
        SectionDraft.objects.filter(pk=draft.pk).update(html="")
    answer = as_(cast.lead).post(at(WAY, pk=draft.pk), {"base": 2, "c0": "mine", "then": "save"})
    assert answer.status_code == 422
    assert row().revision == 2


@pytest.mark.django_db
def test_it_is_the_writers_own(cast, as_, at, draft):
    for person in ("member", "other_lead", "nobody", "funder"):
        assert as_(cast.people[person]).post(at(WAY, pk=draft.pk), {"base": 2}).status_code == 404, person
    for person in ("coach", "mayor", "admin"):
        assert as_(cast.people[person]).post(at(WAY, pk=draft.pk), {"base": 2}).status_code == 403, person


@pytest.mark.django_db
def test_what_it_costs(cast, as_, at, draft):
    browser = as_(cast.lead)
    with cost() as measured:
        assert browser.get(at("draft", pk=draft.pk)).status_code == 200
    assert measured.count <= 6, measured.queries


def test_a_table_that_both_editors_wrote_anew_is_no_change():
    before = "<p>One.</p><table><tbody><tr><td>4</td></tr></tbody></table>"
    after = "<table><tbody><tr><td><p>4</p></td></tr></tbody></table>"
    found = merge(before, f"<p>Mine.</p>{after}", f"<p>Theirs.</p>{after}")
    assert [place.origin for place in found.places] == [Origin.CONFLICT, Origin.SAME]
    assert found.result({0: Choice.MINE}) == f"<p>Mine.</p>{after}"
