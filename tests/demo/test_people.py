"""Who is offered for one click, and the times at which the demo's stories happen."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accelerator import mail, rls
from accelerator.mailbox import EmailBackend
from accelerator.models import User
from cities import actions as cities
from cities.models import City, CoachAssignment, Membership, Role
from demo import mailbox, people
from demo.cohort import progress
from demo.cohort.story import Story
from demo.models import FictionalPerson


def make_fictional(*users):
    FictionalPerson.objects.bulk_create(FictionalPerson(user=user) for user in users)


@pytest.fixture
def fictional(cast):
    make_fictional(*User.objects.all())
    return cast


# People -------------------------------------------------------------------------------


def test_main_people_are_one_of_each_side_and_are_listed_once(fictional):
    offered = people.people()
    chosen = ["admin", "coach", "lead", "mayor", "funder"]
    assert [person.pk for person in offered.main] == [fictional.people[who].pk for who in chosen]
    others = {place: [person.name for person in persons] for place, persons in offered.others.items()}
    assert others == {
        "Tulsa": ["Member", "Delegate", "Guest"],
        "Quito": ["Far Lead"],
        "Rosario": ["Other Lead", "Other Mayor"],
    }


def test_people_of_the_second_city_by_name_are_main_where_the_first_has_none(fictional):
    with rls.every_city():
        Membership.objects.filter(city=fictional.tulsa).delete()
    offered = people.people()
    names = [person.name for person in offered.main]
    assert "Far Lead" in names, "Quito comes before Rosario"
    assert offered.others == {"Rosario": offered.others["Rosario"]}


def test_real_inactive_and_former_people_are_not_offered(cast):
    make_fictional(cast.lead, cast.mayor, cast.delegate, cast.member)
    cast.mayor.is_active = False
    cast.mayor.save()
    with rls.every_city():
        yesterday = cast.tulsa.today() - timedelta(days=1)
        Membership.objects.filter(user=cast.delegate).update(until=yesterday)
    offered = people.people()
    assert [person.name for person in offered.main] == ["Lead"]
    assert {place: [p.name for p in persons] for place, persons in offered.others.items()} == {"Tulsa": ["Member"]}


def test_coach_of_the_first_city_is_offered_and_else_any(fictional):
    with rls.every_city():
        CoachAssignment.objects.all().delete()
        assert people.people().main[1].name == "Coach", "the first of all"
        enrollment = fictional.tulsa.enrollment_set.get()
        cities.assign_coach(enrollment=enrollment, coach=fictional.other_coach, by=None)
    assert people.people().main[1].name == "Other_Coach"


def test_no_one_is_offered_if_no_one_is_fictional(cast):
    offered = people.people()
    assert (offered.main, offered.others) == ([], {})


def test_person_of_two_cities_is_offered_in_each(fictional):
    with rls.every_city():
        cities.add_member(
            city=fictional.rosario, email=fictional.member.email, name="", role=Role.GUEST_REVIEWER, by=None
        )
    others = people.people().others
    assert [place for place, persons in others.items() if "Member" in [p.name for p in persons]] == ["Tulsa", "Rosario"]


# Emails -------------------------------------------------------------------------------


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "accelerator.mailbox.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def write(to="ana@tulsa.example", subject="Olá, São Paulo", html="<p>Hi</p>"):
    EmailBackend().send_messages([mail.message(mail.Letter(subject, "Plain", html), to=to)])


def test_written_emails_are_named_newest_first(folder):
    for number in range(3):
        write(to=f"p{number}@tulsa.example")
    assert [name.split("-")[3] for name in mailbox.names()] == ["p2", "p1", "p0"]
    moments = [message.at for message in mailbox.read(mailbox.names())]
    assert moments == sorted(moments, reverse=True)
    assert moments[0] <= datetime.now(UTC)


def test_read_leaves_out_what_the_folder_lacks_and_keeps_the_order(folder):
    write(to="a@tulsa.example")
    write(to="b@tulsa.example")
    newest, oldest = mailbox.names()
    (folder / "other.eml").write_text("Subject: not of ours")
    found = mailbox.read([oldest, "20200101-000000-000000-x-abc", "../secret", "other", newest])
    assert [message.name for message in found] == [oldest, newest]


def test_email_without_replies_or_headers_reads_as_empty(folder):
    (folder / "20260101-101112-000000-x.eml").write_bytes(b"\n")
    (message,) = mailbox.read(mailbox.names())
    assert (message.subject, message.to, message.sender, message.reply_to, message.part("html")) == ("",) * 5
    assert message.at == datetime(2026, 1, 1, 10, 11, 12, tzinfo=UTC)


def test_partly_written_email_is_ignored(folder):
    (folder / ".20260101-101112-000000-x.part").write_bytes(b"Subject: half")
    (folder / "20260101-101112-000000-x.eml.tmp").write_bytes(b"Subject: half")
    assert mailbox.names() == []


def test_subject_and_address_are_read_decoded(folder):
    write()
    (message,) = mailbox.read(mailbox.names())
    assert (message.subject, message.to) == ("Olá, São Paulo", "ana@tulsa.example")
    assert message.part("plain").strip() == "Plain"


# Moments ------------------------------------------------------------------------------

ZONES = st.sampled_from(["Pacific/Kiritimati", "America/Bogota", "America/New_York", "Pacific/Pago_Pago"])


def story(zone):
    return Story("x", {}, City(time_zone=zone), User())


@given(ZONES, st.integers(-40, 400))
def test_working_day_is_no_weekend_and_within_two_days(zone, days):
    played = story(zone)
    wanted = played.city.today() - timedelta(days=days)
    found = played.working_day(days)
    assert found.weekday() < 5
    assert abs((found - wanted).days) <= 2
    assert wanted.weekday() > 4 or found == wanted
    assert days < 1 or found <= played.city.today(), "what is past lies in the past"


@given(ZONES, st.integers(0, 400), st.integers(0, 23))
def test_moment_of_a_story_is_past_and_on_a_working_day_of_its_city(zone, days, hour):
    moment = story(zone).ago(days, hour)
    assert moment < timezone.now()
    local = moment.astimezone(City(time_zone=zone).zone)
    assert (local.hour, local.minute) == (hour, 12) or timezone.now() - moment < timedelta(minutes=10)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 30))
def test_month_so_many_months_back_is_its_first_day(day, months):
    first = progress._months_back(day, months)
    assert first.day == 1
    assert (day.year - first.year) * 12 + day.month - first.month == months


def test_person_of_a_story_is_its_coach_or_one_by_address():
    coach, ana = User(name="Coach"), User(name="Ana")
    played = Story("x", {}, City(), coach, {"ana@x.example": ana})
    assert (played.person("coach"), played.person("ana@x.example")) == (coach, ana)
    with pytest.raises(KeyError):
        played.person("nobody@x.example")
