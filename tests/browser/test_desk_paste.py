"""Pasting into the desk: what fails changes nothing, and later pastes are cleaned as before."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accelerator import rls
from tests.browser.test_desk import EDITOR, desk, expect_saved, open_desk, stored, type_at_end, write  # noqa: F401
from tests.browser.test_desk_pictures import PASTE
from tests.coaching.made import make_session

pytestmark = [pytest.mark.django_db(transaction=True)]
CLEAN = "**/pasted/"
DELETED = "<p class=MsoNormal>Kept<span class=msoDel><del> deleted</del></span></p>"
CHECKLIST = """<b id="docs-internal-guid-1"><ul><li role="checkbox" aria-checked="true"><img
 src="data:image/png;base64,iVBORw0KGgo=" alt="checked" aria-roledescription="checkbox"><p>Name an owner</p></li></ul>
 <p>m<span style="vertical-align:super">2</span></p></b>"""
# A table that the editor's table rules can't place where the caret is: a merged corner, as Excel copies it.
CORNER = (
    "<table><tbody><tr><td><p>Permits</p></td><td><p>12 days</p></td><td rowspan=2><p>City clerk</p></td></tr>"
    "<tr><td><p>Licenses</p></td><td><p>9 days</p></td></tr></tbody></table>"
)


def paste(page, html):
    page.evaluate(PASTE, [html, "text"])
    expect(page.locator("[data-pasted]")).not_to_have_text("Inserting…")


def expect_cleaned_paste(page):
    """A later paste is cleaned: what was deleted in Word isn't text again."""
    paste(page, DELETED)
    expect(page.locator(EDITOR)).to_contain_text("Kept")
    expect(page.locator(EDITOR)).not_to_contain_text("deleted")


def test_a_paste_that_the_editor_refuses_changes_nothing(page_as, cast, desk, write):  # noqa: F811
    write(cast.lead, "<p>Before.</p>")
    page = page_as(cast.lead)
    open_desk(page, desk)
    type_at_end(page, " Mine.")
    # The editor throws while it inserts, as it did for a table with a merged corner.
    page.evaluate(
        """() => {
          const editor = document.querySelector("#text-editor").editor;
          const [paste, original] = [editor.view.pasteHTML, editor.view.pasteHTML.bind(editor.view)];
          editor.view.pasteHTML = (html) => {
            editor.view.pasteHTML = original;
            original("<p>Half of it</p>");
            throw new RangeError("no such cell");
          };
        }"""
    )
    paste(page, DELETED)
    expect(page.locator("[data-pasted]")).to_contain_text("couldn’t be inserted. Your text hasn’t changed.")
    expect(page.locator(EDITOR)).to_have_text("Before. Mine.")
    expect_cleaned_paste(page)
    expect_saved(page)
    assert stored().html in {"<p>Before. Mine.Kept</p>", "<p>Before. Mine.</p><p>Kept</p>"}


def test_a_table_with_a_merged_corner_is_pasted_into_a_table_or_leaves_it(page_as, cast, desk, write):  # noqa: F811
    write(cast.lead, "<table><tbody><tr><td><p>A</p></td><td><p>B</p></td></tr></tbody></table>")
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.locator(f"{EDITOR} td").first.click()
    paste(page, CORNER)
    told = page.locator("[data-pasted]").inner_text()
    inserted = "City clerk" in page.locator(EDITOR).inner_text()
    assert inserted != ("couldn’t be inserted" in told)
    assert "script" not in told
    page.locator(f"{EDITOR} td").first.click()
    expect_cleaned_paste(page)


def test_a_paste_without_an_answer_changes_nothing(page_as, cast, desk, write):  # noqa: F811
    write(cast.lead, "<p>Before.</p>")
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.locator(EDITOR).click()
    page.route(CLEAN, lambda route: route.abort())
    paste(page, DELETED)
    expect(page.locator("[data-pasted]")).to_contain_text("because the server didn’t respond")
    expect(page.locator(EDITOR)).to_have_text("Before.")
    page.unroute(CLEAN)
    expect_cleaned_paste(page)


def test_a_checklist_with_raised_figures_is_pasted_without_its_pictures(page_as, cast, desk):  # noqa: F811
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.locator(EDITOR).click()
    paste(page, CHECKLIST)
    expect(page.locator("[data-pasted]")).to_be_hidden()
    expect(page.locator(f"{EDITOR} sup")).to_have_text("2")
    expect_saved(page)
    assert stored().html == "<ul><li><p>☑ Name an owner</p></li></ul><p>m<sup>2</sup></p>"
    with rls.every_city():
        assert not cast.tulsa.picture_set.exists()


def test_a_note_is_cleaned_too(page_as, cast):
    session = make_session(cast.tulsa, cast.coach, private="<p>First words.</p>")
    page = page_as(cast.coach)
    page.goto(reverse("coaching:note-private", args=[cast.tulsa.slug, session.pk]))
    expect(page.locator("form[data-ready]")).to_have_count(1)
    page.locator(EDITOR).click()
    expect_cleaned_paste(page)
