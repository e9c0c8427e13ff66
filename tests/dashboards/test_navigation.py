"""The frame around every page: its links lead somewhere, and each part sees its own entries."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLResolver, get_resolver

FRAME = [
    "navigation.html",
    "navigation_city.html",
    "navigation_program.html",
    "components/account.html",
    "components/site_footer.html",
]


def names(resolver=None, prefix=""):
    """Every URL name with its namespace."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, f"{prefix}{entry.namespace}:" if entry.namespace else prefix)
        elif entry.name:
            yield f"{prefix}{entry.name}"


def test_every_link_of_the_frame_has_an_address():
    """A missing name gives no entry instead of an error, so that nobody would notice."""
    known = set(names())
    for name in FRAME:
        html = (Path(settings.BASE_DIR) / "templates" / name).read_text()
        wanted = set(re.findall(r'{% url "([\w:-]+)"', html))
        assert wanted <= known, (name, wanted - known)


def entries(html):
    """(address, words) of the navigation, in order."""
    block = re.search(r'<ul class="navigation__list">(.*?)</ul>', html, re.DOTALL)
    return re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', block.group(1)) if block else []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("lead", ["City", "Strategy", "Coaching", "Mayor’s page", "Team", "Cohort"]),
        ("mayor", ["City", "Strategy", "Coaching", "Mayor’s page", "Team", "Cohort"]),
        ("admin", ["Home", "City", "Strategy", "Coaching", "Mayor’s page", "Team", "Cohort"]),
        ("coach", ["Home", "City", "Strategy", "Coaching", "Mayor’s page", "Team", "Cohort"]),
    ],
)
def test_a_citys_page_has_at_most_seven_entries(cast, as_, who, words):
    html = as_(getattr(cast, who)).get(f"/cities/{cast.tulsa.slug}/team/").content.decode()
    assert [word for _, word in entries(html)] == words
    assert len(words) <= 7
    assert re.findall(r'aria-current="page">([^<]+)<', html) == ["Team"]


@pytest.mark.django_db
def test_a_guest_sees_only_what_opens(cast, as_):
    html = as_(cast.guest).get(f"/cities/{cast.tulsa.slug}/strategy/").content.decode()
    assert [word for _, word in entries(html)] == ["Strategy"]


@pytest.mark.django_db
def test_the_accessibility_statement_is_open_to_everybody(as_):
    response = as_().get("/accessibility/")
    assert response.status_code == 200
    assert response.content.decode().count("<h1") == 1
    assert entries(response.content.decode()) == []
