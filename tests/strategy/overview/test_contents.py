"""The contents of a city's strategy."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accelerator import rls
from strategy.models import Section, SectionState, Strategy
from strategy.overview.views.contents import headline
from tests.clients import cost

pytestmark = pytest.mark.django_db
ALL = ["admin", "coach", "lead", "member", "mayor", "delegate"]


@pytest.fixture
def address(cast):
    return reverse("strategy:strategy", args=[cast.tulsa.slug])


def text(answer):
    return answer.content.decode()


def test_contents_list_each_section_with_its_state(cast, as_, address, write, talk, row):
    write(cast.lead, "one two three")
    talk(cast.coach)
    settled = talk(cast.coach)
    with rls.every_city():
        settled.resolve(by=cast.lead)
        row().assign(to=cast.member, due_on=cast.tulsa.today() + timedelta(days=3), by=cast.lead)
    page = text(as_(cast.lead).get(address))
    assert page.count('class="row-link"') == 18
    line = page.split("Vision for three years</a>")[1].split("</tr>")[0]
    for phrase in ("Drafting", "Member", "Due in 3 days", "<b>3</b> of 150–300", ">1</span></td>"):
        assert phrase in line, phrase


def test_contents_open_for_every_role_of_the_city(cast, as_, address):
    for person in ALL:
        page = as_(cast.people[person]).get(address)
        assert page.status_code == 200
        assert ("Assign<span" in text(page)) == (person in {"lead", "admin"}), person
        assert "Create a PDF" in text(page), person


def test_contents_are_not_found_by_strangers(cast, as_, address):
    for person in ("other_lead", "far_lead", "other_coach", "funder", "nobody"):
        assert as_(cast.people[person]).get(address).status_code == 404
    assert as_().get(address).status_code == 302
    assert as_(cast.lead).post(address).status_code == 405


def test_contents_mention_own_unsaved_texts(cast, as_, address, write):
    write(cast.member, "theirs")
    write(cast.lead, "mine", base=0)
    assert "See your drafts" in text(as_(cast.lead).get(address))
    assert "See your drafts" not in text(as_(cast.member).get(address))


def test_contents_of_a_city_without_a_strategy_are_empty(cast, as_, address):
    with rls.every_city():
        Section.objects.filter(city=cast.tulsa).delete()
        Strategy.objects.filter(city=cast.tulsa).delete()
    assert "Work on this strategy hasn’t started yet." in text(as_(cast.lead).get(address))


def test_headline_counts_ready_and_late_sections(cast):
    with rls.every_city():
        sections = list(cast.tulsa.section_set.select_related("template").order_by("position"))[:4]
    today = cast.tulsa.today()
    for section, days, state in zip(
        sections, (-9, 5, 2, -3), (SectionState.FINAL, *[SectionState.DRAFTING] * 3), strict=True
    ):
        section.due_on, section.state = today + timedelta(days=days), state
    assert headline(sections, today) == "1 of 4 sections is ready. 1 is late. Next: Why now: priorities and problem."
    for section in sections:
        section.state = SectionState.REVIEWED
    assert headline(sections, today) == "4 of 4 sections are ready."
    assert headline([], today) == ""


@pytest.mark.parametrize("rows", [10, 100])
def test_contents_with_many_sections_need_no_more_queries(cast, as_, address, write, talk, rows):
    for number in range(rows):
        write(cast.member, f"text {number}")
        write(cast.lead, f"mine {number}", base=0)
        talk(cast.coach)
    browser = as_(cast.lead)
    with cost() as measured:
        assert browser.get(address).status_code == 200
    # The city, the sections with their counts, one's own refused texts.
    assert measured.count == 6, measured.queries


def test_filters_work_without_scripts(cast, as_, address, write, row):
    write(cast.lead, "words")
    with rls.every_city():
        row().assign(to=cast.lead, due_on=cast.tulsa.today(), by=cast.lead)
    browser = as_(cast.lead)

    def titles(query):
        page = text(browser.get(f"{address}?{query}"))
        return page.count('class="row-link"'), page

    assert titles("show=mine")[0] == 1
    assert titles("show=drafting")[0] == 1
    count, page = titles("show=final")
    assert count == 0
    assert "No sections match this filter." in page
    assert titles("show=nonsense")[0] == 18
    count, page = titles("first=mine")
    assert count == 18
    assert "Vision for three years" in page.split('class="row-link"')[1]
    assert "Due this week or late:" in page
