"""The mayor's letter is printed without a number, whatever its key and number are; a document may have none."""

import copy

import pytest

from accelerator import rls
from strategy.document import exports
from strategy.document.parts import changed_parts, parts_of
from strategy.document.tree import freeze, is_letter
from tests.strategy.bare import move_to_bare_template
from tests.strategy.document import made
from tests.strategy.made_ready import make_ready

LONG = "<p>" + "word " * 200 + "</p>"


def printed(sections):
    """(number as printed, a page of its own) of each section."""
    rows = exports.rendered_sections(made.tree(sections), lambda number: {})
    return [(row["printed_number"], row["is_letter"]) for row in rows]


def of_schema_1(tree):
    """The tree as it was frozen before sections had roles."""
    old = copy.deepcopy(tree) | {"schema": 1}
    for section in old["sections"]:
        del section["role"]
    return old


def test_letter_is_printed_without_a_number_at_any_place():
    sections = [made.section("a", 0, LONG), made.section("b", 5, LONG, role="letter")]
    assert printed(sections) == [("0", False), ("", True)]


def test_letter_that_is_short_has_no_page_of_its_own():
    assert printed([made.section("a", 0, "<p>Short.</p>", role="letter")]) == [("", False)]


def test_document_without_a_letter_prints_every_number():
    sections = [made.section("a", 1, LONG), made.section("b", 2, LONG, role="risks")]
    assert printed(sections) == [("1", False), ("2", False)]


def test_tree_of_schema_1_knows_its_letter_by_its_number():
    tree = made.tree([made.section("a", 0, LONG, role="letter"), made.section("b", 1, LONG)])
    old = of_schema_1(tree)
    assert printed(old["sections"]) == printed(tree["sections"]) == [("", True), ("1", False)]


@pytest.mark.django_db
def test_parts_of_an_unchanged_text_are_the_same_in_both_schemas(cast):
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        tree = freeze(cast.tulsa)
    assert [row["role"] for row in tree["sections"] if row["role"]] == ["actions", "measures"]
    texts = [part for part in parts_of(tree) if part.revision is not None]
    assert [part for part in parts_of(of_schema_1(tree)) if part.revision is not None] == texts


@pytest.mark.django_db
def test_section_without_its_role_has_not_changed(cast):
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        before = freeze(cast.tulsa)
    move_to_bare_template(cast.tulsa, cast.admin)
    with rls.every_city():
        after = freeze(cast.tulsa)
    assert not any(is_letter(row) for row in after["sections"])
    assert changed_parts(parts_of(before), parts_of(after)) == []
