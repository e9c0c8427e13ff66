"""Coaching in a real browser: notes autosave, a form outlives its tab, rows change in place."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accelerator import rls
from coaching.models import CoachingSession, PrivateNote, PrivateNoteDraft
from tests.coaching.made import make_commitment, make_session

DONE, OPEN = re.compile("^Mark as done.*List the departments"), re.compile("^Reopen.*List the departments")


@pytest.fixture
def session(cast):
    return make_session(cast.tulsa, cast.coach, private="<p>First words.</p>")


def at(cast, more=""):
    return f"/cities/{cast.tulsa.slug}/coaching/{more}"


def open_note(page, url):
    page.goto(url)
    expect(page.locator("form[data-ready]")).to_have_count(1)


def type_at_end(page, text):
    page.locator("#text-editor").click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def test_a_private_note_saves_by_itself_and_stays_private(page_as, cast, session):
    coach, lead = page_as(cast.coach), page_as(cast.lead)
    open_note(coach, at(cast, f"{session.pk}/notes/private/"))
    type_at_end(coach, " Second words.")
    expect(coach.locator("#editor input[name=base]")).to_have_value("2")
    with rls.every_city():
        assert PrivateNote.objects.get().html == "<p>First words. Second words.</p>"
    lead.goto(at(cast, f"{session.pk}/"))
    expect(lead.get_by_text("Agreed words.")).to_be_visible()
    assert "words. Second" not in lead.content()


def test_two_who_write_the_same_note_keep_both_texts(page_as, cast, session):
    coach, admin = page_as(cast.coach), page_as(cast.admin)
    url = at(cast, f"{session.pk}/notes/private/")
    open_note(coach, url)
    open_note(admin, url)
    type_at_end(coach, " The coach's.")
    expect(coach.locator("#editor input[name=base]")).to_have_value("2")
    type_at_end(admin, " The admin's.")
    admin.keyboard.press("Tab")
    expect(admin.get_by_text("saved a newer version")).to_be_visible()
    admin.get_by_role("link", name="Compare the two versions").click()
    expect(admin.get_by_role("radio", name="Current note, last saved by Coach")).to_be_visible()
    admin.get_by_text("Both full versions, side by side").click()
    expect(admin.get_by_text("First words. The coach's.")).to_be_visible()
    expect(admin.get_by_text("First words. The admin's.")).to_be_visible()
    with rls.every_city():
        assert PrivateNoteDraft.objects.filter(author=cast.admin).exists()


def test_a_form_that_was_never_sent_is_offered_again(page_as, cast):
    page = page_as(cast.coach)
    page.goto(at(cast, "new/"))
    page.get_by_label("Topic").fill("A session of one hour")
    page.get_by_label("Date").fill(cast.tulsa.today().isoformat())
    page.get_by_label("Time", exact=True).fill("10:00")
    page.get_by_label("Lead, city lead").check()
    page.get_by_label("Private note").fill("Half a thought")
    page.get_by_role("button", name="Add three rows").click()
    page.locator("#id_what_4").fill("Name the stewards")
    page.locator("#id_owner_4").select_option(label="Lead, city lead")
    page.locator("#id_due_on_4").fill(cast.tulsa.today().isoformat())
    page.wait_for_timeout(500)
    page.goto(at(cast))
    page.goto(at(cast, "new/"))
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Topic")).to_have_value("A session of one hour")
    expect(page.get_by_label("Private note")).to_have_value("Half a thought")
    expect(page.get_by_label("Lead, city lead")).to_be_checked()
    expect(page.locator("#id_what_4")).to_have_value("Name the stewards")
    page.get_by_role("button", name="Log the session").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A session of one hour")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('form:')).length") == 0
    page.goto(at(cast, "new/"))
    expect(page.locator("[data-banner=kept-form]")).to_be_hidden()
    with rls.every_city():
        logged = CoachingSession.objects.get()
        assert logged.commitments.get().what == "Name the stewards"


def test_kept_form_can_be_discarded(page_as, cast):
    page = page_as(cast.coach)
    page.goto(at(cast, "new/"))
    page.get_by_label("Shared note").fill("Words that nobody needs")
    page.wait_for_timeout(500)
    page.goto(at(cast, "new/"))
    page.get_by_role("button", name="Discard it").click()
    expect(page.locator("[data-banner=kept-form]")).to_be_hidden()
    page.reload()
    expect(page.locator("[data-banner=kept-form]")).to_be_hidden()


def test_done_changes_the_row_and_the_headline_in_place(page_as, cast, session):
    make_commitment(session, cast.lead, what="List the departments", due_in=-2)
    page = page_as(cast.lead)
    page.goto(at(cast))
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name=DONE).click()
    expect(page.get_by_role("button", name=OPEN)).to_be_visible()
    expect(page.locator(".lead")).to_have_text("All commitments are complete.")
    page.get_by_role("button", name=OPEN).click()
    expect(page.get_by_role("button", name=DONE)).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("One commitment is open, and it’s late.")
    assert page.evaluate("window.stayed")


def test_the_readers_own_clock_follows_the_fields(page_as, cast):
    cast.coach.time_zone = "America/Sao_Paulo"
    cast.coach.save()
    page = page_as(cast.coach)
    page.goto(at(cast, "new/"))
    page.get_by_label("Date").fill("2026-03-09")
    page.get_by_label("Time", exact=True).fill("14:00")
    page.get_by_label("Time", exact=True).blur()
    expect(page.locator("#clock")).to_contain_text("4:00 p.m. São Paulo time")


def test_every_page_of_coaching_passes_axe(page_as, cast, session):
    make_commitment(session, cast.lead, what="List the departments", due_in=-2)
    planned = make_session(cast.tulsa, cast.coach, days_ago=-3, title="Planned")
    coach, mayor = page_as(cast.coach), page_as(cast.mayor, width=390)
    axe = Axe()
    for page, more in [
        *((coach, more) for more in ("", "new/", "commitments/", f"{session.pk}/", f"{session.pk}/edit/")),
        *((coach, f"{session.pk}/notes/{more}") for more in ("shared/", "private/", "private/share/")),
        *((coach, f"{session.pk}/{more}") for more in ("commitments/new/",)),
        *((mayor, more) for more in ("", f"{session.pk}/", f"{planned.pk}/")),
    ]:
        page.goto(at(cast, more))
        found = axe.run(page)
        assert found.violations_count == 0, f"{more}: {found.generate_report()}"
    coach.goto(at(cast, "new/"))
    coach.locator("#id_what_0").fill("No owner")
    coach.get_by_role("button", name="Log the session").last.click()
    expect(coach.locator(".error-summary")).to_be_focused()
    found = axe.run(coach)
    assert found.violations_count == 0, found.generate_report()
