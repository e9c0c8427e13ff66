"""A scope as a value: which scope covers which, and which wall a table has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.models import AuditEvent, Cohort, Email, SentForm, StepUp, User
from accelerator.rls import CLOSED, POLICIES, Scope, Side, Wall
from cities.models import City, Enrollment, Membership
from coaching.models import CoachingSession, Commitment
from strategy.models import Section, Thread

SIDES = st.sampled_from(list(Side))
CITIES = st.frozensets(st.integers(1, 6)) | st.just("*")
SCOPES = st.builds(Scope, CITIES, SIDES)


@given(SCOPES)
def test_covers_of_itself_and_of_nothing_is_true(scope):
    assert scope.covers(scope)
    assert scope.covers(CLOSED)


@given(SCOPES, SCOPES, SCOPES)
def test_covers_goes_on_through_a_scope_between(outer, middle, inner):
    if outer.covers(middle) and middle.covers(inner):
        assert outer.covers(inner)


@given(SCOPES, SCOPES)
def test_covers_both_ways_is_equality(one, other):
    assert (one.covers(other) and other.covers(one)) is (one == other)


@given(SCOPES)
def test_every_city_for_govex_covers_everything(scope):
    assert Scope("*", Side.GOVEX).covers(scope)
    assert CLOSED.covers(scope) is (scope == CLOSED)


@pytest.mark.parametrize(
    ("outer", "inner", "covered"),
    [
        (Scope(frozenset({1, 2}), Side.CITY), Scope(frozenset({1}), Side.CITY), True),
        (Scope(frozenset({1, 2}), Side.CITY), Scope(frozenset({1}), Side.FUNDER), True),
        (Scope(frozenset({1, 2}), Side.CITY), Scope(frozenset({1}), Side.GOVEX), False),
        (Scope(frozenset({1}), Side.GOVEX), Scope(frozenset({1, 2}), Side.CITY), False),
        (Scope(frozenset({1}), Side.GOVEX), Scope("*", Side.NONE), False),
        (Scope("*", Side.FUNDER), Scope(frozenset({1}), Side.CITY), False),
        (Scope("*", Side.CITY), Scope("*", Side.CITY), True),
    ],
)
def test_covers_needs_both_the_cities_and_the_side(outer, inner, covered):
    assert outer.covers(inner) is covered


@pytest.mark.parametrize(
    ("cities", "setting"), [(frozenset(), ""), (frozenset({12, 3}), "3,12"), (frozenset({7}), "7"), ("*", "*")]
)
def test_setting_lists_the_cities_by_number(cities, setting):
    assert Scope(cities, Side.CITY).setting == setting


@pytest.mark.parametrize(
    ("model", "wall"),
    [
        (User, Wall.NONE),
        (Cohort, Wall.NONE),
        (SentForm, Wall.NONE),
        (StepUp, Wall.NONE),
        (AuditEvent, Wall.APPEND_ONLY),
        (Email, Wall.OUTBOX),
        (City, Wall.CITY),
        (Membership, Wall.NONE),
        (Enrollment, Wall.NONE),
        (Section, Wall.TEAM),
        (Commitment, Wall.TEAM),
    ],
)
def test_wall_of_a_table_is_what_its_model_says(model, wall):
    assert rls.wall_of(model) is wall


@pytest.mark.parametrize(("model", "has_city"), [(Section, True), (Thread, True), (City, False), (User, False)])
def test_has_city_is_true_of_a_key_to_a_city_alone(model, has_city):
    assert rls.has_city(model) is has_city


def test_has_city_of_a_plain_number_of_that_name_is_false():
    assert not rls.has_city(AuditEvent)  # it has `city_id`, without a foreign key


def test_parents_of_a_row_of_a_city_are_its_rows_of_a_city():
    assert ("session_id", CoachingSession._meta.db_table) in rls.parents_of(Commitment)
    assert rls.parents_of(User) == rls.parents_of(City) == []
    for model in (Section, Thread, Commitment, CoachingSession):
        columns = [column for column, _table in rls.parents_of(model)]
        assert "city_id" not in columns
        assert len(columns) == len(set(columns))


def test_policies_that_keep_a_record_let_no_one_change_it():
    for wall in (Wall.LEDGER, Wall.APPEND_ONLY):
        assert {policy.partition(" ")[0] for policy in POLICIES[wall].values()} == {"for"}
        verbs = {" ".join(policy.split()[:2]) for policy in POLICIES[wall].values()}
        assert verbs == {"for select", "for insert"}


def test_policies_of_staff_name_no_other_side():
    assert "'govex'" in POLICIES[Wall.STAFF]["wall"]
    assert "'city'" not in POLICIES[Wall.STAFF]["wall"]
    assert "'funder'" not in POLICIES[Wall.TEAM]["wall"]
    assert set(POLICIES) == set(Wall)


@pytest.mark.django_db
def test_scope_takes_numbers_as_text_and_gives_them_back_as_numbers():
    with rls.scope(["3", 12, 3], Side.CITY) as opened:
        assert opened == rls.current() == Scope(frozenset({3, 12}), Side.CITY)
    assert rls.current() == CLOSED


@pytest.mark.django_db
@pytest.mark.parametrize("cities", [["all"], ["1,2"], [None], ["*"]])
def test_scope_of_what_is_no_number_is_refused_and_opens_nothing(cities):
    with pytest.raises((ValueError, TypeError)), rls.scope(cities, Side.GOVEX):
        pass
    assert rls.current() == CLOSED
