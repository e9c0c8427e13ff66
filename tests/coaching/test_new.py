"""Logging a session: nothing typed is lost, nothing is logged twice, and readers are named in advance."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from accelerator import rls
from accelerator.models import AuditEvent
from cities import actions as cities
from cities.models import Role
from coaching.models import CoachingSession, Commitment, PrivateNote, SharedNote
from tests.clients import ScopedClient, cost
from tests.coaching.made import make_commitment, make_session, typed


def page(cast):
    return f"/cities/{cast.tulsa.slug}/coaching/new/"


def send(cast, as_, data, who=None):
    return as_(who or cast.coach).post(page(cast), data)


def the_session(cast):
    with rls.every_city():
        return CoachingSession.objects.select_related("shared_note", "private_note").get(city=cast.tulsa)


def test_a_session_is_logged_whole(cast, as_):
    day = cast.tulsa.today()
    section = cast.tulsa.section_set.model
    with rls.every_city():
        vision = section.objects.get(city=cast.tulsa, key="vision")
    answer = send(
        cast,
        as_,
        typed(
            cast.tulsa,
            kind="visit",
            title="In-city visit",
            minutes="420",
            others="Two librarians",
            people=[cast.coach.pk, cast.mayor.pk, cast.lead.pk],
            what_0="Name the stewards",
            owner_0=cast.lead.pk,
            due_on_0=day.isoformat(),
            section_0=vision.pk,
            what_2="Send an example",
            owner_2=cast.coach.pk,
            due_on_2=(day + timedelta(days=7)).isoformat(),
        ),
    )
    session = the_session(cast)
    assert answer.status_code == 302
    assert answer["Location"].partition("?sent=")[0] == f"/cities/{cast.tulsa.slug}/coaching/{session.pk}/"
    assert (session.kind, session.title, session.minutes) == ("visit", "In-city visit", 420)
    assert (session.time_zone, session.logged_by) == ("America/Chicago", cast.coach)
    assert session.others == "Two librarians"
    with rls.every_city():
        assert set(session.people.all()) == {cast.coach, cast.mayor, cast.lead}
        assert session.shared_note.html == "<p>What we agreed.</p>"
        assert session.private_note.html == "<p>What I think.</p>"
        assert session.private_note.revisions.get().author_id == cast.coach.pk
        kept = list(session.commitments.values_list("what", "owner", "section"))
        assert kept == [("Name the stewards", cast.lead.pk, vision.pk), ("Send an example", cast.coach.pk, None)]
        assert AuditEvent.objects.filter(verb="session logged", city_id=cast.tulsa.pk).count() == 1


def test_only_the_coachs_side_logs(cast, as_):
    asked = {
        403: ("lead", "member", "mayor", "delegate", "guest"),
        404: ("other_lead", "other_coach", "funder", "nobody"),
    }
    for status, people in asked.items():
        for who in people:
            browser = as_(getattr(cast, who))
            assert browser.get(page(cast)).status_code == status
            assert browser.post(page(cast), typed(cast.tulsa)).status_code == status
    with rls.every_city():
        assert not CoachingSession.objects.exists()


def test_form_names_the_readers_of_each_note(cast, as_):
    context = as_(cast.coach).get(page(cast)).context
    shared = [cast.lead, cast.member, cast.mayor, cast.delegate, cast.coach, cast.admin]
    assert context["shared_readers"] == shared
    assert context["private_readers"] == [cast.coach, cast.admin]
    text = as_(cast.coach).get(page(cast)).text
    assert "6 people:" in text
    assert "2 people:" in text
    assert "This note is never shown, emailed, or exported to the city." in text
    assert "This note may be a public record of the city." in text


def test_named_readers_are_exactly_those_who_can_open_the_session(cast, as_):
    """The audience is computed from the role table: everyone named has access, no one else does."""
    session = make_session(cast.tulsa, cast.coach)
    url = f"/cities/{cast.tulsa.slug}/coaching/{session.pk}/"
    named = as_(cast.coach).get(page(cast)).context["shared_readers"]
    opened = [user for user in cast.people.values() if as_(user).get(url).status_code == 200]
    assert set(opened) == set(named)


def test_a_member_whose_time_has_ended_is_not_named(cast, as_):
    with rls.every_city():
        yesterday = cast.tulsa.today() - timedelta(days=2)
        cities.add_member(
            city=cast.tulsa, email=cast.member.email, name="Member", role=Role.CITY_MEMBER, by=None, until=yesterday
        )
    assert cast.member not in as_(cast.coach).get(page(cast)).context["shared_readers"]


WRONG = [
    ({"title": ""}, "title"),
    ({"on": "2026-13-45"}, "on"),
    ({"on": "2206-01-05"}, "on"),
    ({"on": "0202-01-05"}, "on"),
    ({"at": "25:10"}, "at"),
    ({"minutes": "3"}, "minutes"),
    ({"minutes": "90000"}, "minutes"),
    ({"kind": "party"}, "kind"),
    ({"people": ["999999"]}, "people"),
    ({"what_1": "Name the stewards"}, "owner_1"),
    ({"what_1": "Name the stewards"}, "due_on_1"),
    ({"due_on_1": "2026-11-30"}, "what_1"),
    ({"what_1": "x" * 241}, "what_1"),
    ({"what_1": "Name", "owner_1": "999999", "due_on_1": "2026-11-30"}, "owner_1"),
    ({"what_1": "Name", "due_on_1": "2226-11-30"}, "due_on_1"),
    ({"section_1": "999999"}, "section_1"),
    ({"shared": "x" * 400_001}, "shared"),
]


def test_bad_input_keeps_everything_that_was_typed(cast, as_):
    browser = as_(cast.coach)
    for change, field in WRONG:
        data = typed(cast.tulsa, shared="Shared words", private="Private words", what_0="A promise") | change
        answer = browser.post(page(cast), data)
        assert answer.status_code == 422
        assert field in answer.context["form"].errors, (change, field)
        assert "to correct" in answer.text
        for name in ("title", "shared", "private", "what_0"):
            assert answer.context["form"][name].value() == data[name]
    with rls.every_city():
        assert not CoachingSession.objects.exists()
        assert not Commitment.objects.exists()


def test_another_citys_people_and_sections_are_no_choice(cast, as_):
    with rls.every_city():
        theirs = cast.rosario.section_set.first().pk
    row = {"what_0": "Name", "due_on_0": cast.tulsa.today().isoformat()}
    answer = send(
        cast, as_, typed(cast.tulsa, people=[cast.other_lead.pk], owner_0=cast.other_lead.pk, section_0=theirs, **row)
    )
    assert set(answer.context["form"].errors) == {"people", "owner_0", "section_0"}


def test_more_rows_without_scripts_keep_everything_typed(cast, as_):
    data = typed(cast.tulsa, title="", what_0="First", owner_0=cast.lead.pk, people=[cast.lead.pk], more="1")
    answer = send(cast, as_, data)
    form = answer.context["form"]
    assert not form.is_bound
    assert len(list(form.commitment_rows())) == 6
    assert form["what_0"].value() == "First"
    assert form["shared"].value() == "What we agreed."
    assert form["form_key"].value() == data["form_key"]
    assert form["people"].value() == [str(cast.lead.pk)]
    assert "to correct" not in answer.text


def test_number_of_rows_is_limited(cast, as_):
    for rows in ("30", "999999", "-4", "x"):
        answer = send(cast, as_, typed(cast.tulsa, rows=rows, more="1"))
        assert 3 <= len(list(answer.context["form"].commitment_rows())) <= 30


def test_form_sent_twice_logs_one_session(cast, as_):
    data = typed(cast.tulsa, what_0="Name", owner_0=cast.lead.pk, due_on_0=cast.tulsa.today().isoformat())
    first, second = send(cast, as_, data), send(cast, as_, data)
    assert first["Location"] == second["Location"]
    with rls.every_city():
        assert CoachingSession.objects.count() == 1
        assert Commitment.objects.count() == 1
        assert SharedNote.objects.get().revision == 1
        assert PrivateNote.objects.get().revision == 1


def test_form_sent_again_with_other_text_logs_another_session(cast, as_):
    """Going back, changing and submitting again: nothing is lost."""
    data = typed(cast.tulsa)
    first, changed = send(cast, as_, data), send(cast, as_, data | {"shared": "Other words"})
    assert (changed.status_code, changed["Location"] == first["Location"]) == (302, False)
    with rls.every_city():
        assert sorted(note.html for note in SharedNote.objects.all()) == [
            "<p>Other words</p>",
            "<p>What we agreed.</p>",
        ]


def test_the_same_key_in_another_city_is_another_form(cast, as_):
    key = str(uuid.uuid4())
    send(cast, as_, typed(cast.tulsa, form_key=key))
    theirs = f"/cities/{cast.rosario.slug}/coaching/new/"
    answer = as_(cast.other_coach).post(theirs, typed(cast.rosario, form_key=key, title="Rosario"))
    assert answer.status_code == 302
    with rls.every_city():
        assert CoachingSession.objects.count() == 2


def test_open_commitments_head_the_form_and_can_be_ticked_off(cast, as_):
    former = make_session(cast.tulsa, cast.coach, days_ago=14)
    late = make_commitment(former, cast.lead, what="Late promise", due_in=-3)
    make_commitment(former, cast.member, what="Other promise", due_in=3)
    theirs = make_commitment(make_session(cast.rosario, cast.other_coach), cast.other_lead, what="Rosario promise")
    text = as_(cast.coach).get(page(cast)).text
    assert text.index("Late promise") < text.index("Other promise") < text.index('name="shared"')
    assert "Rosario promise" not in text
    assert send(cast, as_, typed(cast.tulsa, done=[late.pk, theirs.pk, "999999"])).status_code == 302
    with rls.every_city():
        assert list(Commitment.objects.exclude(done_at=None).values_list("what", "done_by")) == [
            ("Late promise", cast.coach.pk)
        ]


def test_commitment_that_a_colleague_has_ticked_off_is_accepted(cast, as_):
    former = make_session(cast.tulsa, cast.coach, days_ago=14)
    late = make_commitment(former, cast.lead, due_in=-3)
    with rls.every_city():
        late.mark_done(by=cast.lead)
    assert send(cast, as_, typed(cast.tulsa, done=[late.pk])).status_code == 302
    with rls.every_city():
        late.refresh_from_db()
        assert late.done_by == cast.lead


def test_session_without_notes_gets_two_empty_ones(cast, as_):
    send(cast, as_, typed(cast.tulsa, shared="", private="  "))
    session = the_session(cast)
    assert (session.shared_note.revision, session.private_note.revision) == (0, 0)


def test_scripts_are_removed_from_both_notes(cast, as_):
    send(cast, as_, typed(cast.tulsa, shared="<p>a<script>x()</script></p>", private="<p onclick=x()>b</p>"))
    session = the_session(cast)
    assert (session.shared_note.html, session.private_note.html) == ("<p>a</p>", "<p>b</p>")


def test_a_day_ahead_plans_a_session(cast, as_):
    ahead = (cast.tulsa.today() + timedelta(days=20)).isoformat()
    answer = as_(cast.coach).post(page(cast), typed(cast.tulsa, on=ahead), follow=True)
    assert "Session scheduled." in answer.text
    with rls.every_city():
        assert cast.tulsa.coachingsession_set.upcoming().count() == 1
        assert cast.tulsa.coachingsession_set.past().count() == 0


def test_form_costs_the_same_with_many_open_commitments(cast, as_):
    browser = as_(cast.coach)
    session = make_session(cast.tulsa, cast.coach)
    for number in range(10):
        make_commitment(session, cast.lead, what=f"Promise {number}")
    browser.get(page(cast))
    with cost() as few:
        browser.get(page(cast))
    for number in range(90):
        make_commitment(session, cast.lead, what=f"Promise {number}")
    with cost() as many:
        browser.get(page(cast))
    assert few.count == many.count <= 8


@pytest.mark.django_db(transaction=True)
def test_two_sendings_at_the_same_moment_are_one_session(cast):
    """A double click: both requests run at once, in transactions of their own."""
    data = typed(cast.tulsa, what_0="Name", owner_0=cast.lead.pk, due_on_0=cast.tulsa.today().isoformat())
    together = Barrier(2)

    def click():
        try:
            browser = ScopedClient()
            browser.force_login(cast.coach)
            together.wait(timeout=20)
            return browser.post(page(cast), data)["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        answers = {both.submit(click), both.submit(click)}
        assert len({answer.result() for answer in answers}) == 1
    with rls.every_city():
        assert CoachingSession.objects.count() == 1
        assert Commitment.objects.count() == 1
