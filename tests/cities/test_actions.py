"""Cities join cohorts and people get roles: what is new, what is an existing row, what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accelerator.models import AuditEvent, User
from cities import actions
from cities.access import Reach
from cities.models import City, CoachAssignment, FunderGrant, Role, StaffRole
from cities.team.actions import change_member, end_membership, restore_membership
from cities.world import WorldCity
from tests.cast import ROSARIO, TULSA

pytestmark = pytest.mark.usefixtures("every_city")


def place(number, name="San José", country="US", region="California", ascii_name="San Jose"):
    return WorldCity(number, name, ascii_name, country, region, 900_000, 37.3, -121.9, "America/Los_Angeles")


def enroll(cast, world, cohort=None, language="en"):
    return actions.enroll(cohort=cohort or cast.cohort, world=world, language=language, by=cast.admin)


def verbs(**which):
    return [event.verb for event in AuditEvent.objects.filter(**which).order_by("at")]


def test_enroll_of_a_new_city_copies_it_from_the_worlds_list(cast):
    enrollment = enroll(cast, place(1), language="es")
    city = enrollment.city
    assert (city.name, city.slug, city.region, city.country) == ("San José", "san-jose-us", "California", "US")
    assert (city.geoname_id, city.population, city.time_zone) == (1, 900_000, "America/Los_Angeles")
    assert (city.language, city.sort_name) == ("es", "san jose")
    assert (enrollment.slug, enrollment.time_zone) == (city.slug, city.time_zone)
    assert enrollment.joined_on == cast.cohort.kickoff
    assert verbs(city_id=city.pk) == ["city enrolled"]


@pytest.mark.parametrize(
    ("country", "paper"),
    [("US", "letter"), ("CA", "letter"), ("MX", "letter"), ("CO", "letter"), ("CL", "letter"), ("BR", "a4")]
    + [("AR", "a4"), ("PE", "a4")],
)
def test_enroll_gives_a_city_the_paper_of_its_country(cast, country, paper):
    assert enroll(cast, place(1, country=country)).city.paper == paper


def test_enroll_of_a_namesake_in_the_same_country_puts_the_region_in_the_address(cast):
    enroll(cast, place(1))
    assert enroll(cast, place(2, region="Illinois")).slug == "san-jose-illinois-us"
    assert enroll(cast, place(3, country="CR", region="San José")).slug == "san-jose-cr"


def test_enroll_of_a_second_namesake_in_one_region_is_refused(cast):
    enroll(cast, place(1))
    enroll(cast, place(2))
    cities = City.objects.count()
    with pytest.raises(ValidationError) as refusal:
        enroll(cast, place(3))
    assert refusal.value.messages == ["San José is already on this site."]
    assert City.objects.count() == cities


def test_enroll_without_plain_letters_uses_the_name_itself(cast):
    assert enroll(cast, place(1, name="Mérida", ascii_name="", country="MX")).slug == "merida-mx"


def test_enroll_twice_in_one_cohort_is_one_enrollment_and_one_record(cast):
    first, again = enroll(cast, place(1)), enroll(cast, place(1))
    assert first == again
    assert verbs(verb="city enrolled", city_id=first.city_id) == ["city enrolled"]


def test_enroll_in_a_later_cohort_keeps_the_city_as_it_is(cast):
    renamed = replace(ROSARIO, name="Rosario de Santa Fe", time_zone="America/Argentina/Buenos_Aires")
    before = City.objects.count()
    enrollment = enroll(cast, renamed, cohort=cast.other_cohort, language="en")
    assert enrollment.city == cast.rosario
    assert City.objects.count() == before
    assert (enrollment.city.name, enrollment.city.language) == ("Rosario", "es")
    assert (enrollment.slug, enrollment.time_zone) == (cast.rosario.slug, ROSARIO.time_zone)
    assert cast.rosario.enrollment_set.count() == 2


def test_new_member_gets_the_citys_language_and_zone(cast):
    member = actions.add_member(
        city=cast.rosario, email=" Ana@Rosario.GOB.ar ", name=" Ana Silva ", role=Role.CITY_MEMBER, by=cast.other_lead
    )
    user = member.user
    assert (user.email, user.name) == ("ana@rosario.gob.ar", "Ana Silva")
    assert (user.language, user.time_zone) == ("es", ROSARIO.time_zone)
    assert not user.has_usable_password()
    assert verbs(object_id=str(member.pk), kind="membership") == ["member added"]


def test_new_member_with_another_language_keeps_it(cast):
    member = actions.add_member(
        city=cast.rosario, email="j@rosario.example", name="João", role=Role.CITY_MEMBER, language="pt-br", by=None
    )
    assert member.user.language == "pt-br"


def test_known_member_keeps_name_language_and_zone(cast):
    cast.lead.name = "Denise Whitlow"
    cast.lead.save()
    member = actions.add_member(
        city=cast.rosario, email=cast.lead.email.upper(), name="D.", role=Role.GUEST_REVIEWER, language="es", by=None
    )
    assert member.user == cast.lead
    cast.lead.refresh_from_db()
    assert (cast.lead.name, cast.lead.language, cast.lead.time_zone) == ("Denise Whitlow", "en", TULSA.time_zone)
    assert cast.lead.membership_set.active().count() == 2


def test_former_member_is_the_same_row_with_a_new_role_and_no_end(cast):
    former = cast.member.membership_set.get()
    former.until = cast.tulsa.today() - timedelta(days=1)
    former.save()
    assert not cast.tulsa.membership_set.active().filter(user=cast.member).exists()
    again = actions.add_member(
        city=cast.tulsa, email=cast.member.email, name="", role=Role.CITY_LEAD, title="CDO", by=cast.lead
    )
    assert again.pk == former.pk
    assert (again.role, again.title, again.until) == (Role.CITY_LEAD, "CDO", None)
    assert cast.tulsa.membership_set.active().filter(user=cast.member).exists()
    assert verbs(object_id=str(again.pk), kind="membership")[-1] == "member changed"


def test_refused_member_of_govex_leaves_no_membership(cast):
    for who in ("coach", "admin"):
        with pytest.raises(ValidationError):
            actions.add_member(
                city=cast.tulsa, email=cast.people[who].email, name="", role=Role.CITY_MEMBER, by=cast.lead
            )
        assert not cast.people[who].membership_set.exists(), who


def test_add_staff_twice_gives_one_role_and_a_second_role_another_row(cast):
    for role in (Role.COACH, Role.COACH, Role.PROGRAM_ADMIN):
        actions.add_staff(email=cast.coach.email, name="", role=role, by=cast.admin)
    assert sorted(StaffRole.objects.filter(user=cast.coach).values_list("role", flat=True)) == [
        Role.COACH,
        Role.PROGRAM_ADMIN,
    ]


def test_new_staff_reads_english_in_the_programs_zone(cast):
    user = actions.add_staff(email="New@GovEx.example", name="New", role=Role.COACH, by=cast.admin).user
    assert (user.email, user.language, user.time_zone) == ("new@govex.example", "en", "America/New_York")


def test_refused_staff_who_is_on_a_team_leaves_no_role_and_no_new_person(cast):
    people = User.objects.count()
    with pytest.raises(ValidationError):
        actions.add_staff(email=cast.mayor.email, name="", role=Role.COACH, by=cast.admin)
    assert not StaffRole.objects.filter(user=cast.mayor).exists()
    assert User.objects.count() == people


@pytest.mark.parametrize("who", ["admin", "lead", "funder", "nobody"])
def test_assigning_someone_who_is_not_a_coach_is_refused(cast, who):
    enrollment = cast.tulsa.enrollment_set.get()
    before = CoachAssignment.objects.count()
    with pytest.raises(ValidationError) as refusal:
        actions.assign_coach(enrollment=enrollment, coach=cast.people[who], by=cast.admin)
    assert refusal.value.messages == [f"{cast.people[who]} isn’t a coach."]
    assert CoachAssignment.objects.count() == before


def test_assignment_without_a_day_begins_on_the_citys_today(cast):
    enrollment = cast.rosario.enrollment_set.get()
    row = actions.assign_coach(enrollment=enrollment, coach=cast.coach, by=cast.admin)
    assert (row.starts_on, row.ends_on, row.city) == (cast.rosario.today(), None, cast.rosario)
    event = AuditEvent.objects.get(verb="coach assigned", object_id=str(row.pk))
    assert (event.actor_id, event.city_id, event.data) == (cast.admin.pk, cast.rosario.pk, {"coach": cast.coach.email})


def test_database_refuses_a_second_open_assignment_and_an_end_before_the_start(cast):
    enrollment, today = cast.tulsa.enrollment_set.get(), cast.tulsa.today()
    yesterday = today - timedelta(days=1)
    for days in ({}, {"starts_on": today, "ends_on": yesterday}):
        with pytest.raises(IntegrityError), transaction.atomic():
            actions.assign_coach(enrollment=enrollment, coach=cast.coach, by=cast.admin, **days)
    closed = actions.assign_coach(
        enrollment=enrollment, coach=cast.coach, by=cast.admin, starts_on=yesterday, ends_on=yesterday
    )
    assert not closed.is_active()


def test_funder_gets_one_grant_a_cohort_and_the_cohorts_zone(cast):
    cast.other_cohort.time_zone = "America/Lima"
    cast.other_cohort.save()
    for cohort in (cast.cohort, cast.cohort, cast.other_cohort):
        actions.grant_funder(cohort=cohort, email=cast.funder.email, name="", by=cast.admin)
    assert FunderGrant.objects.filter(user=cast.funder).count() == 2
    new = actions.grant_funder(cohort=cast.other_cohort, email="two@funder.example", name="Two", by=cast.admin)
    assert (new.user.time_zone, new.user.language) == ("America/Lima", "en")


def test_funder_joins_no_team_and_keeps_what_the_grant_shows(cast):
    before = Reach(cast.funder).cohort_roles(cast.cohort)
    with pytest.raises(ValidationError) as refusal:
        actions.add_member(city=cast.tulsa, email=cast.funder.email, name="", role=Role.CITY_MEMBER, by=cast.lead)
    assert refusal.value.messages == [
        "funder@funder.example belongs to a funder representative and can’t be added to a city team."
    ]
    assert not cast.funder.membership_set.exists()
    assert Reach(cast.funder).cohort_roles(cast.cohort) == before


def test_member_of_a_team_gets_no_grant_and_a_former_one_with_a_grant_is_not_restored(cast):
    person = {"cohort": cast.cohort, "email": cast.member.email, "name": "", "by": cast.admin}
    with pytest.raises(ValidationError) as refusal:
        actions.grant_funder(**person)
    assert refusal.value.messages == [
        f"{cast.member.email} belongs to someone on a city team and can’t be a funder representative."
    ]
    assert not FunderGrant.objects.filter(user=cast.member).exists()
    former = end_membership(cast.member.membership_set.select_related("user", "city").get(), by=cast.lead)
    actions.grant_funder(**person)
    with pytest.raises(ValidationError, match="belongs to a funder representative"):
        restore_membership(former, by=cast.lead)
    with pytest.raises(ValidationError, match="belongs to a funder representative"):
        change_member(former, role=Role.CITY_MEMBER, title="", until=None, by=cast.lead)


@pytest.mark.parametrize("path", ["/cities/tulsa-us/team/invite/", "/cities/tulsa-us/reviews/reviewers/invite/"])
def test_forms_that_invite_say_so_and_keep_what_was_typed(cast, as_, path):
    day = (cast.tulsa.today() + timedelta(days=9)).isoformat()
    typed = {"name": "Fay", "email": cast.funder.email, "role": "guest_reviewer", "language": "en", "until": day}
    sent = {f"person0-{field}": value for field, value in typed.items()} if "team" in path else typed
    page = as_(cast.lead).post(path, {"people": "1", "sections": ["vision"], **sent})
    assert page.status_code == 200
    assert "funder@funder.example belongs to a funder representative" in page.text
    assert 'value="Fay"' in page.text
    assert not cast.funder.membership_set.exists()


@pytest.mark.parametrize("address", ["", "ana", "ana@", "@tulsa.gov", "ana at tulsa.gov", "a@b@tulsa.gov"])
def test_what_is_no_address_adds_no_person(cast, address):
    people = User.objects.count()
    with pytest.raises(ValidationError):
        actions.add_member(city=cast.tulsa, email=address, name="Ana", role=Role.CITY_MEMBER, by=cast.lead)
    assert User.objects.count() == people
