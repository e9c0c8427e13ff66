"""The mayor's page as paper and on a phone, and a decision taken there without scripts."""

import io
from datetime import time, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect
from pypdf import PdfReader

from accelerator import rls
from cities.models import City, Decision

pytestmark = pytest.mark.django_db(transaction=True)

LONG = "Four ways to pay for the work, and which of them residents would notice first in the third winter. " * 5


def url(city):
    return reverse("dashboards:mayor", args=[city.slug])


def ask(cast, **more):
    fields = {"question": "How do stewards get their hours?", "context": "Two lines.", "options": ["Stipend", "Cover"]}
    with rls.every_city():
        return cast.tulsa.decision_set.create(asked_by=cast.coach, due_on=cast.tulsa.today(), **{**fields, **more})


def fill(cast):
    """As long a page as the fields allow."""
    ask(cast, question=LONG[:200], context=LONG[:400], options=[f"{n} {LONG[:190]}" for n in range(5)])
    late = cast.tulsa.today() - timedelta(days=20)
    with rls.every_city():
        City.objects.filter(pk=cast.tulsa.pk).update(outcomes=[LONG[:300]] * 4)
        cast.tulsa.section_set.update(revision=1, state="drafting", due_on=late)
        session = cast.tulsa.coachingsession_set.create(
            title="Call", on=late, at=time(10), time_zone=cast.tulsa.time_zone
        )
        for _ in range(4):
            session.commitments.create(city=cast.tulsa, what=LONG[:240], owner=cast.lead, due_on=late)


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("full", [False, True], ids=["empty", "full"])
def test_it_prints_on_exactly_one_page(cast, page_as, paper, full):
    if full:
        fill(cast)
    page = page_as(cast.mayor)
    page.goto(url(cast.tulsa))
    printed = PdfReader(io.BytesIO(page.pdf(format=paper)))
    assert len(printed.pages) == 1
    page_text = printed.pages[0].extract_text()
    assert "lead@tulsa-us.example" in page_text
    assert "Make the first PDF" not in page_text


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_overflows_sideways_and_axe_finds_nothing(cast, page_as, width):
    fill(cast)
    page = page_as(cast.mayor, width=width, bypass_csp=True)
    for address in (
        url(cast.tulsa),
        reverse("cities:decisions", args=[cast.tulsa.slug]),
        reverse("dashboards:city", args=[cast.tulsa.slug]),
    ):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert Axe().run(page).response["violations"] == []


def test_axe_finds_nothing_in_the_opened_menu_of_a_phone(cast, page_as):
    page = page_as(cast.mayor, width=390, bypass_csp=True)
    page.goto(url(cast.tulsa))
    page.locator(".navigation > summary").click()
    page.get_by_role("button", name="Sign out").wait_for()
    assert Axe().run(page).response["violations"] == []


def test_the_question_is_on_the_first_screen_of_a_phone(cast, page_as):
    ask(cast)
    page = page_as(cast.mayor, width=390)
    page.goto(url(cast.tulsa))
    button = page.get_by_role("link", name="Read the options and decide")
    assert button.bounding_box()["y"] + button.bounding_box()["height"] < 844


def test_a_mayor_decides_on_a_phone_without_scripts(cast, page_as):
    decision = ask(cast)
    page = page_as(cast.mayor, width=390, java_script_enabled=False)
    page.goto(url(cast.tulsa))
    page.get_by_role("link", name="Read the options and decide").click()
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose one of the options.")
    page.get_by_label("Cover").check()
    page.get_by_label("Comment").fill("From July on.")
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_text("Decision recorded: “Cover.”")).to_be_visible()
    with rls.every_city():
        made = Decision.objects.get(pk=decision.pk)
    assert (made.chosen, made.comment, made.decided_by_id) == ("Cover", "From July on.", cast.mayor.pk)
