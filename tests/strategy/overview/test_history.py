"""The history: every saved text, readable and restorable; nothing is ever deleted."""

import re

import pytest

from accelerator import rls
from strategy.models import SectionRevision
from tests.clients import cost

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def test_each_version_is_listed(cast, as_, at, write):
    write(cast.lead, "one two")
    write(cast.member, "one two three four")
    page = text(as_(cast.coach).get(at("section-history")))
    assert "has been saved 2 times" in page
    assert page.index("Version 2") < page.index("Version 1")
    newest = page.split("Version 2")[1].split("</tr>")[0]
    for phrase in ("Member", "saved", ">4<", "+2", "the current text"):
        assert phrase in newest, phrase


def test_last_row_of_a_page_is_compared_with_the_next_page(cast, as_, at, write):
    for number in range(51):
        write(cast.lead, "word " * (number + 1))
    page = text(as_(cast.lead).get(at("section-history")))
    assert page.count("row-link__target") == 50
    assert len(re.findall(r">\s*\+1\s*<", page)) == 50
    second = text(as_(cast.lead).get(at("section-history") + "?page=2"))
    assert second.count("row-link__target") == 1


def test_history_of_an_unwritten_section_is_empty(cast, as_, at):
    assert "No text yet." in text(as_(cast.lead).get(at("section-history")))


def test_earlier_revision_can_be_restored_by_the_team(cast, as_, at, write):
    write(cast.lead, "the first text")
    write(cast.lead, "the second text")
    page = text(as_(cast.lead).get(at("section-revision", number=1)))
    assert "the first text" in page
    assert "Restore version 1" in page
    assert "Restore version" not in text(as_(cast.coach).get(at("section-revision", number=1)))
    assert "Restore version" not in text(as_(cast.lead).get(at("section-revision", number=2)))
    assert as_(cast.lead).get(at("section-revision", number=3)).status_code == 404


def test_revision_of_another_city_is_not_found(cast, as_, at, write):
    write(cast.other_lead, "words of rosario", city=cast.rosario)
    assert as_(cast.lead).get(at("section-revision", number=1)).status_code == 404
    assert as_(cast.lead).post(at("section-restore", number=1), {"base": 0}).status_code == 404
    assert as_(cast.lead).get(at("section-revision", city=cast.rosario, number=1)).status_code == 404


def test_restored_revision_becomes_the_current_text(cast, as_, at, write, row):
    write(cast.lead, "first")
    write(cast.lead, "second")
    answer = as_(cast.member).post(at("section-restore", number=1), {"base": 2})
    assert answer["Location"] == at("section")
    assert (row().html, row().revision) == ("<p>first</p>", 3)
    with rls.every_city():
        assert SectionRevision.objects.count() == 3
    assert "restored" in text(as_(cast.lead).get(at("section-history")))


def test_restoring_over_a_newer_text_loses_nothing(cast, as_, at, write, row):
    for phrase in ("first", "second", "third"):
        write(cast.lead, phrase)
    answer = as_(cast.member).post(at("section-restore", number=1), {"base": 2})
    assert "/draft/" in answer["Location"]
    assert row().html == "<p>third</p>"
    refused = as_(cast.member).post(at("section-restore", number=1), {})
    assert refused.status_code == 422
    assert row().revision == 3


def test_revision_of_an_erased_author_is_listed(cast, as_, at, write):
    write(cast.member, "words of a former member")
    with rls.every_city():
        cast.member.delete()
    assert "A former member" in text(as_(cast.lead).get(at("section-history")))
    assert "words of a former member" in text(as_(cast.lead).get(at("section-revision", number=1)))


@pytest.mark.parametrize("rows", [10, 100])
def test_history_with_many_rows_needs_no_more_queries(cast, as_, at, write, rows):
    for number in range(rows):
        write(cast.lead if number % 2 else cast.member, f"text {number}")
    browser = as_(cast.lead)
    with cost() as measured:
        assert browser.get(at("section-history")).status_code == 200
    # The city, the section, how many, a page of them, the one before, what was signed.
    assert measured.count == 6, measured.queries


def test_a_row_leads_to_what_it_changed(cast, as_, at, write):
    write(cast.lead, "one two")
    write(cast.member, "one three four")
    page = text(as_(cast.coach).get(at("section-history")))
    assert f"{at('section-changes')}?from=1&amp;to=2" in page
    assert "+2 −1" in page
    assert f"{at('section-changes')}?from=0&amp;to=1" in page
