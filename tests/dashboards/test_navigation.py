"""The page frame: the same entries in the same place, leading only where the reader has access."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver, resolve, reverse

from accelerator import rls
from accelerator.models import User
from cities import actions as cities
from cities.models import Enrollment, Role
from tests.cast import WorldCity, make_city
from tests.clients import cost
from tests.guards.test_house import PLAIN_VIEWS, name_of
from tests.guards.world import addresses, fill, kwargs_for

FRAME = [
    "navigation.html",
    "navigation_city.html",
    "navigation_cohort.html",
    "navigation_program.html",
    "components/account.html",
    "components/cities_menu.html",
    "components/site_footer.html",
]
OF_A_CITY = ["City", "Strategy", "Coaching", "Mayor’s page", "Team", "Cohort"]
OF_THE_PROGRAM = ["Home", "Cohorts", "People", "Emails", "Audit log", "Program content"]
GROUPS = ["Sections", "Plan", "Review", "Sign-off"]
OF_A_COACH = ["My cities", "Program content"]


def names(resolver=None, prefix=""):
    """Every URL name with its namespace."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif entry.name:
            yield f"{prefix}{entry.name}"


def test_every_link_of_the_frame_has_an_address():
    """A missing name adds no entry instead of an error, so it would go unnoticed."""
    known = set(names())
    for name in FRAME:
        html = (Path(settings.BASE_DIR) / "templates" / name).read_text()
        wanted = set(re.findall(r'{% url "([\w:-]+)"', html))
        assert wanted <= known, (name, wanted - known)


def links(html, opening, closing="</nav>"):
    """(address, label) of the links in the first block that opens so."""
    block = re.search(opening + "(.*?)" + closing, html, re.DOTALL)
    found = re.findall(r'<a\s+href="([^"]+)"[^>]*>(.*?)</a>', block[1], re.DOTALL) if block else []
    return [(url, " ".join(label.split())) for url, label in found]


def entries(html):
    return links(html, '<nav class="site-navigation"')


def program(html):
    return links(html, '<nav class="site-program"')


def city_menu(html):
    """The menu of cities in the top bar."""
    return links(html, '<details class="menu site-place"')


def parts(html):
    """The two rows of a strategy."""
    return links(html, '<nav class="part-navigation"', "</ul>")


def labels(found):
    return [name for _, name in found]


def pages(browser, cast, *, of, city=None):
    """(address, HTML) of each page with this part in its address that opens for the browser's person."""
    city = city or cast.tulsa
    for address in addresses():
        if name_of(address.view) in PLAIN_VIEWS or f"<slug:{of}>" not in address.route:
            continue
        url = reverse(address.name, kwargs=kwargs_for(address.name, address.route, city, cast.cohort))
        response = browser.get(url)
        if response.streaming:
            b"".join(response)  # closes its file
        elif response.status_code == 200 and b"<html" in response.content[:300]:
            yield url, response.content.decode()


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "above"), [("lead", []), ("mayor", []), ("admin", OF_THE_PROGRAM), ("coach", OF_A_COACH)]
)
def test_every_page_of_a_city_has_the_same_entries_at_the_same_places(cast, as_, tmp_path, settings, who, above):
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    browser = as_(getattr(cast, who))
    seen = 0
    for url, html in pages(browser, cast, of="city"):
        if url.startswith("/cohorts/"):
            continue  # a city's row of its cohort
        assert labels(entries(html)) == OF_A_CITY, url
        assert labels(program(html)) == above, url
        here = resolve(url).namespace == "strategy"
        assert labels(parts(html)) == (GROUPS if here else []), url
        if here:
            rows = re.search('<nav class="part-navigation"(.*?)</nav>', html, re.DOTALL)[1].split("</ul>")
            assert rows[0].count("aria-current=") == 1, url
            assert 'aria-current="page">Strategy<' in html, url
        seen += 1
    assert seen >= 25


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "group", "entry"),
    [
        ("strategy", "Sections", ""),
        ("uploads", "Sections", ""),
        ("plan", "Plan", "Actions"),
        ("risks", "Plan", "Risks"),
        ("changes", "Review", "What changed"),
        ("reviewers", "Review", "Reviews"),
        ("approvers", "Sign-off", "Sign-off"),
        ("upkeep", "Sign-off", "Progress"),
    ],
)
def test_a_page_of_a_strategy_marks_its_group_and_its_entry(cast, as_, page, group, entry):
    html = as_(cast.lead).get(reverse(f"strategy:{page}", args=[cast.tulsa.slug])).content.decode()
    block = re.search('<nav class="part-navigation"(.*?)</nav>', html, re.DOTALL)[1]
    assert re.findall(r'aria-current="\w+">([^<]+)<', block) == [group, *([entry] if entry else [])]


@pytest.mark.django_db
def test_every_page_of_a_cohort_has_the_same_entries(cast, as_):
    fill(cast)
    seen = 0
    wanted = ["Cohort", "Convenings", "Cities and coaches", "People", "Invitations", "Roster", "Settings"]
    for url, html in pages(as_(cast.admin), cast, of="cohort"):
        assert labels(entries(html)) == wanted, url
        assert labels(program(html)) == OF_THE_PROGRAM, url
        seen += 1
    assert seen >= 6


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/me/", "/my/mentions/", "/my/drafts/", "/cohorts/cohort-2026/"])
def test_a_person_of_one_city_stays_in_it_on_pages_about_oneself_and_the_cohort(cast, as_, url):
    html = as_(cast.lead).get(url).content.decode()
    at_home = as_(cast.lead).get(f"/cities/{cast.tulsa.slug}/").content.decode()
    assert entries(html) == entries(at_home) != []


@pytest.mark.django_db
def test_a_guest_sees_only_what_opens(cast, as_):
    html = as_(cast.guest).get(f"/cities/{cast.tulsa.slug}/strategy/").content.decode()
    assert labels(entries(html)) == ["Strategy"]
    assert parts(html) == []


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["/strategies/", "/verify/", "/accessibility/"])
def test_a_public_page_shows_who_is_signed_in_the_way_back(cast, as_, url):
    assert f'<a href="/cities/{cast.tulsa.slug}/">Tulsa</a>' in as_(cast.lead).get(url).content.decode()
    assert labels(program(as_(cast.admin).get(url).content.decode())) == OF_THE_PROGRAM
    assert labels(program(as_(cast.coach).get(url).content.decode())) == OF_A_COACH
    stranger = as_().get(url).content.decode()
    assert entries(stranger) == program(stranger) == city_menu(stranger) == []
    assert "Tulsa" not in stranger


def coach_of_two(cast):
    enrollment = Enrollment.objects.get(city=cast.rosario)
    with rls.every_city():
        cities.assign_coach(enrollment=enrollment, coach=cast.coach, by=None)


@pytest.mark.slow
@pytest.mark.django_db
def test_each_page_leads_a_coach_to_the_coached_cities_alone_and_every_door_opens(cast, as_, tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    coach_of_two(cast)
    browser, seen = as_(cast.coach), set()
    for url, html in pages(browser, cast, of="city"):
        found = city_menu(html)
        assert labels(found) == ["Rosario", "Tulsa"], url
        seen |= {url for url, _ in found}
    assert f"/cities/{cast.rosario.slug}/coaching/" in seen
    assert len(seen) >= 12
    assert {url: browser.get(url).status_code for url in seen} == dict.fromkeys(seen, 200)


@pytest.mark.django_db
def test_a_page_of_one_row_leads_to_the_other_citys_first_page(cast, as_):
    coach_of_two(cast)
    html = as_(cast.coach).get(f"/cities/{cast.tulsa.slug}/strategy/vision/").content.decode()
    assert dict(city_menu(html))[f"/cities/{cast.rosario.slug}/"] == "Rosario"


@pytest.mark.django_db
def test_a_page_that_ones_role_there_does_not_open_leads_to_what_it_opens(cast, as_):
    with rls.every_city():
        cities.add_member(
            city=cast.rosario, email=cast.lead.email, name="", role=Role.GUEST_REVIEWER, title="", by=None
        )
    browser = as_(cast.lead)
    html = browser.get(f"/cities/{cast.tulsa.slug}/team/").content.decode()
    there = f"/cities/{cast.rosario.slug}/strategy/"
    assert city_menu(html) == [(there, "Rosario"), (f"/cities/{cast.tulsa.slug}/team/", "Tulsa")]
    assert browser.get(there).status_code == 200


@pytest.mark.django_db
def test_an_admin_goes_to_the_cities_of_the_cohort_and_to_its_list(cast, as_):
    html = as_(cast.admin).get(f"/cities/{cast.tulsa.slug}/team/").content.decode()
    assert city_menu(html) == [
        (f"/cities/{cast.rosario.slug}/team/", "Rosario"),
        (f"/cities/{cast.tulsa.slug}/team/", "Tulsa"),
        ("/cohorts/cohort-2026/", "All cities in Cohort 2026"),
    ]


@pytest.mark.django_db
def test_of_very_many_cities_the_list_alone_is_offered(cast, as_, monkeypatch):
    monkeypatch.setattr("cities.templatetags.frame.MOST", 1)
    html = as_(cast.admin).get(f"/cities/{cast.tulsa.slug}/team/").content.decode()
    assert labels(city_menu(html)) == ["All cities in Cohort 2026"]


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["lead", "mayor", "funder", "coach"])
def test_a_person_with_at_most_one_city_gets_no_menu(cast, as_, who):
    for url in ("/cohorts/cohort-2026/", "/strategies/", "/me/"):
        assert 'class="menu site-place"' not in as_(getattr(cast, who)).get(url).content.decode()
    html = as_(cast.funder).get("/cohorts/cohort-2026/").content.decode()
    assert labels(entries(html)) == ["Cohort", "Convenings"]
    assert labels(program(html)) == ["Home"]


@pytest.mark.django_db
def test_the_menu_costs_one_query_however_many_cities_and_none_with_one(cast, as_):
    def count():
        browser = as_(User.objects.get(pk=cast.coach.pk))
        with cost() as measured:
            assert browser.get(f"/cities/{cast.tulsa.slug}/team/").status_code == 200
        return measured.count

    one = count()
    coach_of_two(cast)
    two = count()
    with rls.every_city():
        lima = make_city(
            cast.cohort, WorldCity(3936456, "Lima", "Lima", "PE", "Lima", 7737002, -12.04, -77.03, "America/Lima"), "es"
        )
        cities.assign_coach(enrollment=Enrollment.objects.get(city=lima), coach=cast.coach, by=None)
    assert (two, count()) == (one + 1, one + 1)


@pytest.mark.django_db
def test_the_accessibility_statement_is_open_to_everyone(as_):
    response = as_().get("/accessibility/")
    assert response.status_code == 200
    assert response.content.decode().count("<h1") == 1
    assert entries(response.content.decode()) == []
