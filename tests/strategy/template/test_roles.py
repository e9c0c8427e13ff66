"""A section's role and other titles: staff see and edit them; a section without a role is a section like any other."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accelerator import rls
from strategy.models import TemplateVersion
from strategy.signoff import readiness
from strategy.template import comparison as template_changes
from strategy.template import completeness
from strategy.template import editing as templates
from strategy.template.models import SectionRole
from tests.strategy.bare import move_to_bare_template
from tests.strategy.made_ready import make_ready
from tests.strategy.template.test_templates import at, edit, fields, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast):
    return templates.open_draft(version=TemplateVersion.objects.get(number=1), by=cast.admin)


def test_the_shipped_template_has_each_role_once(cast):
    roles = TemplateVersion.objects.get(number=1).sections.exclude(role="").values_list("role", flat=True)
    # The uses of AI are a register at the end: the program's outline has no section for them.
    assert sorted(roles) == sorted({*SectionRole.values} - {"ai_uses"})


def test_role_and_other_titles_are_saved_and_shown(cast, as_, draft):
    templates.remove_section(draft.sections.get(key="mayors-letter"), stamp=draft.stamp, by=cast.admin)
    section = draft.sections.get(key="vision")
    data = fields(section, role="letter", synonyms_en=" A  word from the mayor \n\nGreeting", synonyms_es="")
    answer = as_(cast.admin).post(at("template-section", "vision"), data)
    assert answer.status_code == 302
    section.refresh_from_db()
    assert section.role == SectionRole.LETTER
    assert section.synonyms == {"en": ["A word from the mayor", "Greeting"], "pt-br": ["Visão", "Missão"]}
    assert dict(completeness.untranslated(section)) == {}, "no language needs other titles"
    assert "Kind of section: Mayor’s letter" in text(as_(cast.admin).get(at("template-draft")))
    page = text(as_(cast.admin).get(at("template-section", "vision")))
    assert '<option value="letter" selected>Mayor’s letter</option>' in page
    assert "A word from the mayor\nGreeting</textarea>" in page


def test_role_of_another_section_is_refused_and_the_rest_stays_in_the_form(cast, as_, draft):
    section = draft.sections.get(key="vision")
    sentence = "“Risks” is already of this kind. Change that section first."
    for address, data in (
        (at("template-section", "vision"), fields(section, role="risks", purposes_en="Typed words")),
        (
            at("template-section-add"),
            {
                "key": "ai",
                "titles_en": "AI",
                "purposes_en": "Typed words",
                "component": "use",
                "due_week": 12,
                "after": "vision",
                "role": "risks",
            },
        ),
    ):
        answer = as_(cast.admin).post(address, data)
        assert answer.status_code == 422, address
        assert sentence in text(answer), address
        assert "Typed words" in text(answer), address
    assert draft.sections.get(role="risks").key == "risks"
    assert draft.sections.count() == 18


def test_removed_section_does_not_return_while_another_has_its_role(cast, as_, draft):
    templates.remove_section(draft.sections.get(key="risks"), stamp=draft.stamp, by=cast.admin)
    edit(draft.sections.get(key="oversight"), cast.admin, role="risks")
    page = as_(cast.admin).post(at("template-section-return", "risks"), follow=True)
    assert "“Oversight and yearly review” is already of this kind." in text(page)
    assert not draft.sections.filter(key="risks").exists()
    edit(draft.sections.get(key="oversight"), cast.admin, role="")
    as_(cast.admin).post(at("template-section-return", "risks"))
    assert draft.sections.get(key="risks").role == SectionRole.RISKS


def test_database_refuses_a_role_twice_in_a_version(cast, draft):
    with pytest.raises(IntegrityError, match="template_section_role_once"), transaction.atomic():
        draft.sections.filter(key="vision").update(role="risks")


def test_letter_has_number_0_at_any_place_and_the_others_count_from_1(cast, draft):
    letter = draft.sections.get(key="mayors-letter")
    templates.move_section(letter, to=2, stamp=draft.stamp, by=cast.admin)
    assert list(draft.sections.values_list("number", flat=True))[:4] == ["1", "2", "0", "3"]
    edit(draft.sections.get(key="mayors-letter"), cast.admin, role="")
    assert list(draft.sections.values_list("number", flat=True))[:4] == ["1", "2", "3", "4"]
    edit(draft.sections.get(key="vision"), cast.admin, role="letter")
    assert list(draft.sections.values_list("number", flat=True))[:4] == ["0", "1", "2", "3"]


def test_comparison_shows_role_and_other_titles(cast, draft):
    vision = draft.sections.get(key="mayors-letter")
    edit(vision, cast.admin, role="", synonyms={**vision.synonyms, "en": ["Foreword", "Greeting"]})
    rows = template_changes.compare(draft.based_on.sections.all(), draft.sections.all())
    [row] = [row for row in rows if row.key == "mayors-letter"]
    assert [(change.label, change.language) for change in row.changes] == [
        ("kind of section", ""),
        ("other titles", "English"),
    ]
    assert row.changes[0].pieces == [("del", "Mayor’s letter"), ("same", " "), ("ins", "Text")]


def test_form_that_was_opened_before_a_role_changed_is_stale(cast, as_, draft):
    section = draft.sections.get(key="oversight")
    data = fields(section, goods_en="Typed before.")
    edit(draft.sections.get(key="risks"), cast.admin, role="")
    edit(draft.sections.get(key="oversight"), cast.admin, role="risks")
    assert as_(cast.admin).post(at("template-section", "oversight"), data).status_code == 409


def test_rows_of_a_table_are_content_of_the_section_with_its_role_alone(cast):
    """Required and without words: the section with the role is filled by the plan's rows, one without is empty."""

    def empty():
        with rls.every_city():
            found = readiness.findings(cast.tulsa)
        return [row.place.split(".")[0] for row in found if "is required but has no text yet" in row.message]

    make_ready(cast.tulsa, cast.lead)
    with rls.every_city():
        cast.tulsa.section_set.filter(template__role="actions").update(html="", words=0)
    assert empty() == []
    move_to_bare_template(cast.tulsa, cast.admin)
    assert empty() == ["14"]


def test_city_on_a_template_without_roles_reads_every_page(cast, as_):
    version = move_to_bare_template(cast.tulsa, cast.admin)
    assert list(version.sections.values_list("number", flat=True)) == [str(n) for n in range(1, 19)]
    for name in ("strategy", "readiness"):
        assert as_(cast.lead).get(reverse(f"strategy:{name}", args=[cast.tulsa.slug])).status_code == 200, name
