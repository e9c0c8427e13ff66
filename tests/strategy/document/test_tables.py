"""A structured section is an introduction and a table, in every file once; older trees are as they were signed."""

import copy

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.content_versions import digest
from strategy.document import exports, presentation, tables, word
from strategy.document.tree import freeze
from strategy.models import AiUse, SectionState
from strategy.plan import actions as plan
from tests.strategy.document import made
from tests.strategy.made_ready import make_ready

ROLES = ["actions", "measures", "policies", "ai_uses", "risks"]


def structured(*, intro="", roles=ROLES):
    sections = [made.section("vision", 1, "<p>We decide.</p>")]
    sections += [made.section(role, number, intro, "plan", role=role) for number, role in enumerate(roles, 2)]
    return made.tree(sections, actions=3) | {"schema": 4}


def page(tree):
    return exports.html(made.edition(tree), {})


def test_tables_are_in_their_sections_and_none_follows():
    tree = structured()
    assert tables.trailing(tree) == []
    rows = exports.rendered_sections(tree, lambda number: {})
    assert [row["table"] for row in rows] == ["", "plan", "measures", "policies", "ai-uses", "risks"]
    assert all(row["is_written"] for row in rows)


@pytest.mark.parametrize("write", [page, lambda tree: word.html(made.edition(tree), {})], ids=["pdf", "word"])
def test_each_table_is_in_a_file_once(write):
    tree = structured(intro="<p>In short.</p>")
    html = write(tree)
    assert html.count("In short.") == 5
    assert "In detail" not in html
    assert "not written yet" not in html
    for row in tree["risks"]:
        assert html.count(row["title"]) == 1
    assert html.count(">Instrument<") == html.count(">Review status<") == 1
    assert html.count("How we’ll know it’s working") == 0, "the measures have a section"


def test_plan_shows_the_measures_if_no_section_does():
    assert presentation.plan(structured())["shows_measures"] is False
    assert presentation.plan(structured(roles=["actions"]))["shows_measures"] is True


def test_tree_from_before_shows_its_tables_at_the_end():
    old = structured() | {"schema": 3}
    assert tables.trailing(old) == ["plan", "policies", "ai-uses", "risks"]
    rows = exports.rendered_sections(old, lambda number: {})
    assert {row["table"] for row in rows} == {""}
    before = digest(copy.deepcopy(old))
    html = page(old)
    assert html.count("In detail") > 1
    assert digest(old) == before


@pytest.mark.django_db
def test_section_with_rows_has_started_and_can_be_final(cast, as_):
    with rls.every_city():
        risks = cast.tulsa.section_set.get(key="risks")
        assert risks.state == SectionState.NOT_STARTED
        plan.add(
            cast.tulsa.risk_set.model(city=cast.tulsa),
            by=cast.lead,
            title="Staff leave",
            likelihood="high",
            impact="high",
        )
        risks.refresh_from_db()
        assert (risks.state, risks.has_content, risks.words) == (SectionState.DRAFTING, True, 0)
    url = reverse("strategy:section", args=["tulsa-us", "risks"])
    shown = as_(cast.lead).get(url).content.decode()
    assert shown.count("Staff leave") == 1
    assert reverse("strategy:risks", args=["tulsa-us"]) in shown
    answer = as_(cast.lead).post(reverse("strategy:section-move", args=["tulsa-us", "risks"]), {"to": "final"})
    assert answer.status_code == 302
    with rls.every_city():
        risks.refresh_from_db()
    assert risks.state == SectionState.FINAL


@pytest.mark.django_db
def test_register_whose_section_is_left_out_is_left_out(cast):
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        cast.tulsa.risk_set.create(title="Staff leave", likelihood="high", impact="high", position=1)
        AiUse.objects.create(city=cast.tulsa, name="Triage")
        tree = freeze(cast.tulsa)
        assert tables.trailing(tree) == ["ai-uses"], "the template has no section for it"
        assert tree["sections"][-2]["key"] == "risks"
        cast.tulsa.section_set.filter(key="risks").update(standing="hidden")
        without = freeze(cast.tulsa)
    assert without["risks"] == []
    assert [row["number"] for row in without["sections"]] == [str(n) for n in range(1, 11)]
