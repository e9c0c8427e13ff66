"""The frame in a real browser: one place for the navigation, one row of parts on a phone, menus without scripts."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.dashboards.test_navigation import OF_A_CITY, coach_of_two

pytestmark = [pytest.mark.django_db(transaction=True)]
ROWS = "Array.from(document.querySelectorAll('.part-navigation ul'), row => Array.from(row.querySelectorAll('a'), "
BOXES = ROWS + "link => { const box = link.getBoundingClientRect(); return [box.top, box.right]; }))"


def at(name, *args):
    return reverse(name, args=args)


@pytest.mark.parametrize("language", ["en", "es", "pt-br"])
@pytest.mark.parametrize("width", [320, 390])
def test_parts_of_a_strategy_are_in_one_row_on_a_phone(cast, page_as, width, language):
    cast.lead.language = language
    cast.lead.save()
    page = page_as(cast.lead, width=width)
    for name, rows in (("strategy", [4]), ("plan", [4, 4]), ("reviews", [4, 2]), ("sign-off", [4, 3])):
        page.goto(at(f"strategy:{name}", cast.tulsa.slug))
        boxes = page.evaluate(BOXES)
        assert [len(row) for row in boxes] == rows
        assert [len({top for top, _ in row}) for row in boxes] == [1] * len(rows), (name, boxes)
        assert max(right for row in boxes for _, right in row) <= width, (name, boxes)


def test_the_navigation_is_at_the_same_place_on_every_kind_of_page(cast, page_as):
    page, places = page_as(cast.lead), set()
    for url in (
        at("dashboards:city", cast.tulsa.slug),
        at("strategy:section", cast.tulsa.slug, "vision"),
        at("cities:team-invite", cast.tulsa.slug),
        at("dashboards:mayor", cast.tulsa.slug),
        at("dashboards:cohort", cast.cohort.slug),
        at("profile"),
    ):
        page.goto(url)
        navigation = page.get_by_role("navigation", name="Main")
        assert navigation.get_by_role("link").all_inner_texts() == OF_A_CITY, url
        box, main = navigation.bounding_box(), page.locator("main").bounding_box()
        places.add((box["x"], box["y"], box["width"], main["x"]))
    assert len(places) == 1, places


def test_a_phones_menu_holds_the_place_the_program_and_the_person_without_scripts(cast, page_as):
    page = page_as(cast.admin, width=390, java_script_enabled=False)
    for url in (at("strategy:plan", cast.tulsa.slug), at("cities:people"), at("strategy:public-index")):
        page.goto(url)
        page.locator("summary", has_text="Menu").click()
        assert page.get_by_role("navigation", name="Program").get_by_role("link", name="Emails").is_visible()
        assert page.get_by_role("button", name="Sign out").is_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_coach_goes_to_the_same_page_of_another_city_without_scripts(cast, page_as, width):
    coach_of_two(cast)
    page = page_as(cast.coach, width=width, java_script_enabled=False)
    page.goto(at("coaching:coaching", cast.tulsa.slug))
    page.locator(".site-place > summary").click()
    page.get_by_role("navigation", name="Cities").get_by_role("link", name="Rosario").click()
    page.wait_for_url(f"**{at('coaching:coaching', cast.rosario.slug)}")


def test_escape_and_a_click_elsewhere_close_a_menu(cast, page_as):
    coach_of_two(cast)
    page = page_as(cast.coach, bypass_csp=True)
    page.goto(at("dashboards:city", cast.tulsa.slug))
    cities, summary = page.get_by_role("navigation", name="Cities"), page.locator(".site-place > summary")
    summary.click()
    cities.wait_for()
    assert Axe().run(page).response["violations"] == []
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    cities.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.matches('.site-place > summary')")
    summary.click()
    page.locator("h1").click()
    cities.wait_for(state="hidden")


def test_the_keyboard_goes_from_the_skip_link_through_the_top_bar_to_the_place_and_the_text(cast, page_as):
    page = page_as(cast.coach)
    page.goto(at("strategy:plan", cast.tulsa.slug))
    order = []
    for _ in range(16):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.innerText.trim()"))
    assert order[0] == "Skip to content"
    assert order[2:12] == ["My cities", "Program content", "Coach", *OF_A_CITY, "Sections"]
    page.goto(at("strategy:plan", cast.tulsa.slug))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
