"""Peer cities, page by page: messages, dates, late comments, copies of pictures, and what goes on record."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.models import AuditEvent, User
from strategy.models import PeerComment, PeerSection, Section, Strategy, Thread
from strategy.review import peers
from tests.strategy.published import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("every_city")]


def text(answer):
    return answer.content.decode()


def url(city, name, *args):
    return reverse(f"strategy:{name}", args=[city.slug, *args])


@pytest.fixture(autouse=True)
def english(cast):
    """All take part; Rosario's lead reads English."""
    with rls.every_city():
        Strategy.objects.update(peers=True)
    User.objects.filter(pk=cast.other_lead.pk).update(language="en")


@pytest.fixture
def show(cast, as_):
    """`show("words of the vision")`: the copy that the home city shows to its peers."""

    def send(text="Words", key="vision", days=9, question=""):
        with rls.every_city():
            section = cast.tulsa.section_set.get(key=key)
            type(section).objects.filter(pk=section.pk).update(
                html=f"<p>{text}</p>", words=1, revision=4, state="drafting"
            )
            section.refresh_from_db()
            until = cast.tulsa.today() + timedelta(days=days)
            return peers.show(section=section, until=until, question=question, by=cast.lead)

    return send


def verbs():
    with rls.every_city():
        return list(AuditEvent.objects.filter(verb__contains="peer").order_by("at").values_list("verb", flat=True))


# Taking part


def test_joining_and_leaving_say_so_and_are_recorded_once(cast, as_):
    browser, join = as_(cast.lead), url(cast.tulsa, "peers-join")
    assert "Tulsa is no longer taking part in peer review." in text(browser.post(join, {"on": ""}, follow=True))
    browser.post(join, {"on": ""})
    assert "Tulsa is now taking part in peer review." in text(browser.post(join, {"on": "yes"}, follow=True))
    browser.post(join, {"on": "yes"})
    assert verbs() == ["peer review left", "peer review joined"]


def test_leaving_closes_every_copy_and_coming_back_opens_none(cast, as_, show):
    copies = [show(), show(key="risks")]
    browser, join = as_(cast.lead), url(cast.tulsa, "peers-join")
    browser.post(join, {"on": ""})
    browser.post(join, {"on": "yes"})
    assert not PeerSection.objects.filter(closed_at=None).exists()
    for copy in copies:
        assert as_(cast.other_lead).get(url(cast.rosario, "peer-section", copy.pk)).status_code == 404


# Showing a section


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (lambda today: today - timedelta(days=1), "That date has passed. Choose today or a later date."),
        (lambda today: today, ""),
        (lambda today: date(today.year + 5, 12, 31), ""),
        (lambda today: date(today.year + 6, 1, 1), "That date is more than five years away. Check the year."),
    ],
)
def test_copy_is_shown_between_today_and_five_years_on(cast, as_, write, day, sentence):
    write(cast.lead, "words")
    data = {"section": "vision", "until": day(cast.tulsa.today()).isoformat()}
    answer = as_(cast.lead).post(url(cast.tulsa, "peers-show"), data, follow=True)
    assert (sentence or "Peer cities can now read this section.") in text(answer)
    assert PeerSection.objects.exists() is not bool(sentence)


def test_showing_again_puts_the_new_copy_in_the_place_of_the_old(cast, as_, show):
    old, other = show("The first words"), show(key="risks")
    new = show("The second words")
    for copy, is_open in ((old, False), (new, True), (other, True)):
        copy.refresh_from_db()
        assert (copy.closed_at is None) is is_open
    browser = as_(cast.other_lead)
    assert browser.get(url(cast.rosario, "peer-section", old.pk)).status_code == 404
    assert "The second words" in text(browser.get(url(cast.rosario, "peer-section", new.pk)))
    assert "The first words" in text(as_(cast.member).get(url(cast.tulsa, "peer-section", old.pk)))


def test_copy_names_its_city_section_revision_and_person(cast, show):
    copy = show(question="Is it plain?")
    with rls.every_city():
        section = cast.tulsa.section_set.get(key="vision")
    assert (copy.owner_name, copy.key, copy.title, copy.revision) == ("Tulsa", "vision", str(section), 4)
    assert (copy.shown_by, copy.question, copy.language) == ("Lead", "Is it plain?", "en")
    assert str(copy) == f"Tulsa: {copy.title}"


def test_verb_refuses_a_city_that_does_not_take_part_and_an_empty_section(cast, every_city):
    section = Section.objects.get(city=cast.tulsa, key="vision")
    with pytest.raises(ValidationError, match="This section is still empty. Write something first."):
        peers.show(section=section, until=cast.tulsa.today(), question="", by=cast.lead)
    Strategy.objects.update(peers=False)
    section = Section.objects.get(city=cast.tulsa, key="vision")
    with pytest.raises(ValidationError, match="Tulsa isn’t taking part in peer review."):
        peers.show(section=section, until=cast.tulsa.today(), question="", by=cast.lead)
    assert not PeerSection.objects.exists()


def test_pictures_are_shown_to_peers_as_their_text_alternative(cast, show):
    with rls.every_city():
        source = reverse("strategy:picture", args=[cast.tulsa.slug, picture(cast.tulsa).pk])
    figure = f'<figure><img src="{source}" alt="Six &amp; seven wards"><figcaption>Map</figcaption></figure>'
    silent = f'<figure><img src="{source}" alt=""></figure>'
    copy = show(f"before</p>{figure}{silent}<p>after")
    assert "<img" not in copy.html
    assert copy.html == "<p>before</p><p><em>Image: Six &amp; seven wards</em></p><p>after</p>"


# Reading and commenting


def test_last_day_is_readable_and_the_next_is_not(cast, as_, show):
    copy = show(days=0)
    page = url(cast.rosario, "peer-section", copy.pk)
    PeerSection.objects.update(until=cast.rosario.today())
    assert as_(cast.other_lead).get(page).status_code == 200
    PeerSection.objects.update(until=cast.rosario.today() - timedelta(days=1))
    assert as_(cast.other_lead).get(page).status_code == 404
    assert as_(cast.lead).get(url(cast.tulsa, "peer-section", copy.pk)).status_code == 200


@pytest.mark.parametrize(("hours", "is_late"), [(23, False), (25, True)])
def test_comment_begun_before_the_close_still_reaches_the_city_for_a_day(cast, as_, show, hours, is_late):
    copy = show()
    PeerSection.objects.update(closed_at=timezone.now() - timedelta(hours=hours))
    answer = as_(cast.other_lead).post(
        url(cast.rosario, "peer-comment", copy.pk), {"body": "Name the year."}, follow=True
    )
    assert PeerComment.objects.exists() is not is_late
    if is_late:
        assert answer.status_code == 404
    else:
        assert "Your comment was sent to Tulsa. Peer cities can no longer see the section." in text(answer)
        assert answer.redirect_chain[-1][0] == url(cast.rosario, "peers")


@pytest.mark.parametrize(("days", "is_late"), [(1, False), (2, True)])
def test_comment_reaches_the_city_on_the_day_after_the_last(cast, as_, show, days, is_late):
    copy = show()
    PeerSection.objects.update(until=cast.rosario.today() - timedelta(days=days))
    as_(cast.other_lead).post(url(cast.rosario, "peer-comment", copy.pk), {"body": "Name the year."})
    assert PeerComment.objects.exists() is not is_late


@pytest.mark.parametrize("ended", ["closed", "past"])
def test_a_bad_comment_shows_nothing_of_a_copy_that_is_no_longer_shared(cast, as_, show, ended):
    copy = show("Words to hide", question="Hidden question?")
    as_(cast.other_lead).post(url(cast.rosario, "peer-comment", copy.pk), {"body": "Earlier words"})
    if ended == "closed":
        PeerSection.objects.update(closed_at=timezone.now())
    else:
        PeerSection.objects.update(until=cast.rosario.today() - timedelta(days=1))
    for typed in ("", "a" * 5001):
        page = as_(cast.other_lead).post(url(cast.rosario, "peer-comment", copy.pk), {"body": typed})
        assert page.status_code == 200
        assert page.context["form"].errors["body"]
        for hidden in ("Words to hide", "Hidden question?", "Earlier words"):
            assert hidden not in text(page)
        assert typed in text(page)  # and can be sent once mended
        assert url(cast.rosario, "peer-comment", copy.pk) in text(page)
    own = text(as_(cast.lead).get(url(cast.tulsa, "peer-section", copy.pk)))
    assert all(shown in own for shown in ("Words to hide", "Hidden question?", "Earlier words"))


def test_comment_leads_to_itself_on_the_page(cast, as_, show):
    copy = show()
    answer = as_(cast.other_lead).post(url(cast.rosario, "peer-comment", copy.pk), {"body": "Name the year."})
    comment = PeerComment.objects.get()
    assert answer["Location"] == url(cast.rosario, "peer-section", copy.pk) + f"#said-{comment.pk}"
    assert f'id="said-{comment.pk}"' in text(as_(cast.other_lead).get(url(cast.rosario, "peer-section", copy.pk)))


@pytest.mark.parametrize(("length", "is_posted"), [(5000, True), (5001, False)])
def test_comment_has_at_most_5000_characters_and_comes_back_whole(cast, as_, show, length, is_posted):
    copy = show()
    answer = as_(cast.other_lead).post(url(cast.rosario, "peer-comment", copy.pk), {"body": "x" * length})
    assert PeerComment.objects.exists() is is_posted
    if not is_posted:
        assert "x" * length in text(answer)


def test_comment_with_markup_is_shown_as_plain_text(cast, as_, show):
    copy = show()
    as_(cast.other_lead).post(url(cast.rosario, "peer-comment", copy.pk), {"body": "<b>bold</b>"})
    page = text(as_(cast.lead).get(url(cast.tulsa, "peer-section", copy.pk)))
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert "<b>bold" not in page


def test_comment_outlives_its_author(cast, as_, show):
    copy = show()
    as_(cast.other_lead).post(url(cast.rosario, "peer-comment", copy.pk), {"body": "Name the year."})
    with rls.every_city():
        cast.other_lead.delete()
    page = text(as_(cast.lead).get(url(cast.tulsa, "peer-section", copy.pk)))
    assert "Name the year." in page
    assert "Other Lead" in page


# Closing


def test_closing_says_so_and_is_recorded_once(cast, as_, show):
    copy, browser = show(), as_(cast.lead)
    for _twice in range(2):
        answer = browser.post(url(cast.tulsa, "peer-close", copy.pk), follow=True)
        assert "Peer cities can no longer see this section. Their comments stay here." in text(answer)
    assert verbs() == ["section shown to peers", "section closed to peers"]


@pytest.mark.parametrize("name", ["peers-join", "peers-show", "peer-close", "peer-comment", "peer-said-take"])
def test_acts_of_strangers_are_not_found_and_change_nothing(cast, as_, show, name):
    copy = show()
    comment = peers.comment(copy=copy, body="Name the year.", by=cast.other_lead, city=cast.rosario)
    args = {"peers-join": [], "peers-show": [], "peer-said-take": [comment.pk]}.get(name, [copy.pk])
    for person, status in (("other_lead", 404), ("far_lead", 404), ("nobody", 404), ("coach", 403), ("guest", 403)):
        answer = as_(cast.people[person]).post(url(cast.tulsa, name, *args), {"on": "", "body": "x"})
        assert answer.status_code == status, person
    assert PeerSection.objects.filter(closed_at=None).count() == 1
    assert PeerComment.objects.count() == 1
    with rls.every_city():
        assert not Thread.objects.exists()


def test_comment_becomes_a_conversation_of_the_section(cast, as_, show):
    comment = peers.comment(copy=show(), body="Name the year.", by=cast.other_lead, city=cast.rosario)
    answer = as_(cast.member).post(url(cast.tulsa, "peer-said-take", comment.pk), follow=True)
    assert "The comment is now a thread in this section." in text(answer)
    with rls.every_city():
        thread = Thread.objects.get()
        body = thread.comments.get().body
    assert (
        answer.redirect_chain[-1][0]
        == reverse("strategy:section", args=[cast.tulsa.slug, "vision"]) + f"#thread-{thread.pk}"
    )
    assert body == "Other Lead from Rosario, a peer city, wrote: Name the year."
    assert (thread.opened_by, thread.revision) == (cast.member, 4)
