"""The audit log: about what and in which city; and rows that people order by hand."""

import pytest

from accelerator import audit, rls, row_order
from accelerator.models import AuditEvent, User
from strategy.signoff.models import Approver

pytestmark = pytest.mark.django_db


def last_event(verb="tested"):
    with rls.every_city():
        return AuditEvent.objects.filter(verb=verb).latest("at")


def test_record_about_a_city_is_of_that_city(cast, every_city):
    audit.record("tested", by=cast.lead, about=cast.tulsa, reason="because")
    event = last_event()
    assert (event.actor_id, event.city_id, event.kind) == (cast.lead.pk, cast.tulsa.pk, "city")
    assert (event.object_id, event.label, event.data) == (str(cast.tulsa.pk), str(cast.tulsa), {"reason": "because"})
    assert str(event) == f"tested {cast.tulsa}"


def test_record_about_a_row_of_a_city_is_of_its_city(cast, every_city):
    section = cast.rosario.section_set.get(key="vision")
    audit.record("tested", by=None, about=section)
    event = last_event()
    assert (event.actor_id, event.city_id, event.kind) == (None, cast.rosario.pk, "section")


def test_record_about_what_has_no_city_is_of_none_unless_one_is_named(cast):
    audit.record("tested", by=cast.admin, about=cast.cohort)
    assert last_event().city_id is None
    audit.record("tested", by=cast.admin, about=cast.lead, city_id=cast.quito.pk)
    assert last_event().city_id == cast.quito.pk
    with rls.every_city():
        section = cast.tulsa.section_set.first()
    audit.record("tested", by=cast.admin, about=section, city_id=cast.quito.pk)
    assert last_event().city_id == cast.quito.pk


def test_record_about_nothing_has_a_verb_alone(cast):
    audit.record("tested", by=cast.admin)
    event = last_event()
    assert (event.kind, event.object_id, event.label, event.data, str(event)) == ("", "", "", {}, "tested")


def test_record_about_a_row_with_a_long_name_cuts_its_label():
    person = User.objects.create_user("n" * 230 + "@city.example", name="")
    audit.record("tested", by=person, about=person)
    assert last_event().label == "n" * 200


def test_record_of_what_json_cannot_hold_is_an_error_of_ours(cast):
    with pytest.raises(TypeError):
        audit.record("tested", by=cast.admin, data={1, 2})


@pytest.mark.parametrize(("who", "city"), [("lead", "tulsa"), ("other_lead", "rosario")])
def test_record_is_read_in_the_scope_of_its_city_alone(cast, who, city):
    # Anyone can add to the log, whatever the scope; rows are visible to their own city.
    audit.record("tested", by=cast.lead, about=cast.tulsa)
    with rls.city_scope(getattr(cast, city).pk):
        assert AuditEvent.objects.filter(verb="tested").exists() is (city == "tulsa")


@pytest.fixture
def order(cast, every_city):
    """Four approvers whose positions have gaps and duplicates, as after removals and an import."""
    rows = [
        Approver.objects.create(city=cast.tulsa, office="mayor", title=title, position=position)
        for title, position in (("A", 2), ("B", 2), ("C", 7), ("D", 9))
    ]
    Approver.objects.create(city=cast.rosario, office="mayor", title="Elsewhere", position=1)
    return {row.title: row for row in rows}


def titles(cast):
    return "".join(cast.tulsa.approver_set.order_by("position", "pk").values_list("title", flat=True))


@pytest.mark.parametrize(
    ("title", "up", "result"),
    [("B", True, "BACD"), ("A", False, "BACD"), ("D", True, "ABDC"), ("C", False, "ABDC"), ("C", True, "ACBD")],
)
def test_move_swaps_with_the_neighbor_and_renumbers(cast, order, title, up, result):
    assert row_order.move(order[title], cast.tulsa.approver_set.all(), up=up) is True
    assert titles(cast) == result
    positions = list(cast.tulsa.approver_set.order_by("position").values_list("position", flat=True))
    assert positions == [1, 2, 3, 4]
    assert cast.rosario.approver_set.get().position == 1


@pytest.mark.parametrize(("title", "up"), [("A", True), ("D", False)])
def test_move_at_the_end_of_the_list_changes_nothing(cast, order, title, up):
    assert row_order.move(order[title], cast.tulsa.approver_set.all(), up=up) is False
    assert titles(cast) == "ABCD"
    assert Approver.objects.get(pk=order["D"].pk).position == 9


def test_move_there_and_back_is_the_order_as_it_was(cast, order):
    rows = cast.tulsa.approver_set.all()
    for up in (True, True, False, False):
        assert row_order.move(order["C"], rows, up=up)
    assert titles(cast) == "ABCD"
