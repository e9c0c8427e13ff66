"""Every text for people is in both catalogs, translated, and no catalog holds a text that is nowhere shown."""

import ast
import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.forms import HiddenInput
from django.forms.forms import BaseForm
from django.urls import get_resolver
from django.utils.functional import Promise
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
APPS = ["accelerator", "cities", "strategy", "curriculum", "coaching", "convenings", "dashboards", "reminders", "demo"]
# Which argument of each function is the text; the one before it is the context.
TEXT = {"_": 0, "gettext": 0, "gettext_lazy": 0, "gettext_noop": 0, "ngettext": 0, "ngettext_lazy": 0}
TEXT |= {"pgettext": 1, "pgettext_lazy": 1, "npgettext": 1, "npgettext_lazy": 1}
# Labeled where they are used: by the action's own measure; by a sentence of its own in a conflict.
UNLABELED = [("ShareForm", "revision"), ("StatusForm", "value")]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
CALL = re.compile(r"(?<![\w.])(?:(?:np|n|p)?gettext|_)\(")


def function_name(call):
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def texts_in(tree):
    """(context, text) of each call that marks a text for translation."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and function_name(call) in TEXT:
            place = TEXT[function_name(call)]
            values = [argument.value for argument in call.args[: place + 1] if isinstance(argument, ast.Constant)]
            if len(values) == place + 1 and isinstance(values[-1], str):
                yield (values[0] if place else None), values[-1]


def calls_in(text):
    """The calls in a template as Django hands it to xgettext: Python calls among other signs."""
    for match in CALL.finditer(text):
        end = match.end()
        while (end := text.find(")", end) + 1) > 0:
            try:
                yield ast.parse(text[match.start() : end])
                break
            except SyntaxError:
                continue


def modules():
    return [file for app in APPS for file in (ROOT / app).rglob("*.py")]


@pytest.fixture(scope="module")
def marked():
    """Every (context, text) in source and templates."""
    texts = {text for file in modules() for text in texts_in(ast.parse(file.read_text(encoding="utf-8")))}
    templates = [file for ending in ("html", "txt") for file in (ROOT / "templates").rglob(f"*.{ending}")]
    for file in templates:
        for call in calls_in(templatize(file.read_text(encoding="utf-8"))):
            texts.update(texts_in(call))
    assert len(texts) > 2000
    return texts


@pytest.mark.parametrize("language", ["es", "pt_BR"])
def test_every_marked_text_is_translated(marked, language):
    entries = polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))
    translated = {(entry.msgctxt, entry.msgid) for entry in entries.translated_entries()}
    assert marked - translated == set()


def test_contexts_of_templates_and_of_choices_are_read(marked):
    assert {("actions", "none"), ("likelihood", "low"), ("email", "Scheduled")} <= marked


@pytest.mark.parametrize("language", ["es", "pt_BR"])
def test_translations_use_the_placeholders_of_their_text(language):
    wrong = []
    for entry in polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po")):
        known = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
        for text in [entry.msgstr] if not entry.msgid_plural else entry.msgstr_plural.values():
            used = set(PLACEHOLDER.findall(text))
            # A plural's first form may say "one" where the others have the number.
            if not used <= known or (used != known and not entry.msgid_plural):
                wrong.append((entry.msgid, text))
    assert wrong == []


@pytest.mark.parametrize("language", ["es", "pt_BR"])
def test_no_catalog_keeps_a_text_that_is_not_shown(marked, language):
    entries = polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))
    assert {(entry.msgctxt, entry.msgid) for entry in entries} - marked == set()


def subclasses(parent):
    for child in parent.__subclasses__():
        yield child
        yield from subclasses(child)


def test_every_label_of_a_form_is_a_marked_text():
    """A field without a label of its own shows its English name in every language."""
    assert get_resolver().url_patterns  # loads the views, and with them every form
    wrong = []
    for form in subclasses(BaseForm):
        if form.__module__.split(".")[0] not in APPS:
            continue
        for name, field in form.base_fields.items():
            if not isinstance(field.widget, HiddenInput) and not isinstance(field.label, Promise):
                wrong.append((form.__name__, name))
        wrong += [
            (form.__name__, name)
            for name in getattr(form, "read_only", ())
            if not isinstance(form._meta.model._meta.get_field(name).verbose_name, Promise)
        ]
    assert sorted(set(wrong)) == sorted(UNLABELED)


def test_no_text_is_marked_inside_an_f_string_where_it_is_never_extracted():
    wrong = [
        f"{file.relative_to(ROOT)}:{string.lineno}"
        for file in modules()
        for string in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(string, ast.JoinedStr)
        for call in ast.walk(string)
        if isinstance(call, ast.Call) and function_name(call) in TEXT
    ]
    assert wrong == []
