"""Staff edit a template's draft, publish it for good and compare versions."""

import copy

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from accelerator import rls
from accelerator.models import AuditEvent
from accelerator.refusals import Conflict, Removed
from strategy.models import Strategy, TemplateSection, TemplateVersion
from strategy.template import comparison as template_changes
from strategy.template import completeness
from strategy.template import editing as templates
from tests.clients import cost

pytestmark = pytest.mark.django_db
SLUG = "citywide-data-strategy"


@pytest.fixture
def first(cast):
    return TemplateVersion.objects.get(slug=SLUG, number=1)


@pytest.fixture
def draft(cast, first):
    return templates.open_draft(version=first, by=cast.admin)


def at(name, *args):
    return reverse(f"strategy:{name}", args=[SLUG, *args] if name != "templates" else [])


def text(answer):
    return answer.content.decode()


def fields(section, **changes):
    """What the section's form sends, with these changes."""
    from strategy.template.forms import PartFormSet, SectionForm  # noqa: PLC0415 - read after Django is set up

    data = {k: v for k, v in SectionForm.initial_for(section).items() if v is not None and v is not False}
    parts = PartFormSet.initial_for(section.parts)
    data |= {"parts-TOTAL_FORMS": len(parts) + 1, "parts-INITIAL_FORMS": len(parts)}
    for place, part in enumerate(parts):
        data |= {f"parts-{place}-{k}": v for k, v in part.items() if v is not None}
        data[f"parts-{place}-ORDER"] = place + 1
    return {**data, "seen": SectionForm(instance=section).seen_json(), **changes}


def edit(section, by, **changes):
    content = copy.deepcopy(templates.content_of(section)) | changes
    templates.change_section(section, content=content, by=by)


def published(draft, by):
    draft.refresh_from_db()
    gaps = completeness.gaps(draft, list(draft.sections.all()))
    templates.publish(draft, gaps=gaps, stamp=draft.stamp, by=by)
    return draft


# Who may ---------------------------------------------------------------------

READ = [("templates",), ("template",), ("template-compare",), ("template-preview", 1)]
EDIT = [
    ("template-draft",),
    ("template-name",),
    ("template-discard",),
    ("template-section-add",),
    ("template-section", "vision"),
]
ACT = [
    ("template-begin", 1),
    ("template-publish",),
    ("template-section-move", "vision"),
    ("template-section-remove", "vision"),
    ("template-section-return", "vision"),
]


@pytest.mark.parametrize("address", READ, ids=lambda a: a[0])
def test_govex_reads_and_no_one_else(cast, as_, draft, address):
    for person in ("admin", "coach"):
        assert as_(getattr(cast, person)).get(at(*address)).status_code == 200, person
    for person in ("lead", "mayor", "guest", "funder", "nobody"):
        assert as_(getattr(cast, person)).get(at(*address)).status_code == 404, person


@pytest.mark.parametrize("address", EDIT, ids=lambda a: a[0])
def test_program_admins_edit_and_coaches_do_not(cast, as_, draft, address):
    assert as_(cast.admin).get(at(*address)).status_code == 200
    assert as_(cast.coach).get(at(*address)).status_code == 403
    assert as_(cast.lead).get(at(*address)).status_code == 404


@pytest.mark.parametrize("address", ACT, ids=lambda a: a[0])
def test_acts_are_posts_of_program_admins(cast, as_, draft, address):
    assert as_(cast.admin).get(at(*address)).status_code == 405
    assert as_(cast.coach).post(at(*address)).status_code == 403
    assert as_(cast.lead).post(at(*address)).status_code == 404


def test_missing_template_is_not_found(cast, as_, first):
    browser = as_(cast.admin)
    for address in [*EDIT, ("template-begin", 7), ("template-preview", 7)]:
        method = browser.post if address[0] == "template-begin" else browser.get
        assert method(at(*address)).status_code == 404, address
    assert browser.get(reverse("strategy:template", args=["no-such-template"])).status_code == 404


# The draft -------------------------------------------------------------------


def test_a_draft_is_a_copy_and_there_is_one(cast, as_, first):
    browser = as_(cast.admin)
    for _time in range(2):
        answer = browser.post(at("template-begin", 1))
        assert (answer.status_code, answer["Location"]) == (302, at("template-draft"))
    draft = TemplateVersion.objects.get(slug=SLUG, published_at=None)
    assert (draft.number, draft.based_on, draft.created_by) == (2, first, cast.admin)
    assert [templates.content_of(row) for row in draft.sections.all()] == [
        templates.content_of(row) for row in first.sections.all()
    ]
    page = text(browser.get(at("template-draft")))
    assert "One issue must be resolved before this draft can be published." in page
    assert "The draft is identical to version 1." in page
    assert page.count('class="template-row"') == 18


def test_a_section_is_written_in_three_languages(cast, as_, draft):
    section = draft.sections.get(key="vision")
    data = fields(
        section, titles_en=" The  vision ", prompts_es="¿Uno?\n\n  ¿Dos? \n", words_max=320, due_week=9, required="on"
    )
    answer = as_(cast.admin).post(at("template-section", "vision"), data)
    assert (answer.status_code, answer["Location"]) == (302, at("template-draft"))
    section.refresh_from_db()
    assert section.titles["en"] == "The vision"
    assert section.prompts["es"] == ["¿Uno?", "¿Dos?"]
    assert (section.words_max, section.due_week, section.required) == (320, 9, True)
    assert dict(completeness.untranslated(section)) == {"Spanish": ["prompts"]}
    assert "Missing in Spanish: prompts" in text(as_(cast.admin).get(at("template-draft")))
    with rls.every_city():
        event = AuditEvent.objects.filter(verb="template section changed").get()
    assert (event.actor_id, event.data["key"]) == (cast.admin.pk, "vision")


def test_saving_without_a_change_changes_nothing(cast, as_, draft):
    for section in draft.sections.all():
        before = templates.content_of(section)
        answer = as_(cast.admin).post(at("template-section", section.key), fields(section))
        assert answer.status_code == 302, section.key
        section.refresh_from_db()
        assert templates.content_of(section) == before, section.key


def test_named_parts_are_added_ordered_and_removed(cast, as_, draft):
    section = draft.sections.get(key="data-governance")
    new = {"parts-1-title_en": "Open data", "parts-1-prompts_en": "Which?", "parts-1-ORDER": 0}
    as_(cast.admin).post(at("template-section", section.key), fields(section, **new))
    section.refresh_from_db()
    assert [(part["number"], part["title"]["en"]) for part in section.parts] == [
        ("6a", "Open data"),
        ("6b", "AI governance"),
    ]
    as_(cast.admin).post(at("template-section", section.key), fields(section, **{"parts-1-DELETE": "on"}))
    section.refresh_from_db()
    assert [part["title"]["en"] for part in section.parts] == ["Open data"]
    wrong = fields(section, **{"parts-1-title_es": "Sin inglés"})
    page = as_(cast.admin).post(at("template-section", section.key), wrong)
    assert page.status_code == 422
    assert "Enter an English title for this part." in text(page)
    assert "Sin inglés" in text(page)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"words_min": 500, "words_max": 400}, "The maximum can’t be less than the minimum."),
        ({"words_min": 500, "words_max": ""}, "Enter the maximum, too."),
        ({"due_week": 0}, "greater than or equal to 1"),
        ({"due_week": 105}, "less than or equal to 104"),
        ({"component": "nonsense"}, "Select a valid choice"),
        ({"titles_en": "x" * 121}, "at most 120 characters"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_the_rest(cast, as_, draft, changes, sentence):
    section = draft.sections.get(key="vision")
    answer = as_(cast.admin).post(
        at("template-section", "vision"), fields(section, purposes_en="Typed words", **changes)
    )
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Typed words" in text(answer)
    assert draft.sections.get(key="vision").purposes == section.purposes


def test_two_who_edit_one_section_never_overwrite_each_other(cast, as_, draft):
    section = draft.sections.get(key="vision")
    hers, his = fields(section, goods_en="Her words."), fields(section, goods_en="His other words.")
    edit(draft.sections.get(key="baseline"), cast.coach, due_week=8)  # another section disturbs no one
    assert as_(cast.admin).post(at("template-section", "vision"), hers).status_code == 302
    answer = as_(cast.admin).post(at("template-section", "vision"), his)
    assert answer.status_code == 409
    page = text(answer)
    assert "Admin changed this while you were editing" in page
    assert "His other words.</textarea>" in page
    assert "<dd>Her words.</dd>" in page
    assert draft.sections.get(key="vision").goods["en"] == "Her words."
    seen = answer.context["form"].data["seen"]
    again = as_(cast.admin).post(at("template-section", "vision"), {**his, "seen": seen})
    assert again.status_code == 302
    assert draft.sections.get(key="vision").goods["en"] == "His other words."


def test_text_for_a_removed_section_is_handed_back(cast, as_, draft):
    section = draft.sections.get(key="risks")
    data = fields(section, goods_en="Long thoughts.")
    templates.remove_section(section, stamp=draft.stamp, by=cast.admin)
    answer = as_(cast.admin).post(at("template-section", "risks"), data)
    assert answer.status_code == 409
    assert "Long thoughts.</textarea>" in text(answer)
    assert "Add the section again" in text(answer)
    templates.discard(draft, stamp=TemplateVersion.objects.get(pk=draft.pk).stamp, by=cast.admin)
    answer = as_(cast.admin).post(at("template-section", "risks"), data)
    assert answer.status_code == 409
    assert "Long thoughts.</textarea>" in text(answer)


def test_a_new_section_has_a_key_of_its_own(cast, as_, draft):
    data = {"titles_en": "Use of AI", "component": "use", "due_week": 12, "after": "vision"}
    for key, sentence in [
        ("vision", "A section with this key already exists."),
        ("settings", "“settings” is reserved for this site’s own pages."),
        ("Ünder", "Enter a valid “slug”"),
        ("two__under", "Use only lowercase letters, digits, and hyphens."),
        ("", "This field is required."),
    ]:
        answer = as_(cast.admin).post(at("template-section-add"), {**data, "key": key})
        assert answer.status_code == 422, key
        assert sentence in text(answer), key
        assert "Use of AI" in text(answer), key
    answer = as_(cast.admin).post(at("template-section-add"), {**data, "key": "ai"})
    assert (answer.status_code, answer["Location"]) == (302, at("template-section", "ai"))
    rows = list(draft.sections.all())
    assert [(row.key, row.number, row.position) for row in rows[:4]] == [
        ("mayors-letter", "0", 0),
        ("vision", "1", 1),
        ("ai", "2", 2),
        ("why-now", "3", 3),
    ]
    assert rows[7].parts[0]["number"] == "7a"


def test_order_without_a_mouse(cast, as_, draft):
    def move(key, **data):
        stamp = TemplateVersion.objects.get(pk=draft.pk).stamp
        answer = as_(cast.admin).post(at("template-section-move", key), {"stamp": stamp, **data})
        assert answer["Location"] == at("template-draft") + f"#{key}"
        return [row.key for row in draft.sections.all()]

    before = [row.key for row in draft.sections.all()]
    assert move("vision", way="up")[:2] == ["vision", "mayors-letter"]
    assert move("vision", way="up")[:2] == ["vision", "mayors-letter"]
    assert move("vision", way="down") == before
    assert move("oversight", place="2")[1] == "oversight"
    assert move("oversight", place="999")[-1] == "oversight"
    assert move("vision", way="nonsense") == before
    assert [row.number for row in draft.sections.all()] == [str(n) for n in range(18)]


def test_a_stale_page_changes_nothing_and_says_who_was_faster(cast, as_, draft):
    stamp = draft.stamp
    edit(draft.sections.get(key="vision"), cast.admin, due_week=9)
    before = [(row.key, row.due_week) for row in draft.sections.all()]
    browser = as_(cast.admin)
    for address, data in [
        (at("template-section-move", "vision"), {"way": "down"}),
        (at("template-section-remove", "risks"), {}),
        (at("template-publish"), {}),
        (at("template-discard"), {}),
    ]:
        answer = browser.post(address, {"stamp": stamp, **data}, follow=True)
        assert "No change made. Admin changed the draft while you were working." in text(answer), address
    answer = browser.post(at("template-name"), {"stamp": stamp, "name_en": "Another name"})
    assert answer.status_code == 409
    assert "Another name" in text(answer)
    assert [(row.key, row.due_week) for row in draft.sections.all()] == before


def test_removed_draft_is_reported_and_nothing_is_written(cast, draft):
    section = draft.sections.select_related("version").get(key="vision")
    content = templates.content_of(section)
    TemplateVersion.objects.get(pk=draft.pk).delete()
    with pytest.raises(Conflict):
        templates.rename(draft, name={"en": "Late"}, stamp=draft.stamp, by=cast.admin)
    with pytest.raises(Removed):
        templates.change_section(section, content=content, by=cast.admin)


def test_removed_section_can_be_restored(cast, as_, draft):
    section = draft.sections.get(key="risks")
    edit(section, cast.admin, goods={"en": "Changed before it went."})
    draft.refresh_from_db()
    place = section.position
    page = as_(cast.admin).post(at("template-section-remove", "risks"), {"stamp": draft.stamp}, follow=True)
    assert "Not in this draft" in text(page)
    assert not draft.sections.filter(key="risks").exists()
    as_(cast.admin).post(at("template-section-return", "risks"))
    back = draft.sections.get(key="risks")
    assert (back.goods, back.position, back.number) == ({"en": "Changed before it went."}, place, str(place))
    assert draft.sections.count() == 18


def test_a_section_of_an_older_version_can_return(cast, draft, first):
    templates.remove_section(draft.sections.get(key="risks"), stamp=draft.stamp, by=cast.admin)
    second = published(draft, cast.admin)
    third = templates.open_draft(version=second, by=cast.admin)
    assert [(row["key"], row["from"]) for row in templates.removed_sections(third)] == [("risks", 1)]
    assert templates.return_section(third, key="risks", by=cast.admin)
    assert not templates.return_section(third, key="risks", by=cast.admin)
    assert third.sections.get(key="risks").titles == first.sections.get(key="risks").titles


# Publishing ------------------------------------------------------------------


def test_what_is_missing_is_listed_and_nothing_is_published(cast, as_, draft):
    for section in draft.sections.all():
        edit(section, cast.admin, required=False)
    vision = draft.sections.get(key="vision")
    edit(vision, cast.admin, titles={"es": "Visión"}, prompts={}, due_week=40)
    draft.refresh_from_db()
    answer = as_(cast.admin).post(at("template-publish"), {"stamp": draft.stamp}, follow=True)
    page = text(answer)
    for phrase in (
        "Nothing was published. Some information is missing; see the list below.",
        "At least one section must be required.",
        "vision has no English title.",
        "vision has no English prompts.",
        "vision is due in week 40, but programs run from week 1 to week 26.",
    ):
        assert phrase in page, phrase
    draft.refresh_from_db()
    assert draft.published_at is None


def test_published_version_cannot_be_changed(cast, as_, draft):
    edit(draft.sections.get(key="vision"), cast.admin, due_week=8)
    draft.refresh_from_db()
    answer = as_(cast.admin).post(at("template-publish"), {"stamp": draft.stamp}, follow=True)
    assert "Version 2 is published." in text(answer)
    draft.refresh_from_db()
    assert draft.published_at is not None
    assert len(draft.digest) == 64
    assert as_(cast.admin).get(at("template-draft")).status_code == 404
    with rls.every_city():
        assert {strategy.version.number for strategy in Strategy.objects.all()} == {1}, "cities stay"


@pytest.mark.parametrize(
    "sql",
    [
        "update strategy_templateversion set number = 9 where number = 1",
        "update strategy_templateversion set published_at = null where number = 1",
        "delete from strategy_templatesection where key = 'risks'",
        "update strategy_templatesection set due_week = 3 where key = 'risks'",
        "insert into strategy_templatesection (version_id, key, position, number, component, required, due_week, "
        "titles, purposes, prompts, goods, parts) select version_id, 'more', 99, '99', component, false, 3, titles, "
        "purposes, prompts, goods, parts from strategy_templatesection where key = 'risks'",
        "delete from strategy_templateversion where number = 1",
    ],
)
def test_the_database_refuses_to_change_a_published_version(cast, first, sql):
    before = [templates.content_of(row) for row in first.sections.all()]
    with pytest.raises(IntegrityError, match="published"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert [templates.content_of(row) for row in first.sections.all()] == before


def test_a_section_cannot_be_slipped_into_a_published_version(cast, draft, first):
    section = draft.sections.get(key="risks")
    with pytest.raises(IntegrityError, match="published"), transaction.atomic():
        TemplateSection.objects.filter(pk=section.pk).update(version=first)


def test_erasing_a_person_takes_the_name_away_and_nothing_else(cast, draft):
    edit(draft.sections.get(key="vision"), cast.admin, due_week=8)
    version = published(draft, cast.admin)
    TemplateVersion.objects.filter(pk=version.pk).update(created_by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        TemplateVersion.objects.filter(pk=version.pk).update(created_by=cast.coach)


# Looking ---------------------------------------------------------------------


def test_the_preview_speaks_each_language_and_names_what_is_missing(cast, as_, draft):
    edit(draft.sections.get(key="vision"), cast.admin, titles={"en": "Vision", "es": "Visión"})
    page = text(as_(cast.coach).get(at("template-preview", 2) + "?language=pt-br"))
    assert "One section is missing text in this language; English appears instead." in page
    assert "Missing in this language: title" in page
    assert "Carta do prefeito ou da prefeita" in page
    assert "O que escrever" in page
    assert "Visión" in text(as_(cast.coach).get(at("template-preview", 2) + "?language=es"))
    assert as_(cast.coach).get(at("template-preview", 2) + "?language=xx").status_code == 200


def test_two_versions_are_compared_word_by_word(cast, as_, draft):
    vision = draft.sections.get(key="vision")
    edit(vision, cast.admin, titles={**vision.titles, "en": "Vision for five years"}, due_week=9)
    templates.add_section(
        draft, key="ai", content=templates.content_of(vision) | {"parts": []}, after="vision", by=cast.admin
    )
    draft.refresh_from_db()
    templates.remove_section(draft.sections.get(key="risks"), stamp=draft.stamp, by=cast.admin)
    draft.refresh_from_db()
    templates.move_section(draft.sections.get(key="oversight"), to=0, stamp=draft.stamp, by=cast.admin)
    rows = {row.key: row for row in template_changes.compare(draft.based_on.sections.all(), draft.sections.all())}
    assert [key for key, row in rows.items() if row.kinds == ["added"]] == ["ai"]
    assert [key for key, row in rows.items() if row.kinds == ["removed"]] == ["risks"]
    assert [key for key, row in rows.items() if row.moved] == ["oversight"]
    assert [(c.label, c.pieces) for c in rows["vision"].changes] == [
        ("due", [("del", "week 7"), ("same", " "), ("ins", "week 9")]),
        ("title", [("same", "Vision for "), ("del", "three "), ("ins", "five "), ("same", "years")]),
    ]
    page = text(as_(cast.coach).get(at("template-compare") + "?before=1&after=2"))
    assert "<h1>From version 1 to version 2</h1>" in page
    assert "4 sections changed; 15 stayed the same." in page
    assert as_(cast.coach).get(at("template-compare") + "?before=9&after=x").status_code == 200


@given(before=some.text("ab \n", max_size=40), after=some.text("ab \n", max_size=40))
def test_word_diff_contains_both_texts(before, after):
    pieces = template_changes.pieces_of(before, after)
    for kind, expected in (("del", before), ("ins", after)):
        rest = "".join(text for name, text in pieces if name in {"same", kind})
        assert rest.split() == expected.split()


@pytest.mark.parametrize("address", [*READ, *EDIT], ids=lambda a: a[0])
def test_the_pages_cost_few_queries(cast, as_, draft, address):
    browser = as_(cast.admin)
    browser.get(at(*address))
    with cost() as measured:
        browser.get(at(*address))
    assert measured.count <= 8, measured.queries
