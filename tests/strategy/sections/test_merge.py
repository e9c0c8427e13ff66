"""The merge page: what merges automatically, what the writer chooses, and what is saved."""

import pytest

from accelerator import rls
from accelerator.texts import saving
from strategy.models import SectionDraft
from tests.accelerator.texts.made import paragraphs
from tests.clients import cost

WAY = "draft-merge"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def draft(cast, write):
    """The lead and the member both wrote over the first version: one conflict, one change each."""
    write(cast.lead, paragraphs("The lights work.", "Calls are answered.", "One owner."))
    write(cast.member, paragraphs("The lights work well.", "Calls are answered.", "One owner, the member says."))
    mine = paragraphs("The lights work.", "Calls are answered at once.", "One owner, the lead says.")
    return write(cast.lead, mine, base=1).draft


def open_drafts():
    with rls.every_city():
        return list(SectionDraft.objects.filter(settled_at=None))


@pytest.mark.django_db
def test_merge_page_includes_changes_and_asks_about_conflicts(cast, as_, at, draft):
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
    assert again.html == paragraphs("The lights work well.", "Calls are answered at once.", "One owner, the lead says.")
    page = text(as_(cast.lead).get(answer["Location"]))
    assert page.count('<fieldset class="merge__place') == 1
    as_(cast.lead).post(at(WAY, pk=again.pk), {"base": 3, "c0": "mine-theirs", "then": "save"})
    assert "The member says more." in row().html
    assert "the lead says" in row().html
    assert open_drafts() == []


@pytest.mark.django_db
def test_no_one_else_has_written_since(cast, as_, at, write, row):
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


@pytest.mark.django_db
@pytest.mark.parametrize("verb", ["draft-use", WAY])
def test_a_draft_that_came_too_late_stays_open(cast, as_, at, write, verb):
    """Kept over the newest text, then overtaken before it was used: it is the same draft, still to be dealt with."""
    write(cast.lead, "One.")
    with rls.every_city():
        section = cast.tulsa.section_set.get(key="vision")
        draft = saving.save_as_draft(section, html="<p>Mine.</p>", base=1, by=cast.lead)
    write(cast.member, "Two.")
    fields = {"base": 1, "c0": "mine", "then": "save"}
    assert as_(cast.lead).post(at(verb, pk=draft.pk), fields)["Location"] == at("draft", pk=draft.pk)
    assert [row.pk for row in open_drafts()] == [draft.pk]
