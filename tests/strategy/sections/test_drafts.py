"""A person's own texts that didn't become a section's: shown next to it, used, settled, and always found."""

import pytest

from accelerator import rls
from strategy.models import SectionDraft
from strategy.review import reviews
from tests.clients import cost
from tests.strategy.conftest import FETCH

pytestmark = pytest.mark.django_db
MINE = "/my/drafts/"


def text(answer):
    return answer.content.decode()


@pytest.fixture
def draft(cast, write):
    """The lead wrote "mine" over an older text, after the member had saved "theirs"."""
    write(cast.member, "theirs")
    return write(cast.lead, "mine", base=0).draft


def open_drafts():
    with rls.every_city():
        return list(SectionDraft.objects.filter(settled_at=None))


def test_draft_page_shows_both_texts(cast, as_, at, draft):
    page = text(as_(cast.lead).get(at("draft", pk=draft.pk)))
    for phrase in (
        "<p>mine</p>",
        "<p>theirs</p>",
        "Keep editing my version",
        "Use my version",
        ("Keep the current version"),
    ):
        assert phrase in page, phrase


@pytest.mark.parametrize("verb", ["draft", "draft-use", "draft-settle"])
def test_a_draft_is_its_writers_own(cast, as_, at, draft, verb):
    method = "get" if verb == "draft" else "post"
    address = at(verb, pk=draft.pk)
    for person in ("member", "other_lead", "nobody", "funder"):
        assert getattr(as_(cast.people[person]), method)(address, {"base": 1}).status_code == 404, person
    for person in ("coach", "admin", "mayor"):
        expected = 403 if verb == "draft-use" else 404
        assert getattr(as_(cast.people[person]), method)(address, {"base": 1}).status_code == expected, person
    assert getattr(as_(), method)(address).status_code == 302
    elsewhere = at(verb, section="risks", pk=draft.pk)
    assert getattr(as_(cast.lead), method)(elsewhere, {"base": 1}).status_code == 404
    assert open_drafts() == [draft]


def test_another_citys_draft(cast, as_, at, write):
    write(cast.other_lead, "theirs", city=cast.rosario)
    other = write(cast.other_lead, "mine", base=0, city=cast.rosario).draft
    assert as_(cast.lead).get(at("draft", pk=other.pk)).status_code == 404
    assert as_(cast.lead).get(at("draft", city=cast.rosario, pk=other.pk)).status_code == 404


def test_using_ones_own_text(cast, as_, at, draft, row):
    answer = as_(cast.lead).post(at("draft-use", pk=draft.pk), {"base": 1})
    assert answer["Location"] == at("section")
    assert (row().html, row().revision) == ("<p>mine</p>", 2)
    assert open_drafts() == []
    assert "theirs" in text(as_(cast.lead).get(at("section-revision", number=1)))


def test_using_it_after_yet_another_save_compares_again(cast, as_, at, draft, row, write):
    write(cast.member, "theirs, again")
    answer = as_(cast.lead).post(at("draft-use", pk=draft.pk), {"base": 1})
    [newer] = open_drafts()
    assert (newer.html, newer.base) == ("<p>mine</p>", 1)
    assert answer["Location"] == at("draft", pk=newer.pk)
    assert row().html == "<p>theirs, again</p>"
    assert as_(cast.lead).post(at("draft-use", pk=newer.pk), {}).status_code == 422


def test_keeping_theirs(cast, as_, at, draft, row):
    answer = as_(cast.lead).post(at("draft-settle", pk=draft.pk))
    assert answer["Location"] == at("section")
    assert row().html == "<p>theirs</p>"
    assert open_drafts() == []
    assert "<p>mine</p>" in text(as_(cast.lead).get(at("draft", pk=draft.pk)))
    assert "mine" in text(as_(cast.lead).get(MINE))


def test_a_former_writer_still_reads_the_own_text(cast, as_, at, draft, row):
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.lead).update(role="guest_reviewer")
        reviews.set_sections(membership=cast.tulsa.membership_set.get(user=cast.lead), sections=[row()], by=cast.admin)
    page = text(as_(cast.lead).get(at("draft", pk=draft.pk)))
    assert "<p>mine</p>" in page
    assert "Use my version" not in page


def test_text_stored_by_a_browser_becomes_a_draft(cast, as_, at, write, row):
    write(cast.member, "theirs")
    answer = as_(cast.lead).post(at("section-aside"), {"html": "<p>kept</p>", "base": 0}, headers=FETCH)
    assert 'data-outcome="aside"' in text(answer)
    [draft] = open_drafts()
    assert (draft.html, draft.author) == ("<p>kept</p>", cast.lead)
    assert row().html == "<p>theirs</p>"
    refused = as_(cast.lead).post(at("section-aside"), {"html": "<p>kept</p>"}, headers=FETCH)
    assert (refused.status_code, 'data-outcome="missing-base"' in text(refused)) == (422, True)


def test_my_drafts_list_the_latest_version_of_each(cast, as_, write):
    for draft_text in ("theirs", "theirs again"):
        write(cast.member, draft_text)
    for draft_text in ("mine", "mine two", "mine two three"):
        write(cast.lead, draft_text, base=0)
    write(cast.lead, "another sitting", base=1)
    write(cast.member, "not hers", base=0)
    page = text(as_(cast.lead).get(MINE))
    assert page.count("rows__what") == 2
    assert "mine two three" in page
    assert "3 versions" in page
    assert "not hers" not in page
    assert "Tulsa" in page


def test_my_drafts_without_any_is_an_empty_page(cast, as_):
    for person in (cast.lead, cast.coach, cast.admin, cast.funder, cast.nobody):
        assert "You have no drafts." in text(as_(person).get(MINE))
    assert as_().get(MINE).status_code == 302


def test_my_drafts_of_a_city_left_are_hidden(cast, as_, draft):
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.lead).delete()
    page = as_(cast.lead).get(MINE)
    assert "mine" not in text(page).split("<main")[1]


@pytest.mark.parametrize("rows", [10, 100])
def test_my_drafts_cost_the_same_with_many_rows(cast, as_, at, write, rows):
    for number in range(rows):
        write(cast.member, f"text {number}")
        write(cast.lead, f"mine {number}", base=0)
        write(cast.lead, f"mine {number}", base=number)
    browser = as_(cast.lead)
    with cost() as measured:
        assert browser.get(MINE).status_code == 200
    assert measured.count == 3, measured.queries
    draft = open_drafts()[0]
    with cost() as measured:
        assert browser.get(at("draft", pk=draft.pk)).status_code == 200
    assert measured.count == 5, measured.queries


def test_my_drafts_tell_why_a_text_was_not_saved(cast, as_, at, draft):
    assert "Someone had already saved a newer version" in text(as_(cast.lead).get(MINE))
    as_(cast.lead).post(at("draft-settle", pk=draft.pk))
    as_(cast.lead).post(at("section-aside"), {"html": "<p>kept</p>", "base": 1}, headers=FETCH)
    page = text(as_(cast.lead).get(MINE))
    assert (
        page.index("Saved separately")
        < page.index("Already resolved")
        < page.index("Someone had already saved a newer version")
    )
