"""Conversations: opened on a passage, found again when the passage is gone, settled and opened again."""

import pytest

from accelerator import rls
from strategy.models import Comment, Thread
from tests.strategy.conftest import HTMX

pytestmark = pytest.mark.django_db


def text(answer):
    return answer.content.decode()


def threads():
    with rls.every_city():
        return list(Thread.objects.order_by("pk"))


def test_the_coach_comments_on_a_passage(cast, as_, at, write):
    write(cast.lead, "The data council meets on Tuesdays.")
    answer = as_(cast.coach).post(
        at("thread-open"), {"body": "Which six?", "quote": " data \n council ", "revision": "1"}
    )
    [thread] = threads()
    assert answer["Location"] == at("section") + f"#thread-{thread.pk}"
    assert (thread.quote, thread.revision, thread.opened_by) == ("data council", 1, cast.coach)
    page = text(as_(cast.lead).get(at("section")))
    assert "Which six?" in page
    assert "About text that has since changed" not in page


def test_comment_form_says_who_will_see_the_comment(cast, as_, at):
    assert "Visible to everyone who can read this section: the city team," in text(as_(cast.coach).get(at("section")))


def test_a_conversation_outlives_its_passage(cast, as_, at, write, talk):
    write(cast.lead, "The data council meets.")
    thread = talk(cast.coach, quote="data council")
    write(cast.lead, "Nobody meets.")
    page = text(as_(cast.lead).get(at("section")))
    assert "About text that has since changed" in page
    assert f'id="thread-{thread.pk}"' in page.split("About text that has since changed")[1]
    write(cast.lead, "Now the data council meets again.")
    assert "About text that has since changed" not in text(as_(cast.lead).get(at("section")))


def test_a_passage_across_formatting_and_blocks(cast, write, talk, row):
    write(cast.lead, "<p>The <strong>data</strong> council</p><ul><li>settles</li><li>sets</li></ul>")
    thread = talk(cast.coach, quote="data council settles sets")
    assert thread.is_quoted_from("The data council\nsettles\nsets")
    assert not thread.is_quoted_from("The data council settles")


def test_replies_are_listed_in_order(cast, as_, at, talk):
    thread = talk(cast.coach, "First")
    answer = as_(cast.lead).post(at("thread-reply", pk=thread.pk), {"body": "Second"})
    assert answer["Location"].endswith(f"#thread-{thread.pk}")
    page = text(as_(cast.coach).get(at("section")))
    assert page.index("First") < page.index("Second")


def test_an_empty_comment_is_refused_and_nothing_is_lost(cast, as_, at):
    answer = as_(cast.coach).post(at("thread-open"), {"body": " ", "quote": "kept quotation"})
    assert answer.status_code == 200
    assert "Write a comment first." in text(answer)
    assert "kept quotation" in text(answer)
    assert threads() == []


def test_comment_too_long_comes_back_with_its_text(cast, as_, at, talk):
    body = "word " * 1100
    answer = as_(cast.coach).post(at("thread-open"), {"body": body})
    assert "Comments can have up to 5,000 characters; yours has" in text(answer)
    assert body.strip() in text(answer)
    thread = talk(cast.lead)
    answer = as_(cast.coach).post(at("thread-reply", pk=thread.pk), {"body": body}, headers=HTMX)
    assert "Comments can have up to 5,000 characters; yours has" in text(answer)
    assert body.strip() in text(answer)
    with rls.every_city():
        assert Comment.objects.count() == 1


def test_scripts_get_the_conversations_only(cast, as_, at, talk):
    thread = talk(cast.lead, "First")
    answer = as_(cast.coach).post(at("thread-reply", pk=thread.pk), {"body": "Second"}, headers=HTMX)
    assert answer["HX-Trigger"] == "commented"
    assert text(answer).lstrip().startswith("<section")
    assert "Second" in text(answer)
    refused = as_(cast.coach).post(at("thread-open"), {"body": ""}, headers=HTMX)
    assert "HX-Trigger" not in refused
    assert text(refused).lstrip().startswith("<section")


def test_settling_and_opening_again(cast, as_, at, talk):
    thread = talk(cast.coach, "Which six?")
    as_(cast.lead).post(at("thread-end", pk=thread.pk), {"outcome": "settled"})
    [settled] = threads()
    assert settled.resolved_by == cast.lead
    page = text(as_(cast.lead).get(at("section")))
    assert "Which six?" not in page
    assert "Show 1 closed thread" in page
    page = text(as_(cast.lead).get(at("section") + "?settled=1"))
    assert "Which six?" in page
    assert "by Lead" in page.split("Resolved</strong>")[1][:200]
    as_(cast.coach).post(at("thread-reopen", pk=thread.pk))
    assert threads()[0].resolved_at is None


def test_comment_with_markup_is_shown_as_plain_text(cast, as_, at):
    as_(cast.coach).post(at("thread-open"), {"body": "<script>alert(1)</script>"})
    page = text(as_(cast.lead).get(at("section")))
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_comment_of_a_former_member_is_still_readable(cast, as_, at, talk):
    thread = talk(cast.guest, "Still here")
    with rls.every_city():
        cast.guest.delete()
    page = text(as_(cast.lead).get(at("section")))
    assert "Still here" in page
    assert "A former member" in page
    assert threads() == [thread]
