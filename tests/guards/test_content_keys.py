"""Content knows its roles: no code names a section, a curriculum entry, a criterion, a family or a type.

Pages rely on a field of the content (`SectionRole`, `ItemRole`, `synonyms`), which staff see and edit.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.guards.test_house import HOUSE

ROOT = Path(settings.BASE_DIR)
# Keys of entries that are names of HTML's elements as well.
HEADINGS = {f"h{level}" for level in range(1, 7)}
# Literals that aren't content keys in their context, and why.
ALLOWED = {
    ("cities/exports/views.py", "action-plan"): "the name of a file",
    ("strategy/document/tree.py", "number 0"): "trees of schema 1 have no roles (docs/strategy-json.md)",
    ("templates/styleguide/document.html", "c1"): "an anchor of the sample page",
}
NOT_CODE = {"migrations", "defaults", "demo"}
_KEY = re.compile(r"(^|_)(key|code)s?(__\w+)?$")
_TAG = re.compile(r"\{[%{].*?[%}]\}", re.DOTALL)
_TAG_KEY = re.compile(
    r"\b(?:key|code) *(?:==|!=|in) *[\"']([\w-]+)[\"']|[\"']([\w-]+)[\"'] *(?:==|!=) *[\w.]*\b(?:key|code)\b"
)
_QUOTED = re.compile(r"[\"'#]([\w-]+)[\"']")


def _keys(value: object) -> Iterator[str]:
    """Every `key` and `code` in a file of content."""
    if isinstance(value, dict):
        yield from (value[name] for name in ("key", "code") if isinstance(value.get(name), str))
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(inner)


FILES = sorted(ROOT.glob("*/defaults/*.json"))
KEYS = {key for path in FILES for key in _keys(json.loads(path.read_text(encoding="utf-8")))}
# A single word such as "baseline" or "risks" names much else; it counts only where something is called by its key.
WORDS = {key for key in KEYS if key.isalpha()} | HEADINGS


def _literals(node: ast.AST) -> set[str]:
    """The texts that an expression holds, also inside a list of them."""
    return {part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


def _name(node: ast.AST) -> str:
    """What an expression reads: `key` of `row.key`, `row["key"]` and `key`."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    return getattr(node, "attr", "") or getattr(node, "id", "")


def _called_by_key(tree: ast.AST) -> Iterator[str]:
    """Texts that are compared with a key, passed or stored as one, or looked up by one."""
    looked_up = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(_KEY.search(_name(n)) for n in (node.left, *node.comparators)):
            for side in (node.left, *node.comparators):
                yield from _literals(side)
        elif isinstance(node, ast.keyword) and _KEY.search(node.arg or ""):
            yield from _literals(node.value)
        elif isinstance(node, ast.Dict):
            for name, value in zip(node.keys, node.values, strict=True):
                if isinstance(name, ast.Constant) and _KEY.search(str(name.value)) and isinstance(value, ast.Constant):
                    yield from _literals(value)
        elif isinstance(node, ast.Match) and _KEY.search(_name(node.subject)):
            for case in node.cases:
                yield from _literals(case.pattern)
        elif isinstance(node, ast.Subscript) and _KEY.search(_name(node.slice)):
            looked_up.add(_name(node.value))
        elif (
            isinstance(node, ast.Call) and _name(node.func) == "get" and node.args and _KEY.search(_name(node.args[0]))
        ):
            looked_up.add(_name(node.func.value))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Dict)
            and looked_up & {_name(target) for target in node.targets}
        ):
            yield from (name.value for name in node.value.keys if isinstance(name, ast.Constant))


def _numbers(tree: ast.AST) -> Iterator[str]:
    """A section known by its number, and a date of the program by its week."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(_name(n) == "number" for n in (node.left, *node.comparators)):
            for side in (node.left, *node.comparators):
                yield from (f"number {text}" for text in _literals(side) if text.isdigit())
        elif isinstance(node, ast.Call) and _name(node.func) == "date_of" and node.args:
            week = node.args[0]
            if isinstance(week, ast.Constant) or _name(week).isupper():
                yield f"week {ast.unparse(week)}"


def named_in_code(source: str) -> set[str]:
    """What a module names of the content."""
    tree = ast.parse(source)
    return (_literals(tree) & (KEYS - WORDS)) | (set(_called_by_key(tree)) & KEYS) | set(_numbers(tree))


def named_on_page(source: str) -> set[str]:
    """What a template of a page names of the content, in its tags and as anchors."""
    tags = " ".join(_TAG.findall(source))
    compared = {word for pair in _TAG_KEY.findall(tags) for word in pair}
    return (set(_QUOTED.findall(source)) & (KEYS - WORDS)) | (compared & KEYS)


def _sources() -> Iterator[tuple[Path, set[str]]]:
    """Every module of ours and every page, with what it names."""
    for app in HOUSE:
        for path in (ROOT / app).rglob("*.py"):
            if not NOT_CODE & set(path.relative_to(ROOT).parts):
                yield path, named_in_code(path.read_text(encoding="utf-8"))
    for path in (ROOT / "templates").rglob("*.html"):
        yield path, named_on_page(path.read_text(encoding="utf-8"))


def test_no_code_and_no_page_names_a_key_a_number_or_a_week_of_the_content():
    found = {(path.relative_to(ROOT).as_posix(), name) for path, names in _sources() for name in names}
    assert found == set(ALLOWED), "give the content a role for it; a stale line of ALLOWED goes"


def test_keys_of_every_kind_of_content_are_known():
    assert {"mayors-letter", "ai-governance", "m4", "L1", "V1", "open-data"} <= KEYS - WORDS
    assert {"risks", "policies", "onboarding", "h1"} <= KEYS & WORDS


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('ITEM = "m4"', {"m4"}),
        ('TABLES = {"action-plan": "action"}', {"action-plan"}),
        ('is_it = section.key == "vision"', {"vision"}),
        ('is_it = section["key"] in ("risks", "plan")', {"risks"}),
        ('rows.filter(template__key="oversight")', {"oversight"}),
        ('rows.filter(key__in=["oversight"])', {"oversight"}),
        ('row = {"key": "vision"}', {"vision"}),
        ('ALSO = {"vision": "mission"}\nfound = ALSO.get(section.key)', {"vision"}),
        ('ALSO = {"vision": "mission"}\nfound = ALSO[key]', {"vision"}),
        ('match row.key:\n    case "risks":\n        pass', {"risks"}),
        ('is_letter = section["number"] == "0"', {"number 0"}),
        ("day = cohort.date_of(24, 2)", {"week 24"}),
        ("day = cohort.date_of(SIGN_OFF_WEEK, 2)", {"week SIGN_OFF_WEEK"}),
        # Our own words that are keys elsewhere.
        ('parts = {"policies": tree["policies"], "risks": tree["risks"]}', set()),
        ('TAGS = {"h1", "h2"}\nis_heading = tag in TAGS', set()),
        ('class Role:\n    RISKS = "risks"', set()),
        ("day = cohort.date_of(item.week, item.weekday)", set()),
        ('path("policies/", registers.policies, name="policies")', set()),
    ],
)
def test_the_guard_sees_what_names_the_content_and_nothing_else(source, named):
    assert named_in_code(source) == named


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('{% if section.key == "vision" %}', {"vision"}),
        ('{% if "vision" == section.key %}', {"vision"}),
        ('<a href="#mayors-letter">', {"mayors-letter"}),
        ('{% if part == "policies" %}<h2 id="h2">', set()),
    ],
)
def test_the_guard_reads_pages_too(source, named):
    assert named_on_page(source) == named
