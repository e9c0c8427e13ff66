"""The plan's quarters: where a day lies in them, their names, the year that they begin in, and their chart."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.conflicts import FieldChange
from accelerator.models import AuditEvent
from strategy.models import Rag, Status, Strategy
from strategy.plan import actions as plan
from strategy.plan import quarters
from tests.clients import main_text

STARTS = st.builds(date, st.integers(2000, 2090), st.integers(1, 12), st.just(1))
NUMBERS = st.integers(1, 12)


def url(cast, name, *args):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


def strategy_of(cast):
    with rls.every_city():
        return Strategy.objects.select_related("cohort").get(city=cast.tulsa)


@given(STARTS, NUMBERS)
def test_a_quarter_is_three_whole_months_and_the_next_follows_it(start, number):
    first, last = quarters.dates_from(start, number)
    assert first.day == 1
    assert (last + timedelta(days=1)).day == 1
    assert (last + timedelta(days=1)).month == (first.month + 2) % 12 + 1
    assert quarters.dates_from(start, number + 1)[0] == last + timedelta(days=1)


@given(STARTS, st.integers(-400, 1500))
def test_position_grows_with_the_day_and_stays_in_its_quarter(start, days):
    day = start + timedelta(days=days)
    place, later = quarters.position(start, day), quarters.position(start, day + timedelta(days=1))
    last_day = quarters.dates_from(start, 12)[1]
    assert (place is None) == (not start <= day <= last_day)
    if place is not None:
        first, last = quarters.dates_from(start, int(place))
        assert first <= day <= last
    if place is not None and later is not None:
        assert place < later


def test_position_is_whole_on_the_first_day_and_half_in_the_middle():
    start = date(2027, 7, 1)
    assert quarters.position(start, start) == 1
    assert quarters.position(start, date(2027, 8, 16)) == 1.5
    assert quarters.position(start, date(2027, 10, 1)) == 2
    assert quarters.position(start, date(2030, 6, 30)) < 13
    assert quarters.position(start, date(2027, 6, 30)) is None
    assert quarters.position(start, date(2030, 7, 1)) is None


@pytest.mark.parametrize("number", [None, 0])
def test_no_quarter_has_no_name(number):
    assert quarters.label_from(date(2027, 7, 1), number) == ""


def test_quarter_choices_are_the_twelve_of_the_plan(cast, every_city):
    cast.tulsa.fiscal_year_start = 7
    strategy = strategy_of(cast)
    strategy.plan_year = 2027
    choices = quarters.quarter_choices(strategy, cast.tulsa)
    assert [number for number, _label in choices] == list(range(1, 13))
    assert (choices[0][1], choices[-1][1]) == ("Y1Q1 (Jul–Sep 2027)", "Y3Q4 (Apr–Jun 2030)")


@pytest.mark.parametrize(("month", "label"), [(1, "Jan–Dec 2027"), (2, "Feb 2027–Jan 2028"), (12, "Dec 2027–Nov 2028")])
def test_fiscal_year_is_named_by_its_first_and_last_month(cast, month, label):
    cast.tulsa.fiscal_year_start = month
    assert quarters.year_label(cast.tulsa, 2027) == label


@pytest.mark.parametrize("month", range(1, 13))
def test_default_year_begins_within_half_a_year_of_the_cohorts_end(cast, every_city, month):
    cast.tulsa.fiscal_year_start = month
    strategy = strategy_of(cast)
    first = date(quarters.default_year(strategy.cohort, cast.tulsa), month, 1)
    end = strategy.cohort.ends_on
    assert first.year in (end.year, end.year + 1)
    other = first.replace(year=end.year if first.year > end.year else end.year + 1)
    assert abs((first - end).days) <= abs((other - end).days)
    assert quarters.first_day(strategy, cast.tulsa) == first


# The setting on the plan's page


def shown(cast, browser):
    return {"seen": browser.get(url(cast, "plan")).context["year_form"]["seen"].value()}


def set_year(cast, browser, year, **more):
    return browser.post(url(cast, "plan-year"), {"year": year, **shown(cast, browser)}, **more)


def test_year_set_moves_the_months_of_every_quarter_and_is_recorded(cast, as_):
    with rls.every_city():
        objective = plan.add_objective(city=cast.tulsa, by=None, title="One answer", component="governance")
        action = plan.add_action(objective=objective, by=None, title="Adopt the charter", starts=1, due=2)
    browser, year = as_(cast.member), cast.tulsa.today().year + 2
    answer = set_year(cast, browser, year, follow=True)
    assert f"Year 1 of the plan is Jan–Dec {year}." in answer.text
    assert f"Y1Q1 (Jan–Mar {year})" in browser.get(url(cast, "action", action.pk)).text
    with rls.every_city():
        event = AuditEvent.objects.get(verb="plan year set")
    assert (event.actor_id, event.data) == (cast.member.pk, {"year": year})


@pytest.mark.parametrize("typed", ["", "soon", "-1", "2027.5", "9" * 30])
def test_year_outside_the_list_is_refused_and_nothing_changes(cast, as_, typed):
    answer = set_year(cast, as_(cast.lead), typed)
    assert answer.status_code == 422
    assert "Choose a year from the list." in answer.text
    assert strategy_of(cast).plan_year is None


def test_form_without_a_year_sets_none(cast, as_):
    assert as_(cast.lead).post(url(cast, "plan-year"), {}).status_code == 409
    assert strategy_of(cast).plan_year is None


@pytest.mark.parametrize(("years", "is_set"), [(-4, False), (-3, True), (3, True), (4, False)])
def test_year_is_at_most_three_from_today(cast, as_, years, is_set):
    year = cast.tulsa.today().year + years
    with rls.every_city():
        Strategy.objects.filter(city=cast.tulsa).update(plan_year=cast.tulsa.today().year)
    set_year(cast, as_(cast.lead), year)
    assert (strategy_of(cast).plan_year == year) is is_set


def test_a_year_long_past_stays_in_the_list(cast, as_):
    with rls.every_city():
        Strategy.objects.filter(city=cast.tulsa).update(plan_year=2011)
    years = [year for year, _label in as_(cast.lead).get(url(cast, "plan")).context["year_form"]["year"].field.choices]
    assert years == list(range(2011, cast.tulsa.today().year + 4))


@pytest.mark.parametrize(("person", "status"), [("mayor", 403), ("coach", 403), ("guest", 403), ("other_lead", 404)])
def test_year_is_set_by_the_team_alone(cast, as_, person, status):
    assert as_(cast.people[person]).post(url(cast, "plan-year"), {"year": 2027}).status_code == status
    assert as_(cast.lead).get(url(cast, "plan-year")).status_code == 405
    assert strategy_of(cast).plan_year is None


def test_year_that_a_colleague_changed_shows_both_years_and_keeps_ones_own(cast, as_):
    browser, this = as_(cast.lead), cast.tulsa.today().year
    data = {"year": this + 2, **shown(cast, browser)}
    set_year(cast, as_(cast.member), this + 1)
    page = browser.post(url(cast, "plan-year"), data)
    form = page.context["year_form"]
    assert (page.status_code, strategy_of(cast).plan_year) == (409, this + 1)
    years = [f"Jan–Dec {this + number}" for number in (1, 2)]
    assert form.conflict.fields == [FieldChange("Year 1 of the plan", years[0], own=years[1])]
    assert (form.conflict.person, form["year"].value()) == (str(cast.member), str(this + 2))
    assert "Member changed this while you were editing" in main_text(page)
    assert browser.post(url(cast, "plan-year"), {**data, "seen": form["seen"].value()}).status_code == 302
    assert strategy_of(cast).plan_year == this + 2


def test_year_that_the_form_suggests_can_be_chosen(cast, as_):
    browser = as_(cast.lead)
    suggested = browser.get(url(cast, "plan")).context["year_form"]["year"].value()
    set_year(cast, browser, suggested)
    assert strategy_of(cast).plan_year == suggested


# The chart


@pytest.fixture
def drawn(cast):
    """Four actions in four states, one of which waits for another."""
    with rls.every_city():
        objective = plan.add_objective(city=cast.tulsa, by=None, title="One answer", component="governance")

        def add(title, **values):
            return plan.add_action(objective=objective, by=None, title=title, **values)

        first = add("Adopt the charter", starts=1, due=2, status=Status.COMPLETED)
        add(
            "Name the stewards",
            due=3,
            rag=Rag.RED,
            rag_reason="No budget",
            status=Status.IN_PROGRESS,
            depends_on=[first],
        )
        add("Meet each month", status=Status.ON_HOLD)
        add("Buy a catalog", due=4, status=Status.CANCELLED)
        return objective


def test_chart_is_described_in_sentences(cast, as_, drawn):
    page = as_(cast.mayor).get(url(cast, "plan-picture"))
    sentence = page.context["sentence"]
    assert sentence.startswith("4 actions over 12 quarters (")
    assert "Completed: 1" in sentence
    assert "Off track: 1" in sentence
    assert sentence.endswith("The table has the same information.")
    assert "The action plan over 12 quarters" in page.text


def test_chart_without_a_plan_counts_nothing(cast, as_):
    page = as_(cast.lead).get(url(cast, "plan-picture"))
    assert page.context["sentence"].startswith("0 actions over 12 quarters (")
    assert page.context["sentence"].count(".") == 2


def test_table_below_the_chart_names_quarters_states_and_what_is_waited_for(cast, as_, drawn):
    [objective] = as_(cast.lead).get(url(cast, "plan-picture")).context["rows"]
    rows = {row["code"]: row for row in objective["actions"]}
    assert (objective["code"], objective["title"]) == ("G1", "One answer")
    assert rows["G1.1"]["starts"].startswith("Y1Q1 (")
    assert rows["G1.2"]["starts"] == ""
    assert rows["G1.2"]["due"].startswith("Y1Q3 (")
    assert rows["G1.2"]["state"] == "In progress, off track"
    assert [rows[code]["waits_for"] for code in sorted(rows)] == ["", "G1.1", "", ""]


def test_lines_of_dependencies_are_drawn_on_request(cast, as_, drawn):
    browser = as_(cast.lead)
    assert browser.get(url(cast, "plan-picture") + "?lines=1").context["lines"] is True
    without = browser.get(url(cast, "plan-picture") + "?lines=yes")
    assert without.context["lines"] is False
    assert str(browser.get(url(cast, "plan-picture") + "?lines=1").context["chart"]) != str(without.context["chart"])


def test_action_page_shows_its_quarters_and_only_a_writer_may_edit(cast, as_, drawn):
    with rls.every_city():
        row = drawn.actions.get(code="G1.2")
        foreign = plan.add_objective(city=cast.rosario, by=None, title="Otro", component="quality")
        theirs = plan.add_action(objective=foreign, by=None, title="Otra")
    page = as_(cast.mayor).get(url(cast, "action", row.pk))
    assert "No budget" in main_text(page)
    assert page.context["starts"] == ""
    assert page.context["due"].startswith("Y1Q3 (")
    assert page.context["may_edit"] is False
    assert as_(cast.member).get(url(cast, "action", row.pk)).context["may_edit"] is True
    assert as_(cast.lead).get(url(cast, "action", theirs.pk)).status_code == 404
    assert as_(cast.guest).get(url(cast, "action", row.pk)).status_code == 403
