"""Asking the coach, opinions, and the page of all conversations."""

import pytest
from django.urls import reverse

from accelerator import rls
from strategy.models import Opinion, ReviewRequest, SectionState
from tests.clients import cost

pytestmark = pytest.mark.django_db
S = SectionState


def text(answer):
    return answer.content.decode()


@pytest.fixture
def url(cast):
    return lambda name, *args: reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


def requests():
    with rls.every_city():
        return list(ReviewRequest.objects.order_by("pk"))


def opinions():
    with rls.every_city():
        return list(Opinion.objects.order_by("pk"))


def test_asking_moves_the_section_and_the_coach_answers(cast, as_, at, url, write, row):
    write(cast.lead, "one two")
    data = {"section": "vision", "words": "Is it plain?", "wanted_by": "2099-01-01"}
    refused = as_(cast.lead).post(url("review-ask"), data)
    assert "more than five years away" in text(refused)
    answer = as_(cast.lead).post(url("review-ask"), {**data, "wanted_by": cast.tulsa.today().isoformat()})
    assert answer["Location"] == at("section")
    [asked] = requests()
    assert (row().state, asked.words, asked.revision, asked.asked_by) == (S.IN_REVIEW, "Is it plain?", 1, cast.lead)
    assert "Is it plain?" in text(as_(cast.coach).get(at("section")))
    assert "There’s already an open review request" in text(
        as_(cast.lead).post(url("review-ask"), data | {"wanted_by": ""})
    )
    page = url("opinion") + "?section=vision"
    assert "Explain what’s missing." in text(as_(cast.coach).post(page, {"ready": "no"}))
    as_(cast.coach).post(page, {"ready": "no", "words": "Name the resident.", "revision": "1"})
    [opinion] = opinions()
    assert (opinion.ready, opinion.revision, opinion.role, opinion.request_id) == (False, 1, "coach", asked.pk)
    assert (row().state, requests()[0].is_open) == (S.CHANGES_SUGGESTED, False)
    write(cast.lead, "one two three")
    desk = text(as_(cast.lead).get(at("section")))
    assert "Name the resident." in desk
    assert "edited since this review" in desk


def test_ready_reviews_the_section_and_every_opinion_is_kept(cast, as_, at, url, write, row):
    write(cast.lead, "words")
    as_(cast.lead).post(at("section-move"), {"to": "in_review"})
    assert len(requests()) == 1
    page = url("opinion") + "?section=vision"
    as_(cast.coach).post(page, {"ready": "yes"})
    assert row().state == S.REVIEWED
    as_(cast.coach).post(page, {"ready": "no", "words": "On second thought"})
    assert row().state == S.CHANGES_SUGGESTED
    assert [opinion.ready for opinion in opinions()] == [True, False]
    assert "This isn’t an approval; the city decides." in text(as_(cast.coach).get(page))


def test_moves_by_button_update_requests_and_opinions(cast, as_, at, write, row):
    write(cast.lead, "words")
    for move in ("in_review", "drafting", "in_review"):
        as_(cast.lead).post(at("section-move"), {"to": move})
    first, second = requests()
    assert (first.withdrawn_at is not None, second.is_open) == (True, True)
    as_(cast.coach).post(at("section-move"), {"to": "reviewed"})
    [opinion] = opinions()
    assert (opinion.ready, opinion.request_id, requests()[1].is_open, row().state) == (
        True,
        second.pk,
        False,
        S.REVIEWED,
    )


def test_withdrawing_takes_the_section_back(cast, as_, url, write, row):
    write(cast.lead, "words")
    as_(cast.lead).post(url("review-ask"), {"section": "vision"})
    as_(cast.member).post(url("review-withdraw", requests()[0].pk))
    assert (row().state, requests()[0].withdrawn_at is not None) == (S.DRAFTING, True)
    again = as_(cast.member).post(url("review-withdraw", requests()[0].pk), follow=True)
    assert "This request has already been answered or withdrawn." in text(again)


def test_the_full_draft(cast, as_, url, write):
    write(cast.lead, "words")
    as_(cast.lead).post(url("review-ask"), {"words": "All of it, please."})
    assert "The full draft" in text(as_(cast.lead).get(url("reviews")))
    assert "All of it, please." in text(as_(cast.coach).get(reverse("dashboards:my-cities")))
    as_(cast.coach).post(url("opinion"), {"ready": "yes", "words": "Fine work."})
    page = text(as_(cast.lead).get(url("reviews")))
    assert "Fine work." in page
    assert "edited since this review" not in page
    write(cast.lead, "more words")
    assert "edited since this review" in text(as_(cast.lead).get(url("reviews")))


def test_who_may_judge(cast, as_, url, write):
    write(cast.lead, "words")
    page = url("opinion") + "?section=vision"
    for person, wanted in (
        ("lead", 403),
        ("mayor", 403),
        ("admin", 403),
        ("guest", 200),
        ("coach", 200),
        ("other_lead", 404),
    ):
        assert as_(cast.people[person]).get(page).status_code == wanted, person
    assert as_(cast.guest).get(url("opinion")).status_code == 403
    assert as_(cast.guest).get(url("opinion") + "?section=risks").status_code == 404
    as_(cast.guest).post(page, {"ready": "yes"})
    assert [(opinion.role, opinion.request_id) for opinion in opinions()] == [("guest_reviewer", None)]


def test_who_may_ask(cast, as_, url):
    for person, wanted in (("lead", 200), ("member", 200), ("coach", 403), ("guest", 403), ("far_lead", 404)):
        assert as_(cast.people[person]).get(url("review-ask")).status_code == wanted, person


def test_request_of_another_city_is_not_found(cast, as_, url):
    with rls.every_city():
        theirs = cast.rosario.reviewrequest_set.create(asked_by=cast.other_lead)
    assert as_(cast.lead).post(url("review-withdraw", theirs.pk)).status_code == 404
    assert requests()[0].is_open


def test_conversations_by_filter(cast, as_, at, url, write, talk):
    write(cast.lead, "some words here")
    talk(cast.coach, "Of the vision", quote="some words")
    talk(cast.coach, "Of the risks", key="risks")
    talk(cast.member, "Of mine")
    browser = as_(cast.member)
    assert text(browser.get(url("reviews"))).count('class="conversation"') == 3
    assert text(browser.get(url("reviews") + "?show=mine")).count('class="conversation"') == 1
    page = text(browser.get(url("reviews") + "?section=risks"))
    assert "Of the risks" in page
    assert "Of the vision" not in page
    assert "No threads match this filter." in text(browser.get(url("reviews") + "?show=carried"))
    page = text(as_(cast.guest).get(url("reviews")))
    assert "Of the vision" in page
    assert "Of the risks" not in page


@pytest.mark.parametrize("rows", [10, 100])
def test_the_page_costs_the_same_with_many_rows(cast, as_, url, write, talk, rows):
    write(cast.lead, "words")
    for number in range(rows):
        talk(cast.coach, f"Comment {number}", quote="words")
    with rls.every_city():
        for number in range(rows):
            cast.tulsa.opinion_set.create(section=None, ready=True, words=str(number), person=cast.coach, role="coach")
    browser = as_(cast.lead)
    with cost() as measured:
        assert browser.get(url("reviews")).status_code == 200
    # The city, sections, threads (counted, a page, their comments), requests, opinions, how many are open.
    assert measured.count == 8, measured.queries
