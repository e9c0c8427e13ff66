"""Text that people of a city wrote carries its language, so that it is read aloud rightly (WCAG 3.1.2).

A person who reads the site in Portuguese opens every page of a city that writes in Spanish.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from lxml import etree, html

from accelerator import mail, rls
from accelerator.models import User
from cities import actions as cities
from cities.models import Role
from cities.offices import actions as offices
from reminders import digest
from reminders.rules import registry
from strategy.models import Comment, StrategyVersion, TemplateSection
from tests.guards.test_matrix import ask, guarded, url_of
from tests.guards.world import PRIVATE, WORDS, fill, marker

pytestmark = pytest.mark.django_db

# What assistive technology reads, beside the text itself.
READ_ALOUD = {"alt", "aria-label", "placeholder", "title"}
# A page's title has one language only, and a chart is an image with a text and a table beside it.
UNREAD = {"title", "script", "style", "svg"}


def texts(page: str) -> Iterator[tuple[html.HtmlElement, str]]:
    """Each text of a page with the element that holds it."""
    for element in html.document_fromstring(page).iter(etree.Element):
        if element.tag in UNREAD or next(element.iterancestors("svg"), None) is not None:
            continue
        yield element, element.text or ""
        for child in element:
            yield element, child.tail or ""
        spoken = READ_ALOUD | ({"value"} if element.get("type", "text") == "text" else set())
        for name in spoken & set(element.attrib):
            yield element, element.get(name, "")


def language_of(element: html.HtmlElement) -> str:
    return next((e.get("lang") for e in (element, *element.iterancestors()) if e.get("lang")), "")


def unmarked(page: str, cast) -> Iterator[tuple[str, str]]:
    """Texts that are in an element of another language than the city's; a private note's is its writer's, a coach."""
    languages = {city.slug: city.language for city in (cast.tulsa, cast.rosario, cast.quito)}
    for element, text in texts(page):
        for private, city in re.findall(rf"({PRIVATE.removesuffix(WORDS)})?{WORDS}([a-z-]+)", text):
            if language_of(element) != (cast.coach.language if private else languages[city]):
                yield element.tag, text.strip()[:80]


def portuguese_readers(cast) -> list[User]:
    """Who may open the pages of Rosario, all of them with the site in Portuguese."""
    # Not the lead of the cast, who wrote what the world holds.
    reader = {"email": "reader@rosario.example", "name": "Another lead", "role": Role.CITY_LEAD}
    with rls.every_city():
        lead = cities.add_member(city=cast.rosario, by=None, **reader).user
    people = [lead, cast.other_mayor, cast.other_coach, cast.admin]
    User.objects.filter(pk__in=[person.pk for person in people]).update(language="pt-br")
    return people


@pytest.mark.slow
def test_text_of_a_spanish_city_is_marked_for_a_portuguese_reader(cast, as_, settings, demo, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    fill(cast)
    places = [(address, url_of(address, cast.rosario, cast.cohort)) for address in guarded()]
    wrong, marked = set(), 0
    for person in portuguese_readers(cast):
        browser = as_(person)
        for address, url in places:
            status, page = ask(browser, url, "get")
            if status == 200 and page.lstrip().startswith("<"):
                marked += WORDS in page
                wrong |= {(address.name, *line) for line in unmarked(page, cast)}
    assert marked > 50
    assert sorted(wrong) == []


def test_english_default_content_is_marked_on_a_spanish_page():
    template = TemplateSection(prompts={"en": ["Who decides?"]}, goods={"en": "A name.", "es": "Un nombre."}, parts=[])
    with translation.override("es"):
        page = render_to_string("strategy/template/prompts.html", {"template": template})
    found = {text.strip(): language_of(element) for element, text in texts(page) if text.strip()}
    assert found["Who decides?"] == "en"
    assert found["Un nombre."] == "es"


def test_text_of_a_spanish_city_is_marked_in_a_portuguese_email(cast):
    fill(cast)
    reader, now = portuguese_readers(cast)[0], timezone.now()
    reader.refresh_from_db()
    with rls.every_city():
        for comment in Comment.objects.filter(city=cast.rosario):
            comment.mentions.create(city=cast.rosario, person=reader)
        cast.rosario.step_set.update(person=reader, state="waiting")
        offices.confirm(city=cast.rosario, user=reader, office="other", by=cast.admin)
        StrategyVersion.objects.filter(city=cast.rosario, number=1).update(state="with_approvers")
        cast.rosario.statusrequest_set.update(asked=reader, asks_on=now.date(), due_on=now.date() + timedelta(days=13))
        reminders = [row for row in registry.reminders(now, now + timedelta(days=4)) if row.person == reader]
        content = digest.context(reader, reminders, now)
    assert {"mention", "sign-asked", "status-asked"} <= {row.rule.name for row in reminders}
    letter = mail.render("digest", content, reader.language)
    assert letter.html.count(marker(cast.rosario)) >= 5
    assert list(unmarked(letter.html, cast)) == []
    assert marker(cast.rosario) in letter.text
    assert "lang=" not in letter.subject + letter.text
