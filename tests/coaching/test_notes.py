"""The desks of the notes: base revision, own drafts, and a copy for the city."""

import json
from html import unescape

import pytest

from accelerator import rls
from accelerator.conflicts import FieldChange
from accelerator.models import AuditEvent
from coaching.models import PrivateNote, PrivateNoteDraft, SharedNote, SharedNoteDraft
from tests.clients import cost
from tests.clients import shown as shown_on
from tests.coaching.made import make_session

KINDS = ["shared", "private"]
MODELS = {"shared": (SharedNote, SharedNoteDraft), "private": (PrivateNote, PrivateNoteDraft)}
PAGES = ["", "save/", "here/", "take-over/", "aside/", "draft/1/", "draft/1/merge/", "draft/1/use/", "draft/1/settle/"]
SCRIPT = {"X-Requested-With": "fetch"}


@pytest.fixture
def session(cast):
    return make_session(cast.tulsa, cast.coach, shared="Shared one.", private="Private one.")


def page(session, city, kind, more=""):
    return f"/cities/{city.slug}/coaching/{session.pk}/notes/{kind}/{more}"


def note(kind):
    with rls.every_city():
        return MODELS[kind][0].objects.get(city__name="Tulsa")


def drafts(kind):
    with rls.every_city():
        return list(MODELS[kind][1].objects.order_by("pk"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_desk_names_its_readers_and_holds_the_text(cast, as_, session, kind):
    answer = as_(cast.coach).get(page(session, cast.tulsa, kind))
    assert f"{kind.capitalize()} one." in answer.text
    assert ("Shared with Tulsa" in answer.text) == (kind == "shared")
    assert ("GovEx only" in answer.text) == (kind == "private")
    named = {"shared": 6, "private": 2}[kind]
    assert len(answer.context["readers"]) == named
    assert f"{named} people:" in answer.text


@pytest.mark.parametrize("kind", KINDS)
def test_a_save_is_a_revision_and_comes_back_as_a_fragment(cast, as_, session, kind):
    url = page(session, cast.tulsa, kind, "save/")
    answer = as_(cast.coach).post(url, {"html": "<p>Two.</p>", "base": 1, "person": cast.coach.pk}, headers=SCRIPT)
    assert answer.status_code == 200
    assert 'data-outcome="saved"' in answer.text
    assert 'data-revision="2"' in answer.text
    assert note(kind).html == "<p>Two.</p>"
    with rls.every_city():
        assert [row.html for row in note(kind).revisions.order_by("number")][-1] == "<p>Two.</p>"
    assert as_(cast.admin).post(url, {"html": "Three.", "base": 2})["Location"].endswith(f"/coaching/{session.pk}/")
    assert note(kind).written_by == cast.admin


@pytest.mark.parametrize("kind", KINDS)
def test_a_stale_save_keeps_both_texts(cast, as_, session, kind):
    coach, admin = as_(cast.coach), as_(cast.admin)
    url = page(session, cast.tulsa, kind, "save/")
    coach.post(url, {"html": "The coach's.", "base": 1}, headers=SCRIPT)
    answer = admin.post(url, {"html": "The admin's.", "base": 1}, headers=SCRIPT)
    assert answer.status_code == 409
    assert 'data-outcome="stale"' in answer.text
    assert note(kind).html == "<p>The coach's.</p>"
    [draft] = drafts(kind)
    assert (draft.author, draft.html) == (cast.admin, "<p>The admin's.</p>")
    own = page(session, cast.tulsa, kind, f"draft/{draft.pk}/")
    assert own in answer.text
    both = unescape(admin.get(own).text)
    assert "The admin's." in both
    assert "The coach's." in both
    assert coach.get(own).status_code == 404
    assert own in admin.get(page(session, cast.tulsa, kind)).text


@pytest.mark.parametrize("kind", KINDS)
def test_ones_own_draft_is_used_or_settled(cast, as_, session, kind):
    coach, url = as_(cast.coach), page(session, cast.tulsa, kind, "save/")
    coach.post(url, {"html": "Newer.", "base": 1})
    plain = coach.post(url, {"html": "Older.", "base": 1})
    [draft] = drafts(kind)
    assert plain["Location"] == page(session, cast.tulsa, kind, f"draft/{draft.pk}/")
    use = page(session, cast.tulsa, kind, f"draft/{draft.pk}/use/")
    settle = page(session, cast.tulsa, kind, f"draft/{draft.pk}/settle/")
    assert as_(cast.admin).post(use, {"base": 2}).status_code == 404
    assert as_(cast.admin).post(settle).status_code == 404
    assert coach.post(use, {}).status_code == 422
    assert "Older." in coach.get(page(session, cast.tulsa, kind) + f"?draft={draft.pk}").text
    assert coach.post(use, {"base": 2}).status_code == 302
    assert note(kind).html == "<p>Older.</p>"
    coach.post(url, {"html": "Other.", "base": 1})
    other = drafts(kind)[-1]
    coach.post(page(session, cast.tulsa, kind, f"draft/{other.pk}/settle/"))
    assert drafts(kind)[-1].settled_at is not None
    assert note(kind).html == "<p>Older.</p>"


@pytest.mark.parametrize("kind", KINDS)
def test_two_texts_of_a_note_merge_by_paragraph(cast, as_, session, kind):
    coach, admin, url = as_(cast.coach), as_(cast.admin), page(session, cast.tulsa, kind, "save/")
    first = f"{kind.capitalize()} one."
    coach.post(url, {"html": f"<p>{first}</p><p>Two.</p>", "base": 1})
    admin.post(url, {"html": f"<p>{first}</p><p>Two, says the admin.</p>", "base": 2})
    coach.post(url, {"html": f"<p>{first} Really.</p><p>Two, says the coach.</p>", "base": 2})
    [draft] = drafts(kind)
    merge = page(session, cast.tulsa, kind, f"draft/{draft.pk}/merge/")
    assert merge in coach.get(page(session, cast.tulsa, kind, f"draft/{draft.pk}/")).text
    assert admin.post(merge, {"base": 3, "rest": "mine"}).status_code == 404
    assert coach.post(merge, {"base": 3}).status_code == 422
    answer = coach.post(merge, {"base": 3, "c0": "theirs-mine"})
    assert answer["Location"] == page(session, cast.tulsa, kind)
    assert note(kind).html == (f"<p>{first} Really.</p><p>Two, says the admin.</p><p>Two, says the coach.</p>")
    assert drafts(kind)[0].settled_at is not None


@pytest.mark.parametrize("kind", KINDS)
def test_takeover_of_a_note_is_shown_to_the_previous_writer(cast, as_, session, kind):
    coach, admin = as_(cast.coach), as_(cast.admin)
    here = page(session, cast.tulsa, kind, "here/")
    coach.post(here, {"writing": "1", "base": 1}, headers=SCRIPT)
    over = page(session, cast.tulsa, kind, "take-over/")
    assert over in admin.get(page(session, cast.tulsa, kind)).text
    assert admin.post(over)["Location"] == page(session, cast.tulsa, kind)
    assert note(kind).claimed_by == cast.admin
    answer = coach.post(here, {"base": 1, "held": "1"}, headers=SCRIPT).text
    assert "data-taken-over" in answer
    assert "Admin took over editing at" in answer


@pytest.mark.parametrize("kind", KINDS)
def test_failed_save_says_why_and_returns_the_text(cast, as_, session, kind):
    coach, url = as_(cast.coach), page(session, cast.tulsa, kind, "save/")
    for data in (
        {"html": "Words."},
        {"html": "Words.", "base": "x"},
        {"html": "Words.", "base": 1, "person": "999999"},
    ):
        answer = coach.post(url, data)
        assert answer.status_code in {409, 422}
        assert "Words." in answer.text
        assert 'data-outcome="saved"' not in coach.post(url, data, headers=SCRIPT).text
    long = coach.post(url, {"html": "x" * 400_001, "base": 1})
    assert long.status_code == 422
    assert coach.post(url, {"html": "", "base": 1}, headers=SCRIPT).status_code == 422
    assert note(kind).revision == 1
    assert coach.post(url, {"html": "", "base": 1, "clear": "1"}).status_code == 302
    assert note(kind).html == ""


@pytest.mark.parametrize("kind", KINDS)
def test_text_from_the_browsers_copy_becomes_a_draft(cast, as_, session, kind):
    answer = as_(cast.coach).post(
        page(session, cast.tulsa, kind, "aside/"), {"html": "Kept.", "base": 0}, headers=SCRIPT
    )
    assert 'data-outcome="aside"' in answer.text
    assert [draft.html for draft in drafts(kind)] == ["<p>Kept.</p>"]
    assert note(kind).html == f"<p>{kind.capitalize()} one.</p>"


@pytest.mark.parametrize("kind", KINDS)
def test_writer_of_a_note_is_shown_to_a_second_person(cast, as_, session, kind):
    url = page(session, cast.tulsa, kind, "here/")
    as_(cast.coach).post(url, {"writing": "1", "base": 1}, headers=SCRIPT)
    answer = as_(cast.admin).post(url, {"base": 0}, headers=SCRIPT)
    assert "<strong>Coach</strong> has been editing this since" in answer.text
    assert 'data-outcome="newer"' in answer.text
    assert "csrftoken" in as_(cast.admin).get(url).cookies


@pytest.mark.parametrize("more", PAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_desk_is_open_to_the_coachs_side_only(cast, as_, session, kind, more):
    url = page(session, cast.tulsa, kind, more)
    for who in ("lead", "member", "mayor", "delegate", "guest"):
        assert as_(getattr(cast, who)).get(url).status_code == 403
        assert as_(getattr(cast, who)).post(url, {"html": "x", "base": 1}).status_code == 403
    for who in ("other_lead", "other_coach", "funder", "nobody"):
        assert as_(getattr(cast, who)).get(url).status_code == 404
        assert as_(getattr(cast, who)).post(url, {"html": "x", "base": 1}).status_code == 404
    theirs = make_session(cast.rosario, cast.other_coach)
    assert as_(cast.coach).post(page(theirs, cast.tulsa, kind, more), {"html": "x", "base": 1}).status_code in {
        404,
        405,
    }
    assert as_(cast.coach).get(page(theirs, cast.tulsa, kind, more)).status_code in {404, 405}
    with rls.every_city():
        assert {row.revision for row in SharedNote.objects.all()} == {1}


def test_autosave_signed_out_is_401(cast, as_, session):
    assert as_().post(page(session, cast.tulsa, "private", "save/"), headers=SCRIPT).status_code == 401


def shared_from(revision):
    return {"seen": json.dumps({"paragraphs": "", "revision": str(revision)})}


def test_sharing_copies_chosen_paragraphs_and_leaves_the_private_note(cast, as_):
    private = "<p>The city may read this.</p><p>This stays here.</p><ul><li>And <strong>this</strong> goes.</li></ul>"
    session = make_session(cast.tulsa, cast.coach, shared="Shared one.", private=private)
    coach, url = as_(cast.coach), page(session, cast.tulsa, "private", "share/")
    shown = coach.get(url)
    assert "you can’t take it back" in shown.text
    assert "Share with 6 people" in shown.text
    assert shown.context["form"]["paragraphs"].value() in (None, [])
    assert coach.post(url, {**shown_on(coach, url), "paragraphs": [0, 2]})["Location"].endswith(
        f"/coaching/{session.pk}/"
    )
    assert note("shared").html == (
        "<p>Shared one.</p><p>The city may read this.</p><ul><li>And <strong>this</strong> goes.</li></ul>"
    )
    assert note("private").html == private
    assert (note("private").revision, note("shared").revision) == (1, 2)
    text = as_(cast.lead).get(f"/cities/{cast.tulsa.slug}/coaching/{session.pk}/").text
    assert "The city may read this." in text
    assert "This stays here." not in text
    with rls.every_city():
        event = AuditEvent.objects.get(verb="copy of a note shared")
    assert "may read" not in f"{event.label}{event.data}"


def test_sharing_twice_copies_once(cast, as_, session):
    coach, url = as_(cast.coach), page(session, cast.tulsa, "private", "share/")
    for _ in range(2):
        coach.post(url, {**shown_on(coach, url), "paragraphs": [0]})
    assert note("shared").html == "<p>Shared one.</p><p>Private one.</p>"


def test_nothing_is_shared_without_a_choice_or_from_another_text(cast, as_, session):
    coach, url = as_(cast.coach), page(session, cast.tulsa, "private", "share/")
    for data, status in (
        (shared_from(1), 422),
        ({**shared_from(1), "paragraphs": [7]}, 422),
        ({**shared_from(9), "paragraphs": [0]}, 409),
        ({**shared_from("x"), "paragraphs": [0]}, 409),
        ({"paragraphs": [0]}, 409),
    ):
        answer = coach.post(url, data)
        assert answer.status_code == status, data
        assert answer.context["form"].errors, data
    assert note("shared").html == "<p>Shared one.</p>"


def test_private_note_that_changed_keeps_the_choice_and_lists_what_it_no_longer_has(cast, as_):
    private = "<p>Stays.</p><p>Changes.</p><p>Not chosen.</p>"
    session = make_session(cast.tulsa, cast.coach, shared="Shared one.", private=private)
    coach, url = as_(cast.coach), page(session, cast.tulsa, "private", "share/")
    data = {**shown_on(coach, url), "paragraphs": [0, 1]}
    newer = "<p>New first.</p><p>Stays.</p><p>Changed.</p><p>Not chosen.</p>"
    as_(cast.admin).post(page(session, cast.tulsa, "private", "save/"), {"html": newer, "base": 1})
    answer = coach.post(url, data)
    form = answer.context["form"]
    assert (answer.status_code, form["paragraphs"].value()) == (409, ["1"])
    assert form.conflict.fields == [FieldChange("Paragraph you selected that has since changed", "Changes.")]
    assert form.conflict.person == str(cast.admin)
    assert "Changed.</p>" in answer.text
    assert note("shared").html == "<p>Shared one.</p>"
    coach.post(url, {"seen": form["seen"].value(), "paragraphs": [1]})
    assert note("shared").html == "<p>Shared one.</p><p>Stays.</p>"


@pytest.mark.parametrize("chosen", [[], [0]])
def test_private_note_that_changed_wholly_shares_nothing(cast, as_, session, chosen):
    coach, url = as_(cast.coach), page(session, cast.tulsa, "private", "share/")
    data = {**shown_on(coach, url), "paragraphs": chosen}
    coach.post(page(session, cast.tulsa, "private", "save/"), {"html": "<p>Worse.</p>", "base": 1})
    answer = coach.post(url, data)
    assert (answer.status_code, answer.context["form"]["paragraphs"].value()) == (409, [])
    assert "checked" not in answer.text.split("Paragraphs to share")[1]
    assert note("shared").html == "<p>Shared one.</p>"


def test_the_city_and_strangers_share_nothing(cast, as_, session):
    url = page(session, cast.tulsa, "private", "share/")
    asked = {
        403: ("lead", "member", "mayor", "delegate", "guest"),
        404: ("other_lead", "other_coach", "funder", "nobody"),
    }
    for status, people in asked.items():
        for browser in [as_(getattr(cast, who)) for who in people]:
            assert browser.get(url).status_code == status
            assert browser.post(url, {**shared_from(1), "paragraphs": [0]}).status_code == status
    theirs = make_session(cast.rosario, cast.other_coach, private="x")
    assert as_(cast.coach).get(page(theirs, cast.tulsa, "private", "share/")).status_code == 404
    assert note("shared").revision == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_desk_costs_little(cast, as_, session, kind):
    browser, url = as_(cast.coach), page(session, cast.tulsa, kind)

    def refuse(number):
        with rls.every_city():
            for row in range(number):
                note(kind).drafts.create(city=cast.tulsa, author=cast.coach, base=0, html=f"<p>{row}</p>")

    refuse(10)
    browser.get(url)
    with cost() as few:
        browser.get(url)
    refuse(90)
    with cost() as many:
        browser.get(url)
    assert few.count == many.count <= 8
