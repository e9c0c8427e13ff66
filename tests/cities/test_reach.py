"""What a person reaches: roles in a city and a cohort, the top bar's cities, who may sign in."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from accelerator import rls
from accelerator.models import AuditEvent
from accelerator.rls import Side
from cities import actions
from cities.access import PERMISSIONS, Permission, Reach, allowed
from cities.models import CoachAssignment, Enrollment, Role, StaffRole
from cities.switcher import menu_cities
from cities.with_access import may_sign_in
from tests.cast import ROLES
from tests.clients import cost


def menu(person, cohort="", here=None, method="get", **headers):
    request = getattr(RequestFactory(), method)("/", headers=headers)
    request.reach = Reach(person)
    return [city.name for city in menu_cities(request, cohort, here)]


def end(rows, **values):
    with rls.every_city():
        rows.update(**values)


# Roles --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "roles", "side"),
    [
        ("admin", {Role.PROGRAM_ADMIN}, Side.GOVEX),
        ("coach", {Role.COACH}, Side.GOVEX),
        ("lead", {Role.CITY_LEAD}, Side.CITY),
        ("guest", {Role.GUEST_REVIEWER}, Side.CITY),
        ("funder", {Role.FUNDER}, Side.FUNDER),
        ("nobody", set(), Side.NONE),
    ],
)
def test_roles_and_side_of_a_person(cast, who, roles, side):
    reach = Reach(cast.people[who])
    assert (reach.roles, reach.side) == (roles, side)


def test_roles_in_a_city_are_those_of_its_own_people_and_its_coach(cast):
    for who, role in ROLES.items():
        wanted = set() if who == "funder" else {role}
        assert Reach(cast.people[who]).roles_in(cast.tulsa.pk) == wanted, who
    for who in ("lead", "coach", "funder"):
        assert Reach(cast.people[who]).roles_in(cast.rosario.pk) == set(), who
    assert Reach(cast.admin).roles_in(cast.quito.pk) == {Role.PROGRAM_ADMIN}


def test_admin_who_coaches_a_city_has_both_roles_there(cast):
    actions.add_staff(email=cast.coach.email, name="", role=Role.PROGRAM_ADMIN, by=None)
    reach = Reach(cast.coach)
    assert reach.roles_in(cast.tulsa.pk) == {Role.PROGRAM_ADMIN, Role.COACH}
    assert reach.roles_in(cast.rosario.pk) == {Role.PROGRAM_ADMIN}
    assert {Permission.MANAGE_TEAM, Permission.REVIEW_STRATEGY} <= allowed(reach.roles_in(cast.tulsa.pk))


def test_person_whom_rows_put_on_both_sides_has_the_teams_narrower_role(cast):
    StaffRole.objects.create(user=cast.member, role=Role.PROGRAM_ADMIN)
    reach = Reach(cast.member)
    assert (reach.roles_in(cast.tulsa.pk), reach.side) == ({Role.CITY_MEMBER}, Side.CITY)
    assert reach.cities == [cast.tulsa.pk]


def test_coach_who_lost_the_role_reaches_nothing_though_assigned(cast):
    StaffRole.objects.filter(user=cast.coach).delete()
    reach = Reach(cast.coach)
    assert (reach.coached, reach.cities, reach.side) == ({}, [], Side.NONE)
    assert reach.cohort_roles(cast.cohort) == (frozenset(), [], Side.NONE)


def test_assignment_opens_a_city_from_its_first_to_its_last_day(cast):
    today, day = cast.tulsa.today(), timedelta(days=1)
    rows = CoachAssignment.objects.filter(user=cast.coach)
    for starts_on, ends_on, is_open in (
        (today, today, True),
        (today - day, today - day, False),
        (today + day, None, False),
        (today - day, None, True),
    ):
        end(rows, starts_on=starts_on, ends_on=ends_on)
        assert (Reach(cast.coach).coached != {}) == is_open, (starts_on, ends_on)


@pytest.mark.parametrize(
    ("who", "role", "places", "side"),
    [
        ("admin", Role.PROGRAM_ADMIN, ["tulsa", "rosario"], Side.GOVEX),
        ("coach", Role.COACH, ["tulsa"], Side.GOVEX),
        ("lead", Role.CITY_LEAD, ["tulsa"], Side.CITY),
        ("other_mayor", Role.MAYOR, ["rosario"], Side.CITY),
        ("funder", Role.FUNDER, ["tulsa", "rosario"], Side.FUNDER),
    ],
)
def test_cohort_gives_a_person_a_role_and_the_cities_to_see(cast, who, role, places, side):
    roles, cities, found = Reach(cast.people[who]).cohort_roles(cast.cohort)
    assert (roles, found) == ({role}, side)
    assert set(cities) == {getattr(cast, name).pk for name in places}


def test_another_cohort_gives_a_person_nothing(cast):
    for who in ("coach", "lead", "mayor", "guest", "funder", "nobody"):
        assert Reach(cast.people[who]).cohort_roles(cast.other_cohort) == (frozenset(), [], Side.NONE), who
    assert Reach(cast.far_lead).cohort_roles(cast.cohort)[0] == set()


def test_person_of_two_cities_of_a_cohort_has_both_roles_there(cast):
    with rls.every_city():
        actions.add_member(city=cast.rosario, email=cast.lead.email, name="", role=Role.GUEST_REVIEWER, by=None)
    roles, cities, _side = Reach(cast.lead).cohort_roles(cast.cohort)
    assert roles == {Role.CITY_LEAD, Role.GUEST_REVIEWER}
    assert set(cities) == {cast.tulsa.pk, cast.rosario.pk}
    assert Reach(cast.lead).roles_in(cast.rosario.pk) == {Role.GUEST_REVIEWER}


def test_allowed_of_several_roles_is_their_union_and_of_none_nothing():
    both = allowed([Role.FUNDER, Role.GUEST_REVIEWER])
    assert both == PERMISSIONS[Role.FUNDER] | PERMISSIONS[Role.GUEST_REVIEWER]
    assert allowed([]) == frozenset()


def test_no_role_of_a_city_reads_private_notes_or_plans_the_cohort():
    for role in (Role.CITY_LEAD, Role.CITY_MEMBER, Role.MAYOR, Role.MAYORS_DELEGATE, Role.GUEST_REVIEWER, Role.FUNDER):
        assert not PERMISSIONS[role] & {Permission.PRIVATE_NOTES, Permission.MANAGE_COHORT, Permission.LOG_COACHING}


# The top bar --------------------------------------------------------------------------


def test_top_bar_leads_a_member_to_their_city_except_where_they_are(cast):
    assert menu(cast.lead) == ["Tulsa"]
    assert menu(cast.lead, here=cast.tulsa.pk) == []
    assert [menu(cast.people[who]) for who in ("nobody", "funder")] == [[], []]


def test_top_bar_of_a_coach_has_the_other_cities_inside_a_city_only(cast):
    assert (menu(cast.coach), menu(cast.coach, here=cast.tulsa.pk)) == ([], [])
    with rls.every_city():
        enrollment = cast.rosario.enrollment_set.get()
        actions.assign_coach(enrollment=enrollment, coach=cast.coach, by=None, starts_on=cast.cohort.kickoff)
    assert menu(cast.coach) == []
    assert menu(cast.coach, here=cast.tulsa.pk) == ["Rosario", "Tulsa"]


def test_top_bar_of_a_person_of_two_cities_has_both_everywhere(cast):
    with rls.every_city():
        actions.add_member(city=cast.quito, email=cast.lead.email, name="", role=Role.GUEST_REVIEWER, by=None)
    assert menu(cast.lead) == menu(cast.lead, here=cast.tulsa.pk) == ["Quito", "Tulsa"]


def test_top_bar_of_an_admin_has_the_cohorts_cities_inside_a_city_only(cast):
    assert menu(cast.admin, "cohort-2026", here=cast.tulsa.pk) == ["Rosario", "Tulsa"]
    assert menu(cast.admin, "cohort-2025", here=cast.quito.pk) == ["Quito"]
    assert menu(cast.admin, "cohort-2026") == menu(cast.admin) == []
    assert menu(cast.lead, "cohort-2025", here=cast.quito.pk) == ["Tulsa"], "others stay with their own"


def test_top_bar_of_a_fragment_a_script_or_another_method_costs_nothing(cast):
    inside = {"cohort": "cohort-2026", "here": cast.tulsa.pk}
    for more in ({"HX-Request": "true"}, {"X-Requested-With": "fetch"}, {"method": "head"}, {"method": "put"}):
        with cost() as measured:
            assert menu(cast.admin, **inside, **more) == []
        assert measured.count == 0, more
    assert menu(cast.admin, **inside, method="post") == ["Rosario", "Tulsa"]


def test_top_bar_leaves_no_scope_open(cast):
    assert menu(cast.admin, "cohort-2026", here=cast.tulsa.pk)
    assert menu(cast.lead)
    assert rls.current() == rls.CLOSED


# Signing in ---------------------------------------------------------------------------


def test_everyone_with_a_part_may_sign_in_and_no_one_else(cast):
    for who, person in cast.people.items():
        assert may_sign_in(person.email) == (None if who == "nobody" else person), who
    assert may_sign_in("stranger@nowhere.example") is None


def test_inactive_person_and_ended_part_may_not_sign_in(cast):
    cast.coach.is_active = False
    cast.coach.save()
    end(cast.member.membership_set, until=cast.tulsa.today() - timedelta(days=1))
    end(cast.mayor.membership_set, until=cast.tulsa.today())
    cast.funder.fundergrant_set.all().delete()
    found = [who for who in ("coach", "member", "mayor", "funder") if may_sign_in(cast.people[who].email)]
    assert found == ["mayor"]


# Refusals -----------------------------------------------------------------------------


def test_refused_act_is_on_record(cast, as_):
    browser, page = as_(cast.member), "/cities/tulsa-us/team/invite/"
    assert browser.post(page, {"people": "1"}).status_code == 403
    with rls.every_city():
        event = AuditEvent.objects.get(verb="denied")
    assert (event.actor_id, event.city_id, event.data) == (
        cast.member.pk,
        cast.tulsa.pk,
        {"path": page, "method": "POST"},
    )


def test_act_of_a_stranger_is_404_and_on_record(cast, as_):
    assert as_(cast.far_lead).post("/cities/tulsa-us/team/invite/", {"people": "1"}).status_code == 404
    with rls.every_city():
        event = AuditEvent.objects.get(verb="denied")
    assert (event.actor_id, event.city_id) == (cast.far_lead.pk, cast.tulsa.pk)


def test_page_of_a_city_in_two_cohorts_belongs_to_the_running_enrollment(cast, as_):
    with rls.every_city():
        Enrollment.objects.create(
            cohort=cast.other_cohort, city=cast.tulsa, slug=cast.tulsa.slug, time_zone=cast.tulsa.time_zone
        )
    page = as_(cast.admin).get("/cities/tulsa-us/team/")
    assert page.wsgi_request.cohort == cast.cohort
    end(cast.cohort.enrollment_set.filter(city=cast.tulsa), state="withdrawn", left_on=cast.tulsa.today())
    page = as_(cast.admin).get("/cities/tulsa-us/team/")
    assert page.wsgi_request.cohort == cast.other_cohort
