"""Dates and choices of the forms of review, the messages of their acts, and what a conversation's end must say."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.models import AuditEvent, User
from strategy.models import Opinion, ReviewRequest, Section, SectionState, Thread
from strategy.review import conversations, reviews, workflow
from tests.strategy.conftest import HTMX

pytestmark = pytest.mark.django_db
S = SectionState
OVER, FAR = (
    "That date has passed. Choose today or a later date.",
    ("That date is more than five years away. Check the year."),
)


def text(answer):
    return answer.content.decode()


@pytest.fixture
def url(cast):
    return lambda name, *args: reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


def thread():
    with rls.every_city():
        return Thread.objects.get()


def requests():
    with rls.every_city():
        return list(ReviewRequest.objects.order_by("pk"))


def days(city):
    """Yesterday, today, the last day that is near enough, and the first that is not."""
    today = city.today()
    return {
        "yesterday": today - timezone.timedelta(days=1),
        "today": today,
        "last": date(today.year + 5, 12, 31),
        "beyond": date(today.year + 6, 1, 1),
    }


# Asking the coach


@pytest.mark.parametrize(("day", "sentence"), [("yesterday", OVER), ("today", ""), ("last", ""), ("beyond", FAR)])
def test_answer_is_wanted_between_today_and_five_years_on(cast, as_, url, write, day, sentence):
    write(cast.lead, "words")
    wanted = days(cast.tulsa)[day]
    answer = as_(cast.lead).post(url("review-ask"), {"section": "vision", "wanted_by": wanted.isoformat()})
    assert answer.status_code == (200 if sentence else 302)
    assert sentence in text(answer)
    assert [row.wanted_by for row in requests()] == ([] if sentence else [wanted])


def test_asking_says_so_and_leads_back_to_what_was_asked_about(cast, as_, at, url, write):
    write(cast.lead, "words")
    answer = as_(cast.lead).post(url("review-ask"), {"section": "vision"}, follow=True)
    assert answer.redirect_chain[-1][0] == at("section")
    assert "Request sent. It stays here until your coach responds." in text(answer)
    answer = as_(cast.lead).post(url("review-ask"), {"section": ""}, follow=True)
    assert answer.redirect_chain[-1][0] == url("reviews")
    assert [row.section_id is None for row in requests()] == [False, True]


def test_full_draft_is_asked_about_once(cast, as_, url):
    for _twice in range(2):
        answer = as_(cast.lead).post(url("review-ask"), {"words": "All of it"})
    assert "There’s already an open review request, and the coach hasn’t responded yet." in text(answer)
    assert "All of it" in text(answer)
    assert len(requests()) == 1


@pytest.mark.parametrize("state", [S.NOT_STARTED, S.REVIEWED, S.FINAL])
def test_section_that_has_its_answer_is_not_offered(cast, as_, url, write, state):
    write(cast.lead, "words")
    with rls.every_city():
        Section.objects.filter(city=cast.tulsa, key="vision").update(
            state=state, revision=0 if state == S.NOT_STARTED else 1
        )
    answer = as_(cast.lead).post(url("review-ask"), {"section": "vision"})
    assert answer.context["form"].errors.keys() == {"section"}
    assert requests() == []


def test_verb_refuses_an_empty_and_a_finished_section(cast, row, write, every_city):
    with pytest.raises(ValidationError, match="You can’t request a review because this section’s status is"):
        reviews.request_review(city=cast.tulsa, section=row(), by=cast.lead)
    write(cast.lead, "words")
    Section.objects.filter(city=cast.tulsa, key="vision").update(state=S.DRAFTING, words=0, html="")
    with pytest.raises(ValidationError, match="This section is still empty."):
        reviews.request_review(city=cast.tulsa, section=row(), by=cast.lead)
    assert not ReviewRequest.objects.exists()


def test_section_that_has_moved_on_is_not_asked_about(cast, row, write, every_city):
    write(cast.lead, "words")
    read = row()
    assert workflow.move(row(), S.FINAL, by=cast.lead, lead=True)
    with pytest.raises(
        ValidationError, match=("Someone else just changed this section’s status. Check the new status and try again.")
    ):
        reviews.request_review(city=cast.tulsa, section=read, by=cast.member)
    assert row().state == S.FINAL
    assert not ReviewRequest.objects.exists()


def test_withdrawing_says_so_and_leaves_a_section_that_was_moved_on(cast, as_, url, write, row):
    write(cast.lead, "words")
    as_(cast.lead).post(url("review-ask"), {"section": "vision"})
    with rls.every_city():
        Section.objects.filter(city=cast.tulsa, key="vision").update(state=S.CHANGES_SUGGESTED)
    answer = as_(cast.lead).post(url("review-withdraw", requests()[0].pk), follow=True)
    assert "Request withdrawn." in text(answer)
    assert row().state == S.CHANGES_SUGGESTED
    with rls.every_city():
        assert AuditEvent.objects.filter(verb="review withdrawn").count() == 1


# Opinions


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"words": ""}, "Choose “I think it’s ready” or “Not yet.”"),
        ({"ready": "no", "words": " "}, "Explain what’s missing. “Not yet” on its own doesn’t help the team."),
        ({"ready": "perhaps"}, "Select a valid choice"),
    ],
)
def test_opinion_says_whether_and_what_is_missing(cast, as_, url, write, data, sentence):
    write(cast.lead, "words")
    assert sentence in text(as_(cast.coach).post(url("opinion") + "?section=vision", data))
    with rls.every_city():
        assert not Opinion.objects.exists()


@pytest.mark.parametrize(("sent", "recorded"), [("1", 1), ("99", 2), ("0", 0)])
def test_opinion_is_about_the_revision_that_was_read_never_a_later_one(cast, as_, url, write, sent, recorded):
    write(cast.lead, "words")
    write(cast.lead, "other words")
    answer = as_(cast.coach).post(url("opinion") + "?section=vision", {"ready": "yes", "revision": sent}, follow=True)
    assert "Your review was sent to the team." in text(answer)
    with rls.every_city():
        assert Opinion.objects.get().revision == recorded


def test_guests_opinion_neither_moves_the_section_nor_answers_the_request(cast, as_, url, write, row):
    write(cast.lead, "words")
    as_(cast.lead).post(url("review-ask"), {"section": "vision"})
    as_(cast.guest).post(url("opinion") + "?section=vision", {"ready": "yes"})
    assert (row().state, requests()[0].is_open) == (S.IN_REVIEW, True)


# How a conversation ends


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"reason": ""}, "Choose how to close the thread."),
        ({"outcome": "forgotten"}, "Select a valid choice"),
        (
            {"outcome": "declined", "reason": " "},
            ("Explain why you’re declining. The person who started the thread will read this."),
        ),
        ({"outcome": "carried"}, "Enter the version to carry the thread over to, such as “version 2.”"),
        (
            {"outcome": "accepted"},
            (
                "The section hasn’t been edited since this thread was opened. Edit the section first, or close the "
                "thread another way."
            ),
        ),
        ({"outcome": "declined", "reason": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_end_without_what_it_needs_is_refused(cast, as_, at, talk, data, sentence):
    page = at("thread-end", pk=talk(cast.coach).pk)
    assert sentence in text(as_(cast.lead).post(page, data))
    assert thread().resolved_at is None


@pytest.mark.parametrize(
    ("data", "how"),
    [({"outcome": "settled"}, "resolved"), ({"outcome": "carried", "reason": "version 2"}, "carried over")],
)
def test_end_is_confirmed_in_a_message(cast, as_, at, talk, data, how):
    page = at("thread-end", pk=talk(cast.coach).pk)
    assert f"Thread closed: {how}." in text(as_(cast.lead).post(page, data, follow=True))


def test_end_may_be_chosen_in_the_address(cast, as_, at, talk):
    page, browser = at("thread-end", pk=talk(cast.coach).pk), as_(cast.lead)
    assert browser.get(page + "?outcome=declined").context["form"]["outcome"].value() == "declined"
    assert browser.get(page + "?outcome=unknown").context["form"]["outcome"].value() is None


def test_reason_typed_after_another_closed_it_becomes_a_draft(cast, as_, at, talk):
    opened = talk(cast.coach)
    with rls.every_city():
        assert opened.resolve(by=cast.member)
    data = {"outcome": "declined", "reason": "We need all three."}
    answer = as_(cast.lead).post(at("thread-end", pk=opened.pk), data, follow=True)
    assert "No change was made because someone has already closed this thread." in text(answer)
    assert (thread().outcome, thread().reason) == ("settled", "")
    with rls.every_city():
        draft = cast.tulsa.commentdraft_set.get()
    assert (draft.body, draft.author) == ("We need all three.", cast.lead)


def test_edits_are_listed_the_newest_first_and_name_their_authors(cast, as_, at, write, talk):
    write(cast.lead, "one")
    opened = talk(cast.coach)
    for number, person in enumerate((cast.member, cast.lead)):
        write(person, f"edit {number}")
    choices = as_(cast.lead).get(at("thread-end", pk=opened.pk)).context["form"].fields["revision"].choices
    assert [key for key, _label in choices] == [3, 2]
    assert choices[0][1].startswith("Version 3, Lead, ")
    with rls.every_city():
        User.objects.filter(pk=cast.member.pk).delete()
    choices = as_(cast.lead).get(at("thread-end", pk=opened.pk)).context["form"].fields["revision"].choices
    assert choices[1][1].startswith("Version 2, a former member, ")


def test_the_one_who_asked_may_close_and_open_again(cast, as_, at, talk):
    opened = talk(cast.guest)
    assert as_(cast.guest).post(at("thread-end", pk=opened.pk), {"outcome": "settled"}).status_code == 302
    assert thread().resolved_by == cast.guest
    assert as_(cast.guest).post(at("thread-reopen", pk=opened.pk)).status_code == 302
    assert thread().resolved_at is None
    assert as_(cast.mayor).post(at("thread-end", pk=opened.pk), {"outcome": "settled"}).status_code == 403


def test_conversation_of_another_section_or_city_is_not_found(cast, as_, at, talk):
    opened, theirs = talk(cast.coach), talk(cast.other_lead, city=cast.rosario)
    for name in ("thread-reply", "thread-end", "thread-accept", "thread-reopen"):
        data = {"body": "x", "outcome": "settled"}
        assert as_(cast.lead).post(at(name, section="risks", pk=opened.pk), data).status_code == 404, name
        assert as_(cast.lead).post(at(name, pk=theirs.pk), data).status_code == 404, name
        assert as_(cast.lead).post(at(name, city=cast.rosario, pk=theirs.pk), data).status_code == 404, name
    with rls.every_city():
        assert Thread.objects.filter(resolved_at=None).count() == 2


# Proposed words


def test_replacement_and_removal_at_once_are_refused(cast, as_, at, write):
    write(cast.lead, "one two three")
    data = {"body": "Shorter", "quote": "two", "replacement": "2", "remove": "on"}
    answer = as_(cast.coach).post(at("thread-open"), data, headers=HTMX)
    assert "Enter a replacement or suggest deleting the passage, not both." in text(answer)
    with rls.every_city():
        assert not Thread.objects.exists()


def test_accepted_suggestion_names_the_version_that_has_it(cast, as_, at, write, row):
    write(cast.lead, "one two three")
    as_(cast.coach).post(at("thread-open"), {"body": "Say it", "quote": "two", "replacement": "2 & more"})
    answer = as_(cast.lead).post(at("thread-accept", pk=thread().pk), follow=True)
    assert "The suggestion is now in the text, saved as version 2." in text(answer)
    assert row().html == "<p>one 2 &amp; more three</p>"
    again = as_(cast.member).post(at("thread-accept", pk=thread().pk), follow=True)
    assert "Someone has already closed this thread." in text(again)
    assert row().revision == 2


def test_comment_without_a_suggestion_cannot_be_accepted(cast, as_, at, write, talk, row):
    write(cast.lead, "one two three")
    opened = talk(cast.coach, quote="two")
    answer = as_(cast.lead).post(at("thread-accept", pk=opened.pk), follow=True)
    assert "Someone has already closed this thread." in text(answer)
    assert (row().revision, thread().resolved_at) == (1, None)


@pytest.mark.parametrize(("length", "kept"), [(500, 500), (501, 500)])
def test_long_quotation_of_a_comment_is_cut(cast, talk, length, kept):
    assert len(talk(cast.coach, quote="x" * length).quote) == kept


def test_comment_names_no_later_revision_than_the_texts(cast, write, talk):
    write(cast.lead, "words")
    assert talk(cast.coach, revision=99).revision == 1
    assert talk(cast.coach, revision=0).revision == 0


# Names in comments


@pytest.mark.parametrize(
    ("body", "people", "unknown"),
    [
        ("@Lead, look", ["Lead"], []),
        ("@Lead @Lead and @Member", ["Lead", "Member"], []),
        ("@Leader of all", [], ["Leader of"]),
        ("mail lead@Lead.example", [], []),
        ("a lonely @ sign, and @!", [], []),
        ("@lead in lower case", [], ["lead in"]),
        ("(@Mayor)", ["Mayor"], []),
        ("@Somebody.", [], ["Somebody"]),
    ],
)
def test_names_after_an_at_sign_are_exact(cast, body, people, unknown):
    found = conversations.mentions_in(body, [cast.lead, cast.member, cast.mayor])
    assert ([str(person) for person in found.people], found.unknown) == (people, unknown)


def test_the_longest_name_that_fits_is_meant(cast):
    short, long = User(email="a@x.example", name="Ana Ruiz"), User(email="b@x.example", name="Ana Ruiz Soto")
    assert conversations.mentions_in("@Ana  Ruiz\nSoto, look", [short, long]).people == [long]
    assert conversations.mentions_in("@Ana Ruiz, look", [short, long]).people == [short]
