"""Coaching actions: attendance, commitments, a copy for the city, and what the form's rows reject."""

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accelerator import rls
from accelerator.models import AuditEvent
from coaching import actions
from coaching.actions import NewCommitment
from coaching.models import CoachingSession, Commitment, SharedNote
from tests.cast import STRANGERS
from tests.clients import main_text, shown
from tests.coaching.made import make_commitment, make_session, typed


@pytest.fixture
def session(cast):
    return make_session(cast.tulsa, cast.coach, shared="<p>Agreed.</p>", private="<p>One</p><p>Two</p>")


def url(name, city, *args):
    return reverse(f"coaching:{name}", args=[city.slug, *args])


def present(session):
    return set(session.presence_set.values_list("user_id", flat=True))


def test_people_of_a_session_become_exactly_those_named(cast, session, every_city):
    row = session.presence_set.get(user=cast.coach)
    actions.set_people(session=session, people=[cast.lead.pk, cast.coach.pk, cast.lead.pk])
    assert present(session) == {cast.lead.pk, cast.coach.pk}
    assert session.presence_set.get(user=cast.coach) == row
    actions.set_people(session=session, people=[cast.mayor.pk])
    assert present(session) == {cast.mayor.pk}
    actions.set_people(session=session, people=[])
    assert present(session) == set()


def test_change_without_people_leaves_them_and_moves_the_instant(cast, session, every_city):
    before = session.starts_at
    actions.change_session(session=session, by=cast.coach, at=time(11, 30))
    session.refresh_from_db()
    assert session.starts_at - before == timedelta(hours=1, minutes=30)
    assert present(session) == {cast.coach.pk}
    event = AuditEvent.objects.get(verb="session changed")
    assert (event.actor_id, event.city_id) == (cast.coach.pk, cast.tulsa.pk)
    assert event.data == {"starts_at": session.starts_at.isoformat()}


@pytest.mark.parametrize("minutes", [0, 4, 1441])
def test_database_refuses_a_length_out_of_bounds(cast, session, every_city, minutes):
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.change_session(session=session, by=cast.coach, minutes=minutes)


def test_done_of_another_citys_commitment_is_left_alone(cast, session, every_city):
    other = make_commitment(make_session(cast.rosario, cast.other_coach), cast.other_lead)
    own = make_commitment(session, cast.lead)
    actions.log_session(
        city=cast.tulsa,
        facts={"title": "Next", "on": cast.tulsa.today(), "at": time(9)},
        people=[cast.coach.pk],
        shared="",
        private=None,
        commitments=[NewCommitment("Write", cast.lead.pk, cast.tulsa.today(), None)],
        done=[own.pk, other.pk],
        by=cast.coach,
    )
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.done_by, other.done_at) == (cast.coach, None)
    logged = CoachingSession.objects.get(title="Next")
    assert logged.time_zone == cast.tulsa.time_zone
    assert not hasattr(logged, "private_note")
    assert [row.what for row in logged.commitments.all()] == ["Write"]


def test_changed_commitment_keeps_the_day_and_owner_before_on_record(cast, session, every_city):
    row = make_commitment(session, cast.lead)
    before = row.due_on
    actions.change_commitment(commitment=row, by=cast.coach, owner=cast.member.pk, due_on=before + timedelta(days=7))
    row.refresh_from_db()
    assert (row.owner, row.due_on) == (cast.member, before + timedelta(days=7))
    data = AuditEvent.objects.get(verb="commitment changed").data
    assert data["before"] == {"owner": cast.lead.pk, "due_on": before.isoformat()}
    assert (data["owner"], data["due_on"]) == (cast.member.pk, row.due_on.isoformat())


def test_change_of_a_text_writes_no_other_column(cast, session, every_city):
    row = make_commitment(session, cast.lead)
    stale = Commitment.objects.get(pk=row.pk)
    row.mark_done(by=cast.lead)
    actions.change_commitment(commitment=stale, by=cast.coach, what="Name them all")
    row.refresh_from_db()
    assert (row.what, row.done_by) == ("Name them all", cast.lead)


def test_commitment_is_reopened_once_and_each_step_is_on_record(cast, session, every_city):
    row = make_commitment(session, cast.lead)
    assert not row.reopen(by=cast.coach)
    assert row.mark_done(by=cast.lead)
    assert not row.mark_done(by=cast.coach)
    assert (row.reopen(by=cast.coach), row.done_at, row.done_by) == (True, None, None)
    verbs = AuditEvent.objects.filter(kind="commitment").order_by("at").values_list("verb", flat=True)
    assert list(verbs) == ["commitment done", "commitment reopened"]


def test_copy_is_appended_as_a_revision_and_cleaned(cast, session, every_city):
    assert actions.share_copy(session=session, html="<p>Two<script>x()</script></p>", by=cast.coach)
    note = SharedNote.objects.get(session=session)
    assert (note.html, note.revision) == ("<p>Agreed.</p><p>Two</p>", 2)
    assert not actions.share_copy(session=session, html="<p>Two</p>", by=cast.coach)
    assert actions.share_copy(session=session, html="<p>One</p>", by=cast.coach)
    note.refresh_from_db()
    assert note.html == "<p>Agreed.</p><p>Two</p><p>One</p>"
    assert AuditEvent.objects.filter(verb="copy of a note shared").count() == 2


# Forms --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "sentences"),
    [
        ({"what_1": "Write"}, ["Commitment 2: choose an owner.", "Commitment 2: enter a due date."]),
        ({"due_on_0": "2026-01-01"}, ["Commitment 1: describe what will be done.", "Commitment 1: choose an owner."]),
        ({"section_2": "0"}, ["Commitment 3: describe what will be done."]),
        ({"what_0": "x" * 241}, ["Ensure this value has at most 240 characters"]),
    ],
)
def test_new_commitment_that_is_not_whole_says_what_is_missing(cast, as_, row, sentences):
    page = as_(cast.coach).post(url("session-new", cast.tulsa), typed(cast.tulsa, **row))
    assert page.status_code == 422
    for sentence in sentences:
        assert sentence in main_text(page)
    with rls.every_city():
        assert not cast.tulsa.coachingsession_set.exists()


def test_row_of_spaces_is_no_commitment(cast, as_):
    answer = as_(cast.coach).post(url("session-new", cast.tulsa), typed(cast.tulsa, what_0="   ", owner_0=""))
    assert answer.status_code == 302
    with rls.every_city():
        assert (cast.tulsa.coachingsession_set.count(), Commitment.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("days", "is_accepted"), [(2 * 366, True), (2 * 366 + 1, False), (-3 * 366, True), (-3 * 366 - 1, False)]
)
def test_due_day_is_at_most_two_years_ahead_and_three_back(cast, as_, session, days, is_accepted):
    browser, due = as_(cast.coach), cast.tulsa.today() + timedelta(days=days)
    data = {"what": "Write", "owner": cast.lead.pk, "due_on": due.isoformat(), "section": ""}
    page = browser.post(url("commitment-new", cast.tulsa, session.pk), data)
    with rls.every_city():
        assert list(session.commitments.values_list("due_on", flat=True)) == ([due] if is_accepted else [])
    assert is_accepted or f"Check the year: {due.year} is too far from today." in main_text(page)
    row = {"what_0": "Write", "owner_0": cast.lead.pk, "due_on_0": due.isoformat()}
    answer = browser.post(url("session-new", cast.tulsa), typed(cast.tulsa, **row))
    assert answer.status_code == (302 if is_accepted else 422)


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        ("", "Enter the length in minutes."),
        ("4", "A session must be at least 5 minutes long."),
        ("1441", "A session can’t be longer than one day (1,440 minutes)."),
        ("5", None),
        ("1440", None),
    ],
)
def test_length_of_a_session_has_bounds(cast, as_, session, minutes, sentence):
    browser, page = as_(cast.coach), url("session-edit", cast.tulsa, session.pk)
    data = typed(cast.tulsa, minutes=minutes, people=[cast.coach.pk], **shown(browser, page))
    answer = browser.post(page, data)
    assert answer.status_code == (422 if sentence else 302)
    assert sentence is None or sentence in main_text(answer)
    with rls.every_city():
        session.refresh_from_db()
    assert session.minutes == (60 if sentence else int(minutes))


def test_owner_of_a_commitment_is_someone_who_can_mark_it_done(cast, as_, session):
    page = url("commitment-new", cast.tulsa, session.pk)
    browser = as_(cast.coach)
    form = browser.get(page).context["form"]
    owners = {value for value, _label in form.fields["owner"].choices if value}
    assert owners == {cast.lead.pk, cast.member.pk, cast.coach.pk}
    for who in ("mayor", "guest", "other_lead", "admin"):
        data = {"what": "Write", "owner": cast.people[who].pk, "due_on": cast.tulsa.today().isoformat()}
        assert "owner" in browser.post(page, data).context["form"].errors, who
    with rls.every_city():
        assert not session.commitments.exists()


def test_commitments_address_of_another_city_is_404_while_the_row_exists(cast, as_):
    other = make_session(cast.rosario, cast.other_coach)
    row = make_commitment(other, cast.other_lead)
    for name, pk in (("commitment-new", other.pk), ("commitment-edit", row.pk), ("session-edit", other.pk)):
        assert as_(cast.admin).get(url(name, cast.rosario, pk)).status_code == 200, name
        assert as_(cast.coach).get(url(name, cast.tulsa, pk)).status_code == 404, name
    assert as_(cast.coach).get(url("session-clock", cast.tulsa, other.pk)).status_code == 404


def test_clock_line_is_for_those_who_log(cast, as_, session):
    for page in (url("clock", cast.tulsa), url("session-clock", cast.tulsa, session.pk)):
        for who in ("lead", "member", "mayor", "guest"):
            assert as_(cast.people[who]).get(page).status_code == 403, who
        for who in STRANGERS:
            assert as_(cast.people[who]).get(page).status_code == 404, who
        assert as_(cast.coach).post(page).status_code == 405


@pytest.mark.parametrize(
    ("back", "page"), [("session", "session"), ("all", "commitments"), ("", "coaching"), ("//evil.example", "coaching")]
)
def test_ticking_off_leads_back_to_the_page_it_was_on(cast, as_, session, back, page):
    row = make_commitment(session, cast.lead)
    target = url(page, cast.tulsa, *([session.pk] if page == "session" else []))
    browser = as_(cast.lead)
    for name in ("done", "reopen"):
        answer = browser.post(url(f"commitment-{name}", cast.tulsa, row.pk), {"back": back})
        assert answer["Location"] == f"{target}#commitments"


def test_completed_and_open_commitments_are_listed_separately(cast, as_, session):
    make_commitment(session, cast.lead, what="Still open")
    with rls.every_city():
        make_commitment(session, cast.lead, what="Finished").mark_done(by=cast.lead)
    for query, seen, unseen in (("", "Still open", "Finished"), ("?show=kept", "Finished", "Still open")):
        text = main_text(as_(cast.member).get(url("commitments", cast.tulsa) + query))
        assert (seen in text, unseen in text) == (True, False)
    assert "Still open" in main_text(as_(cast.member).get(url("commitments", cast.tulsa) + "?show=anything&page=99"))
