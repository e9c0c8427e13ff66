"""What keeps a template's draft from being published, which translations are missing, and what each act says."""

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.models import Cohort
from strategy.models import TemplateSection, TemplateVersion
from strategy.template import completeness
from strategy.template import editing as templates

pytestmark = pytest.mark.django_db
SLUG = "citywide-data-strategy"


def at(name, *args):
    return reverse(f"strategy:{name}", args=[SLUG, *args])


@pytest.fixture
def draft(cast):
    return templates.open_draft(version=TemplateVersion.objects.get(slug=SLUG, number=1), by=cast.admin)


def post(browser, draft, name, *args, **data):
    draft.refresh_from_db()
    return browser.post(at(name, *args), {"stamp": draft.stamp, **data}, follow=True).text


def keys(draft):
    return list(draft.sections.order_by("position").values_list("key", flat=True))


def section(**values):
    texts = {"titles": {"en": "Vision"}, "purposes": {"en": "To see"}, "prompts": {"en": ["Where?"]}, "goods": {}}
    return TemplateSection(**{"key": "vision", "due_week": 3, "required": True, "parts": [], **texts, **values})


def sentences(*sections, name="Strategy"):
    draft = TemplateVersion(slug="other", number=1, name={"en": name} if name else {})
    return [gap.sentence for gap in completeness.gaps(draft, list(sections))]


# What keeps it from being published


def test_template_needs_its_name_and_a_section(db):
    assert sentences(name="") == ["The template has no English name.", "The template has no sections."]
    assert sentences(section(), name="") == ["The template has no English name."]
    assert sentences(section()) == []


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("titles", "vision has no English title."),
        ("purposes", "Vision doesn’t have a purpose statement in English."),
        ("prompts", "Vision has no English prompts."),
    ],
)
def test_section_needs_its_english_texts(db, field, sentence):
    assert sentences(section(**{field: {"es": "Hola"}})) == [sentence]


def test_part_needs_its_english_title(db):
    parts = [{"number": "1.1", "title": {"en": "One"}}, {"number": "1.2", "title": {"es": "Dos"}}]
    assert sentences(section(parts=parts)) == ["Vision has a part with no English title."]


@pytest.mark.parametrize(("week", "is_missing"), [(0, True), (1, False), (26, False), (27, True)])
def test_section_is_due_in_a_week_of_the_program(db, week, is_missing):
    sentence = f"Vision is due in week {week}, but programs run from week 1 to week 26."
    assert sentences(section(due_week=week)) == ([sentence] if is_missing else [])


@pytest.mark.parametrize(("weeks", "counted"), [(12, 26), (40, 40)])
def test_the_longest_program_counts_and_never_less_than_the_usual(cast, weeks, counted):
    Cohort.objects.filter(pk=cast.cohort.pk).update(weeks=weeks)
    assert completeness.program_weeks() == counted


def test_draft_that_says_what_its_version_says_is_not_published(cast, as_, draft):
    page = post(as_(cast.admin), draft, "template-publish")
    assert "The draft is identical to version 1." in page
    draft.refresh_from_db()
    assert draft.published_at is None


# Translations


def test_texts_are_untranslated_where_english_has_them_and_the_language_not():
    row = section(titles={"en": "Vision", "es": "Visión"})
    assert completeness.untranslated(row) == [
        ("Spanish", ["purpose", "prompts"]),
        ("Portuguese", ["title", "purpose", "prompts"]),
    ]


def test_list_of_another_length_counts_as_untranslated():
    whole = {"en": ["One?", "Two?"], "es": ["¿Una?"], "pt-br": ["Uma?", "Duas?"]}
    both = {"en": "x", "es": "x", "pt-br": "x"}
    row = section(titles=both, purposes=both, prompts=whole)
    assert [missing for _language, missing in completeness.untranslated(row)] == [["prompts"]]


def test_part_without_translation_is_named_by_its_number():
    both = {"en": "x", "es": "x", "pt-br": "x"}
    part = {"number": "1.2", "title": {"en": "One", "es": "Uno"}, "purpose": both}
    row = section(titles=both, purposes=both, prompts={}, parts=[part])
    assert [missing for _language, missing in completeness.untranslated(row)] == [["1.2 title"]]


# Acts on the draft


def test_removed_section_is_listed_and_added_back_once(cast, as_, draft):
    browser, before = as_(cast.admin), keys(draft)
    taken_out = post(browser, draft, "template-section-remove", "risks")
    assert "was removed from the draft. You can include it again at the bottom of this page." in taken_out
    assert "risks" not in keys(draft)
    back = post(browser, draft, "template-section-return", "risks")
    assert "The section is back in the draft, just as it was." in back
    again = post(browser, draft, "template-section-return", "risks")
    assert "This section can’t be included again. It may already be in the draft." in again
    assert sorted(keys(draft)) == sorted(before)
    assert "This section can’t be included again." in post(browser, draft, "template-section-return", "no-such")


def test_discarded_draft_is_gone_and_the_published_versions_stay(cast, as_, draft):
    page = post(as_(cast.admin), draft, "template-discard")
    assert "The draft was discarded. The published versions haven’t changed." in page
    assert list(TemplateVersion.objects.filter(slug=SLUG).values_list("number", flat=True)) == [1]
    assert as_(cast.admin).get(at("template-draft")).status_code == 404


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"way": "up"}, 1),
        ({"way": "down"}, 3),
        ({"place": "1"}, 0),
        ({"place": "999"}, -1),
        ({"place": "0"}, 0),
        ({"way": "sideways"}, 2),
        ({"place": "x", "way": "up"}, 1),
    ],
)
def test_section_is_moved_to_the_nearest_place_there_is(cast, as_, draft, data, place):
    key = keys(draft)[2]
    post(as_(cast.admin), draft, "template-section-move", key, **data)
    assert keys(draft)[place] == key
    assert list(draft.sections.order_by("position").values_list("position", flat=True)) == list(range(len(keys(draft))))


@pytest.mark.parametrize("name", ["template-section-move", "template-section-remove"])
def test_act_on_an_unknown_section_is_not_found(cast, as_, draft, name):
    assert as_(cast.admin).post(at(name, "no-such"), {"stamp": draft.stamp}).status_code == 404
    assert as_(cast.admin).get(at(name, "vision")).status_code == 405


def test_drafts_of_templates_are_the_program_admins_alone(cast, as_, draft):
    before = keys(draft)
    for person in ("lead", "member", "mayor", "funder", "coach", "nobody"):
        wanted = 403 if person == "coach" else 404
        for name in ("template-discard", "template-publish"):
            answer = as_(cast.people[person]).post(at(name), {"stamp": draft.stamp})
            assert answer.status_code == wanted, (person, name)
    with rls.every_city():
        draft.refresh_from_db()
    assert (draft.published_at, keys(draft)) == (None, before)
