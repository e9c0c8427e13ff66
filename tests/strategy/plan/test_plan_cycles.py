"""Whatever the sequence of edits, and whoever makes them at once: nothing waits for itself."""

import threading

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.refusals import Refused
from strategy.models import Action
from strategy.plan import actions as plan
from strategy.plan import dependencies
from tests.examples import few

edits = st.lists(st.tuples(st.integers(0, 5), st.sets(st.integers(0, 5), max_size=4)), max_size=25)


@pytest.fixture
def six(cast, every_city):
    objective = plan.add_objective(city=cast.tulsa, by=None, title="One", component="use")
    return [plan.add_action(objective=objective, by=None, title=f"Action {n}") for n in range(6)]


@few(20)
@given(edits=edits)
def test_no_sequence_of_edits_closes_a_cycle(six, edits):
    for which, on in edits:
        before = dependencies.edges(six[0].city_id)
        try:
            dependencies.set_dependencies(six[which], [six[n] for n in on])
        except Refused:
            assert dependencies.edges(six[0].city_id) == before
        waits = dependencies.edges(six[0].city_id)
        assert [pk for pk in waits if dependencies.find_cycle(waits, pk)] == []


@pytest.mark.django_db(transaction=True)
def test_two_edits_at_once_do_not_close_one_together(cast):
    with rls.every_city():
        objective = plan.add_objective(city=cast.tulsa, by=None, title="One", component="use")
        pair = [plan.add_action(objective=objective, by=None, title=title) for title in ("A", "B")]
    start, refused = threading.Barrier(2), []

    def wait_for(one, other):
        try:
            with rls.every_city():
                row = Action.objects.select_related("city").get(pk=one.pk)
                start.wait(10)
                plan.change(row, stamp=0, by=cast.lead, depends_on=[other])
        except Refused:
            refused.append(one.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=wait_for, args=args) for args in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with rls.every_city():
        waits = dependencies.edges(cast.tulsa.pk)
    assert (len(refused), len(waits)) == (1, 1)
