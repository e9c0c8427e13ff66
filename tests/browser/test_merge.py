"""Two browsers in one section, in both orders: a merged text has what each of them wrote."""

import re

import pytest
from playwright.sync_api import expect

from accelerator import rls
from accelerator.texts import saving
from tests.browser.test_desk import desk, expect_saved, open_desk, stored, texts, type_at_end, write  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True)]
BASE = "<p>The lights work.</p><p>Calls are answered.</p><p>One owner.</p>"


def change(page, place, text):
    """Write at the end of a paragraph."""
    page.locator("#text-editor p").nth(place).click()
    page.keyboard.press("End")
    page.keyboard.type(text)


@pytest.mark.parametrize("first", ["lead", "member"])
def test_two_browsers_end_in_one_text(page_as, cast, desk, write, first):  # noqa: F811
    write(cast.coach, BASE)
    second = {"lead": "member", "member": "lead"}[first]
    one, two = page_as(getattr(cast, first)), page_as(getattr(cast, second))
    for page in (one, two):
        open_desk(page, desk)
    change(one, 0, " First here.")
    change(one, 2, " Says the first.")
    expect_saved(one, 2)
    change(two, 1, " Second here.")
    change(two, 2, " Says the second.")
    two.get_by_role("link", name="Compare the two versions").click()
    expect(two.get_by_text("First here.").first).to_be_visible()
    choice = two.get_by_role("radio", name="Both, mine first")
    choice.focus()
    two.keyboard.press("Space")
    expect(choice).to_be_checked()
    two.get_by_role("button", name="Save the merged version").click()
    two.wait_for_url(re.compile(r"/strategy/vision/$"))
    html = stored().html
    for text in ("First here.", "Says the first.", "Second here.", "Says the second."):
        assert text in html, text
    assert html.index("Says the second.") < html.index("Says the first.")
    revisions, _drafts = texts()
    assert len(revisions) == 3


def test_the_result_at_the_desk(page_as, cast, desk, write):  # noqa: F811
    write(cast.member, BASE)
    with rls.every_city():
        section = stored()
        saving.save(section, html=BASE.replace("work", "shine"), base=1, by=cast.member)
        draft = saving.save_as_draft(section, html=BASE.replace("One", "Each"), base=1, by=cast.lead)
    page = page_as(cast.lead)
    page.goto(f"{desk}draft/{draft.pk}/")
    page.get_by_role("button", name="Edit it before saving").click()
    page.wait_for_url(re.compile(r"\?draft=\d+$"))
    expect(page.locator("form[data-ready]")).to_have_count(1)
    type_at_end(page, " And more.")
    expect_saved(page, 3)
    assert stored().html == "<p>The lights shine.</p><p>Calls are answered.</p><p>Each owner. And more.</p>"


def test_writer_is_notified_that_another_took_over(page_as, cast, desk):  # noqa: F811
    one, two = page_as(cast.lead), page_as(cast.member)
    open_desk(one, desk)
    type_at_end(one, "Mine.")
    expect_saved(one, 1)
    one.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    open_desk(two, desk)
    with two.expect_navigation():
        two.get_by_role("button", name="Take over").click()
    expect(two.get_by_text("You’re now editing, and we’ve let Lead know.")).to_be_visible()
    expect(one.locator("#editor")).to_be_visible()
    one.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(one.get_by_text("took over editing at")).to_be_visible()


def test_a_reader_is_marked_as_having_looked(page_as, cast, desk, write):  # noqa: F811
    write(cast.lead, BASE)
    page = page_as(cast.coach)
    with page.expect_response(re.compile("/looked/$")) as answer:
        page.goto(desk)
    assert answer.value.status == 204
