"""The style guide: every component, in demo and debug only."""

import pytest

from dashboards.styleguide import ARCHETYPES

pytestmark = pytest.mark.django_db


def test_it_shows_every_component_to_everyone(demo, as_):
    response = as_().get("/styleguide/")
    assert response.status_code == 200
    html = response.content.decode()
    assert html.count("<h1") == 1
    assert "Demo: fictional people, real cities" in html
    for part in ("week-line", "heat-table", "error-summary", "note--private", "filter-bar", "pagination", "steps"):
        assert part in html, part


@pytest.mark.parametrize("name", ARCHETYPES)
def test_each_archetype_is_a_whole_page(demo, as_, name):
    response = as_().get(f"/styleguide/{name}/")
    assert response.status_code == 200
    assert f'<body class="{name}"' in response.content.decode()
    assert response.content.decode().count("<h1") == 1


def test_there_is_no_sixth_archetype(demo, as_):
    assert as_().get("/styleguide/poster/").status_code == 404


def test_it_is_not_there_in_production(settings, as_):
    settings.DEMO = settings.DEBUG = False
    assert as_().get("/styleguide/").status_code == 404
    assert as_().get("/styleguide/board/").status_code == 404


@pytest.mark.parametrize(("cookie", "attribute"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"')])
def test_the_readers_theme_is_in_the_page_from_the_start(demo, as_, cookie, attribute):
    browser = as_()
    browser.cookies["theme"] = cookie
    assert attribute in browser.get("/styleguide/").content.decode()


def test_a_forged_theme_is_ignored(demo, as_):
    browser = as_()
    browser.cookies["theme"] = "x"
    assert "data-theme=" not in browser.get("/styleguide/").content.decode().split("<head>")[0]


def test_a_page_that_does_not_exist_is_a_whole_page(as_, cast):
    response = as_(cast.lead).get("/cities/atlantis/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()
