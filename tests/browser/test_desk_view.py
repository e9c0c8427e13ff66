"""What stays in view at the desk and in the plan's table, at any scroll position, on small screens and at high zoom."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accelerator import rls
from strategy.plan import actions as plan
from tests.browser.test_desk import EDITOR, SAVE, desk, expect_saved, open_desk, type_at_end, write  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True)]
LONG = "".join(f"<p>Paragraph {number} of a long section.</p>" for number in range(80))
# A desktop, a phone, and 1280 x 1024 at 400 % zoom.
SIZES = [(1280, 900), (390, 700), (320, 256)]

COVERED = """() => {
  const whole = document.activeElement.getBoundingClientRect();
  // The part on the screen: the text is longer than that.
  const [x, y] = [Math.max(0, whole.left), Math.max(0, whole.top)];
  const [right, bottom] = [Math.min(innerWidth, whole.right), Math.min(innerHeight, whole.bottom)];
  const box = { x, y, width: right - x, height: bottom - y };
  const inside = (x, y) => {
    const top = document.elementFromPoint(x, y);
    return top && (document.activeElement.contains(top) || top.contains(document.activeElement));
  };
  // Some part of it has to be visible (WCAG 2.2, 2.4.11).
  const steps = [0.1, 0.3, 0.5, 0.7, 0.9];
  const seen = steps.some((x) => steps.some((y) => inside(box.x + box.width * x, box.y + box.height * y)));
  return seen || !whole.width || !whole.height ? "" : document.activeElement.outerHTML.slice(0, 120);
}"""
CARET = """() => {
  const box = getSelection().getRangeAt(0).getClientRects()[0];
  const bar = document.querySelector(".editor__bar").getBoundingClientRect();
  const wrong = box.top < bar.bottom || box.bottom > innerHeight;
  return wrong ? { top: box.top, bottom: box.bottom, bar: bar.bottom, height: innerHeight } : null;
}"""


def sized(page_as, person, size):
    page = page_as(person, width=size[0])
    page.set_viewport_size({"width": size[0], "height": size[1]})
    return page


def covered_on_the_way(page, most=150):
    """What the keyboard's way through the page passes without any of it being visible, forward and back."""
    found = []
    for key in ("Tab", "Shift+Tab"):
        for _step in range(most):
            page.keyboard.press(key)
            if page.evaluate("document.activeElement === document.body"):
                break
            found.append(page.evaluate(COVERED))
    return [what for what in found if what]


@pytest.mark.parametrize("size", SIZES)
def test_saved_time_and_warnings_stay_in_view(page_as, cast, desk, write, size):  # noqa: F811
    write(cast.lead, LONG)
    page = sized(page_as, cast.lead, size)
    open_desk(page, desk)
    type_at_end(page, " Saved.")
    expect_saved(page, 2)
    saved = page.locator(".editor__saved")
    expect(saved).to_be_in_viewport(ratio=1)
    expect(saved).to_contain_text("Saved")
    page.route(SAVE, lambda route: route.abort())
    page.context.set_offline(True)
    page.keyboard.type(" Not saved.")
    expect(page.locator("[data-banner=offline]")).to_be_in_viewport()
    expect(saved).to_be_in_viewport(ratio=1)
    page.locator(f"{EDITOR} p").nth(40).scroll_into_view_if_needed()
    expect(page.locator("[data-banner=offline]")).to_be_in_viewport()
    expect(saved).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", SIZES)
def test_the_caret_is_never_below_the_toolbar(page_as, cast, desk, write, size):  # noqa: F811
    write(cast.lead, LONG)
    page = sized(page_as, cast.lead, size)
    open_desk(page, desk)
    type_at_end(page, " End.")
    assert page.evaluate(CARET) is None
    for _step in range(30):
        page.keyboard.press("ArrowUp")
        assert page.evaluate(CARET) is None
    bar = page.locator(".editor__bar").bounding_box()
    assert bar["height"] < size[1] / 2


@pytest.mark.parametrize("size", SIZES)
def test_nothing_covers_what_has_the_focus_at_the_desk(page_as, cast, desk, write, size):  # noqa: F811
    write(cast.lead, LONG)
    page = sized(page_as, cast.lead, size)
    open_desk(page, desk)
    assert covered_on_the_way(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_nothing_covers_what_has_the_focus_in_the_plans_table(page_as, cast, size):
    with rls.every_city():
        objective = plan.add_objective(city=cast.tulsa, by=None, title="Sound data", component="quality")
        for number in range(6):
            plan.add_action(objective=objective, by=None, title=f"Action {number}")
    page = sized(page_as, cast.lead, size)
    page.goto(reverse("strategy:plan-edit", args=[cast.tulsa.slug]))
    assert covered_on_the_way(page) == []
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
