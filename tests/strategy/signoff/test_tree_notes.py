"""Working notes are found wherever the frozen document has text, and the finding leads to the place."""

import pytest
from django.urls import reverse

from accelerator import rls
from strategy.document.tree import freeze
from strategy.models import AiUse, ObjectiveMeasure, Picture, Policy, PolicyType, Risk
from strategy.signoff import readiness, tree_notes
from tests.strategy.made_ready import make_ready

pytestmark = pytest.mark.django_db
NOTE = "[Lead: the mayor wants another figure here]"


@pytest.fixture
def city(cast):
    """Tulsa with a row in each part of the document, and an image in its vision."""
    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        city, objective = cast.tulsa, cast.tulsa.objective_set.get()
        kind = PolicyType.objects.first()
        Policy.objects.create(city=city, type=kind, title="Data policy", adopted_by="Council")
        AiUse.objects.create(city=city, name="Triage", purpose="Sorts reports")
        Risk.objects.create(city=city, title="A keeper leaves", likelihood="likely", impact="high", mitigation="Two")
        ObjectiveMeasure.objects.create(city=city, objective=objective, measure="Days to answer", position=1)
        values = {"sha256": "0" * 64, "size": 9, "width": 4, "height": 3, "alt": "Map"}
        picture = Picture.objects.create(city=city, file="a.png", name="a.png", kind="image/png", **values)
        html = f'<p>Text.</p><figure><img src="media:{picture.pk}" alt="A map"><figcaption>Wards</figcaption></figure>'
        city.section_set.filter(key="vision").update(html=html)
    return city


def blockers(city):
    with rls.every_city():
        found = readiness.blocking(readiness.findings(city))
    return [row for row in found if "working note" in row.message]


def write_note(row, field):
    setattr(row, field, f"{getattr(row, field)} {NOTE}"[:200].strip())
    type(row).objects.filter(pk=row.pk).update(**{field: getattr(row, field)})


ROWS = [
    ("policy_set", "title", "policy-edit"),
    ("policy_set", "adopted_by", "policy-edit"),
    ("policy_set", "number", "policy-edit"),
    ("aiuse_set", "name", "ai-use-edit"),
    ("aiuse_set", "purpose", "ai-use-edit"),
    ("aiuse_set", "conditions", "ai-use-edit"),
    ("aiuse_set", "human_review", "ai-use-edit"),
    ("risk_set", "title", "risk-edit"),
    ("risk_set", "mitigation", "risk-edit"),
    ("objective_set", "title", "objective-edit"),
    ("objective_set", "priority", "objective-edit"),
    ("objectivemeasure_set", "measure", "measure-edit"),
    ("objectivemeasure_set", "source", "measure-edit"),
    ("action_set", "title", "action"),
    ("action_set", "description", "action"),
    ("action_set", "supporting", "action"),
    ("action_set", "source", "action"),
    ("action_set", "owner_name", "action"),
]


@pytest.mark.parametrize(("rows", "field", "page"), ROWS)
def test_note_in_a_register_or_the_plan_blocks_and_leads_to_its_row(city, rows, field, page):
    assert blockers(city) == []
    with rls.every_city():
        row = getattr(city, rows).get()
        write_note(row, field)
    [found] = blockers(city)
    assert found.url == reverse(f"strategy:{page}", args=[city.slug, row.pk])
    assert "the mayor wants another figure here" in found.message


@pytest.mark.parametrize("old", ["A map", "Wards"])
def test_note_in_an_alt_text_or_a_caption_blocks(city, old):
    with rls.every_city():
        section = city.section_set.get(key="vision")
        city.section_set.filter(pk=section.pk).update(html=section.html.replace(old, NOTE))
    [found] = blockers(city)
    assert found.url.startswith(reverse("strategy:section", args=[city.slug, "vision"]))
    assert ("?picture=" in found.url) == (old == "A map")


def test_note_in_the_stored_description_of_an_image_blocks(city):
    with rls.every_city():
        city.picture_set.update(alt=NOTE)
    [found] = blockers(city)
    assert found.url.startswith(reverse("strategy:section", args=[city.slug, "vision"]))


def test_note_in_an_outcome_leads_to_the_settings(city):
    with rls.every_city():
        city.outcomes = ["Shorter waits", NOTE]
        city.save()
    [found] = blockers(city)
    assert found.url == reverse("dashboards:city-settings", args=[city.slug])


def test_no_text_of_the_frozen_tree_is_left_out(city):
    """Each text outside the sections is replaced by a note in turn: the walk finds it, whatever it is called."""
    with rls.every_city():
        tree = freeze(city)
        paths = [path for path, _text in tree_notes.texts({**tree, "sections": []})]
        assert len(paths) > 50
        for path in paths:
            copy = freeze(city) if path == paths[0] else tree
            place = copy
            for key in path[:-1]:
                place = place[key]
            former, place[path[-1]] = place[path[-1]], NOTE
            assert [row.is_blocking for row in tree_notes.elsewhere(city, copy, ["Lead"])] == [True], path
            place[path[-1]] = former


def test_what_is_not_in_the_document_is_not_searched(city):
    with rls.every_city():
        city.aiuse_set.update(conditions=NOTE, is_public=False)
    assert blockers(city) == []
