"""The tree that is signed and rendered: the same content gives the same value, and it holds everything public."""

import json
from decimal import Decimal

import pytest
from django.utils import timezone

from accelerator import rls
from accelerator.content_versions import canonical, digest
from accelerator.texts import block_tree, saving
from cities.models import Role
from strategy.document import exports, word
from strategy.document.parts import parts_of
from strategy.document.tables import written_sections
from strategy.document.tree import actions_of, freeze
from strategy.models import AiUse, Policy, PolicyType
from tests.clients import cost
from tests.strategy.document import made


def digests(tree):
    """SHA-256 of each part by its key."""
    return {part.key: part.sha256 for part in parts_of(tree)}


@pytest.fixture
def filled(cast):
    """Tulsa with a text, two objectives, an action that waits for another, registers and a risk."""
    with rls.every_city():
        city = cast.tulsa
        section = city.section_set.get(key="vision")
        section.begin()
        saving.save(section, html="<h3>Aim</h3><p>Clear <em>words</em>.</p>", base=0, by=cast.lead)
        objective = city.objective_set.create(code="O1", position=1, title="Sound data", component="quality")
        policy = Policy.objects.create(city=city, type=PolicyType.objects.first(), title="Data policy")
        first = objective.actions.create(
            city=city,
            code="A1",
            position=1,
            title="Inventory",
            component="quality",
            owner_role="Data lead",
            owner=cast.member,
            owner_email="secret@tulsa.example",
            starts=1,
            due=4,
            policy=policy,
            measure="Datasets listed",
            baseline=Decimal("12.500"),
            target_1=Decimal("40"),
        )
        second = objective.actions.create(city=city, code="A2", position=2, title="Publish", component="quality")
        city.dependency_set.create(action=second, on=first)
        AiUse.objects.create(city=city, name="Triage of reports")
        AiUse.objects.create(city=city, name="Hidden", is_public=False)
        city.risk_set.create(title="Staff leave", likelihood="high", impact="medium")
        yield city


def test_tree_contains_everything_public_and_no_email_address(filled):
    tree = freeze(filled)
    assert (tree["schema"], tree["language"], tree["mayor"]) == (4, "en", "Mayor")
    assert [row["key"] for row in written_sections(tree)] == ["vision", "action-plan", "policies", "risks"]
    first, second = actions_of(tree)
    assert first["owner"] == {"role": "Data lead", "person": "Member", "department": "", "supporting": ""}
    assert (first["measure"]["baseline"], first["measure"]["targets"]) == ("12.5", ["40", None, None])
    assert (second["waits_for"], first["policy"]) == (["A1"], "Data policy")
    assert (tree["plan"]["currency"], tree["plan"]["cost_limits"]) == ("USD", [50_000, 250_000, 1_000_000])
    assert [row["name"] for row in tree["ai_uses"]] == ["Triage of reports"]
    assert "secret@" not in canonical(tree)


def test_tree_keeps_the_title_of_the_mayors_office(filled):
    """As confirmed with the office: a position on the team is the lead's own text."""
    assert freeze(filled)["mayor_title"] == "Mayor"
    filled.membership_set.filter(role=Role.MAYOR).update(title="Emperor")
    filled.officeholder_set.filter(office="mayor").update(title="Mayor-President")
    assert freeze(filled)["mayor_title"] == "Mayor-President"


@pytest.mark.parametrize(
    ("language", "title", "shown"),
    [
        ("en", "", "Mayor"),
        ("es", "", "Alcalde o alcaldesa"),
        ("pt-br", "", "Prefeito ou prefeita"),
        ("es", "Presidenta municipal", "Presidenta municipal"),
    ],
)
def test_files_name_the_mayors_title_else_the_office(language, title, shown):
    tree = made.tree([made.section("a", 1, "<p>Text.</p>")], language=language) | {"mayor_title": title}
    edition = exports.Edition(tree, timezone.now())
    assert f"<strong>Loretta Haskins</strong><br>{shown}</p>" in exports.html(edition, {})
    assert f"{shown}: Loretta Haskins." in word.html(edition, {})
    del tree["mayor_title"]  # as in versions that were signed before titles were kept
    assert exports.html(edition, {})


def test_same_content_has_the_same_digest_after_storing(filled):
    tree = freeze(filled)
    again = json.loads(json.dumps(freeze(filled)))
    assert digest(again) == digest(tree)
    assert again == tree


def test_only_changed_parts_have_another_digest(filled, cast):
    before = digests(freeze(filled))
    section = filled.section_set.get(key="vision")
    saving.save(section, html="<h3>Aim</h3><p>Other words.</p>", base=1, by=cast.lead)
    filled.risk_set.update(impact="low")
    after = digests(freeze(filled))
    assert {key for key in after if after[key] != before[key]} == {"vision", "part:risks"}
    assert {"part:plan", "part:policies", "part:ai-uses"} <= set(after)


def test_text_changed_and_changed_back_has_the_same_digest(filled, cast):
    before = digests(freeze(filled))
    for base, text in ((1, "<p>Other</p>"), (2, "<h3>Aim</h3><p>Clear <em>words</em>.</p>")):
        saving.save(filled.section_set.get(key="vision"), html=text, base=base, by=cast.lead)
    assert digests(freeze(filled)) == before


def test_tree_of_a_long_plan_needs_no_more_queries(filled):
    with cost() as few:
        freeze(filled)
    objective = filled.objective_set.get()
    for number in range(3, 30):
        objective.actions.create(city=filled, code=f"A{number}", position=number, title="More", component="use")
    with cost() as many:
        freeze(filled)
    assert few.count == many.count


def test_text_is_divided_into_blocks():
    html = (
        '<p>One<br>two <strong>three</strong></p><ol start="3"><li>a<ul><li><p>b</p></li></ul></li></ol>'
        "<blockquote><p>said</p></blockquote><table><thead><tr><th scope='col' colspan='2'>H</th></tr></thead>"
        "<tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
        '<figure><img src="media:12" alt="A map"><figcaption>Where</figcaption></figure>'
    )
    found = block_tree.from_html(html)
    assert [block["type"] for block in found] == ["paragraph", "list", "quote", "table", "figure"]
    assert dict(block_tree.count(found)) == {
        "paragraph": 3,
        "list": 2,
        "item": 2,
        "text": 4,
        "quote": 1,
        "table": 1,
        "row": 2,
        "cell": 3,
        "figure": 1,
    }
    assert block_tree.image_ids(found) == [12]
    assert found[4] == {"type": "figure", "picture": 12, "alt": "A map", "inlines": ["Where"]}
