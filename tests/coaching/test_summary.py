"""A city's coaching in figures and in a sentence, and who takes part in it."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from cities import actions as cities
from cities.access import Permission
from cities.models import CoachAssignment, Role, StaffRole
from coaching import summary
from coaching.models import CoachingSession, Commitment, PrivateNoteRevision, SharedNoteRevision
from coaching.people import people_of, possible_attendees, readers
from tests.coaching.made import make_commitment, make_session
from tests.walls import thawed

pytestmark = pytest.mark.usefixtures("every_city")


def sentence(city):
    return summary.sentence(city, summary.tally(city))


def keys(cast, people):
    """The names that the cast gives to these people."""
    return [next(key for key, user in cast.people.items() if user == person) for person in people]


@pytest.fixture
def session(cast):
    return make_session(cast.tulsa, cast.coach)


# Figures and sentence -----------------------------------------------------------------


def test_commitment_is_late_from_the_day_after_it_is_due(cast, session):
    make_commitment(session, cast.lead, due_in=0)
    assert summary.tally(cast.tulsa) == {"still_open": 1, "late": 0, "done": 0}
    make_commitment(session, cast.lead, due_in=-1)
    assert summary.tally(cast.tulsa) == {"still_open": 2, "late": 1, "done": 0}


def test_late_commitment_that_is_done_counts_as_done_only(cast, session):
    make_commitment(session, cast.lead, due_in=-9).mark_done(by=cast.lead)
    assert summary.tally(cast.tulsa) == {"still_open": 0, "late": 0, "done": 1}


def test_lateness_follows_the_citys_day_whatever_the_readers_zone(cast, session):
    row = make_commitment(session, cast.lead, due_in=0)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        cast.tulsa.time_zone = zone
        Commitment.objects.filter(pk=row.pk).update(due_on=cast.tulsa.today())
        with timezone.override("UTC"):
            assert summary.tally(cast.tulsa)["late"] == 0, zone
        Commitment.objects.filter(pk=row.pk).update(due_on=cast.tulsa.today() - timedelta(days=1))
        assert summary.tally(cast.tulsa)["late"] == 1, zone


def test_figures_are_the_citys_own(cast, session):
    make_commitment(session, cast.lead)
    assert summary.tally(cast.rosario) == {"still_open": 0, "late": 0, "done": 0}


@pytest.mark.parametrize(
    ("due", "text"),
    [
        ([], ""),
        ([3], "One commitment is open."),
        ([3, 0], "2 commitments are open."),
        ([-1], "One commitment is open, and it’s late."),
        ([-1, -2, 4], "3 commitments are open, 2 of them late."),
    ],
)
def test_sentence_counts_open_and_late_commitments(cast, session, due, text):
    for days in due:
        make_commitment(session, cast.lead, due_in=days)
    assert sentence(cast.tulsa) == text


def test_sentence_praises_where_all_is_done(cast, session):
    row = make_commitment(session, cast.lead)
    row.mark_done(by=cast.lead)
    assert sentence(cast.tulsa) == "All commitments are complete."
    row.reopen(by=cast.lead)
    assert sentence(cast.tulsa) == "One commitment is open."


def test_sentence_names_the_next_session_in_its_own_zone(cast, session):
    later = make_session(cast.tulsa, cast.coach, days_ago=-20)
    following = make_session(cast.tulsa, cast.coach, days_ago=-10)
    day = following.on
    assert sentence(cast.tulsa) == f"The next session is {day:%a}, {day:%b} {day.day} at 10:00 a.m. CT."
    make_commitment(session, cast.lead)
    assert sentence(cast.tulsa).startswith("One commitment is open. The next session is ")
    with thawed(SharedNoteRevision), thawed(PrivateNoteRevision):
        following.delete()
    assert f"{later.on:%b} {later.on.day} at 10:00 a.m." in sentence(cast.tulsa)


def test_sentence_is_in_the_readers_language(cast, session):
    make_commitment(session, cast.lead, due_in=-1)
    texts = set()
    for language in ("en", "es", "pt-br"):
        with translation.override(language):
            texts.add(sentence(cast.tulsa))
    assert len(texts) == 3


def test_session_that_begins_now_is_past_and_one_second_later_to_come(cast, session):
    moment = session.starts_at
    rows = cast.tulsa.coachingsession_set
    assert (rows.upcoming(moment).count(), rows.past(moment).count()) == (0, 1)
    before = moment - timedelta(seconds=1)
    assert (rows.upcoming(before).count(), rows.past(before).count()) == (1, 0)


def test_upcoming_sessions_come_soonest_first_and_past_ones_latest_first(cast):
    for days in (5, 1, -1, -5):
        make_session(cast.tulsa, cast.coach, days_ago=days, title=str(days))
    rows = cast.tulsa.coachingsession_set
    assert [row.title for row in rows.upcoming()] == ["-1", "-5"]
    assert [row.title for row in rows.past()] == ["1", "5"]


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (5, "5 minutes"),
        (60, "60 minutes"),
        (90, "90 minutes"),
        (120, "2 hours"),
        (121, "2 hours 1 minute"),
        (1440, "24 hours"),
    ],
)
def test_length_is_in_hours_where_they_are_whole(minutes, text):
    assert CoachingSession(minutes=minutes).length == text


# People -------------------------------------------------------------------------------


def test_people_of_a_city_are_its_own_then_its_coach_then_admins(cast):
    people = people_of(cast.tulsa)
    assert keys(cast, [person.user for person in people]) == [
        "lead",
        "member",
        "mayor",
        "delegate",
        "guest",
        "coach",
        "admin",
    ]
    assert people[0].label == "Lead, city lead"


def test_ended_membership_assignment_and_account_take_no_part(cast):
    yesterday = cast.tulsa.today() - timedelta(days=1)
    cast.tulsa.membership_set.filter(user=cast.member).update(until=yesterday)
    CoachAssignment.objects.filter(user=cast.coach).update(ends_on=yesterday)
    cast.admin.is_active = False
    cast.admin.save()
    assert keys(cast, [person.user for person in people_of(cast.tulsa)]) == ["lead", "mayor", "delegate", "guest"]


def test_coach_without_the_role_takes_no_part_though_assigned(cast):
    StaffRole.objects.filter(user=cast.coach).delete()
    assert cast.coach not in [person.user for person in people_of(cast.tulsa)]


def test_admin_who_coaches_is_listed_once_as_coach(cast):
    cities.add_staff(email=cast.coach.email, name="", role=Role.PROGRAM_ADMIN, by=cast.admin)
    roles = [person.role for person in people_of(cast.tulsa) if person.user == cast.coach]
    assert roles == [Role.COACH]


def test_people_of_one_role_come_by_name_without_accents(cast):
    for name in ("Zoë", "Ángela", "bruno"):
        email = f"{len(name)}{ord(name[0])}@tulsa.example"
        cities.add_member(city=cast.tulsa, email=email, name=name, role=Role.CITY_MEMBER, by=cast.lead)
    names = [str(person.user) for person in people_of(cast.tulsa) if person.role == Role.CITY_MEMBER]
    assert names == ["Ángela", "bruno", "Member", "Zoë"]


def test_readers_of_private_notes_are_govex_only(cast):
    people = people_of(cast.tulsa)
    assert keys(cast, readers(people, Permission.PRIVATE_NOTES)) == ["coach", "admin"]
    assert "guest" not in keys(cast, readers(people, Permission.VIEW_COACHING))


def test_possible_attendees_include_of_the_admins_only_who_logs(cast):
    cities.add_staff(email="second@govex.example", name="Second", role=Role.PROGRAM_ADMIN, by=cast.admin)
    people = people_of(cast.tulsa)
    team = ["lead", "member", "mayor", "delegate", "coach"]
    assert keys(cast, [person.user for person in possible_attendees(people, cast.coach)]) == team
    assert keys(cast, [person.user for person in possible_attendees(people, cast.admin)]) == [*team, "admin"]
