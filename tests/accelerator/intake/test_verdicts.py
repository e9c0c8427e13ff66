"""A verdict on a row: what excludes it, what it would do, and the order in a preview."""

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from accelerator.intake.verdicts import Kind, Verdict, preview_context


class Added(Verdict):
    @property
    def effect(self):
        return Kind.ADDED


def verdict(number=2, *, changes=(), refused=False, warned=False):
    made = Verdict(number, changes=list(changes))
    if warned:
        made.warn("Owner", "Left the team.")
    if refused:
        made.refuse("", "No action has this code.")
    return made


@pytest.mark.parametrize(
    ("made", "kind", "is_written"),
    [
        (verdict(), Kind.UNCHANGED, False),
        (verdict(changes=[("Title", "Old", "New")]), Kind.CHANGED, True),
        (Added(2), Kind.ADDED, True),
        (verdict(changes=[("Title", "Old", "New")], warned=True), Kind.CHECK, True),
        (verdict(changes=[("Title", "Old", "New")], refused=True), Kind.REFUSED, False),
        (verdict(refused=True, warned=True), Kind.REFUSED, False),
    ],
)
def test_the_worst_problem_decides_what_happens_to_a_row(made, kind, is_written):
    assert (made.kind, made.is_written) == (kind, is_written)


def test_problem_with_a_column_names_it():
    made = verdict(refused=True, warned=True)
    made.refuse_formula("Baseline", "H2")
    assert [str(problem) for problem in made.problems] == [
        "Owner: Left the team.",
        "No action has this code.",
        "Baseline: Cell H2 contains a formula. Enter its value instead.",
    ]


@given(st.lists(st.builds(verdict, st.integers(1, 999), refused=st.booleans(), warned=st.booleans()), max_size=250))
def test_a_preview_counts_every_row_and_shows_the_refused_first(verdicts):
    context = preview_context(RequestFactory().get("/"), verdicts)
    shown = [row for number in context["page"].paginator.page_range for row in context["page"].paginator.page(number)]
    assert sum(count for _kind, count in context["counts"]) == len(shown) == len(verdicts)
    assert [row.is_refused for row in shown] == sorted((row.is_refused for row in verdicts), reverse=True)
    assert context["refused"] == sum(row.is_refused for row in verdicts)
    assert len(context["page"]) <= 100


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_label_and_a_mark(kind):
    assert kind.label
    assert kind.mark
