"""A city omits sections, restores them, and moves to another template version and back."""

import copy

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as some

from accelerator import rls
from accelerator.texts import saving
from cities.access import PERMISSIONS, Permission
from cities.models import Role
from reminders.rules.registry import RULES
from strategy.models import Section, SectionRevision, Standing, Strategy, TemplateMove, TemplateVersion
from strategy.sections import outline as shape
from strategy.template import completeness
from strategy.template import editing as templates
from tests.clients import cost
from tests.examples import few
from tests.mails import messages_of

pytestmark = pytest.mark.django_db
SLUG = "citywide-data-strategy"


@pytest.fixture
def at(cast):
    def address(name, *args, city=None):
        return reverse(f"strategy:{name}", args=[(city or cast.tulsa).slug, *args])

    return address


@pytest.fixture
def versions(cast):
    """Version 2 has no risks, asks something else of the vision, requires platforms, and has a section on AI.

    Version 3 has the risks again and neither platforms nor AI.
    """
    first = TemplateVersion.objects.get(slug=SLUG, number=1)
    second = templates.open_draft(version=first, by=cast.admin)
    _edit(second, "vision", cast.admin, titles={"en": "Vision for five years"}, due_week=9)
    _edit(second, "vision", cast.admin, prompts={"en": ["Where in five years?"]})
    _edit(second, "platforms", cast.admin, required=True)
    content = templates.content_of(second.sections.get(key="vision")) | {"titles": {"en": "Use of AI"}}
    templates.add_section(second, key="ai", content=copy.deepcopy(content), after="vision", by=cast.admin)
    _drop(second, "risks", cast.admin)
    _publish(second, cast.admin)
    third = templates.open_draft(version=second, by=cast.admin)
    for key in ("platforms", "ai"):
        _drop(third, key, cast.admin)
    templates.return_section(third, key="risks", by=cast.admin)
    _publish(third, cast.admin)
    return {1: first, 2: second, 3: third}


def _edit(draft, key, by, **changes):
    section = draft.sections.get(key=key)
    content = copy.deepcopy(templates.content_of(section)) | changes
    templates.change_section(section, content=content, by=by)


def _drop(draft, key, by):
    draft.refresh_from_db()
    templates.remove_section(draft.sections.get(key=key), stamp=draft.stamp, by=by)


def _publish(draft, by):
    draft.refresh_from_db()
    gaps = completeness.gaps(draft, list(draft.sections.all()))
    templates.publish(draft, gaps=gaps, stamp=draft.stamp, by=by)


def strategy_of(city):
    return Strategy.objects.select_related("version", "cohort").get(city=city)


def go(cast, version, city=None):
    with rls.every_city():
        strategy = strategy_of(city or cast.tulsa)
        return shape.move(strategy=strategy, to=version, seen=strategy.version_id, by=cast.lead)


def text(answer):
    return answer.content.decode()


def present(city):
    with rls.every_city():
        return list(city.section_set.present().order_by("position").values_list("key", flat=True))


# Who can ---------------------------------------------------------------------


def test_everyone_of_the_city_reads_and_its_lead_shapes(cast, as_, at, versions):
    reads = [at("sections"), at("section-apart", "risks")]
    shapes = [at("sections-move", 2)]
    posts = [at("section-leave-out", "risks"), at("section-take-in", "risks")]
    for person in ("admin", "coach", "lead", "member", "mayor", "delegate", "guest"):
        with rls.every_city():
            shape.leave_out(cast.tulsa.section_set.get(key="risks"), by=cast.lead)
        browser, may = as_(getattr(cast, person)), person in {"admin", "lead"}
        for address in reads:
            assert browser.get(address).status_code == (403 if person == "guest" else 200), (person, address)
        for address in shapes:
            assert browser.get(address).status_code == (200 if may else 403), (person, address)
        for address in posts:
            assert browser.post(address).status_code == (302 if may else 403), (person, address)
            assert browser.get(address).status_code == (405 if may or person else 403), (person, address)
        assert ("Leave out" in text(browser.get(at("sections")))) == may, person
    for person in ("other_lead", "far_lead", "other_coach", "funder", "nobody"):
        for address in [*reads, *shapes]:
            assert as_(getattr(cast, person)).get(address).status_code == 404, (person, address)
        for address in posts:
            assert as_(getattr(cast, person)).post(address).status_code == 404, (person, address)
    holders = {role for role, may in PERMISSIONS.items() if Permission.SHAPE_STRATEGY in may}
    assert holders == {Role.PROGRAM_ADMIN, Role.CITY_LEAD}


def test_another_citys_move_is_not_found(cast, as_, at, versions):
    made = go(cast, versions[2], city=cast.rosario)
    assert as_(cast.lead).get(at("template-move-undo", made.pk)).status_code == 404
    assert as_(cast.lead).post(at("template-move-undo", made.pk)).status_code == 404
    assert as_(cast.other_lead).get(at("template-move-undo", made.pk, city=cast.rosario)).status_code == 200


# Leaving out -----------------------------------------------------------------


def test_optional_section_is_left_out_and_restored(cast, as_, at, write, talk, row):
    write(cast.member, "Six hundred words", key="risks")
    talk(cast.coach, "A comment that stays", key="risks")
    browser = as_(cast.lead)
    page = text(browser.post(at("section-leave-out", "risks"), follow=True))
    assert "is now left out. Its text and comments are kept." in page
    assert "One is left out." in page
    assert "risks" not in present(cast.tulsa)
    table = text(browser.get(at("strategy"))).split("<table")[1].split("</table>")[0]
    assert "Risks" not in table
    page = text(browser.get(at("section-apart", "risks")))
    for phrase in ("Six hundred words", "A comment that stays", "Version 1, 3 words", "Include again"):
        assert phrase in page, phrase
    browser.post(at("section-take-in", "risks"))
    assert "risks" in present(cast.tulsa)
    assert row("risks").html == "<p>Six hundred words</p>"
    assert browser.get(at("section-apart", "risks"))["Location"] == at("section", "risks")


def test_a_required_section_stays(cast, as_, at):
    page = text(as_(cast.lead).post(at("section-leave-out", "vision"), follow=True))
    assert "The program requires “1. Vision for three years,” so you can’t leave it out." in page
    assert "vision" in present(cast.tulsa)


def test_no_reminder_for_what_is_left_out_or_removed(cast, row, versions):
    with rls.every_city():
        cast.tulsa.section_set.filter(key__in=["risks", "resources"]).update(due_on=cast.tulsa.today())
        dates = [cast.tulsa.today()]
        before = set(Section.objects.with_reminders_due(dates).filter(city=cast.tulsa).values_list("key", flat=True))
        assert {"risks", "resources"} <= before
        shape.leave_out(row("resources"), by=cast.lead)
    go(cast, versions[2])
    with rls.every_city():
        after = set(Section.objects.with_reminders_due(dates).filter(city=cast.tulsa).values_list("key", flat=True))
        assert {"risks", "resources"} & after == set()
    assert RULES


# Moving ----------------------------------------------------------------------


def test_the_preview_says_what_a_move_does(cast, as_, at, write, versions):
    write(cast.lead, "One two three four", key="risks")
    write(cast.lead, "Our vision", key="vision")
    with rls.every_city():
        shape.leave_out(cast.tulsa.section_set.get(key="platforms"), by=cast.lead)
    page = text(as_(cast.lead).get(at("sections-move", 2)))
    gone = page.split('id="gone"')[1].split("</section>")[0]
    assert "Risks" in gone
    assert "4 words" in gone
    fresh = page.split('id="fresh"')[1].split("</section>")[0]
    assert "Use of AI" in fresh
    assert "the city left it out, but it’s now required" in fresh
    changed = page.split('id="changed"')[1].split("</section>")[0]
    for phrase in ("formerly “Vision for three years”", "new prompts", "instead of", "<ins>"):
        assert phrase in changed, phrase
    assert "Switch the strategy to version 2" in page
    assert present(cast.tulsa).count("ai") == 0, "a look changes nothing"


def test_a_move_keeps_answers_and_undo_brings_back(cast, as_, at, write, row, versions):
    write(cast.lead, "What could go wrong", key="risks")
    own_date = row("baseline").due_on
    before = present(cast.tulsa)
    browser = as_(cast.lead)
    seen = versions[1].pk
    page = text(browser.post(at("sections-move", 2), {"seen": seen}, follow=True))
    assert "The strategy now uses template version 2." in page
    assert "No longer in the template" in page
    assert "from template version 1" in page
    assert row("risks").standing == Standing.REMOVED
    assert row("ai").standing == Standing.PRESENT
    assert row("vision").template.version == versions[2]
    assert row("baseline").due_on == own_date
    write(cast.member, "Written in between", key="ai")
    write(cast.member, "A new vision", key="vision")
    made = TemplateMove.objects
    with rls.every_city():
        pk = made.get(city=cast.tulsa).pk
    assert "Use of AI" in text(browser.get(at("template-move-undo", pk)))
    page = text(browser.post(at("template-move-undo", pk), follow=True))
    assert "The switch was undone. The strategy uses template version 1 again" in page
    assert present(cast.tulsa) == before
    assert row("ai").standing == Standing.REMOVED
    assert row("ai").html == "<p>Written in between</p>"
    assert row("vision").html == "<p>A new vision</p>"
    assert "Written in between" in text(browser.get(at("section-apart", "ai")))
    again = browser.post(at("template-move-undo", pk), follow=True)
    assert "You can undo only the latest switch. Nothing was changed." in text(again)


def test_a_section_that_returns_takes_its_old_row(cast, write, row, versions):
    write(cast.lead, "What could go wrong", key="risks")
    pk = row("risks").pk
    go(cast, versions[2])
    write(cast.lead, "About AI", key="ai")
    go(cast, versions[3])
    assert (row("risks").pk, row("risks").standing) == (pk, Standing.PRESENT)
    assert row("risks").html == "<p>What could go wrong</p>"
    assert row("risks").template.version == versions[3]
    assert row("ai").standing == Standing.REMOVED


def test_a_date_that_the_city_set_itself_stays(cast, row, versions):
    with rls.every_city():
        section = row("vision")
        section.assign(to=None, due_on=cast.tulsa.today(), by=cast.lead)
    go(cast, versions[2])
    assert row("vision").due_on == cast.tulsa.today()
    made = go(cast, versions[1])
    with rls.every_city():
        assert shape.undo(made, by=cast.lead)
    assert row("vision").due_on == cast.tulsa.today()


def test_dates_follow_the_template_and_undo_takes_them_back(cast, row, versions):
    before = row("vision").due_on
    made = go(cast, versions[2])
    assert (row("vision").due_on - before).days == 14
    with rls.every_city():
        assert shape.undo(made, by=cast.lead)
    assert row("vision").due_on == before


def test_a_preview_that_has_gone_stale_moves_nothing(cast, as_, at, versions):
    go(cast, versions[2])
    answer = as_(cast.lead).post(at("sections-move", 3), {"seen": versions[1].pk}, follow=True)
    sentence = "No change was made because Lead switched the strategy to version 2 after you opened this page."
    assert messages_of(answer) == [sentence]
    assert as_(cast.lead).post(at("sections-move", 3), {"seen": "x"}).status_code == 302
    with rls.every_city():
        assert strategy_of(cast.tulsa).version == versions[2]
    templates.open_draft(version=versions[3], by=cast.admin)
    assert as_(cast.lead).get(at("sections-move", 4)).status_code == 404, "a draft is no version to move to"
    assert as_(cast.lead).get(at("sections-move", 2))["Location"] == at("sections")


def test_other_cities_stay_where_they_are(cast, versions):
    go(cast, versions[2])
    with rls.every_city():
        assert strategy_of(cast.rosario).version == versions[1]
        assert cast.rosario.section_set.present().count() == 18


def test_text_of_a_removed_section_is_copied(cast, as_, at, write, row, versions):
    write(cast.lead, "What could go wrong", key="risks")
    write(cast.lead, "Oversight words", key="oversight")
    go(cast, versions[2])
    target = row("oversight")
    browser = as_(cast.member)
    assert "Copy the text" in text(browser.get(at("section-apart", "risks")))
    answer = browser.post(at("section-copy", "risks"), {"target": f"{target.pk}:{target.revision}"})
    assert answer["Location"] == at("section", "oversight")
    assert row("oversight").html == "<p>Oversight words</p><p>What could go wrong</p>"
    assert row("risks").html == "<p>What could go wrong</p>"
    stale = browser.post(at("section-copy", "risks"), {"target": f"{target.pk}:{target.revision}"}, follow=True)
    assert "Nothing was copied. The section’s text may have changed since you opened this page." in text(stale)
    assert as_(cast.mayor).post(at("section-copy", "risks"), {}).status_code == 403
    assert as_(cast.lead).post(at("section-copy", "vision"), {}).status_code == 404


def test_the_contents_page_says_what_is_left_out_and_what_is_new(cast, as_, at, row, versions):
    with rls.every_city():
        shape.leave_out(row("risks"), by=cast.lead)
    page = text(as_(cast.lead).get(at("strategy"))).split("</table>")[1]
    assert f'Left out: <a href="{at("section-apart", "risks")}">Risks</a>' in " ".join(page.split())
    assert at("sections") in page
    assert "template version 3 is available" in page
    go(cast, versions[3])
    assert "template version 3 is available" not in text(as_(cast.lead).get(at("strategy")))


def test_text_saved_while_the_section_is_left_out_is_stored(cast, as_, at, write, row):
    write(cast.member, "Before", key="risks")
    with rls.every_city():
        shape.leave_out(row("risks"), by=cast.lead)
    answer = as_(cast.member).post(
        at("section-save", "risks"), {"html": "<p>Typed meanwhile</p>", "base": 1}, follow=True
    )
    assert answer.redirect_chain[-1][0] == at("section-apart", "risks")
    assert "Typed meanwhile" in text(answer)
    assert row("risks").standing == Standing.HIDDEN
    assert as_(cast.guest).get(at("section", "risks")).status_code == 404


def test_the_pages_cost_few_queries(cast, as_, at, write, versions):
    write(cast.lead, "What could go wrong", key="risks")
    go(cast, versions[2])
    browser = as_(cast.lead)
    for address in (at("sections"), at("section-apart", "risks"), at("sections-move", 3)):
        browser.get(address)
        with cost() as measured:
            browser.get(address)
        assert measured.count <= 10, (address, measured.queries)


# Nothing is ever lost ---------------------------------------------------------

DO = some.lists(
    some.one_of(
        some.tuples(some.just("move"), some.sampled_from([1, 2, 3])),
        some.tuples(some.just("undo"), some.just(0)),
        some.tuples(some.sampled_from(["hide", "show"]), some.sampled_from(["risks", "platforms", "ai", "vision"])),
        some.tuples(some.just("write"), some.sampled_from(["risks", "platforms", "ai", "vision"])),
    ),
    min_size=1,
    max_size=14,
)


@few(10)
@given(steps=DO)
def test_no_sequence_of_moves_loses_a_revision_or_a_text(cast, versions, steps):
    """Whatever a city does: every word saved is the text or a revision, and undo brings back the shape."""
    before_all = transaction.savepoint()
    try:
        with rls.every_city():
            _play(cast, versions, steps)
    finally:
        transaction.savepoint_rollback(before_all)


def _play(cast, versions, steps):
    city, written, shapes = cast.tulsa, [], []
    for number, (what, arg) in enumerate(steps):
        strategy = strategy_of(city)
        row = city.section_set.filter(key=arg).first() if isinstance(arg, str) else None
        if what == "move" and versions[arg].pk != strategy.version_id:
            shapes.append((strategy.version_id, _shape(city)))
            shape.move(strategy=strategy, to=versions[arg], seen=strategy.version_id, by=cast.lead)
            _uses_version(city, versions[arg])
        elif what == "undo" and (last := shape.last_move(strategy)):
            assert shape.undo(last, by=cast.lead)
            _is_back(city, *shapes.pop())
        elif what in {"hide", "show"} and row:
            (shape.leave_out if what == "hide" else shape.restore)(row, by=cast.lead)
        elif what == "write" and row:
            html = f"<p>Words {number} of {arg}</p>"
            assert saving.save(row, html=row.html + html, base=row.revision, by=cast.lead).ok
            written.append((arg, html))
        _nothing_lost(city, written)
    while shapes:
        assert shape.undo(shape.last_move(strategy_of(city)), by=cast.lead)
        _is_back(city, *shapes.pop())
    _nothing_lost(city, written)
    assert strategy_of(city).version == versions[1]


def _uses_version(city, version):
    keys = set(version.sections.values_list("key", flat=True))
    rows = {row.key: row for row in city.section_set.select_related("template")}
    assert {key for key, row in rows.items() if row.standing != Standing.REMOVED} == keys
    assert all(rows[key].template.version_id == version.pk for key in keys)


def _is_back(city, version, before):
    now = _shape(city)
    assert strategy_of(city).version_id == version
    assert {key: now[key] for key in before} == before
    assert all(now[key][2] == Standing.REMOVED for key in now.keys() - before.keys())


def _shape(city):
    rows = city.section_set.values_list("key", "template_id", "position", "standing")
    return {key: tuple(rest) for key, *rest in rows}


def _nothing_lost(city, written):
    texts = {row.key: row.html for row in city.section_set.all()}
    for key, html in written:
        assert html in texts[key]
    assert SectionRevision.objects.filter(city=city).count() == len(written)
    keys = list(city.section_set.values_list("key", flat=True))
    assert len(keys) == len(set(keys))
    required = city.section_set.filter(template__required=True, standing=Standing.HIDDEN)
    assert not required.exists()
