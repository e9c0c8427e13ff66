"""Every page, opened by someone with access: no accessibility violation (axe), no sideways scrolling on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from cities.access import allowed
from tests.cast import ROLES
from tests.guards.test_house import PLAIN_VIEWS, name_of
from tests.guards.world import addresses, fill, kwargs_for
from tests.strategy import published
from tests.strategy.made_ready import make_ready, submit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
# Who opens it: the first of these whose role has the permission.
READERS = ["lead", "mayor", "coach", "admin"]
SHARES = 3


def pages():
    """Addresses that answer GET with a page, and who opens each."""
    for address in addresses():
        if name_of(address.view) in PLAIN_VIEWS:
            continue
        access = address.view.access
        if access.kind in {"public", "token"}:
            yield address, None
        elif access.kind == "staff":
            yield address, "admin"
        else:
            yield (
                address,
                next(who for who in READERS if not access.permission or access.permission in allowed({ROLES[who]})),
            )


@pytest.mark.parametrize("share", range(SHARES))
def test_every_page_passes_axe_and_fits_a_phone(page_as, cast, settings, demo, tmp_path, share):
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    browsers = {who: page_as(getattr(cast, who) if who else None) for who in [*READERS, None]}
    axe, problems, seen = Axe(), [], 0
    for number, (address, who) in enumerate(pages()):
        if number % SHARES != share:
            continue
        page = browsers[who]
        url = reverse(address.name, kwargs=kwargs_for(address.name, address.route, cast.tulsa, cast.cohort))
        answer = page.request.get(url, max_redirects=0)
        if answer.status != 200 or b"<html" not in answer.body()[:300]:
            continue  # a URL that only acts or redirects, a file, a fragment
        page.goto(url)
        seen += 1
        problems += [f"{url}: {problem}" for problem in wrong_with(page, axe)]
    assert seen >= 15
    assert not problems, "\n".join(problems)


# Pages that need a state the crawl above doesn't have: who opens them, and what is open.
SUBMITTED = [
    ("lead", "cities/tulsa-us/sign-off/"),
    ("lead", "cities/tulsa-us/sign-off/versions/1/paper/"),
    ("mayor", "cities/tulsa-us/sign-off/versions/1/"),
    ("mayor", "cities/tulsa-us/sign-off/versions/1/sign/"),
    ("mayor", "cities/tulsa-us/sign-off/versions/1/return/"),
    ("coach", "cities/tulsa-us/reviews/opinion/?section=vision"),
    (None, "strategies/"),
    (None, "strategies/tulsa-us/"),
]


def test_pages_of_a_submitted_and_a_published_version_pass_alike(page_as, cast, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    make_ready(cast.tulsa, cast.lead)
    submit(cast.tulsa, cast.lead, note="For Friday.")
    published.signed(cast.tulsa, number=2)
    published.publish(cast.tulsa, cast.lead, number=2)
    axe, problems = Axe(), []
    for who, address in SUBMITTED:
        page = page_as(getattr(cast, who) if who else None)
        answer = page.goto(f"/{address}")
        assert (answer.status, page.url.endswith(address)) == (200, True), (who, address, page.url)
        problems += [f"{who} {address}: {problem}" for problem in wrong_with(page, axe)]
    assert not problems, "\n".join(problems)


def wrong_with(page, axe):
    """What axe finds at desktop width, and text that doesn't fit a phone."""
    page.set_viewport_size({"width": 1280, "height": 900})
    for violation in axe.run(page).response["violations"]:
        yield f"{violation['id']}: {violation['nodes'][0]['target']}"
    page.set_viewport_size({"width": 390, "height": 800})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        yield f"{wide} px wider than a phone"
