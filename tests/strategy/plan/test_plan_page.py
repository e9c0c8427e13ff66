"""The pages of the action plan: reading, the table of inputs, one row at a time."""

import re

import pytest
from django.urls import reverse

from accelerator import rls
from strategy.models import Action
from strategy.plan import actions as plan
from strategy.plan import completeness
from tests.clients import cost


@pytest.fixture
def rows(cast):
    """An objective of the home city with three actions, and one of another city."""
    with rls.every_city():
        objective = plan.add_objective(city=cast.tulsa, by=cast.lead, title="One answer a day", component="governance")
        for title in ("Adopt the charter", "Name the stewards", "Meet each month"):
            plan.add_action(objective=objective, by=cast.lead, title=title)
        other = plan.add_objective(city=cast.rosario, by=None, title="Otro", component="quality")
        plan.add_action(objective=other, by=None, title="Otra")
        return list(Action.objects.filter(city=cast.tulsa).order_by("pk"))


def url(cast, name, *args, city=None):
    return reverse(f"strategy:{name}", args=[(city or cast.tulsa).slug, *args])


def inputs(html, pk=None):
    """What a browser would send of a page's form: names and values of inputs and chosen options."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", html):
        kind = re.search(r'type="(\w+)"', tag)
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and (kind is None or kind[1] not in {"checkbox", "file"} or " checked" in tag):
            found[name[1]] = (value[1] if value else "").replace("&quot;", '"')
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    for name, content in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL):
        found[name] = content
    found.pop("csrfmiddlewaretoken", None)
    return {k: v for k, v in found.items() if pk is None or k.startswith(f"{pk}-")}


def fresh(row):
    with rls.every_city():
        return Action.objects.get(pk=row.pk)


def test_plan_page_counts_complete_actions(cast, as_, rows):
    page = as_(cast.mayor).get(url(cast, "plan")).content.decode()
    assert "0 of 3 actions have an owner, a quarter, and a measure." in page
    assert "G1.1 has no owner." in page
    assert "Edit as a table" not in page
    assert "Edit as a table" in as_(cast.lead).get(url(cast, "plan")).content.decode()


@pytest.mark.parametrize("name", ["plan", "plan-picture", "policies", "ai-uses", "risks"])
def test_roles_that_may_read_the_plan(cast, as_, rows, name):
    assert as_(cast.coach).get(url(cast, name)).status_code == 200
    assert as_(cast.guest).get(url(cast, name)).status_code == 403
    assert as_(cast.other_lead).get(url(cast, name)).status_code == 404


def test_roles_that_may_edit_the_plan(cast, as_, rows):
    for name, args in (("plan-edit", []), ("action-edit", [rows[0].pk]), ("plan-objective-add", [])):
        assert as_(cast.member).get(url(cast, name, *args)).status_code == 200
        assert as_(cast.mayor).get(url(cast, name, *args)).status_code == 403
        assert as_(cast.nobody).get(url(cast, name, *args)).status_code == 404
    with rls.every_city():
        foreign = cast.rosario.action_set.get()
    assert as_(cast.lead).get(url(cast, "action-edit", foreign.pk)).status_code == 404
    assert as_(cast.lead).post(url(cast, "action-row", foreign.pk)).status_code == 404


def test_the_whole_table_is_saved_at_once(cast, as_, rows):
    browser = as_(cast.lead)
    data = inputs(browser.get(url(cast, "plan-edit")).content.decode())
    data |= {f"{rows[0].pk}-owner_role": "Chief of staff", f"{rows[1].pk}-due": "3", f"{rows[1].pk}-starts": "2"}
    answer = browser.post(url(cast, "plan-edit"), data)
    assert answer.status_code == 302
    assert fresh(rows[0]).owner_role == "Chief of staff"
    assert (fresh(rows[1]).starts, fresh(rows[1]).due) == (2, 3)
    assert [fresh(row).stamp for row in rows] == [1, 1, 0]


def test_table_with_an_invalid_row_saves_nothing_and_shows_what_was_typed(cast, as_, rows):
    browser = as_(cast.lead)
    data = inputs(browser.get(url(cast, "plan-edit")).content.decode())
    data |= {f"{rows[0].pk}-title": "Adopt & sign", f"{rows[1].pk}-starts": "4", f"{rows[1].pk}-due": "2"}
    answer = browser.post(url(cast, "plan-edit"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "This action is due in Y1Q2, before it starts in Y1Q4. Change one of the two." in page
    assert "Adopt &amp; sign" in page
    assert fresh(rows[0]).title == "Adopt the charter"
    again = inputs(page)
    again[f"{rows[1].pk}-due"] = "5"
    again[f"{rows[0].pk}-title"] = "Adopt & sign"
    assert browser.post(url(cast, "plan-edit"), again).status_code == 302
    assert fresh(rows[0]).title == "Adopt & sign"


def test_row_changed_by_others_and_not_edited_here_stays(cast, as_, rows):
    browser = as_(cast.lead)
    data = inputs(browser.get(url(cast, "plan-edit")).content.decode())
    with rls.every_city():
        plan.change(fresh(rows[1]), stamp=0, by=cast.member, title="Theirs")
    data[f"{rows[0].pk}-title"] = "Mine"
    assert browser.post(url(cast, "plan-edit"), data).status_code == 302
    assert (fresh(rows[0]).title, fresh(rows[1]).title) == ("Mine", "Theirs")


def test_the_second_writer_of_a_row_sees_the_first(cast, as_, rows):
    browser = as_(cast.lead)
    data = inputs(browser.get(url(cast, "plan-edit")).content.decode())
    with rls.every_city():
        plan.change(fresh(rows[0]), stamp=0, by=cast.member, title="Theirs", owner_role="Their office")
    data[f"{rows[0].pk}-title"] = "Mine"
    answer = browser.post(url(cast, "plan-edit"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Member changed this while you were editing" in page
    assert "<dt>Action</dt><dd>Theirs</dd>" in page
    again = inputs(page)
    assert again[f"{rows[0].pk}-title"] == "Mine"
    assert again[f"{rows[0].pk}-owner_role"] == "Their office"
    assert fresh(rows[0]).title == "Theirs"
    assert browser.post(url(cast, "plan-edit"), again).status_code == 302
    assert (fresh(rows[0]).title, fresh(rows[0]).owner_role) == ("Mine", "Their office")


def test_a_row_is_saved_in_place(cast, as_, rows):
    browser, pk = as_(cast.lead), rows[0].pk
    data = inputs(browser.get(url(cast, "plan-edit")).content.decode(), pk)
    answer = browser.post(url(cast, "action-row", pk), data | {f"{pk}-owner_role": "Chief of staff"})
    assert answer.status_code == 200
    assert "Saved at " in answer.content.decode()
    assert inputs(answer.content.decode())[f"{pk}-stamp"] == "1"
    # With the old stamp: refused, and the new state told.
    late = browser.post(url(cast, "action-row", pk), data | {f"{pk}-owner_role": "Mayor’s office"})
    assert late.status_code == 409
    assert "<dt>Owner’s role</dt><dd>Chief of staff</dd>" in late.text
    wrong = browser.post(url(cast, "action-row", pk), inputs(late.content.decode()) | {f"{pk}-rag": "red"})
    assert wrong.status_code == 422
    assert fresh(rows[0]).owner_role == "Chief of staff"


def test_a_row_that_saved_itself_is_no_conflict_for_the_whole_table(cast, as_, rows):
    browser, pk = as_(cast.lead), rows[0].pk
    data = inputs(browser.get(url(cast, "plan-edit")).content.decode())
    typed = {f"{pk}-owner_role": "Chief of staff"}
    assert browser.post(url(cast, "action-row", pk), data | typed).status_code == 200
    assert browser.post(url(cast, "plan-edit"), data | typed).status_code == 302
    assert fresh(rows[0]).owner_role == "Chief of staff"


def test_action_form_saves_all_fields(cast, as_, rows):
    browser, where = as_(cast.lead), url(cast, "action-edit", rows[0].pk)
    data = inputs(browser.get(where).content.decode())
    data |= {"owner": cast.member.pk, "percent": "40", "depends_on": [rows[1].pk, rows[2].pk], "target_1": "4"}
    answer = browser.post(where, data)
    assert answer.status_code == 422
    assert "To set a baseline or target, enter what’s being measured." in answer.content.decode()
    assert browser.post(where, data | {"measure": "Stewards"}).status_code == 302
    row = fresh(rows[0])
    assert (row.owner, row.percent, row.measure, row.target_1) == (cast.member, 40, "Stewards", 4)
    page = browser.get(url(cast, "action", row.pk)).content.decode()
    assert "G1.2 Name the stewards" in page
    assert "40 %" in page


def test_a_cycle_is_refused_on_the_page(cast, as_, rows):
    with rls.every_city():
        plan.change(fresh(rows[1]), stamp=0, by=cast.lead, depends_on=[rows[0]])
    browser, where = as_(cast.lead), url(cast, "action-edit", rows[0].pk)
    data = inputs(browser.get(where).content.decode()) | {"title": "Kept words", "depends_on": [rows[1].pk]}
    answer = browser.post(where, data)
    assert answer.status_code == 422
    assert "These actions depend on each other in a circle: G1.1" in answer.content.decode()
    assert "Kept words" in answer.content.decode()
    assert fresh(rows[0]).title == "Adopt the charter"


def test_an_owner_of_another_city_is_unknown(cast, as_, rows):
    browser, where = as_(cast.lead), url(cast, "action-edit", rows[0].pk)
    data = inputs(browser.get(where).content.decode()) | {"owner": cast.other_lead.pk}
    answer = browser.post(where, data)
    assert "The owner isn’t on the city team." in answer.content.decode()


def test_second_writer_of_an_action_sees_both_versions(cast, as_, rows):
    browser, where = as_(cast.lead), url(cast, "action-edit", rows[0].pk)
    data = inputs(browser.get(where).content.decode()) | {"department": "Mine"}
    with rls.every_city():
        plan.change(fresh(rows[0]), stamp=0, by=cast.member, department="Theirs", funding="Grant")
    answer = browser.post(where, data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "<dt>Department</dt><dd>Theirs</dd>" in page
    assert (inputs(page)["department"], inputs(page)["funding"]) == ("Mine", "Grant")
    assert browser.post(where, inputs(page)).status_code == 302
    assert (fresh(rows[0]).department, fresh(rows[0]).funding) == ("Mine", "Grant")


def test_rows_are_added_moved_and_removed_on_the_page(cast, as_, rows):
    browser = as_(cast.lead)
    answer = browser.post(url(cast, "plan-objective-add"), {"title": "Better data", "component": "quality"})
    assert answer.status_code == 302
    with rls.every_city():
        objective = cast.tulsa.objective_set.get(code="Q1")
    added = browser.post(
        url(cast, "objective-action-add", objective.pk),
        {"title": "Count the datasets", "component": "quality", "status": "not_started"},
    )
    assert added.status_code == 302
    browser.post(url(cast, "objective-measure-add", objective.pk), {"measure": "Datasets with an owner"})
    browser.post(url(cast, "objective-move", objective.pk), {"to": "up"})
    browser.post(url(cast, "action-move", rows[2].pk), {"to": "up"})
    with rls.every_city():
        assert [row.code for row in cast.tulsa.objective_set.all()] == ["Q1", "G1"]
        assert [row.code for row in rows[0].objective.actions.all()] == ["G1.1", "G1.3", "G1.2"]
        assert objective.measures.get().measure == "Datasets with an owner"
        action = objective.actions.get()
    refused = browser.post(url(cast, "objective-remove", objective.pk), follow=True)
    assert "This objective has actions, so it can’t be removed." in refused.content.decode()
    browser.post(url(cast, "action-remove", action.pk))
    browser.post(url(cast, "objective-remove", objective.pk))
    with rls.every_city():
        assert [row.code for row in cast.tulsa.objective_set.all()] == ["G1"]


def test_measure_is_renamed(cast, as_, rows):
    with rls.every_city():
        row = plan.add_measure(objective=rows[0].objective, by=None, measure="Days")
    browser, where = as_(cast.lead), url(cast, "measure-edit", row.pk)
    data = inputs(browser.get(where).content.decode()) | {"measure": "Days to an answer"}
    assert browser.post(where, data).status_code == 302
    with rls.every_city():
        row.refresh_from_db()
    assert (row.measure, row.stamp) == ("Days to an answer", 1)


def test_all_rows_of_the_table_that_others_changed_are_named_at_once(cast, as_, rows):
    browser = as_(cast.lead)
    data = inputs(browser.get(url(cast, "plan-edit")).content.decode())
    data |= {f"{row.pk}-title": f"Mine {row.pk}" for row in rows}
    with rls.every_city():
        for row in rows[:2]:
            plan.change(fresh(row), stamp=0, by=cast.member, department="Theirs")
    answer = browser.post(url(cast, "plan-edit"), data)
    assert answer.status_code == 422
    assert [form.row.pk for form in answer.context["faulty"]] == [row.pk for row in rows[:2]]
    assert answer.content.decode().count("Member changed this while you were editing") == 2
    assert fresh(rows[2]).title == "Meet each month"


def test_the_year_is_a_setting_of_the_page(cast, as_, rows):
    browser, year = as_(cast.lead), cast.tulsa.today().year + 1
    data = {"year": year, "seen": browser.get(url(cast, "plan")).context["year_form"]["seen"].value()}
    browser.post(url(cast, "plan-year"), data)
    assert f"Year 1: Jan–Dec {year}." in browser.get(url(cast, "plan")).content.decode()
    refused = browser.post(url(cast, "plan-year"), {"year": "1"}, follow=True)
    assert "Choose a year from the list" in refused.content.decode()


def test_gaps_link_to_where_they_are_fixed(cast, as_, rows):
    with rls.every_city():
        city = cast.tulsa
        kinds = [gap.kind for gap in completeness.gaps(city, city.objective_set.with_actions())]
        assert kinds.count("owner") == kinds.count("quarter") == 3
        assert kinds.count("soon") == 4
        row = fresh(rows[0])
        plan.change(row, stamp=0, by=cast.lead, owner_role="Lead", due=1, measure="Meetings", baseline_unknown=True)
        left = [gap for gap in completeness.gaps(city, city.objective_set.with_actions()) if gap.code == "G1.1"]
        assert left == []
        assert completeness.headline(city.objective_set.with_actions()) == (
            "1 of 3 actions have an owner, a quarter, and a measure."
        )
        assert [gap.kind for gap in completeness.gaps(city, city.objective_set.with_actions())].count("soon") == 3
    page = as_(cast.lead).get(url(cast, "plan")).content.decode()
    assert f"{url(cast, 'action-edit', rows[1].pk)}#id_owner_role" in page


def test_more_than_forty_actions_is_a_gap(cast, rows):
    with rls.every_city():
        objective = cast.tulsa.objective_set.get()
        for number in range(38):
            plan.add_action(objective=objective, by=None, title=f"Action {number}")
        assert "The plan has 41 actions. A city can realistically track about 40." in [
            gap.message for gap in completeness.gaps(cast.tulsa, cast.tulsa.objective_set.with_actions())
        ]


def test_an_early_start_is_a_warning(cast, as_, rows):
    with rls.every_city():
        plan.change(fresh(rows[0]), stamp=0, by=cast.lead, due=3)
        plan.change(fresh(rows[1]), stamp=0, by=cast.lead, starts=1, depends_on=[rows[0]])
    page = as_(cast.lead).get(url(cast, "plan")).content.decode()
    assert "G1.2 starts in Y1Q1 but depends on G1.1, which isn’t due until Y1Q3." in page


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        ({"starts": 1, "due": 4}, {"due": 3}, "G1.2 starts in Y1Q1 but depends on G1.1, which isn’t due until Y1Q3."),
        ({"due": 2}, {"due": 3}, "G1.2 is due in Y1Q2 but depends on G1.1, which isn’t due until Y1Q3."),
        ({"starts": 3, "due": 4}, {"due": 3}, None),
        ({"starts": 1, "due": 4}, {"due": 3, "status": "completed"}, None),
        ({"starts": 1, "due": 4, "status": "cancelled"}, {"due": 3}, None),
        ({"starts": 1, "due": 4}, {"due": 3, "status": "cancelled"}, "G1.2 depends on G1.1, which is canceled."),
    ],
)
def test_a_warning_says_what_an_action_depends_on_too_early(cast, rows, first, other, expected):
    with rls.every_city():
        plan.change(fresh(rows[0]), stamp=0, by=cast.lead, **other)
        plan.change(fresh(rows[1]), stamp=0, by=cast.lead, **first, depends_on=[rows[0]])
        found = list(completeness.warnings(cast.tulsa, cast.tulsa.objective_set.with_actions()))
    assert [gap.message for gap in found] == ([expected] if expected else [])
    assert [gap.is_blocking for gap in found] == ([expected.endswith("canceled.")] if expected else [])


@pytest.mark.parametrize(("name", "ceiling"), [("plan", 14), ("plan-picture", 14), ("plan-edit", 8)])
def test_queries_do_not_grow_with_the_plan(cast, as_, rows, name, ceiling):
    browser = as_(cast.lead)
    with rls.every_city():
        plan.change(rows[1], stamp=0, by=cast.lead, depends_on=[rows[0]])
    browser.get(url(cast, name))
    with cost() as few:
        browser.get(url(cast, name))
    with rls.every_city():
        objective = cast.tulsa.objective_set.get()
        for number in range(60):
            made = plan.add_action(
                objective=objective, by=None, title=f"Action {number}", depends_on=[rows[0]], owner=cast.member
            )
            plan.add_measure(objective=objective, by=None, measure=f"Measure {made.pk}")
    with cost() as many:
        browser.get(url(cast, name))
    assert (few.count, few.count <= ceiling) == (many.count, True), "\n".join(many.queries)
