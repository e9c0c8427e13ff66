"""People named in comments, drafts of comments, and how conversations end."""

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.models import AuditEvent
from strategy.models import CommentDraft, Mention, Thread
from strategy.review import conversations
from tests.clients import cost
from tests.strategy.conftest import HTMX

pytestmark = pytest.mark.django_db
MINE = "/my/mentions/"


def text(answer):
    return answer.content.decode()


def mentioned():
    with rls.every_city():
        return sorted(Mention.objects.values_list("person__name", flat=True))


def test_mention_by_name_and_by_choice_notifies(cast, as_, at):
    body = "@Lead and @Mayor, look. Mail x@Member.example is no name."
    as_(cast.coach).post(at("thread-open"), {"body": body, "tell": cast.guest.pk})
    assert mentioned() == ["Guest", "Lead", "Mayor"]
    page = text(as_(cast.lead).get(at("section")))
    assert "One comment here mentions you." in page
    assert "Of" not in mentioned()
    mine = text(as_(cast.lead).get(MINE))
    assert "One new comment mentions you." in mine
    as_(cast.lead).post(at("comments-seen"))
    assert "mentions you" not in text(as_(cast.lead).get(at("section")))
    as_(cast.mayor).post(reverse("strategy:my-mentions-seen"))
    with rls.every_city():
        assert set(Mention.objects.filter(seen_at=None).values_list("person", flat=True)) == {cast.guest.pk}


def test_mention_of_an_unknown_name_posts_with_a_warning(cast, as_, at):
    answer = as_(cast.coach).post(at("thread-open"), {"body": "@Nobody Here, look"}, headers=HTMX)
    assert "No one with access to this section is named “Nobody Here,”" in text(answer)
    assert "@Nobody Here, look" in text(answer)
    assert mentioned() == []


def test_mention_notifies_only_those_who_can_read_the_section(cast, as_, at):
    answer = as_(cast.lead).post(
        at("thread-open", section="risks"), {"body": "@Guest @Other Lead @Other_Coach"}, follow=True
    )
    assert "so no one was notified. Choose a person under “Notify.”" in text(answer)
    assert mentioned() == []
    answer = as_(cast.lead).post(at("thread-open"), {"body": "x", "tell": cast.other_lead.pk}, headers=HTMX)
    assert "Select a valid choice" in text(answer)


def test_a_guest_loses_mentions_with_the_section(cast, as_, at):
    as_(cast.lead).post(at("thread-open"), {"body": "@Guest secret words"})
    assert "secret words" in text(as_(cast.guest).get(MINE))
    with rls.every_city():
        cast.tulsa.membership_set.get(user=cast.guest).review_sections.all().delete()
    assert "secret words" not in text(as_(cast.guest).get(MINE))


def test_comment_draft_is_restored_on_another_machine(cast, as_, at, talk):
    thread = talk(cast.lead, "First")
    one = as_(cast.coach)
    one.post(at("comment-draft"), {"body": "half a thou", "quote": "some words", "revision": "0"})
    one.post(at("comment-draft"), {"body": "half an answer", "thread": thread.pk})
    page = text(as_(cast.coach).get(at("section")))
    for phrase in ("half a thou", "some words", "half an answer"):
        assert phrase in page
    assert "half a thou" not in text(as_(cast.lead).get(at("section")))
    one.post(at("thread-reply", pk=thread.pk), {"body": "half an answer, whole now"})
    one.post(at("thread-open"), {"body": " "})
    with rls.every_city():
        assert [draft.body for draft in CommentDraft.objects.all()] == ["half a thou"]
    one.post(at("thread-open"), {"body": "a whole thought"})
    with rls.every_city():
        assert not CommentDraft.objects.exists()


def test_comment_draft_emptied_is_deleted_and_a_broken_one_is_harmless(cast, as_, at):
    browser = as_(cast.coach)
    browser.post(at("comment-draft"), {"body": "x\0y" * 9000, "quote": "q" * 900, "revision": "many"})
    with rls.every_city():
        draft = CommentDraft.objects.get()
    assert (len(draft.quote), "\0" in draft.body) == (500, False)
    assert browser.post(at("comment-draft"), {"body": ""}).status_code == 204
    with rls.every_city():
        assert not CommentDraft.objects.exists()
    assert browser.post(at("comment-draft"), {"body": "x", "thread": "99999"}).status_code == 404


def test_accepted_with_the_edit_that_did_it(cast, as_, at, write, talk):
    write(cast.lead, "before")
    thread = talk(cast.coach, "Say more")
    page = at("thread-end", pk=thread.pk)
    assert "No edits since the thread was opened" in text(as_(cast.lead).get(page))
    assert "Edit the section first, or close the thread another way." in text(
        as_(cast.lead).post(page, {"outcome": "accepted"})
    )
    write(cast.lead, "after")
    assert "Version 2" in text(as_(cast.lead).get(page))
    refused = as_(cast.lead).post(page, {"outcome": "accepted", "revision": "1"})
    assert refused.status_code == 200
    as_(cast.lead).post(page, {"outcome": "accepted", "revision": "2"})
    with rls.every_city():
        done = Thread.objects.get()
    assert (done.outcome, done.outcome_revision) == ("accepted", 2)
    late = as_(cast.member).post(page, {"outcome": "settled"}, follow=True)
    assert "No change was made because someone has already closed this thread." in text(late)


def test_carried_over_comes_back_with_the_next_version(cast, as_, at, talk):
    thread = talk(cast.coach, "Later?")
    page = at("thread-end", pk=thread.pk)
    assert "Enter the version to carry the thread over to" in text(as_(cast.lead).post(page, {"outcome": "carried"}))
    as_(cast.lead).post(page, {"outcome": "carried", "reason": "version 2"})
    assert "1 carried over to a later version" in text(as_(cast.lead).get(at("section")))
    with rls.every_city():
        assert conversations.reopen_carried(city=cast.tulsa, by=cast.lead) == 1
        assert Thread.objects.get().resolved_at is None
        event = AuditEvent.objects.filter(verb="conversation opened again").latest("at")
    assert event.data == {"outcome": "carried", "reason": "version 2", "revision": None}


def test_guest_cannot_close_the_conversation_of_another_person(cast, as_, at, talk):
    thread = talk(cast.coach)
    assert as_(cast.guest).get(at("thread-end", pk=thread.pk)).status_code == 403
    assert as_(cast.guest).post(at("thread-accept", pk=thread.pk)).status_code == 403


def test_mentions_cost_the_same_with_many(cast, as_, talk):
    def measure():
        browser = as_(cast.lead)
        with cost() as measured:
            assert browser.get(MINE).status_code == 200
        return measured.count

    counts = []
    for number in (10, 100):
        for _again in range(number):
            talk(cast.coach, notify=[cast.lead])
        counts.append(measure())
    assert counts[0] == counts[1] <= 4
