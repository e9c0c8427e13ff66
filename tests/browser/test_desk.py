"""The desk in a real browser: writing, with interruptions by a colleague, the connection or the session."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from accelerator import rls
from accelerator.texts import richtext, saving
from strategy.models import Section, SectionDraft, SectionState, Thread
from tests.browser.conftest import sign_in

EDITOR = "#text-editor"
SAVE = "**/save/"


@pytest.fixture
def desk(cast):
    return reverse("strategy:section", kwargs={"city": cast.tulsa.slug, "section": "vision"})


@pytest.fixture
def write(cast):
    def save(by, html):
        with rls.every_city():
            section = cast.tulsa.section_set.get(key="vision")
            return saving.save(section, html=html, base=section.revision, by=by)

    return save


def stored():
    with rls.every_city():
        return Section.objects.get(key="vision", city__slug="tulsa-us")


def texts():
    """Every text that can be found: revisions by number, drafts by their author's name."""
    with rls.every_city():
        revisions = list(stored().revisions.order_by("number").values_list("html", flat=True))
        drafts = [(d.author.name, d.html) for d in SectionDraft.objects.select_related("author")]
    return revisions, drafts


def open_desk(page, desk):
    page.goto(desk)
    expect(page.locator("form[data-ready]")).to_have_count(1)
    return page.locator(EDITOR)


def type_at_end(page, text):
    page.locator(EDITOR).click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def expect_saved(page, revision=None):
    """Everything that was typed is acknowledged (and has become this revision)."""
    expect(page.locator("form[data-waits]")).to_have_count(0)
    if revision is not None:
        expect(page.locator("#editor input[name=base]")).to_have_value(str(revision))


def expect_kept(page):
    """The browser has stored the unacknowledged text; a wait in the page would be refused by the content policy."""
    for _attempt in range(100):
        if page.evaluate("localStorage.length"):
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing was kept")


def test_writing_saves_by_itself(page_as, cast, desk):
    page = page_as(cast.lead)
    open_desk(page, desk)
    type_at_end(page, "In three years the lights work.")
    expect_saved(page, 1)
    expect(page.locator(".editor__saved [data-part=saved]")).to_have_text(re.compile(r"Saved \d+:\d\d [ap]\.m\. CT"))
    expect(page.locator("[data-part=state]")).to_contain_text("Drafting")
    expect(page.locator("[data-part=words]")).to_have_text("6 words")
    assert stored().html == "<p>In three years the lights work.</p>"
    assert page.evaluate("localStorage.length") == 0
    page.reload()
    expect(page.locator(EDITOR)).to_have_text("In three years the lights work.")


def test_the_toolbar_by_keyboard(page_as, cast, desk):
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.locator("[data-command=paragraph]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-command=heading3]")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("Who decides")
    expect(page.locator("[data-command=heading3]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("The council")
    page.keyboard.press("Control+k")
    page.locator("#link-address").fill("example.org/council")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Saved.")
    expect_saved(page)
    html = stored().html
    assert html.startswith("<h3>Who decides</h3><p><strong>The council")
    assert 'href="https://example.org/council" rel="noopener noreferrer"' in html


def test_a_table(page_as, cast, desk):
    page = page_as(cast.lead)
    open_desk(page, desk).click()
    page.get_by_role("button", name="Table", exact=True).click()
    page.keyboard.type("Data set")
    page.get_by_role("button", name="Add row").click()
    page.keyboard.press("Tab")
    page.keyboard.type("Owner")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#said")).to_have_text("Saved.")
    expect_saved(page)
    html = stored().html
    assert html.startswith('<table><thead><tr><th scope="col"><p>Data set</p></th><th scope="col"><p>Owner</p></th>')
    assert html.count("<tr>") == 4


EVERYTHING = """<h3>A heading</h3><p>Words, <strong>bold</strong> and <em>italic</em>,<br>a line, a
<a href="https://example.org/">link</a> &amp; &lt;signs&gt; é 日本 🙂.</p><h4>A subheading</h4>
<ul><li>plain</li><li><p>one</p><ul><li><p>inner</p></li></ul></li></ul>
<ol start="3"><li><p>three</p></li></ol><blockquote><p>Quoted.</p></blockquote>
<table><thead><tr><th scope="col">Head</th><th>Second</th></tr></thead>
<tbody><tr><td colspan="2">Wide</td></tr></tbody></table>"""


def test_the_editor_holds_whatever_a_text_may_hold(page_as, cast, desk, write):
    """A word added in the editor only adds that word: nothing imported or pasted elsewhere is lost."""
    write(cast.member, EVERYTHING)
    before = stored().html
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.locator(f"{EDITOR} h3").click()
    page.keyboard.press("End")
    page.keyboard.type(" more")
    expect_saved(page, 2)
    after = stored().html
    assert richtext.text(after).replace(" more", "", 1) == richtext.text(before)
    for element in ("h4", "strong", "em", "br", "ul", "ol", "li", "blockquote", "thead", "th", "td"):
        assert len(re.findall(f"<{element}[ >]", after)) == len(re.findall(f"<{element}[ >]", before)), element
    for attribute in ('href="https://example.org/"', 'start="3"', 'colspan="2"', 'scope="col"'):
        assert attribute in after


@pytest.mark.parametrize("first", ["lead", "member"])
def test_two_browsers_write_the_same_section(page_as, cast, desk, write, first):
    write(cast.lead, "<p>Begun.</p>")
    second = "member" if first == "lead" else "lead"
    pages = {name: page_as(cast.people[name]) for name in ("lead", "member")}
    for page in pages.values():
        open_desk(page, desk)
    type_at_end(pages[first], f" By {first}.")
    expect_saved(pages[first], 2)
    late = pages[second]
    type_at_end(late, f" By {second}.")
    banner = late.locator(".banners")
    expect(banner).to_contain_text(f"{first.title()} saved a newer version")
    expect(banner.get_by_role("link", name="Compare the two versions")).to_be_visible()
    expect(late.locator(".editor__saved [data-part=saved]")).to_contain_text("Saved separately as your draft at")
    assert late.url.endswith(desk)
    revisions, drafts = texts()
    assert revisions == ["<p>Begun.</p>", f"<p>Begun. By {first}.</p>"]
    assert drafts == [(second.title(), f"<p>Begun. By {second}.</p>")]
    late.get_by_role("link", name="Compare the two versions").click()
    for text in (f"By {first}.", f"By {second}."):
        expect(late.locator(".two-texts")).to_contain_text(text)
    late.get_by_role("link", name="Keep editing my version").click()
    expect(late.locator("form[data-ready]")).to_have_count(1)
    type_at_end(late, f" And by {first}.")
    expect_saved(late, 3)
    assert stored().html == f"<p>Begun. By {second}. And by {first}.</p>"
    with rls.every_city():
        assert not SectionDraft.objects.filter(settled_at=None).exists()


def test_offline_then_gone_then_signed_out_the_text_is_offered_again(page_as, cast, desk, live_server):
    page = page_as(cast.lead)
    open_desk(page, desk)
    type_at_end(page, "First.")
    expect_saved(page, 1)
    context = page.context
    context.set_offline(True)
    type_at_end(page, " Written on the train.")
    expect(page.locator("[data-banner=offline]")).to_be_visible()
    expect_kept(page)
    page.close()
    Session.objects.all().delete()
    context.set_offline(False)
    page = context.new_page()
    page.goto(desk)
    assert desk not in page.url.split("?")[0]
    sign_in(context, cast.lead, live_server)
    open_desk(page, desk)
    kept = page.locator("[data-banner=kept]")
    expect(kept).to_contain_text("You have unsaved text")
    expect(kept).to_contain_text("Written on the train.")
    expect(page.locator(EDITOR)).to_have_text("First.")
    kept.get_by_role("button", name="Restore it").click()
    expect_saved(page, 2)
    assert stored().html == "<p>First. Written on the train.</p>"
    assert page.evaluate("localStorage.length") == 0
    expect(kept).to_be_hidden()


def test_a_kept_text_over_a_text_that_went_on(page_as, cast, desk, write):
    """What was kept is older than the section: it becomes a draft to compare, the section stays."""
    write(cast.lead, "<p>First.</p>")
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.context.set_offline(True)
    type_at_end(page, " Kept.")
    expect_kept(page)
    write(cast.member, "<p>Went on.</p>")
    page.close()
    page.context.set_offline(False)
    page = page.context.new_page()
    open_desk(page, desk)
    page.get_by_role("button", name="Restore it").click()
    expect(page.locator(".banners")).to_contain_text("Member saved a newer version")
    expect(page.locator(EDITOR)).to_have_text("Went on.")
    assert texts()[1] == [("Lead", "<p>First. Kept.</p>")]
    assert page.evaluate("localStorage.length") == 0


def test_kept_text_is_saved_separately(page_as, cast, desk, write):
    write(cast.lead, "<p>First.</p>")
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.context.set_offline(True)
    type_at_end(page, " Kept.")
    expect_kept(page)
    page.close()
    page.context.set_offline(False)
    page = page.context.new_page()
    open_desk(page, desk)
    page.get_by_role("button", name="Save separately").click()
    expect(page.locator(".banners")).to_contain_text("Saved separately.")
    assert texts()[1] == [("Lead", "<p>First. Kept.</p>")]
    page.get_by_role("link", name="See your drafts").click()
    expect(page.locator("main")).to_contain_text("First. Kept.")


def test_signed_out_while_writing(page_as, cast, desk, live_server):
    page = page_as(cast.lead)
    open_desk(page, desk)
    type_at_end(page, "Before.")
    expect_saved(page, 1)
    Session.objects.all().delete()
    type_at_end(page, " After.")
    expect(page.locator("[data-banner=signed-out]")).to_contain_text("You’re signed out.")
    assert stored().html == "<p>Before.</p>"
    # Signing in in another tab changes the session and the CSRF token of this browser.
    sign_in(page.context, cast.lead, live_server)
    fresh = {"name": "csrftoken", "value": "a" * 32, "url": live_server.url}
    page.context.add_cookies([fresh])
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect_saved(page, 2)
    expect(page.locator("[data-banner=signed-out]")).to_be_hidden()
    assert stored().html == "<p>Before. After.</p>"


def test_an_old_token_is_renewed(page_as, cast, desk):
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.context.clear_cookies(name="csrftoken")
    type_at_end(page, "Words.")
    expect_saved(page, 1)


def test_signed_in_as_someone_else(page_as, cast, desk, live_server):
    page = page_as(cast.lead)
    open_desk(page, desk)
    sign_in(page.context, cast.member, live_server)
    type_at_end(page, "Of the lead.")
    expect(page.locator(".banners")).to_contain_text("You’re now signed in as Member")
    assert stored().revision == 0
    expect_kept(page)


def test_a_server_that_does_not_answer(page_as, cast, desk):
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.route(SAVE, lambda route: route.fulfill(status=502, body="Bad gateway"))
    type_at_end(page, "Patience.")
    expect(page.locator("[data-banner=unsaved]")).to_be_visible()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    page.unroute(SAVE)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect_saved(page, 1)
    expect(page.locator("[data-banner=unsaved]")).to_be_hidden()
    assert stored().html == "<p>Patience.</p>"


def test_emptying_asks_for_a_word(page_as, cast, desk, write):
    write(cast.lead, "<p>A full text.</p>")
    page = page_as(cast.lead)
    editor = open_desk(page, desk)

    def empty():
        editor.click()
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        expect(page.locator(".banners")).to_contain_text("Nothing was saved.")

    empty()
    assert stored().words == 3
    page.get_by_role("button", name="Restore the text").click()
    expect(editor).to_have_text("A full text.")
    empty()
    page.get_by_role("button", name="Clear the section").click()
    expect_saved(page, 2)
    assert stored().html == ""


def test_a_final_section_is_opened_on_purpose(page_as, cast, desk, write):
    write(cast.lead, "<p>Final words.</p>")
    with rls.every_city():
        Section.objects.update(state=SectionState.FINAL)
    page = page_as(cast.lead)
    editor = open_desk(page, desk)
    expect(editor).to_have_attribute("contenteditable", "false")
    page.get_by_role("button", name="Edit anyway").click()
    type_at_end(page, " And more.")
    expect_saved(page, 2)
    expect(page.locator("[data-part=state]")).to_contain_text("Drafting")


def test_moving_a_section_on_saves_the_last_words(page_as, cast, desk, write):
    write(cast.lead, "<p>Words.</p>")
    page = page_as(cast.lead)
    open_desk(page, desk)
    type_at_end(page, " Last words.")
    page.get_by_role("button", name="Request coach review").click()
    expect(page.locator("#messages")).to_contain_text("Status updated: in coach review.")
    assert (stored().html, stored().state) == ("<p>Words. Last words.</p>", SectionState.IN_REVIEW)


def test_colleague_is_shown_and_a_newer_text_arrives(page_as, cast, desk, write):
    write(cast.lead, "<p>Words.</p>")
    with rls.every_city():
        Section.objects.update(claimed_by=None)
    page = page_as(cast.lead)
    open_desk(page, desk)
    expect(page.locator("[data-part=who]")).to_have_text("No one else is editing this")
    write(cast.member, "<p>Newer words.</p>")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("[data-part=who]")).to_contain_text("Member has been editing this since")
    expect(page.locator(EDITOR)).to_have_text("Newer words.")
    assert page.locator(".banners").inner_text().strip() == ""


def test_commenting_on_a_passage(page_as, cast, desk, write):
    write(cast.lead, "<p>The <strong>data</strong> council meets on Tuesdays.</p>")
    page = page_as(cast.coach)
    page.goto(desk)
    page.get_by_text("New comment").click()
    page.locator("#text strong").dblclick()
    page.get_by_role("button", name="Use the text you selected").click()
    page.get_by_label("Comment", exact=True).fill("Which six departments?")
    page.reload()  # by accident: the text is still there
    expect(page.get_by_label("Comment", exact=True)).to_have_value("Which six departments?")
    expect(page.get_by_label("About this passage")).to_have_value("data")
    page.get_by_role("button", name="Post comment").click()
    thread = page.locator(".thread")
    expect(thread).to_contain_text("Which six departments?")
    expect(page.locator("#said")).to_have_text("Comment posted.")
    expect(thread.locator(".comment")).to_be_focused()
    assert page.evaluate("localStorage.length") == 0
    thread.get_by_role("button", name="Show in the text").click()
    assert page.evaluate("[...CSS.highlights.get('quote')][0].toString()") == "data"
    thread.locator("summary").click()
    thread.get_by_label("Reply").fill("In the city, I mean.")
    thread.get_by_role("button", name="Post reply").click()
    expect(page.locator(".thread .comment")).to_have_count(2)
    expect(page.locator(".thread .comment").last).to_be_focused()
    page.get_by_role("button", name="Resolve this thread").click()
    expect(thread.locator(".thread__outcome")).to_be_focused()
    expect(thread.locator(".thread__outcome")).to_contain_text("by Coach")
    page.get_by_role("button", name="Reopen").click()
    page.get_by_role("link", name="Close this thread with a reason").click()
    page.get_by_label("Resolved: no edit was needed").check()
    page.get_by_role("button", name="Close thread").click()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()
    with rls.every_city():
        thread = Thread.objects.get()
    assert (thread.quote, thread.outcome) == ("data", "settled")


def test_without_scripts(page_as, cast, desk, write):
    write(cast.member, "<p>Begun.</p>")
    page = page_as(cast.lead, java_script_enabled=False)
    page.goto(desk)
    area = page.get_by_role("textbox", name="Section text")
    expect(area).to_have_value("<p>Begun.</p>")
    area.fill("One\n\nTwo")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#messages")).to_have_text("Saved.")
    assert stored().html == "<p>One</p><p>Two</p>"


def test_an_editor_that_cannot_be_loaded_leaves_the_text_area(page_as, cast, desk, write):
    write(cast.member, "<p>Begun.</p>")
    page = page_as(cast.lead)
    page.route("**/django_prose_editor/editor*.js", lambda route: route.abort())
    page.goto(desk)
    expect(page.locator("[data-banner=plain]")).to_be_visible()
    page.locator("#text").fill("<p>Begun.</p>\n\nGone on.")
    expect_saved(page, 2)
    assert stored().html == "<p>Begun.</p><p>Gone on.</p>"


@pytest.mark.parametrize("within_text", [True, False])
def test_a_page_that_broke_off_stays_closed(page_as, cast, desk, write, within_text):
    write(cast.lead, "<p>" + "word " * 300 + "</p>")
    page = page_as(cast.lead)

    def half(route):
        body = route.fetch().text()
        begins = body.index('name="html"')
        end = body.index("</textarea>", begins) - 400 if within_text else begins - 400
        route.fulfill(body=body[:end], content_type="text/html")

    page.route("**" + desk, half)
    page.goto(desk)
    expect(page.locator("[data-banner=broken]")).to_be_visible()
    for editor in page.locator(EDITOR).all():
        expect(editor).to_have_attribute("contenteditable", "false")
    assert stored().words == 300


@pytest.mark.parametrize("width", [1280, 390])
def test_no_violation_of_accessibility(page_as, cast, desk, write, width):
    write(cast.member, "<h3>Theirs</h3><p>Words.</p><ul><li>one</li></ul>")
    with rls.every_city():
        draft = saving.save(stored(), html="<p>mine</p>", base=0, by=cast.lead).draft
        section = stored()
        section.threads.create(city=cast.tulsa, revision=1, quote="Words.", opened_by=cast.coach)
    city = reverse("strategy:strategy", args=[cast.tulsa.slug])
    pages = [
        desk,
        city,
        f"{desk}history/",
        f"{desk}history/1/",
        f"{desk}assign/",
        f"{desk}draft/{draft.pk}/",
        "/my/drafts/",
    ]
    page = page_as(cast.lead, width=width)
    for address in pages:
        page.goto(address)
        if address == desk:
            expect(page.locator("form[data-ready]")).to_have_count(1)
        results = Axe().run(page)
        assert results.violations_count == 0, address + results.generate_report()
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, address


@pytest.mark.parametrize("person", ["lead", "mayor"])
def test_a_link_of_the_readiness_check_shows_the_passage(page_as, cast, person):
    """The passage that the check found is highlighted and on screen, in the editor and for readers."""
    with rls.every_city():
        section = cast.tulsa.section_set.get(key="vision")
        html = "<p>Before.</p>" * 60 + "<h4>A skipped level</h4>" + "<p>After.</p>" * 60
        saving.save(section, html=html, base=0, by=cast.lead)
    page = page_as(cast.people[person])
    page.goto(reverse("strategy:section", args=[cast.tulsa.slug, "vision"]) + "?find=A+skipped+level")
    expect(page.get_by_role("heading", name="A skipped level")).to_be_in_viewport()
    # One evaluation that waits by itself: polling from outside would need eval, which the policy refuses.
    found = """() => new Promise((done) => {
        const look = () => (String(getSelection()) === "A skipped level" ? done(true) : setTimeout(look, 50));
        look();
    })"""
    assert page.evaluate(found)
