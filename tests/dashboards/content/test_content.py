"""The program's content pages: everything that is published, for GovEx alone."""

import pytest
from django.urls import reverse
from django.utils import translation

from curriculum.models import ProgramVersion, RubricVersion
from strategy.models import TemplateVersion
from tests.cast import STRANGERS
from tests.clients import cost

PAGES = [
    ("content", []),
    ("content-template", ["citywide-data-strategy", 1]),
    ("content-program", ["accelerator-26-weeks", 1]),
    ("content-rubric", ["data-maturity", 1]),
]


def get(browser, name, *args):
    return browser.get(reverse(f"dashboards:{name}", args=args))


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_govex_reads_it_and_no_one_else(cast, as_, name, args):
    for person in ("admin", "coach"):
        assert get(as_(getattr(cast, person)), name, *args).status_code == 200, person
    for person in ("lead", "mayor", "guest", "funder", *[s for s in STRANGERS if s != "other_coach"]):
        assert get(as_(getattr(cast, person)), name, *args).status_code == 404, person


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_a_page_of_content_costs_few_queries(cast, as_, name, args):
    browser = as_(cast.coach)
    get(browser, name, *args)
    with cost() as measured:
        get(browser, name, *args)
    assert measured.count <= 3


@pytest.mark.parametrize(("name", "args"), PAGES[1:])
def test_a_version_that_does_not_exist_is_not_found(cast, as_, name, args):
    assert get(as_(cast.coach), name, args[0], 2).status_code == 404
    model = {"template": TemplateVersion, "program": ProgramVersion, "rubric": RubricVersion}
    model[name.removeprefix("content-")].objects.create(slug=args[0], number=2, name={"en": "A draft"})
    assert get(as_(cast.coach), name, args[0], 2).status_code == 404, "what is not published is not shown"


def test_the_template_shows_every_section_with_prompts_and_parts(cast, as_):
    text = get(as_(cast.coach), *PAGES[1][:1], *PAGES[1][1]).content.decode()
    sections = list(TemplateVersion.objects.get().sections.all())
    assert len(sections) == 18
    for section in sections:
        for phrase in (section.title, section.purpose, section.good, *section.questions):
            assert str(phrase).replace("'", "&#x27;") in text, phrase
    assert "6a AI governance" in text


def test_roles_and_other_titles_are_shown(cast, as_):
    browser = as_(cast.coach)
    page = get(browser, *PAGES[1][:1], *PAGES[1][1]).content.decode()
    assert page.count("Kind of section: ") == 5
    assert "Kind of section: Mayor’s letter" in page
    assert "Other titles: Foreword, Preface, Message, Letter" in page
    page = get(browser, *PAGES[2][:1], *PAGES[2][1]).content.decode()
    assert page.count("Special use: ") == 2
    assert "Special use: The mayor signs the strategy" in page


def test_the_curriculum_shows_every_item_and_the_five_families(cast, as_):
    text = get(as_(cast.coach), *PAGES[2][:1], *PAGES[2][1]).content.decode()
    program = ProgramVersion.objects.get()
    for row in [*program.items.all(), *program.target_families.all()]:
        assert str(row.title).replace("'", "&#x27;") in text, row
    assert program.target_families.count() == 5


def test_the_rubric_shows_four_levels_of_every_criterion(cast, as_):
    text = get(as_(cast.coach), *PAGES[3][:1], *PAGES[3][1]).content.decode()
    criteria = list(RubricVersion.objects.get().criteria.all())
    assert len(criteria) == 19
    for criterion in criteria:
        assert len(criterion.texts) == 4
        for phrase in criterion.texts:
            assert phrase.replace("'", "&#x27;") in text, phrase


@pytest.mark.parametrize(
    ("language", "title"), [("es", "Carta del alcalde o la alcaldesa"), ("pt-br", "Carta do prefeito ou da prefeita")]
)
def test_content_is_in_the_readers_language(cast, as_, language, title):
    cast.coach.language = language
    cast.coach.save()
    with translation.override("en"):
        text = get(as_(cast.coach), *PAGES[1][:1], *PAGES[1][1]).content.decode()
    assert title in text
