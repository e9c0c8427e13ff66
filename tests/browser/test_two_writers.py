"""Two people in one section at once: the other's changes arrive, and only the same paragraph is asked about."""

import os
import re
import time

import pytest
from playwright.sync_api import expect

from accelerator.texts import richtext
from tests.browser.test_desk import EDITOR, desk, expect_saved, open_desk, stored, texts, type_at_end, write  # noqa: F401 - fixtures
from tests.browser.test_merge import change

pytestmark = [pytest.mark.django_db(transaction=True)]
# `make two-writers` lets them write for ten minutes.
SECONDS = int(os.environ.get("TWO_WRITERS_SECONDS", "25"))
BASE = "<p>The lights work.</p><p>Calls are answered.</p><p>One owner.</p>"
WATCH = """() => {
  window.warnings = [];
  const banners = document.querySelector(".banners");
  const look = () => banners.innerText.trim() && window.warnings.push(banners.innerText.trim());
  new MutationObserver(look).observe(banners, { attributes: true, childList: true, subtree: true });
}"""
SAVE = "document.getElementById('editor').requestSubmit()"
LOOK_FOR_NEWER = "document.dispatchEvent(new Event('visibilitychange'))"


def expect_revision(page, number):
    expect(page.locator("#editor input[name=base]")).to_have_value(str(number))


def words(page):
    return page.locator(EDITOR).inner_text().split()


@pytest.mark.slow
def test_two_people_in_different_paragraphs_see_no_warning_and_lose_nothing(page_as, cast, desk, write):  # noqa: F811
    write(cast.coach, "<p>Lead writes here:</p><p>No one writes here.</p><p>Member writes here:</p>")
    pages = {"lead": page_as(cast.lead), "member": page_as(cast.member)}
    for page, place in zip(pages.values(), (0, 2), strict=True):
        open_desk(page, desk)
        page.evaluate(WATCH)
        page.locator(f"{EDITOR} p").nth(place).click()
        page.keyboard.press("End")
    count, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        for name, page in pages.items():
            page.keyboard.type(f" {name}{count}")
            # Neither waits for the other's answer, and both go on while theirs is on its way.
            if count % 15 == (0 if name == "lead" else 7):
                page.evaluate(SAVE)
            if count % 40 == 39:
                page.keyboard.press("Enter")
        count += 1
    for page in pages.values():
        page.evaluate(SAVE)
        expect_saved(page)
    section = stored()
    found = richtext.text(section.html).split()
    for name, page in pages.items():
        assert [word for word in found if word.startswith(name)] == [f"{name}{number}" for number in range(count)]
        page.evaluate(LOOK_FOR_NEWER)
        expect_revision(page, section.revision)
        assert words(page) == found
        assert page.evaluate("window.warnings") == []
        assert page.evaluate("localStorage.length") == 0
    _revisions, drafts = texts()
    assert drafts == []
    print(f"\n{2 * count} words by two people in {SECONDS} s, {section.revision} versions, no warning, none lost")
    assert count > SECONDS  # both could write all the time


def test_what_a_colleague_saved_arrives_at_the_next_save(page_as, cast, desk, write):  # noqa: F811
    write(cast.coach, BASE)
    one, two = page_as(cast.lead), page_as(cast.member)
    for page in (one, two):
        open_desk(page, desk)
    change(one, 0, " First.")
    expect_saved(one, 2)
    change(two, 2, " Second.")
    two.keyboard.type(" And")
    expect_saved(two, 3)
    two.keyboard.type(" third.")  # the caret is where it was
    expect_saved(two, 4)
    html = "<p>The lights work. First.</p><p>Calls are answered.</p><p>One owner. Second. And third.</p>"
    assert stored().html == html
    expect(two.locator(EDITOR)).to_contain_text("The lights work. First.")
    expect(two.locator(".editor__saved")).to_contain_text("Saved")
    for _step in range(3):
        two.keyboard.press("Control+z")  # only what this writer typed
    expect(two.locator(EDITOR)).not_to_contain_text("Second")
    expect(two.locator(EDITOR)).to_contain_text("The lights work. First.")


def test_items_of_one_list_are_different_places(page_as, cast, desk, write):  # noqa: F811
    write(cast.coach, "<ul><li><p>one</p></li><li><p>two</p></li><li><p>three</p></li></ul>")
    one, two = page_as(cast.lead), page_as(cast.member)
    for page in (one, two):
        open_desk(page, desk)
    change(one, 0, " first")
    change(one, 2, " third")
    expect_saved(one, 2)
    change(two, 1, " second")
    expect_saved(two, 3)
    two.keyboard.type(" more")
    expect_saved(two, 4)
    assert richtext.text(stored().html).split("\n") == ["one first", "two second more", "three third"]


def test_what_arrives_above_moves_neither_caret_nor_view(page_as, cast, desk, write):  # noqa: F811
    write(cast.coach, "".join(f"<p>Paragraph {number}.</p>" for number in range(60)))
    page = page_as(cast.lead)
    open_desk(page, desk)
    type_at_end(page, " Mine.")
    expect_saved(page, 2)
    last = page.locator(f"{EDITOR} p").last
    before = last.bounding_box()["y"]
    added = "<p>Paragraph 0.</p>" + "<p>From a colleague.</p>" * 12
    write(cast.member, stored().html.replace("<p>Paragraph 0.</p>", added))
    page.evaluate(LOOK_FOR_NEWER)
    expect_revision(page, 3)
    expect(page.locator(EDITOR)).to_contain_text("From a colleague.")
    assert abs(last.bounding_box()["y"] - before) < 3
    page.keyboard.type(" Still.")
    expect_saved(page, 4)
    assert stored().html.endswith("<p>Paragraph 59. Mine. Still.</p>")


def test_text_typed_after_the_warning_is_in_the_merge(page_as, cast, desk, write):  # noqa: F811
    write(cast.coach, BASE)
    page = page_as(cast.lead)
    open_desk(page, desk)
    write(cast.member, BASE.replace("One owner.", "Two owners."))
    change(page, 2, " Says the lead.")
    warning = page.locator(".banners").get_by_role("link", name="Compare the two versions")
    expect(warning).to_be_visible()
    change(page, 0, " Typed after the warning.")
    warning.click()
    page.wait_for_url("**/draft/*/")
    for text in ("Says the lead.", "Typed after the warning.", "Two owners."):
        expect(page.get_by_text(text).first).to_be_visible()


def test_without_the_rich_editor_a_colleagues_text_arrives_too(page_as, cast, desk, write):  # noqa: F811
    write(cast.coach, BASE)
    page = page_as(cast.lead)
    page.route("**/django_prose_editor/editor*.js", lambda route: route.abort())
    page.goto(desk)
    area = page.locator("#text")
    area.evaluate("area => area.setSelectionRange(area.value.length, area.value.length)")
    write(cast.member, BASE.replace("The lights", "All lights"))
    area.press_sequentially("\n\nOne more.")
    expect_saved(page, 3)
    assert stored().html == BASE.replace("The lights", "All lights") + "<p>One more.</p>"
    expect(area).to_have_value(re.compile("<p>All lights work.</p>"))


def test_without_scripts_a_colleagues_text_is_merged(page_as, cast, desk, write):  # noqa: F811
    write(cast.coach, BASE)
    page = page_as(cast.lead, java_script_enabled=False)
    page.goto(desk)
    write(cast.member, BASE.replace("The lights", "All lights"))
    area = page.get_by_role("textbox", name="Section text")
    area.fill(area.input_value().replace("One owner", "Each owner"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("along with what others have changed")
    assert stored().html == BASE.replace("The lights", "All lights").replace("One owner", "Each owner")
