"""Commitments: who completes them, who corrects them, and that every row stays in its city."""

from datetime import timedelta

import pytest

from accelerator import rls
from accelerator.models import AuditEvent
from coaching.models import Commitment
from tests.clients import cost
from tests.coaching.made import make_commitment, make_session


@pytest.fixture
def session(cast):
    return make_session(cast.tulsa, cast.coach)


def verb(city, commitment, name):
    return f"/cities/{city.slug}/coaching/commitments/{commitment.pk}/{name}/"


def fresh(commitment):
    with rls.every_city():
        return Commitment.objects.get(pk=commitment.pk)


def test_lead_coach_and_staff_tick_off_anything(cast, as_, session):
    row = make_commitment(session, cast.member)
    for person in (cast.lead, cast.coach, cast.admin):
        answer = as_(person).post(verb(cast.tulsa, row, "done"))
        assert answer["Location"] == f"/cities/{cast.tulsa.slug}/coaching/#commitments"
        assert fresh(row).done_by_id == person.pk
        as_(person).post(verb(cast.tulsa, row, "reopen"))
        assert (fresh(row).done_at, fresh(row).done_by_id) == (None, None)
    with rls.every_city():
        verbs = set(AuditEvent.objects.filter(object_id=row.pk).values_list("verb", flat=True))
    assert {"commitment done", "commitment reopened"} <= verbs


def test_a_member_ticks_off_only_what_is_their_own(cast, as_, session):
    own, theirs = make_commitment(session, cast.member), make_commitment(session, cast.lead)
    browser = as_(cast.member)
    assert browser.post(verb(cast.tulsa, own, "done")).status_code == 302
    assert fresh(own).done_by_id == cast.member.pk
    assert browser.post(verb(cast.tulsa, theirs, "done")).status_code == 403
    assert fresh(theirs).done_at is None
    text = browser.get(f"/cities/{cast.tulsa.slug}/coaching/").text
    assert verb(cast.tulsa, theirs, "done") not in text


def test_a_mayor_ticks_off_nothing(cast, as_, session):
    row = make_commitment(session, cast.mayor)
    for who in ("mayor", "delegate", "guest"):
        for name in ("done", "reopen"):
            assert as_(getattr(cast, who)).post(verb(cast.tulsa, row, name)).status_code == 403


@pytest.mark.parametrize("name", ["done", "reopen", "edit"])
def test_strangers_and_another_citys_rows_are_not_found(cast, as_, session, name):
    row = make_commitment(session, cast.lead)
    theirs = make_commitment(make_session(cast.rosario, cast.other_coach), cast.other_lead)
    for who in ("other_lead", "other_coach", "funder", "nobody"):
        assert as_(getattr(cast, who)).post(verb(cast.tulsa, row, name)).status_code == 404
    assert as_(cast.coach).post(verb(cast.tulsa, theirs, name)).status_code == 404
    assert fresh(theirs).done_at is None


def test_get_changes_nothing(cast, as_, session):
    row = make_commitment(session, cast.lead)
    assert as_(cast.lead).get(verb(cast.tulsa, row, "done")).status_code == 405
    assert fresh(row).done_at is None


def test_htmx_gets_the_saved_row_and_the_new_headline(cast, as_, session):
    row = make_commitment(session, cast.lead, what="List the departments")
    answer = as_(cast.lead).post(verb(cast.tulsa, row, "done"), headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert f'<li id="commitment-{row.pk}"' in answer.text
    assert "Reopen" in answer.text
    assert "All commitments are complete." in answer.text
    assert "<html" not in answer.text


def test_done_twice_keeps_the_first_name_and_time(cast, as_, session):
    row = make_commitment(session, cast.member)
    as_(cast.member).post(verb(cast.tulsa, row, "done"))
    as_(cast.lead).post(verb(cast.tulsa, row, "done"))
    assert fresh(row).done_by_id == cast.member.pk


def test_coach_moves_the_day_and_the_record_has_the_previous_one(cast, as_, session):
    row = make_commitment(session, cast.lead, what="List", due_in=2)
    former = row.due_on.isoformat()
    later = cast.tulsa.today() + timedelta(days=9)
    data = {"what": "List all departments", "owner": cast.member.pk, "due_on": later.isoformat(), "section": ""}
    browser, url = as_(cast.coach), verb(cast.tulsa, row, "edit")
    assert browser.post(url, data).status_code == 409
    answer = browser.post(url, data | {"seen": browser.get(url).context["form"]["seen"].value()})
    assert answer["Location"] == f"/cities/{cast.tulsa.slug}/coaching/{session.pk}/"
    kept = fresh(row)
    assert (kept.what, kept.owner_id, kept.due_on) == ("List all departments", cast.member.pk, later)
    with rls.every_city():
        event = AuditEvent.objects.get(verb="commitment changed")
    assert event.data["before"] == {"owner": cast.lead.pk, "due_on": former}


def test_only_the_coachs_side_corrects(cast, as_, session):
    row = make_commitment(session, cast.lead)
    for browser in (as_(cast.lead), as_(cast.member), as_(cast.mayor), as_(cast.guest)):
        assert browser.get(verb(cast.tulsa, row, "edit")).status_code == 403
        assert browser.post(verb(cast.tulsa, row, "edit"), {"what": "x"}).status_code == 403


def test_an_owner_who_has_left_stays_a_choice(cast, as_, session):
    row = make_commitment(session, cast.nobody)
    form = as_(cast.coach).get(verb(cast.tulsa, row, "edit")).context["form"]
    assert cast.nobody.pk in dict(form.fields["owner"].choices)


def test_commitment_is_added_to_a_logged_session(cast, as_, session):
    url = f"/cities/{cast.tulsa.slug}/coaching/{session.pk}/commitments/new/"
    with rls.every_city():
        section = cast.tulsa.section_set.get(key="vision").pk
        other = cast.rosario.section_set.get(key="vision").pk
    data = {"what": "Name the stewards", "owner": cast.lead.pk, "due_on": cast.tulsa.today(), "section": section}
    refused = as_(cast.coach).post(url, data | {"section": other, "owner": cast.other_lead.pk})
    assert set(refused.context["form"].errors) == {"owner", "section"}
    assert refused.context["form"]["what"].value() == "Name the stewards"
    assert as_(cast.coach).post(url, data).status_code == 302
    with rls.every_city():
        assert list(session.commitments.values_list("what", "section")) == [("Name the stewards", section)]


def test_querysets_for_other_apps_give_open_due_and_own_commitments(cast, session):
    today = cast.tulsa.today()
    late = make_commitment(session, cast.lead, what="late", due_in=-1)
    now = make_commitment(session, cast.coach, what="now", due_in=0)
    make_commitment(session, cast.lead, what="later", due_in=1)
    kept = make_commitment(session, cast.lead, what="kept", due_in=-9)
    with rls.every_city():
        kept.mark_done(by=cast.lead)
        rows = cast.tulsa.commitment_set
        assert list(rows.overdue(today)) == [late]
        assert list(rows.due_by(today)) == [late, now]
        assert list(rows.done()) == [kept]
        assert [row.what for row in rows.open().of(cast.lead)] == ["late", "later"]


@pytest.mark.parametrize("show", ["", "?show=kept"])
def test_long_list_is_paged_at_a_constant_number_of_queries(cast, as_, session, show):
    url, browser = f"/cities/{cast.tulsa.slug}/coaching/commitments/{show}", as_(cast.lead)

    def add(number):
        for row in range(number):
            kept = make_commitment(session, cast.lead, what=f"Promise {row}")
            if show:
                with rls.every_city():
                    Commitment.objects.filter(pk=kept.pk).update(done_at=session.starts_at, done_by=cast.lead)

    add(10)
    browser.get(url)
    with cost() as few:
        assert len(browser.get(url).context["commitments"]) == 10
    add(90)
    with cost() as many:
        assert len(browser.get(url).context["commitments"]) == 25
    assert few.count == many.count <= 14


def test_whole_list_is_open_to_coaching_roles_only(cast, as_, session):
    make_commitment(session, cast.lead, what="Tulsa promise")
    make_commitment(make_session(cast.rosario, cast.other_coach), cast.other_lead, what="Rosario promise")
    url = f"/cities/{cast.tulsa.slug}/coaching/commitments/"
    text = as_(cast.mayor).get(url).text
    assert "Tulsa promise" in text
    assert "Rosario promise" not in text
    assert as_(cast.guest).get(url).status_code == 403
    assert as_(cast.other_lead).get(url).status_code == 404
