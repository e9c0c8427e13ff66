"""Every URL x every role x own city, other city, other cohort: only the declared cells open (F14).

The data could leak: each city has texts, private notes, decisions, files and reminders with its own words.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.urls import reverse

from cities.access import Permission, allowed
from cities.models import Role
from cities.participation import CHANGES
from tests.cast import ROLES, STRANGERS
from tests.guards import areas
from tests.guards.test_house import PLAIN_VIEWS, name_of
from tests.guards.world import addresses, fill, kwargs_for, marker

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Link scanners ask with HEAD; a page that refuses it looks broken to them. These people ask every page of theirs so.
ASK_HEAD = {"admin", "lead", "mayor"}
OPEN = {200, 204, 302, 303, 400, 405, 409, 422}

# Addresses that open to fewer than their permission says, what they answer to the others, and why.
_OWN, _PART, _DEMO, _COHORT = ("one's own texts only", "asks for a part", "asks whom or which mail", "not its cohort")
NARROWER = {
    "demo-sign-in": (404, _DEMO),
    "demo-mail": (404, _DEMO),
    "demo-mail-html": (404, _DEMO),
    "coaching:commitment-done": (403, "the owner, the lead or GovEx"),
    "coaching:commitment-reopen": (403, "the owner, the lead or GovEx"),
    "coaching:note-private-draft": (404, _OWN),
    "coaching:note-private-draft-merge": (404, _OWN),
    "coaching:note-private-draft-settle": (404, _OWN),
    "coaching:note-private-draft-use": (404, _OWN),
    "coaching:note-shared-draft": (404, _OWN),
    "coaching:note-shared-draft-merge": (404, _OWN),
    "coaching:note-shared-draft-settle": (404, _OWN),
    "coaching:note-shared-draft-use": (404, _OWN),
    "dashboards:coach-assign": (404, _COHORT),
    "dashboards:cohort-city": (404, _COHORT),
    **{f"dashboards:cohort-city-{name}": (404, _COHORT) for name in [*CHANGES, "joined", "undo", "remove"]},
    "strategy:draft": (404, _OWN),
    "strategy:draft-settle": (404, _OWN),
    "strategy:draft-use": (404, _OWN),
    "strategy:section-move": (403, _PART),
    "strategy:thread-reopen": (403, _PART),
    **areas.NARROWER,
}


@dataclass(frozen=True)
class Cell:
    """What one address answered to one person."""

    name: str
    who: str
    where: str
    status: int
    wanted: str

    @property
    def holds(self) -> bool:
        if self.wanted != "open":
            return self.status == int(self.wanted)
        return self.status in OPEN or self.status == NARROWER.get(self.name, (None,))[0]


class Undo(Exception):
    """Takes back what a request changed, so that each cell sees the same data."""


def ask(browser, url, method=None):
    """The status and text for this method; without one, for GET, or for POST if only POST is allowed.

    A view that breaks returns 500, so that one pass lists them all; its traceback is in the captured log.
    """
    browser.raise_request_exception = browser.reads_pages = False
    answer, cookies = None, copy.deepcopy(browser.cookies)
    try:
        with transaction.atomic():
            answer = getattr(browser, method or "get")(url)
            if answer.status_code == 405 and method is None:
                answer = browser.post(url, {})
            raise Undo
    except Undo:
        browser.cookies = cookies  # signing out is taken back too
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body.decode("utf-8", errors="replace")


def wanted_for(access, roles, where):
    """What the role table specifies for this URL, person and place."""
    if access.kind in {"public", "token"}:
        return "open"
    if access.kind == "person":
        return "open" if access.permission is None or access.permission in allowed(roles) else "403"
    if access.kind == "staff":
        staff = roles & {Role.PROGRAM_ADMIN, Role.COACH}
        return "404" if not staff else "open" if access.permission in allowed(staff) else "403"
    if where != "own" and Role.PROGRAM_ADMIN not in roles:
        return "404"
    if access.kind == "city":
        roles = roles - {Role.FUNDER}
    return "404" if not roles else "open" if access.permission in allowed(roles) else "403"


def guarded(*kinds):
    """Addresses whose view carries a decorator (of these kinds)."""
    for address in addresses():
        if name_of(address.view) not in PLAIN_VIEWS and (not kinds or address.view.access.kind in kinds):
            yield address


def url_of(address, city, cohort):
    return reverse(address.name, kwargs=kwargs_for(address.name, address.route, city, cohort))


def walk(cast, as_, who, roles, places, unlike):
    """`places`: each address, where it lies and its URL. `unlike` gets those where HEAD answers unlike GET."""
    browser = as_(getattr(cast, who))
    for address, where, url in places:
        status, body = ask(browser, url, "get")
        if who in ASK_HEAD and where == "own" and ask(browser, url, "head") != (status, ""):
            unlike.append((address.name, who))
        if status == 405:
            status, body = ask(browser, url, "post")
        yield Cell(address.name, who, where, status, wanted_for(address.view.access, roles, where)), body


def test_every_address_opens_to_the_declared_roles_only(cast, as_, settings, demo, tmp_path, record_property):
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    places = [("own", cast.tulsa, cast.cohort), ("other city", cast.rosario, cast.other_cohort)]
    # A URL that names neither city nor cohort is the same in both places: it is asked once, as one's own.
    urls = {(a, url_of(a, *there)): where for where, *there in reversed(places) for a in guarded()}
    places = [(address, where, url) for (address, url), where in urls.items()]
    wrong, leaks, unlike, cells = [], [], [], 0
    for who, role in ROLES.items():
        for cell, body in walk(cast, as_, who, frozenset({role}), places, unlike):
            cells += 1
            if not cell.holds:
                wrong.append(cell)
            if cell.name in areas.TOKENS:
                continue  # a emailed link tells its one matter to whoever holds it
            if role != Role.PROGRAM_ADMIN and marker(cast.rosario) in body:
                leaks.append((cell, "another city's words"))
            if role not in {Role.PROGRAM_ADMIN, Role.COACH} and marker(cast.tulsa, private=True) in body:
                leaks.append((cell, "a private note"))
            if role == Role.FUNDER and marker(cast.tulsa) in body:
                leaks.append((cell, "a city's words to the funder"))
    places = [(address, url_of(address, cast.tulsa, cast.cohort)) for address in guarded("city")]
    for who in STRANGERS:
        for cell, body in strangers(as_(getattr(cast, who)), who, places):
            cells += 1
            if not cell.holds:
                wrong.append(cell)
            if marker(cast.tulsa) in body or marker(cast.tulsa, private=True) in body:
                leaks.append((cell, "the city's words to a stranger"))
    record_property("matrix cells", cells)
    print(f"guard matrix cells: {cells}")
    listed = sorted({f"{c.name} {c.who} {c.where}: {c.status}, wanted {c.wanted}" for c in wrong})
    assert not listed, "\n".join(listed)
    assert leaks == []
    assert unlike == [], "HEAD answers unlike GET"


def strangers(browser, who, places):
    """People without any role in Tulsa: its URLs don't exist for them."""
    for address, url in places:
        status, body = ask(browser, url)
        yield Cell(address.name, who, "stranger", status, "404"), body


def test_another_citys_object_is_not_found_under_ones_own_address(cast, as_, settings, tmp_path):
    """Tulsa's URL with Rosario's object, by a person with every permission the page needs."""
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    wrong = []
    walked = 0
    for address in guarded("city"):
        theirs = kwargs_for(address.name, address.route, cast.rosario, cast.cohort)
        ours = kwargs_for(address.name, address.route, cast.tulsa, cast.cohort)
        for part in theirs.keys() - {"city", "cohort"}:
            if theirs[part] == ours[part]:
                continue  # a section's key or a number says nothing about a city
            who = next(w for w in ROLES if address.view.access.permission in allowed({ROLES[w]}))
            url = reverse(address.name, kwargs={**ours, part: theirs[part]})
            browser = as_(getattr(cast, who))
            answers = [ask(browser, url, method) for method in ("get", "post")]
            walked += 1
            statuses = [status for status, _ in answers]
            # A page that takes an answer may send GET on to the page that shows it, which is not there either.
            if 404 not in statuses or not set(statuses) <= {404, 405, 302} or statuses[1] == 302:
                wrong.append((address.name, part, who, statuses))
            if any(marker(cast.rosario) in body for _, body in answers):
                wrong.append((address.name, part, who, "words"))
    assert walked >= 20
    assert wrong == []


def test_signed_out_every_private_address_goes_to_sign_in(cast, as_):
    fill(cast)
    browser = as_(None)
    wrong = []
    for address in guarded("city", "cohort", "staff", "person"):
        url = url_of(address, cast.tulsa, cast.cohort)
        page, part = browser.get(url), browser.get(url, headers={"HX-Request": "true"})
        if page.status_code != 302 or not page["Location"].startswith("/sign-in/") or part.status_code != 401:
            wrong.append((address.name, page.status_code, part.status_code))
    assert wrong == []


def test_every_permission_opens_an_address_or_says_where_it_is_asked():
    """No obsolete line in the role table."""
    asked = {address.view.access.permission for address in guarded()}
    inside = {Permission.REVIEW_STRATEGY, Permission.VIEW_REACH}
    assert set(Permission) - asked == inside
