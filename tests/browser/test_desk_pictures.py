"""Pictures and pasted text at the desk, in a real browser and using only the keyboard."""

import base64
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from accelerator import rls
from strategy.models import Picture, Section
from tests.browser.test_desk import EDITOR, expect_saved, open_desk
from tests.strategy.picture_files import made

CORPUS = Path(__file__).parent.parent / "fixtures" / "paste"
PASTE = """([html, text]) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.querySelector("#text-editor").dispatchEvent(event);
}"""


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def desk(cast):
    return reverse("strategy:section", kwargs={"city": cast.tulsa.slug, "section": "vision"})


def stored():
    with rls.every_city():
        return Section.objects.get(key="vision", city__slug="tulsa-us").html


def test_a_picture_by_the_keyboard_alone(page_as, cast, desk, tmp_path):
    file = tmp_path / "districts.png"
    file.write_bytes(made(size=(300, 120)))
    page = page_as(cast.lead)
    open_desk(page, desk)
    page.locator(EDITOR).focus()
    page.keyboard.type("The six districts:")
    page.locator("[data-command=paragraph]").focus()
    for _step in range(30):
        if page.evaluate("document.activeElement.dataset.command") == "picture":
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Image")
    expect(dialog.get_by_label("File")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("A map of the districts.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_have_text("Choose an image first.")
    dialog.get_by_label("File").set_input_files(file)
    dialog.get_by_role("button", name="Insert").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"{EDITOR} figure img")).to_have_attribute("alt", "A map of the districts.")
    page.keyboard.type("Districts in 2026")
    page.keyboard.press("Enter")
    page.keyboard.type("And on.")
    expect_saved(page)
    with rls.every_city():
        number = Picture.objects.get().pk
    wanted = (
        f'<p>The six districts:</p><figure><img src="media:{number}" alt="A map of the districts.">'
        "<figcaption>Districts in 2026</figcaption></figure><p>And on.</p>"
    )
    assert stored() == wanted
    page.reload()
    expect(page.locator("form[data-ready]")).to_have_count(1)
    assert (
        page.locator(f"{EDITOR} figure img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 300
    )
    page.locator(f"{EDITOR} figcaption").click()
    page.get_by_role("button", name="Image", exact=True).click()
    page.get_by_label("Image description").fill("A better map.")
    page.get_by_role("button", name="Save description").click()
    expect_saved(page)
    assert stored() == wanted.replace("A map of the districts.", "A better map.")
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("source", ["word", "google_docs", "word_online", "libreoffice", "outlook"])
def test_a_paste_shows_what_will_be_kept(page_as, cast, desk, source):
    page = page_as(cast.lead)
    open_desk(page, desk).click()
    page.evaluate(PASTE, [(CORPUS / f"{source}.html").read_text(), "words"])
    last = (CORPUS / f"{source}.clean.html").read_text().strip().splitlines()
    expect(page.locator("[data-pasted]")).not_to_have_text("Inserting…")
    expect_saved(page)
    kept = stored()
    for element in ("h3", "h4", "li", "ol", "ul", "th", "strong"):
        assert kept.count(f"<{element}") == "".join(last).count(f"<{element}"), (element, kept)
    if source == "word":
        expect(page.locator("[data-pasted]")).to_contain_text("Not included: 1 image, 1 comment, 1 deleted passage")
        expect(page.locator(f"{EDITOR} ul ul li")).to_have_count(2)


def test_a_pasted_embedded_picture_is_uploaded_first(page_as, cast, desk):
    page = page_as(cast.lead)
    open_desk(page, desk).click()
    source = base64.b64encode(made()).decode()
    page.evaluate(PASTE, [f'<p>Look:</p><img alt="A map" src="data:image/png;base64,{source}">', "Look:"])
    expect(page.locator(f"{EDITOR} figure")).to_have_count(1)
    expect_saved(page)
    with rls.every_city():
        assert stored() == f'<p>Look:</p><figure><img src="media:{Picture.objects.get().pk}" alt="A map"></figure>'


def test_paste_of_twenty_megabytes_is_refused_and_changes_nothing(page_as, cast, desk):
    page = page_as(cast.lead)
    editor = open_desk(page, desk)
    editor.click()
    page.keyboard.type("What stands.")
    expect_saved(page)
    huge = PASTE.replace('"text/html", html)', '"text/html", html.repeat(400000))')
    page.evaluate(huge, ["<p>" + "words " * 8 + "</p>", "words"])
    expect(page.locator("[data-pasted]")).to_contain_text("wasn’t inserted")
    expect(editor).to_have_text("What stands.")
    assert stored() == "<p>What stands.</p>"


def test_a_table_with_headings_by_the_toolbar(page_as, cast, desk):
    page = page_as(cast.lead)
    open_desk(page, desk).click()
    page.get_by_role("button", name="Table", exact=True).click()
    page.keyboard.type("Data")
    page.get_by_role("button", name="Header column").click()
    page.get_by_role("button", name="Header row").click()
    page.get_by_role("button", name="Header row").click()
    expect_saved(page)
    page.get_by_role("button", name="Save", exact=True).click()
    expect_saved(page)
    assert stored().count('<th scope="row">') == 2
    assert stored().count('<th scope="col">') == 3
