"""The desk and its saving view, as a script and as a plain form use them."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accelerator import rls
from accelerator.models import AuditEvent
from accelerator.texts import saving
from strategy.models import Section, SectionDraft, SectionState
from tests.clients import cost, edit
from tests.strategy.conftest import FETCH, HTMX

pytestmark = pytest.mark.django_db
S = SectionState


def outcome(answer):
    found = re.search(r'data-outcome="([\w-]+)" data-revision="(\d*)"', answer.content.decode())
    return found[1], found[2]


def messages_of(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


def drafts(**found):
    with rls.every_city():
        return list(SectionDraft.objects.filter(**found))


# Saving by a script --------------------------------------------------------------------------------------------


def test_autosave(cast, as_, at, row):
    answer = as_(cast.lead).post(at("section-save"), {"html": "<p>Hello</p>", "base": 0}, headers=FETCH)
    assert (answer.status_code, outcome(answer)) == (200, ("saved", "1"))
    page = answer.content.decode()
    assert "Drafting" in page
    assert "Saved <time" in page
    assert ">CT<" in page
    assert (row().html, row().state) == ("<p>Hello</p>", S.DRAFTING)


def test_a_lost_answer_is_sent_again(cast, as_, at, row):
    browser = as_(cast.lead)
    for _attempt in range(2):
        answer = browser.post(at("section-save"), {"html": "<p>Hello</p>", "base": 0}, headers=FETCH)
    assert (answer.status_code, outcome(answer)) == (200, ("same", "1"))
    assert row().revision == 1


def test_a_stale_autosave_keeps_the_text_and_says_where(cast, as_, at, row, write):
    write(cast.member, "theirs")
    answer = as_(cast.lead).post(at("section-save"), {"html": "<p>mine</p>", "base": 0}, headers=FETCH)
    assert (answer.status_code, outcome(answer)) == (409, ("stale", "1"))
    [draft] = drafts(author=cast.lead)
    assert draft.html == "<p>mine</p>"
    page = answer.content.decode()
    assert at("draft", pk=draft.pk) in page
    assert "Member saved a newer version" in page
    assert row().html == "<p>theirs</p>"


def test_emptying_is_refused_without_the_checkbox(cast, as_, at, row, write):
    write(cast.lead, "word " * 2000)
    browser = as_(cast.lead)
    answer = browser.post(at("section-save"), {"html": "", "base": 1}, headers=FETCH)
    assert (answer.status_code, outcome(answer)) == (422, ("would-empty", "1"))
    assert row().words == 2000
    answer = browser.post(at("section-save"), {"html": "", "base": 1, "clear": "1"}, headers=FETCH)
    assert (answer.status_code, outcome(answer)) == (200, ("saved", "2"))
    assert row().html == ""


@pytest.mark.parametrize("base", [{}, {"base": ""}, {"base": "one"}, {"base": "-1"}, {"base": "9" * 30}])
def test_without_a_base_nothing_is_saved(cast, as_, at, row, base):
    answer = as_(cast.lead).post(at("section-save"), {"html": "<p>x</p>", **base}, headers=FETCH)
    assert (answer.status_code, outcome(answer)[0]) == (422, "missing-base")
    assert "Your text wasn’t saved because the page hadn’t loaded completely." in answer.content.decode()
    assert row().revision == 0
    assert drafts() == []


def test_too_long(cast, as_, at, row):
    long = "x" * (saving.LONGEST + 1)
    answer = as_(cast.lead).post(at("section-save"), {"html": long, "base": 0}, headers=FETCH)
    assert (answer.status_code, outcome(answer)[0]) == (422, "too-long")
    assert row().revision == 0


def test_text_of_a_previously_signed_in_person(cast, as_, at, row):
    data = {"html": "<p>x</p>", "base": 0, "person": cast.member.pk}
    answer = as_(cast.lead).post(at("section-save"), data, headers=FETCH)
    assert (answer.status_code, outcome(answer)[0]) == (409, "other-person")
    assert row().revision == 0
    data["person"] = cast.lead.pk
    assert as_(cast.lead).post(at("section-save"), data, headers=FETCH).status_code == 200


def test_active_content_is_removed_and_reported(cast, as_, at, row):
    data = {"html": "<p onclick='x()'>Hello</p>", "base": 0}
    answer = as_(cast.lead).post(at("section-save"), data, headers=FETCH)
    assert "One active element" in answer.content.decode()
    assert row().html == "<p>Hello</p>"


def test_saving_is_few_statements(cast, as_, at, write):
    write(cast.lead, "before")
    browser = as_(cast.lead)
    with cost() as measured:
        browser.post(at("section-save"), {"html": "<p>after</p>", "base": 1}, headers=FETCH)
    # The city, the section by its key, the section locked, its new words, its revision.
    assert measured.count == 5, measured.queries


# Saving by a plain form ----------------------------------------------------------------------------------------


def test_plain_save(cast, as_, at, row):
    answer = as_(cast.lead).post(at("section-save"), {"html": "One\n\nTwo", "base": 0})
    assert (answer.status_code, answer["Location"]) == (302, at("section"))
    assert messages_of(answer) == ["Saved."]
    assert row().html == "<p>One</p><p>Two</p>"


def test_plain_stale_save_leads_to_both_texts(cast, as_, at, write):
    write(cast.member, "theirs")
    browser = as_(cast.lead)
    answer = browser.post(at("section-save"), {"html": "mine", "base": 0})
    [draft] = drafts(author=cast.lead)
    assert answer["Location"] == at("draft", pk=draft.pk)
    page = browser.get(answer["Location"]).content.decode()
    assert "<p>mine</p>" in page
    assert "<p>theirs</p>" in page


def test_plain_empty_save(cast, as_, at, row, write):
    write(cast.lead, "full")
    browser = as_(cast.lead)
    answer = browser.post(at("section-save"), {"html": "", "base": 1})
    assert answer["Location"] == at("section")
    assert messages_of(answer) == [
        ("Nothing was saved because the text you sent was empty. To clear the section, check “Clear the section.”")
    ]
    assert row().words == 1
    browser.post(at("section-save"), {"html": "", "base": 1, "clear": "1"})
    assert row().html == ""


def test_plain_clear_over_a_newer_text(cast, as_, at, row, write):
    write(cast.lead, "one")
    write(cast.member, "two")
    answer = as_(cast.lead).post(at("section-save"), {"html": "", "base": 1, "clear": "1"})
    assert messages_of(answer) == [
        ("The section wasn’t cleared because someone saved a newer version while you were working.")
    ]
    assert row().html == "<p>two</p>"


def test_plain_save_without_a_base_hands_the_text_back(cast, as_, at, row):
    browser = as_(cast.lead)
    answer = browser.post(at("section-save"), {"html": "my words"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "my words</textarea>" in page
    kept = browser.post(at("section-aside"), {"html": "my words", "base": "0"})
    assert kept.status_code == 302
    assert [draft.html for draft in drafts(author=cast.lead)] == ["<p>my words</p>"]
    assert row().revision == 0


# The page ------------------------------------------------------------------------------------------------------


def test_base_field_follows_the_text_field(cast, as_, at, write):
    """A page that broke off while loading has no base, and is refused."""
    write(cast.lead, "words")
    page = as_(cast.lead).get(at("section")).content.decode()
    assert page.index("</textarea>") < page.index('name="base" value="1"')


def test_desk_is_not_stored_by_caches(cast, as_, at):
    assert "no-store" in as_(cast.lead).get(at("section"))["Cache-Control"]


def test_the_desk_shows_what_to_write(cast, as_, at, row):
    page = as_(cast.lead).get(at("section", section="data-governance")).content.decode()
    template = row("data-governance").template
    assert template.purpose.split("’")[0] in page
    assert template.own_parts[0]["title"] in page
    assert 'aria-current="page"' in page


def test_the_desk_in_the_readers_language(cast, as_, at):
    cast.lead.language = "es"
    cast.lead.save()
    page = as_(cast.lead).get(at("section", section="who-we-listened-to")).content.decode()
    assert "A quiénes escuchamos" in page


@pytest.mark.parametrize(("state", "is_warned"), [(S.REVIEWED, True), (S.FINAL, True), (S.DRAFTING, False)])
def test_desk_warns_that_writing_reopens_the_section(cast, as_, at, write, state, is_warned):
    write(cast.lead, "words")
    with rls.every_city():
        Section.objects.filter(city=cast.tulsa).update(state=state)
    page = as_(cast.lead).get(at("section")).content.decode()
    assert ("If you save a change, it will go back to “Drafting.”" in page) == is_warned


def test_final_section_warns_that_any_change_reopens_it(cast, as_, at, write, row):
    write(cast.lead, "words")
    with rls.every_city():
        Section.objects.filter(city=cast.tulsa, key="vision").update(state=S.FINAL)
    page = as_(cast.member).get(at("section")).content.decode()
    assert "This section is final. If you save a change, it will go back to “Drafting.”" in page
    write(cast.member, "other words")
    assert row().state == S.DRAFTING


def test_writing_reopens_and_is_on_record(cast, as_, at, write):
    write(cast.lead, "words")
    with rls.every_city():
        Section.objects.filter(city=cast.tulsa).update(state=S.FINAL)
    answer = as_(cast.member).post(at("section-save"), {"html": "<p>x</p>", "base": 1}, headers=FETCH)
    assert "Drafting" in answer.content.decode()
    with rls.every_city():
        event = AuditEvent.objects.filter(verb="section moved").latest("at")
    assert (event.actor_id, event.data) == (cast.member.pk, {"before": "final", "after": "drafting"})


def test_ones_own_refused_text_is_offered(cast, as_, at, write):
    write(cast.member, "theirs")
    draft = write(cast.lead, "mine", base=0).draft
    assert at("draft", pk=draft.pk) in as_(cast.lead).get(at("section")).content.decode()
    assert at("draft", pk=draft.pk) not in as_(cast.member).get(at("section")).content.decode()


def test_draft_can_be_continued(cast, as_, at, write, row):
    write(cast.member, "theirs")
    draft = write(cast.lead, "mine", base=0).draft
    browser = as_(cast.lead)
    page = browser.get(at("section") + f"?draft={draft.pk}").content.decode()
    assert '<textarea id="text"' in page
    assert "mine" in page.split('<textarea id="text"')[1].split("</textarea>")[0]
    assert 'name="base" value="1"' in page
    answer = browser.post(
        at("section-save"), {"html": "<p>mine, longer</p>", "base": 1, "draft": draft.pk}, headers=FETCH
    )
    assert outcome(answer) == ("saved", "2")
    assert drafts(author=cast.lead, settled_at=None) == []


def test_draft_of_another_person_cannot_be_continued(cast, as_, at, write):
    write(cast.member, "theirs")
    draft = write(cast.lead, "mine", base=0).draft
    assert as_(cast.member).get(at("section") + f"?draft={draft.pk}").status_code == 404
    data = {"html": "<p>x</p>", "base": 1, "draft": draft.pk}
    assert as_(cast.member).post(at("section-save"), data, headers=FETCH).status_code == 200
    assert len(drafts(author=cast.lead, settled_at=None)) == 1


@pytest.mark.parametrize("rows", [10, 100])
def test_the_desk_costs_the_same_with_many_rows(cast, as_, at, write, talk, rows):
    for number in range(rows):
        write(cast.member, f"text {number}")
        write(cast.lead, f"mine {number}", base=0)
        talk(cast.coach, quote="text" if number % 2 else "gone")
    browser = as_(cast.lead)
    with cost() as measured:
        assert browser.get(at("section")).status_code == 200
    assert measured.count <= 8, measured.queries


# Who is here ---------------------------------------------------------------------------------------------------


def test_who_is_writing(cast, as_, at, write):
    write(cast.lead, "words")
    with rls.every_city():
        Section.objects.update(claimed_by=None, claim_seen_at=None)
    looking = as_(cast.member).post(at("section-here"), {"base": 1}, headers=FETCH)
    assert outcome(looking) == ("here", "1")
    assert "No one else is editing this" in looking.content.decode()
    as_(cast.lead).post(at("section-here"), {"base": 1, "writing": "1"}, headers=FETCH)
    page = as_(cast.member).post(at("section-here"), {"base": 1}, headers=FETCH).content.decode()
    assert "<strong>Lead</strong> has been editing this since" in page


def test_desk_reports_a_newer_text(cast, as_, at, write):
    write(cast.lead, "one")
    write(cast.member, "two")
    answer = as_(cast.lead).post(at("section-here"), {"base": 1}, headers=FETCH)
    assert outcome(answer) == ("newer", "2")
    assert "Member saved a newer version" in answer.content.decode()


def test_looking_claims_nothing_and_hands_out_a_fresh_token(cast, as_, at, row):
    answer = as_(cast.lead).get(at("section-here"), {"writing": "1"}, headers=FETCH)
    assert row().claimed_by is None
    assert "csrftoken" in answer.cookies


# Assigning -----------------------------------------------------------------------------------------------------


def test_assigning(cast, as_, at, row):
    data = {"assignee": cast.member.pk, "due_on": "2026-06-05"}
    answer = edit(as_(cast.lead), at("section-assign"), data)
    assert answer["Location"] == at("section")
    assert (row().assignee, row().due_on.isoformat()) == (cast.member, "2026-06-05")
    answer = edit(as_(cast.admin), at("section-assign"), {**data, "assignee": "", "back": "contents"})
    assert answer["Location"] == f"/cities/{cast.tulsa.slug}/strategy/"
    assert row().assignee is None


def test_only_the_team_can_be_chosen(cast, as_, at, row):
    before = row().due_on
    for person in (cast.coach, cast.mayor, cast.guest, cast.other_lead):
        answer = edit(as_(cast.lead), at("section-assign"), {"assignee": person.pk, "due_on": "2026-06-05"})
        assert answer.status_code == 422
        assert answer.context["form"].errors.keys() == {"assignee"}
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.member).update(until=timezone.localdate() - timedelta(days=2))
    answer = edit(as_(cast.lead), at("section-assign"), {"assignee": cast.member.pk, "due_on": "2026-06-05"})
    assert answer.context["form"].errors.keys() == {"assignee"}
    assert (row().assignee, row().due_on) == (None, before)


def test_a_date_is_needed(cast, as_, at):
    answer = edit(as_(cast.lead), at("section-assign"), {"assignee": cast.member.pk, "due_on": "soon"})
    assert answer.context["form"].errors.keys() == {"due_on"}


def test_htmx_headers_do_not_change_the_saving_view(cast, as_, at):
    answer = as_(cast.lead).post(at("section-save"), {"html": "<p>x</p>", "base": 0}, headers=HTMX)
    assert answer.status_code == 302


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_due_date_at_the_end_of_time_is_refused(cast, as_, at, row, day):
    before = row().due_on
    answer = edit(as_(cast.lead), at("section-assign"), {"assignee": cast.member.pk, "due_on": day})
    assert answer.context["form"].errors.keys() == {"due_on"}
    assert row().due_on == before
