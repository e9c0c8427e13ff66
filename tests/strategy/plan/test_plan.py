"""The action plan's verbs: quarters, codes, stamps, dependencies, updates."""

from datetime import date

import pytest
from django.utils import translation

from accelerator import rls
from accelerator.conflicts import last_change
from accelerator.refusals import Conflict, Refused
from strategy.models import Rag, Status
from strategy.plan import actions as plan
from strategy.plan import dependencies, quarters


@pytest.fixture
def city(cast, every_city):
    cast.tulsa.fiscal_year_start = 7
    cast.tulsa.save()
    return cast.tulsa


@pytest.fixture
def objective(city):
    return plan.add_objective(city=city, by=None, title="One answer", component="governance")


def action(objective, **values):
    return plan.add_action(objective=objective, by=None, **{"title": "Adopt the charter", **values})


def test_quarters_follow_the_fiscal_year(city):
    city.strategy.plan_year = 2027
    assert quarters.quarter_dates(city.strategy, city, 1) == (date(2027, 7, 1), date(2027, 9, 30))
    assert quarters.quarter_dates(city.strategy, city, 3) == (date(2028, 1, 1), date(2028, 3, 31))
    assert quarters.quarter_dates(city.strategy, city, 12) == (date(2030, 4, 1), date(2030, 6, 30))
    assert quarters.quarter_label(city.strategy, city, 2) == "Y1Q2 (Oct–Dec 2027)"
    with translation.override("es"):
        assert quarters.quarter_label(city.strategy, city, 2).lower() == "a1t2 (oct.–dic. 2027)"


def test_a_quarter_may_span_two_years(city):
    city.fiscal_year_start, city.strategy.plan_year = 9, 2027
    assert quarters.quarter_label(city.strategy, city, 2) == "Y1Q2 (Dec 2027–Feb 2028)"


@pytest.mark.parametrize("month", range(1, 13))
def test_each_day_of_three_years_lies_in_its_own_quarter(city, month):
    city.fiscal_year_start, city.strategy.plan_year = month, 2027
    for number in range(1, 13):
        first, last = quarters.quarter_dates(city.strategy, city, number)
        assert quarters.quarter_on(city.strategy, city, first) == number
        assert quarters.quarter_on(city.strategy, city, last) == number
    assert quarters.quarter_on(city.strategy, city, date(2027, month, 1).replace(year=2026)) is None
    assert quarters.quarter_on(city.strategy, city, date(2030, month, 1)) is None


def test_codes_follow_the_component_and_stay_after_changes(objective, city):
    first, second = action(objective), action(objective)
    assert (objective.code, first.code, second.code) == ("G1", "G1.1", "G1.2")
    plan.remove(first, by=None)
    assert action(objective).code == "G1.3"
    other = plan.add_objective(city=city, by=None, title="Two", component="governance")
    assert other.code == "G2"
    assert plan.move(second, up=False, by=None)
    second.refresh_from_db()
    assert second.code == "G1.2"


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        (
            {"starts": 3, "due": 1},
            "due",
            "This action is due in Y1Q1, before it starts in Y1Q3. Change one of the two.",
        ),
        ({"rag": "amber"}, "rag_reason", "Explain why this action is at risk or off track."),
        ({"rag": "red", "rag_reason": "  "}, "rag_reason", "Explain why this action is at risk or off track."),
        ({"percent": 101}, "percent", "Percent complete can’t be more than 100."),
        ({"target_1": 4}, "measure", "To set a baseline or target, enter what’s being measured."),
        (
            {"measure": "m", "baseline": 1, "baseline_unknown": True},
            "baseline_unknown",
            "You entered a baseline and also marked it as not known yet. Keep only one.",
        ),
    ],
)
def test_impossible_values_are_refused_with_a_message_by_field(objective, values, field, sentence):
    with pytest.raises(Refused) as refused:
        action(objective, **values)
    assert refused.value.problems == {field: sentence}
    assert not objective.actions.exists()


def test_the_second_writer_sees_what_the_first_wrote(objective, cast):
    row = action(objective)
    mine, theirs = type(row).objects.get(pk=row.pk), type(row).objects.get(pk=row.pk)
    plan.change(theirs, stamp=0, by=cast.lead, title="Theirs")
    with pytest.raises(Conflict) as stale:
        plan.change(mine, stamp=0, by=cast.member, title="Mine")
    assert stale.value.row.title == "Theirs"
    assert last_change(row).actor_id == cast.lead.pk
    plan.change(mine, stamp=1, by=cast.member, title="Mine")
    row.refresh_from_db()
    assert (row.title, row.stamp) == ("Mine", 2)


def test_update_becomes_the_present_state_of_its_action(objective, cast):
    row = action(objective, owner_name="Ana")
    update = plan.record_update(
        row,
        status=Status.IN_PROGRESS,
        percent=40,
        rag=Rag.AMBER,
        reason="Waiting for counsel",
        words="Soon",
        by=cast.lead,
    )
    row.refresh_from_db()
    assert (row.status, row.percent, row.rag, row.rag_reason) == ("in_progress", 40, "amber", "Waiting for counsel")
    assert (row.updated_by, row.updated_at) == (cast.lead, update.at)
    assert (update.reason, update.person_name, update.words) == ("Waiting for counsel", str(cast.lead), "Soon")
    plan.record_update(row, status=Status.COMPLETED, by=None)
    assert row.updates.first().person_name == "Ana"
    with pytest.raises(Refused):
        plan.record_update(row, status=Status.IN_PROGRESS, rag=Rag.RED, by=cast.lead)
    assert row.updates.count() == 2


def test_update_older_than_the_last_one_leaves_the_action_unchanged(objective, cast):
    row = action(objective)
    plan.record_update(row, status=Status.COMPLETED, by=cast.lead)
    earlier = row.updated_at.replace(year=row.updated_at.year - 1)
    plan.record_update(row, status=Status.IN_PROGRESS, by=cast.lead, at=earlier)
    row.refresh_from_db()
    assert row.status == Status.COMPLETED
    assert [update.status for update in row.updates.all()] == ["completed", "in_progress"]


def test_changing_the_status_in_a_form_records_an_update(objective, cast):
    row = action(objective)
    plan.change(row, stamp=0, by=cast.lead, title="Another title")
    assert not row.updates.exists()
    plan.change(row, stamp=1, by=cast.lead, status=Status.IN_PROGRESS)
    assert row.updates.get().status == Status.IN_PROGRESS


def test_removing_an_action_with_updates_cancels_it(objective, cast):
    fresh, reported = action(objective), action(objective)
    plan.record_update(reported, status=Status.IN_PROGRESS, by=cast.lead)
    assert plan.remove(fresh, by=cast.lead)
    assert not plan.remove(reported, by=cast.lead)
    assert [row.status for row in objective.actions.all()] == [Status.CANCELLED]
    with pytest.raises(Refused):
        plan.remove(objective, by=cast.lead)


def test_moving_an_action_stays_within_its_objective(objective, city):
    other = plan.add_objective(city=city, by=None, title="Two", component="quality")
    rows = [action(objective), action(objective), action(other)]
    assert not plan.move(rows[0], up=True, by=None)
    assert plan.move(rows[0], up=False, by=None)
    assert [row.code for row in objective.actions.all()] == ["G1.2", "G1.1"]
    assert plan.move(other, up=True, by=None)
    assert [row.code for row in city.objective_set.all()] == ["Q1", "G1"]


def test_dependency_that_closes_a_cycle_is_refused_with_its_codes(objective):
    a, b, c = action(objective), action(objective), action(objective)
    dependencies.set_dependencies(a, [b])
    dependencies.set_dependencies(b, [c])
    with pytest.raises(Refused) as refused:
        dependencies.set_dependencies(c, [a])
    assert refused.value.problems == {
        "depends_on": "These actions depend on each other in a circle: G1.3 → G1.1 → G1.2 → G1.3. "
        "Remove one of the dependencies."
    }
    with pytest.raises(Refused):
        dependencies.set_dependencies(a, [a])
    assert dependencies.edges(objective.city_id) == {a.pk: {b.pk}, b.pk: {c.pk}}


def test_rows_of_another_city_are_out_of_reach(objective, cast):
    action(objective)
    with rls.city_scope(cast.rosario.pk):
        assert not type(objective).objects.exists()
