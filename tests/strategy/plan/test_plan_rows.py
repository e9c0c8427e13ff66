"""Objectives, measures and actions on their own pages, and the table: messages, refusals, rows that others removed."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.models import AuditEvent
from accelerator.refusals import Refused
from strategy.models import Action, Policy, Status
from strategy.plan import actions as plan
from strategy.plan import completeness, dependencies, registers
from tests.clients import edit, shown

TABLE_ROW = ("title", "owner_role", "starts", "due", "status", "rag", "rag_reason")


def url(cast, name, *args):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


@pytest.fixture
def objective(cast):
    with rls.every_city():
        return plan.add_objective(
            city=cast.tulsa, by=None, title="One answer", component="governance", priority="Two-day answer"
        )


@pytest.fixture
def foreign(cast):
    """An objective of another city with a measure and an action."""
    with rls.every_city():
        row = plan.add_objective(city=cast.rosario, by=None, title="Otro", component="quality")
        plan.add_measure(objective=row, by=None, measure="Días")
        plan.add_action(objective=row, by=None, title="Otra")
        return row


def action(objective, **values):
    with rls.every_city():
        return plan.add_action(objective=objective, by=None, **{"title": "Adopt the charter", **values})


def gaps(city):
    with rls.every_city():
        return completeness.gaps(city, city.objective_set.with_actions())


def messages_of(city):
    return [gap.message for gap in gaps(city)]


# Their pages


def test_each_act_on_the_plan_says_what_it_did(cast, as_):
    browser = as_(cast.lead)

    def post(name, *args, **data):
        return browser.post(url(cast, name, *args), data, follow=True).text

    assert "G1 added. Next, add a measure and actions." in post(
        "plan-objective-add", title="One answer", component="governance"
    )
    with rls.every_city():
        objective = cast.tulsa.objective_set.get()
    assert "Measure added to G1." in post("objective-measure-add", objective.pk, measure="Days")
    assert "G1.1 added." in post(
        "objective-action-add", objective.pk, title="Adopt", component="governance", status="not_started"
    )
    with rls.every_city():
        measure, row = objective.measures.get(), objective.actions.get()
    where = url(cast, "measure-edit", measure.pk)
    assert "Measure for G1 saved." in edit(browser, where, {"measure": "Hours", "stamp": 0}, follow=True).text
    where = url(cast, "objective-edit", objective.pk)
    changed = {"title": "Two answers", "component": "governance", "stamp": 0}
    assert "G1 saved." in edit(browser, where, changed, follow=True).text
    assert "Measure removed from G1." in post("measure-remove", measure.pk)
    assert "G1.1 removed." in post("action-remove", row.pk)
    assert "G1 removed." in post("objective-remove", objective.pk)
    with rls.every_city():
        assert not cast.tulsa.objective_set.exists()


def test_action_with_reports_is_cancelled_in_place_of_removed(cast, as_, objective):
    row = action(objective, status=Status.IN_PROGRESS, percent=30)
    page = as_(cast.lead).post(url(cast, "action-remove", row.pk), follow=True)
    assert "G1.1 is now canceled. Everything reported about it stays in the plan." in page.text
    with rls.every_city():
        row.refresh_from_db()
        update = row.updates.get()
    assert (row.status, row.percent) == ("cancelled", 30)
    assert (update.words, update.person) == ("Removed from the plan.", cast.lead)


def test_new_action_begins_with_its_objectives_component_and_priority(cast, as_, objective):
    form = as_(cast.member).get(url(cast, "objective-action-add", objective.pk)).context["form"]
    assert (form["component"].value(), form["priority"].value()) == ("governance", "Two-day answer")


@pytest.mark.parametrize("name", ["plan-objective-add", "objective-edit", "objective-action-add"])
def test_front_matter_and_the_plan_are_no_aims(cast, as_, objective, name):
    args = [] if name == "plan-objective-add" else [objective.pk]
    choices = dict(as_(cast.lead).get(url(cast, name, *args)).context["form"].fields["component"].choices)
    assert "governance" in choices
    assert not {"front", "plan"} & choices.keys()


def test_measure_needs_its_name(cast, as_, objective):
    page = as_(cast.lead).post(url(cast, "objective-measure-add", objective.pk), {"measure": " ", "unit": "days"})
    assert page.status_code == 422
    assert page.context["form"].errors.keys() == {"measure"}


@pytest.mark.parametrize(("percent", "status"), [("-1", 422), ("0", 302), ("100", 302), ("101", 422), ("half", 422)])
def test_percent_is_between_0_and_100(cast, as_, objective, percent, status):
    data = {"title": "Adopt", "component": "governance", "status": "in_progress", "percent": percent}
    assert as_(cast.lead).post(url(cast, "objective-action-add", objective.pk), data).status_code == status


@pytest.mark.parametrize(
    ("starts", "due", "status"), [(3, 3, 302), (4, 3, 422), (1, 12, 302), (0, 3, 422), (1, 13, 422)]
)
def test_action_is_due_in_a_quarter_of_the_plan_not_before_it_starts(cast, as_, objective, starts, due, status):
    data = {"title": "Adopt", "component": "governance", "status": "not_started", "starts": starts, "due": due}
    page = as_(cast.lead).post(url(cast, "objective-action-add", objective.pk), data)
    assert page.status_code == status
    if (starts, due) == (1, 13):
        assert "“13” isn’t a quarter of the plan. Enter one from Y1Q1 to Y3Q4." in page.text


def test_policy_of_another_city_is_not_in_the_register(cast, as_, objective):
    with rls.every_city():
        kind = registers.policy_types().first()
        theirs = plan.add(Policy(city=cast.rosario), by=None, title="Orden", type=kind)
        ours = plan.add(Policy(city=cast.tulsa), by=None, title="Order", type=kind)
    data = {"title": "Adopt", "component": "governance", "status": "not_started", "policy": theirs.pk}
    page = as_(cast.lead).post(url(cast, "objective-action-add", objective.pk), data)
    assert "This policy isn’t in the city’s register." in page.text
    assert (
        as_(cast.lead).post(url(cast, "objective-action-add", objective.pk), data | {"policy": ours.pk}).status_code
        == 302
    )


def test_rows_of_another_city_are_not_found_though_they_exist(cast, as_, objective, foreign):
    with rls.every_city():
        measure, row = foreign.measures.get(), foreign.actions.get()
    names = [
        *((name, foreign.pk) for name in ("objective-remove", "objective-move", "objective-action-add")),
        ("objective-measure-add", foreign.pk),
        *((name, measure.pk) for name in ("measure-remove",)),
        *((name, row.pk) for name in ("action-remove", "action-move", "action-row")),
    ]
    for name, pk in names:
        assert as_(cast.lead).post(url(cast, name, pk), {"to": "up"}).status_code == 404, name
    for name, pk in (("objective-edit", foreign.pk), ("measure-edit", measure.pk), ("action", row.pk)):
        assert as_(cast.lead).get(url(cast, name, pk)).status_code == 404, name
    with rls.every_city():
        assert foreign.measures.exists()
        assert foreign.actions.exists()


@pytest.mark.parametrize("person", ["mayor", "coach", "guest", "nobody"])
def test_acts_on_rows_are_the_teams_alone(cast, as_, objective, person):
    row = action(objective)
    wanted = 404 if person == "nobody" else 403
    for name, pk in (("objective-remove", objective.pk), ("objective-move", objective.pk), ("action-remove", row.pk)):
        assert as_(cast.people[person]).post(url(cast, name, pk)).status_code == wanted, name
        assert as_(cast.lead).get(url(cast, name, pk)).status_code == 405, name
    with rls.every_city():
        assert objective.actions.count() == 1


def test_move_at_an_end_changes_nothing_and_is_not_recorded(cast, as_, objective):
    as_(cast.lead).post(url(cast, "objective-move", objective.pk), {"to": "up"})
    as_(cast.lead).post(url(cast, "objective-move", objective.pk), {"to": "down"})
    with rls.every_city():
        assert not AuditEvent.objects.filter(verb="objective moved").exists()


# The table


def typed_row(browser, cast, row, **values):
    """What the table sends of one row, with some values typed anew."""
    form = next(
        form
        for _objective, forms in browser.get(url(cast, "plan-edit")).context["groups"]
        for form in forms
        if form.row.pk == row.pk
    )
    sent = {name: form[name].value() for name in (*TABLE_ROW, "stamp", "seen")} | values
    return {f"{row.pk}-{name}": "" if value is None else value for name, value in sent.items()}


@pytest.mark.parametrize(
    ("count", "sentence"), [(0, "There were no changes to save."), (1, "1 row saved."), (2, "2 rows saved.")]
)
def test_table_says_how_many_rows_it_saved(cast, as_, objective, count, sentence):
    rows = [action(objective, title=f"Action {number}") for number in range(3)]
    browser, data = as_(cast.lead), {}
    for number, row in enumerate(rows):
        data |= typed_row(browser, cast, row, **({"owner_role": "Clerk"} if number < count else {}))
    assert sentence in browser.post(url(cast, "plan-edit"), data, follow=True).text
    with rls.every_city():
        assert objective.actions.filter(owner_role="Clerk").count() == count


def test_text_typed_into_a_removed_row_is_shown(cast, as_, objective):
    kept, gone = action(objective), action(objective, title="Name the stewards")
    browser = as_(cast.lead)
    data = typed_row(browser, cast, kept, owner_role="Clerk") | typed_row(browser, cast, gone, title="My own title")
    with rls.every_city():
        plan.remove(gone, by=cast.member)
    page = browser.post(url(cast, "plan-edit"), data, follow=True)
    sentence = (
        "Your changes to these actions weren’t saved because someone removed the actions while you were editing: "
        "“My own title”."
    )
    assert sentence in page.text
    with rls.every_city():
        kept.refresh_from_db()
    assert kept.owner_role == "Clerk"


def test_line_breaks_in_a_title_of_the_table_become_spaces(cast, as_, objective):
    row, browser = action(objective), as_(cast.lead)
    browser.post(url(cast, "plan-edit"), typed_row(browser, cast, row, title="Adopt\r\nthe\ncharter now"))
    with rls.every_city():
        row.refresh_from_db()
    assert row.title == "Adopt the charter now"


@pytest.mark.parametrize(("count", "is_whole"), [(80, True), (81, False)])
def test_long_plan_is_edited_one_objective_at_a_time(cast, as_, objective, count, is_whole):
    with rls.every_city():
        Action.objects.bulk_create(
            Action(
                city=cast.tulsa, objective=objective, code=f"G1.{n}", position=n, title="Act", component="governance"
            )
            for n in range(1, count + 1)
        )
    browser = as_(cast.lead)
    page = browser.get(url(cast, "plan-edit"), follow=True)
    assert (
        "This plan is too long to edit all at once. Edit one objective’s rows at a time." in page.text
    ) is not is_whole
    assert browser.get(url(cast, "plan-edit") + f"?objective={objective.pk}").status_code == 200


def test_table_of_one_objective_shows_its_rows_alone(cast, as_, objective, foreign):
    with rls.every_city():
        other = plan.add_objective(city=cast.tulsa, by=None, title="Two", component="quality")
    mine, _theirs = action(objective), action(other)
    page = as_(cast.lead).get(url(cast, "plan-edit") + f"?objective={objective.pk}")
    assert [form.row.pk for _group, forms in page.context["groups"] for form in forms] == [mine.pk]
    assert as_(cast.lead).get(url(cast, "plan-edit") + f"?objective={foreign.pk}").status_code == 404


# What is missing


def test_empty_plan_is_one_gap_and_says_so(cast, as_):
    assert "The action plan has no actions yet." in messages_of(cast.tulsa)
    assert "No actions planned yet." in as_(cast.lead).get(url(cast, "plan")).text


def test_measure_of_an_objective_and_its_baseline_are_asked_for(cast, objective):
    action(objective)
    assert "G1 has no measure of its results." in messages_of(cast.tulsa)
    with rls.every_city():
        measure = plan.add_measure(objective=objective, by=None, measure="Days")
    assert "G1 has no measure of its results." not in messages_of(cast.tulsa)
    assert "G1 has a measure without a baseline." in messages_of(cast.tulsa)
    with rls.every_city():
        plan.change(measure, stamp=0, by=None, baseline_unknown=True)
    assert "G1 has a measure without a baseline." not in messages_of(cast.tulsa)


def test_outcome_that_residents_notice_is_asked_for(cast, objective):
    action(objective)
    sentence = "No measure tracks an outcome residents will notice."
    with rls.every_city():
        measure = plan.add_measure(objective=objective, by=None, measure="Days", is_resident_outcome=False)
    assert sentence in messages_of(cast.tulsa)
    with rls.every_city():
        plan.change(measure, stamp=0, by=None, is_resident_outcome=True)
    assert sentence not in messages_of(cast.tulsa)


@pytest.mark.parametrize("baseline", [0, 7])
def test_a_baseline_of_any_number_closes_the_gap(cast, objective, baseline):
    row = action(objective, measure="Meetings")
    sentence = "G1.1 has a measure without a baseline. Enter the baseline or mark it as not known yet."
    assert sentence in messages_of(cast.tulsa)
    assert "G1.1 doesn’t have a due date. Choose a quarter." in messages_of(cast.tulsa)
    with rls.every_city():
        plan.change(row, stamp=0, by=None, baseline=baseline, due=4)
    assert sentence not in messages_of(cast.tulsa)
    assert "G1.1 doesn’t have a due date. Choose a quarter." not in messages_of(cast.tulsa)


# What an action waits for


def test_action_cannot_wait_for_itself(objective):
    row = action(objective)
    with rls.every_city(), pytest.raises(Refused) as refused:
        plan.change(row, stamp=0, by=None, depends_on=[row])
    assert refused.value.problems == {"depends_on": "G1.1 can’t depend on itself."}


def test_form_does_not_offer_the_action_itself(cast, as_, objective):
    row, other = action(objective), action(objective)
    browser, where = as_(cast.lead), url(cast, "action-edit", row.pk)
    page = browser.get(where).text
    assert f'name="depends_on" value="{other.pk}"' in page
    assert f'name="depends_on" value="{row.pk}"' not in page
    data = {"title": "Adopt", "component": "governance", "status": "not_started", "stamp": 0, **shown(browser, where)}
    assert browser.post(where, data | {"depends_on": [row.pk]}).context["form"].errors.keys() == {"depends_on"}


EDGES = st.dictionaries(st.integers(0, 6), st.sets(st.integers(0, 6)), max_size=7)


@given(EDGES, st.integers(0, 6))
def test_a_cycle_found_follows_the_edges_and_none_is_missed(edges, start):
    reached, ahead = set(), list(edges.get(start, ()))
    while ahead:
        key = ahead.pop()
        if key not in reached:
            reached.add(key)
            ahead += edges.get(key, ())
    cycle = dependencies.find_cycle(edges, start)
    assert bool(cycle) == (start in reached)
    if cycle:
        assert (cycle[0], cycle[-1]) == (start, start)
        assert all(after in edges[before] for before, after in zip(cycle, cycle[1:], strict=False))
        assert len(set(cycle)) == len(cycle) - 1
