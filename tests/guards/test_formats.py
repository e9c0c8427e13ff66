"""Dates, times and numbers are written by accelerator/formats.py, and large numbers in sentences too."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.guards.test_house import HOUSE

ROOT = Path(settings.BASE_DIR)
# Django's formats and names of months follow a language alone, and capitalize "Novembro".
FOREIGN_MODULES = {"django.utils.formats", "django.utils.dates", "django.utils.dateformat", "locale"}
FOREIGN_FILTERS = re.compile(r"\|\s*(date|time|floatformat|intcomma|intword|filesizeformat|localize)\b|\{%\s*now\b")
# What a sentence calls numbers that can have four digits and more.
LARGE = {"words", "added", "removed", "longest", "least", "people", "residents", "population", "characters"}
LARGE_IN_PYTHON = LARGE | {"rows", "limit_value", "show_value", "days"}
SENTENCE = re.compile(r"\{%-?\s*blocktranslate\b(.*?)%\}(.*?)\{%\s*endblocktranslate", re.DOTALL)
BOUND = re.compile(r"(\w+)=(\S+)")


def foreign_in(source: str) -> set[str]:
    """What a module formats by itself."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module in FOREIGN_MODULES:
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names} & FOREIGN_MODULES
        elif isinstance(node, ast.Attribute) and node.attr == "strftime":
            found.add("strftime")
        elif isinstance(node, ast.FormattedValue) and node.format_spec:
            spec = "".join(part.value for part in node.format_spec.values if isinstance(part, ast.Constant))
            if "," in spec or re.search(r"%[a-zA-Z]", spec):
                found.add(f":{spec}")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {f"%({name})d" for name in LARGE_IN_PYTHON if f"%({name})d" in node.value}
    return found


def foreign_on(page: str) -> set[str]:
    """What a template formats by Django's filters, and large numbers that a sentence shows without `|number`."""
    found = {match[0] for match in FOREIGN_FILTERS.finditer(page)}
    for tag, text in SENTENCE.findall(page):
        bound = dict(BOUND.findall(tag))
        for name in LARGE & set(re.findall(r"\{\{\s*(\w+)", text)):
            if not re.search(r"\|(number|word_count)\b", bound.get(name, "")):
                found.add(f"{{{{ {name} }}}}")
    return found


# Not numbers: the label of what was compared.
ALLOWED = {("templates/strategy/template/compare.html", "{{ words }}")}


def test_only_the_module_formats_dates_times_and_numbers():
    files = [
        file
        for app in HOUSE
        for file in (ROOT / app).rglob("*.py")
        if file.parent.name != "migrations" and file != ROOT / "accelerator" / "formats.py"
    ]
    found = {
        (file.relative_to(ROOT).as_posix(), what) for file in files for what in foreign_in(file.read_text("utf-8"))
    }
    assert found == set(), "accelerator/formats.py writes it in three languages"


def test_no_page_formats_by_djangos_filters_and_no_sentence_shows_a_large_number_as_it_is():
    pages = [file for ending in ("html", "txt") for file in (ROOT / "templates").rglob(f"*.{ending}")]
    found = {
        (file.relative_to(ROOT).as_posix(), what) for file in pages for what in foreign_on(file.read_text("utf-8"))
    }
    assert found == ALLOWED, "the filters of templatetags/page.py write it: day, clock, number, word_count, file_size"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from django.utils.formats import date_format", {"django.utils.formats"}),
        ("import locale", {"locale"}),
        ("at.strftime('%H')", {"strftime"}),
        ('f"{at:%H:%M}"', {":%H:%M"}),
        ('f"{count:,}"', {":,"}),
        ('_("%(words)d words")', {"%(words)d"}),
        ('f"{share:.1f}"', set()),
        ('forms.DateInput(format="%Y-%m-%d")', set()),
        ('_("%(words)s words")', set()),
    ],
)
def test_the_guard_sees_what_a_module_formats(source, found):
    assert foreign_in(source) == found


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('{{ at|date:"Y" }}', {"|date"}),
        ("{% now 'Y' %}", {"{% now"}),
        ("{{ n|floatformat }}", {"|floatformat"}),
        ("{% blocktranslate %}{{ words }} words{% endblocktranslate %}", {"{{ words }}"}),
        ("{% blocktranslate with words=row.words %}{{ words }}{% endblocktranslate %}", {"{{ words }}"}),
        ("{% blocktranslate count c=n with words=n|number %}{{ words }}{% endblocktranslate %}", set()),
        ("{% blocktranslate %}{{ name }}{% endblocktranslate %} {{ at|day }}", set()),
    ],
)
def test_the_guard_sees_what_a_page_formats(page, found):
    assert foreign_on(page) == found
