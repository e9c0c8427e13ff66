"""The glossary: its page, the links that lead there, and the file that both read."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.urls import reverse
from django.utils import translation

from accelerator import glossary
from tests.cast import ROLES
from tests.clients import main_text

ROOT = Path(settings.BASE_DIR)
FILE = ROOT / "accelerator" / "defaults" / "glossary.json"
LANGUAGES = ["en", "es", "pt-br"]


def rendered(source):
    return Template("{% load page %}" + source).render(Context())


@pytest.mark.django_db
@pytest.mark.parametrize("who", [*ROLES, "nobody"])
def test_glossary_opens_to_everyone_who_is_signed_in(cast, as_, who):
    page = as_(getattr(cast, who)).get("/glossary/")
    assert page.status_code == 200
    assert "Readiness check" in main_text(page)


@pytest.mark.django_db
def test_signed_out_visitor_of_the_glossary_is_sent_to_sign_in(as_):
    gone = as_().get("/glossary/")
    assert (gone.status_code, gone["Location"]) == (302, f"{reverse('sign-in')}?next=/glossary/")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "name"), [("en", "Readiness check"), ("es", "Verificación previa"), ("pt-br", "Verificação prévia")]
)
def test_glossary_is_in_the_readers_language_with_an_anchor_for_each_term(cast, as_, language, name):
    type(cast.lead).objects.filter(pk=cast.lead.pk).update(language=language)
    html = as_(cast.lead).get("/glossary/").text
    anchors = re.findall(r'<div class="glossary__term" id="([\w-]+)"><dt>([^<]+)</dt>', html)
    assert ("readiness-check", name) in anchors
    assert {key for key, _name in anchors} == set(glossary.ENTRIES)


@pytest.mark.django_db
def test_search_without_scripts_shows_the_terms_that_match(cast, as_):
    page = as_(cast.lead).get("/glossary/", {"q": "OFFICEHOLDER"}).text
    shown = re.findall(r'<div class="glossary__term" id="([\w-]+)">', page)
    assert shown == ["endorse"]
    assert f"<b data-shown>1</b> of {len(glossary.ENTRIES)}" in page
    assert "<div data-none hidden>" in page


@pytest.mark.django_db
def test_search_that_finds_nothing_says_what_to_do(cast, as_):
    page = as_(cast.lead).get("/glossary/", {"q": "zebra"})
    assert "<div data-none>" in page.text
    assert "No terms match your search. Try a shorter word, or see all terms." in main_text(page)


@pytest.mark.django_db
def test_footer_leads_to_the_glossary_only_while_signed_in(cast, as_):
    link = '<a href="/glossary/">Glossary</a>'
    assert link in as_(cast.lead).get("/accessibility/").text
    assert link not in as_().get("/accessibility/").text


def test_terms_are_sorted_by_the_alphabet_of_the_language(monkeypatch):
    names = ["Zona", "Ñandú", "Nube", "Ábaco", "Omisión"]
    entries = {name: {"term": {"en": name}, "definition": {"en": name}} for name in names}
    monkeypatch.setattr(glossary, "ENTRIES", entries)
    assert [term.name for term in glossary.terms()] == ["Ábaco", "Nube", "Ñandú", "Omisión", "Zona"]


def test_every_term_has_a_name_and_one_sentence_in_three_languages():
    for key, entry in glossary.ENTRIES.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", key)
        assert list(entry) == ["term", "definition"], key
        for texts in entry.values():
            assert list(texts) == LANGUAGES, key
            assert all(text == text.strip() != "" for text in texts.values()), key
        for text in entry["definition"].values():
            assert text.endswith("."), key
            assert ". " not in text, key
        assert not any(name.endswith(".") for name in entry["term"].values()), key


def test_no_two_terms_have_the_same_key_or_name():
    pairs = json.loads(FILE.read_text(encoding="utf-8"), object_pairs_hook=list)
    keys = [key for key, _entry in pairs]
    assert len(keys) == len(set(keys))
    for language in LANGUAGES:
        names = [entry["term"][language].casefold() for entry in glossary.ENTRIES.values()]
        assert len(names) == len(set(names)), language


def test_every_template_links_to_terms_that_exist():
    templates = (ROOT / "templates").rglob("*.html")
    used = {key for path in templates for key in re.findall(r'\{% term "([^"]*)"', path.read_text(encoding="utf-8"))}
    assert len(used) >= 10
    assert used <= set(glossary.ENTRIES)


def test_unknown_term_is_an_error():
    with pytest.raises(KeyError, match="no-such-term"):
        rendered('{% term "no-such-term" %}x{% endterm %}')


def test_label_links_to_its_term_and_without_one_the_link_asks():
    with translation.override("es"):
        label, question = (rendered(f'{{% term "owner" %}}{text}{{% endterm %}}') for text in (" Quién ", ""))
    assert label == '<a class="term" href="/glossary/#owner" title="¿Qué significa “Responsable”?">Quién</a>'
    assert question.endswith(">¿Qué significa “Responsable”?</a>")
