"""The glossary in a real browser: it is searched while one types, and a link opens at its term."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accelerator.glossary import ENTRIES

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("width", [390, 1280])
def test_typing_narrows_the_glossary_without_a_reload(cast, page_as, width):
    cast.lead.language = "es"
    cast.lead.save()
    page = page_as(cast.lead, width=width)
    page.goto("/glossary/")
    terms, field = page.locator(".glossary__term:visible"), page.get_by_role("searchbox")
    expect(terms).to_have_count(len(ENTRIES))
    field.fill("verificacion PREVIA")
    expect(terms).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text=re.compile("Términos"))).to_contain_text("1 de")
    field.fill("zzz")
    expect(terms).to_have_count(0)
    expect(page.get_by_text("Ningún término coincide con su búsqueda.")).to_be_visible()
    field.fill("")
    expect(terms).to_have_count(len(ENTRIES))
    assert page.url.endswith("/glossary/")
    assert Axe().run(page).violations_count == 0


def test_label_of_a_plan_opens_its_term_without_scripts(cast, page_as):
    page = page_as(cast.lead, java_script_enabled=False)
    page.goto("/cities/tulsa-us/sign-off/readiness/")
    page.get_by_role("link", name="What does “Readiness check” mean?").click()
    expect(page).to_have_url(re.compile("/glossary/#readiness-check$"))
    expect(page.locator("#readiness-check")).to_be_in_viewport()
