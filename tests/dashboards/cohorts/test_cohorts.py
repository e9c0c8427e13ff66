"""Creating a cohort, its kickoff, changing it, going live, its cities and coaches."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.models import AuditEvent, Cohort
from cities import world
from cities.actions import add_member, add_staff
from cities.models import City, CoachAssignment, Role
from convenings.models import Convening
from curriculum.models import ProgramVersion, RubricVersion
from strategy.models import Section, TemplateVersion
from tests import clients
from tests.clients import cost
from tests.dashboards.many_cities import fill
from tests.mails import emails

MONDAY = date(2027, 9, 27)
OUTSIDE = ["lead", "mayor", "guest", "funder", "other_lead", "nobody"]


def data(**changes):
    return {
        "name": "Fall 2027",
        "kickoff": MONDAY.isoformat(),
        "weeks": 26,
        "time_zone": "America/New_York",
        "reply_to": "cda@govex.example",
        "template": TemplateVersion.objects.get().pk,
        "program": ProgramVersion.objects.get().pk,
        "rubric": RubricVersion.objects.get().pk,
        **changes,
    }


@pytest.fixture
def draft(cast, as_):
    """A new cohort, made on the page."""
    as_(cast.admin).post(reverse("dashboards:cohort-new"), data())
    return Cohort.objects.get(slug="fall-2027")


def staff_pages(cast):
    """Every staff page of a cohort: (url name, arguments)."""
    one, city = [cast.cohort.slug], [cast.cohort.slug, cast.tulsa.slug]
    assignment = CoachAssignment.objects.get(user=cast.coach).pk
    return [
        ("cohort-new", []),
        ("cohort-edit", one),
        ("cohort-live", one),
        ("cohort-cities", one),
        ("roster", one),
        ("roster-preview", one),
        ("roster-template", one),
        ("coach-assign", city),
        ("coach-end", [*city, assignment]),
        ("cohort-city-remove", city),
        ("roster-confirm", one),
        ("roster-discard", one),
    ]


POSTED = {"coach-assign", "cohort-city-remove", "roster-confirm", "roster-discard"}


def test_staff_pages_do_not_exist_for_others_and_a_coach_may_not(cast, as_):
    expected = {"admin": {200, 302}, "coach": {403}, "other_coach": {403}}
    for name, args in staff_pages(cast):
        url = reverse(f"dashboards:{name}", args=args)
        for person in ["coach", *OUTSIDE, "admin"]:
            browser = as_(getattr(cast, person))
            answer = browser.post(url) if name in POSTED else browser.get(url)
            assert answer.status_code in expected.get(person, {404}), (name, person)


def test_signed_out_one_is_asked_to_sign_in(cast, as_):
    answer = as_().get(reverse("dashboards:cohorts"))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("sign-in"))
    fragment = as_().get(reverse("dashboards:cohort-cities", args=[cast.cohort.slug]), headers={"HX-Request": "true"})
    assert fragment.status_code == 401


def test_another_cohorts_city_is_not_found_in_this_one(cast, as_):
    url = reverse("dashboards:coach-assign", args=[cast.cohort.slug, cast.quito.slug])
    assert as_(cast.admin).post(url, {"coach": cast.coach.pk, "starts_on": "2027-01-01"}).status_code == 404
    with rls.every_city():
        assert City.objects.filter(pk=cast.quito.pk).exists()


def test_the_list_shows_admins_all_and_a_coach_the_own(cast, as_):
    page = as_(cast.admin).get(reverse("dashboards:cohorts")).content.decode()
    assert ("Cohort 2026" in page, "Cohort 2025" in page) == (True, True)
    page = as_(cast.coach).get(reverse("dashboards:cohorts")).content.decode()
    assert ("Cohort 2026" in page, "Cohort 2025" in page) == (True, False)
    assert as_(cast.lead).get(reverse("dashboards:cohorts")).status_code == 404


@pytest.mark.parametrize("number", [10, 100])
def test_the_list_costs_the_same_at_10_and_100(cast, as_, number):
    Cohort.objects.bulk_create(Cohort(name=f"C{i}", slug=f"c{i}", kickoff=MONDAY) for i in range(number - 2))
    browser = as_(cast.admin)
    browser.get(reverse("dashboards:cohorts"))
    with cost() as measured:
        browser.get(reverse("dashboards:cohorts"))
    assert measured.count == 2


def test_a_cohort_is_created_with_its_dates_pins_and_convenings(cast, as_):
    answer = as_(cast.admin).post(reverse("dashboards:cohort-new"), data())
    cohort = Cohort.objects.get(slug="fall-2027")
    assert answer["Location"] == reverse("dashboards:cohort-cities", args=["fall-2027"])
    assert (cohort.kickoff, cohort.is_live, cohort.reply_to) == (MONDAY, False, "cda@govex.example")
    assert cohort.cohorttemplate.version == TemplateVersion.objects.get()
    assert cohort.cohortprogram.rubric == RubricVersion.objects.get()
    assert cohort.session_set.count() == cast.cohort.session_set.count() > 10
    assert [(row.name, row.audience, row.place, row.starts_on, row.ends_on) for row in cohort.convening_set.all()] == [
        ("CDA Lead Convening", "leads", "", date(2027, 10, 5), date(2027, 10, 6)),
        ("Mayoral Convening", "mayors", "", date(2028, 3, 22), date(2028, 3, 23)),
    ]
    assert len(emails()) == 0
    with rls.every_city():
        verbs = set(AuditEvent.objects.filter(object_id=str(cohort.pk)).values_list("verb", flat=True))
    assert {"cohort created", "template pinned", "program pinned"} <= verbs


@pytest.mark.parametrize("name", ["New", "new", "¿?", "Fall 2027"])
def test_a_slug_is_free_and_no_page_of_ours(cast, as_, name):
    Cohort.objects.create(name="Other", slug="fall-2027", kickoff=MONDAY)
    as_(cast.admin).post(reverse("dashboards:cohort-new"), data(name=name))
    slug = Cohort.objects.get(name=name).slug
    assert slug == {"New": "new-2", "new": "new-2", "¿?": "cohort", "Fall 2027": "fall-2027-2"}[name]


def test_a_kickoff_that_is_no_monday_offers_the_mondays_and_keeps_what_was_typed(cast, as_):
    browser, url = as_(cast.admin), reverse("dashboards:cohort-new")
    page = browser.post(url, data(kickoff="2027-09-29")).content.decode()
    assert "Wed, Sep 29, 2027 isn’t a Monday." in page
    assert 'value="Fall 2027"' in page
    assert ('value="2027-09-27"' in page, 'value="2027-10-04"' in page) == (True, True)
    assert not Cohort.objects.filter(name="Fall 2027").exists()
    browser.post(url, data(kickoff="2027-09-29", monday="2027-10-04"))
    assert Cohort.objects.get(name="Fall 2027").kickoff == date(2027, 10, 4)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kickoff": "tomorrow"}, "Enter a valid date."),
        ({"kickoff": "9999-12-31"}, "Check the year"),
        ({"kickoff": "9999-12-27"}, "Check the year"),
        ({"kickoff": "0001-01-01"}, "Check the year"),
        ({"weeks": 20}, "The curriculum runs 26 weeks, so the cohort can’t be shorter."),
        ({"weeks": 900}, "A cohort can’t be longer than 104 weeks."),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice."),
        ({"name": "Cohort 2026"}, "A cohort with this name already exists. Choose another name."),
        ({"reply_to": "nobody"}, "Enter a valid email address."),
    ],
)
def test_mistakes_in_the_form_get_a_sentence(cast, as_, changes, sentence):
    answer = as_(cast.admin).post(reverse("dashboards:cohort-new"), data(**changes))
    assert sentence in answer.content.decode()


def edit(cohort):
    return reverse("dashboards:cohort-edit", args=[cohort.slug])


def test_moving_the_kickoff_moves_sessions_due_dates_and_open_convenings(cast, as_, draft):
    browser = as_(cast.admin)
    browser.post(reverse("dashboards:cohort-cities", args=[draft.slug]), {"city": "3530597"})
    mayors = draft.convening_set.get(audience="mayors")
    Convening.objects.filter(pk=mayors.pk).update(place="New York")
    with rls.every_city():
        due = list(Section.objects.filter(strategy__cohort=draft).values_list("due_on", flat=True))
    first = draft.session_set.first()

    answer = clients.edit(browser, edit(draft), data(kickoff="2027-10-11"), follow=True)

    assert "270" not in answer.content.decode()
    assert draft.session_set.get(pk=first.pk).on == first.on + timedelta(days=14)
    assert draft.session_set.get(pk=first.pk).starts_at == first.starts_at + timedelta(days=14)
    with rls.every_city():
        moved = list(Section.objects.filter(strategy__cohort=draft).values_list("due_on", flat=True))
    assert moved == [day + timedelta(days=14) for day in due]
    assert len(due) == 18
    assert draft.convening_set.get(audience="leads").starts_on == date(2027, 10, 19)
    assert draft.convening_set.get(audience="mayors").starts_on == mayors.starts_on
    assert "18 section due dates, 1 convening without a venue." in answer.content.decode()


def test_a_new_zone_keeps_the_wall_time_of_sessions_to_come(cast, as_, draft):
    before = draft.session_set.first()
    clients.edit(as_(cast.admin), edit(draft), data(time_zone="America/Los_Angeles"))
    after = draft.session_set.get(pk=before.pk)
    assert (after.at, after.time_zone) == (before.at, "America/Los_Angeles")
    assert after.starts_at == before.starts_at + timedelta(hours=3)


def test_a_live_cohort_that_has_begun_keeps_its_dates_and_versions(cast, as_):
    page = as_(cast.admin).get(edit(cast.cohort)).content.decode()
    assert "The cohort has started, so its dates can’t be changed." in page
    clients.edit(as_(cast.admin), edit(cast.cohort), data(name="Renamed", kickoff="2031-01-06", weeks=40))
    after = Cohort.objects.get(pk=cast.cohort.pk)
    assert (after.name, after.kickoff, after.weeks) == ("Renamed", cast.cohort.kickoff, 26)
    assert after.live_at == cast.cohort.live_at


def live(cohort):
    return reverse("dashboards:cohort-live", args=[cohort.slug])


def test_going_live_asks_first_invites_the_uninvited_and_happens_once(cast, as_, draft):
    browser = as_(cast.admin)
    browser.post(reverse("dashboards:cohort-cities", args=[draft.slug]), {"city": "3530597"})
    with rls.every_city():
        city = City.objects.get(geoname_id=3530597)
        for number in (1, 2):
            add_member(city=city, email=f"p{number}@mexico.example", name=f"P {number}", role=Role.CITY_MEMBER, by=None)
    page = browser.get(live(draft)).content.decode()
    assert "Go live and send 2 invitations" in page
    assert "No city lead; No coach assigned" in page
    assert not Cohort.objects.get(pk=draft.pk).is_live
    assert len(emails()) == 0

    browser.post(live(draft))
    browser.post(live(draft))

    assert Cohort.objects.get(pk=draft.pk).is_live
    assert sorted(email.to for email in emails()) == ["p1@mexico.example", "p2@mexico.example"]
    with rls.every_city():
        assert AuditEvent.objects.filter(verb="cohort went live").count() == 1


def cities(cohort):
    return reverse("dashboards:cohort-cities", args=[cohort.slug])


def test_search_while_typing_returns_only_the_rows(cast, as_):
    browser = as_(cast.admin)
    whole = browser.get(cities(cast.cohort), {"q": "san josé"}).content.decode()
    part = browser.get(cities(cast.cohort), {"q": "san josé"}, headers={"HX-Request": "true"}).content.decode()
    for page in (whole, part):
        assert "California" in page
        assert "Costa Rica" in page
    assert ("<html" in whole, "<html" in part) == (True, False)
    here = browser.get(cities(cast.cohort), {"q": "tulsa"}, headers={"HX-Request": "true"}).content.decode()
    assert "in this cohort" in here
    nothing = browser.get(cities(cast.cohort), {"q": "<zzz>"}).content.decode()
    assert "matches “&lt;zzz&gt;.”" in nothing


def test_adding_a_real_city_gives_it_a_strategy_in_its_language(cast, as_):
    recife = world.find_cities("Recife", "BR")[0]
    answer = as_(cast.admin).post(cities(cast.cohort), {"city": recife.geoname_id})
    assert answer["Location"] == cities(cast.cohort)
    with rls.every_city():
        city = City.objects.get(geoname_id=recife.geoname_id)
        assert (city.slug, city.language, city.time_zone) == ("recife-br", "pt-br", "America/Recife")
        assert city.section_set.count() == 18
        as_(cast.admin).post(cities(cast.cohort), {"city": recife.geoname_id})
        assert city.enrollment_set.count() == 1


@pytest.mark.parametrize("number", ["", "x", "1", "-5", "99999999999999999999", "²"])
def test_a_city_that_does_not_exist_is_not_found(cast, as_, number):
    assert as_(cast.admin).post(cities(cast.cohort), {"city": number}).status_code == 404


def test_a_city_added_by_mistake_comes_out_again_but_not_with_people(cast, as_):
    browser = as_(cast.admin)
    browser.post(cities(cast.cohort), {"city": "3530597"})
    browser.post(reverse("dashboards:cohort-city-remove", args=[cast.cohort.slug, "mexico-city-mx"]))
    with rls.every_city():
        assert not City.objects.filter(geoname_id=3530597).exists()
    url = reverse("dashboards:cohort-city-remove", args=[cast.cohort.slug, cast.tulsa.slug])
    page = browser.post(url, follow=True).content.decode()
    assert "You can’t remove Tulsa because it already has people, sessions, or decisions." in page
    with rls.every_city():
        assert cast.tulsa.section_set.count() == 18


def assign(cast, city):
    return reverse("dashboards:coach-assign", args=[cast.cohort.slug, city.slug])


def test_a_coach_is_assigned_from_a_day_to_a_day(cast, as_):
    browser = as_(cast.admin)
    form = {"coach": cast.coach.pk, "starts_on": "2026-01-05", "ends_on": "2027-12-31"}
    assert browser.post(assign(cast, cast.rosario), form).status_code == 302
    row = CoachAssignment.objects.get(user=cast.coach, city=cast.rosario)
    assert (row.starts_on, row.ends_on) == (date(2026, 1, 5), date(2027, 12, 31))
    page = browser.post(assign(cast, cast.rosario), {**form, "ends_on": "2025-12-31"})
    assert "The end date is before the start date. Choose the same day or a later one." in page.content.decode()
    page = browser.post(assign(cast, cast.rosario), {**form, "coach": cast.lead.pk})
    assert "Select a valid choice." in page.content.decode()


def test_assigning_the_same_coach_twice_changes_nothing(cast, as_):
    form = {"coach": cast.coach.pk, "starts_on": "2026-01-05"}
    answer = as_(cast.admin).post(assign(cast, cast.tulsa), form, follow=True)
    assert "Coach already coaches Tulsa." in answer.content.decode()
    assert CoachAssignment.objects.filter(user=cast.coach, city=cast.tulsa).count() == 1


def test_ending_an_assignment_ends_it_with_the_day(cast, as_):
    row = CoachAssignment.objects.get(user=cast.coach, city=cast.tulsa)
    url = reverse("dashboards:coach-end", args=[cast.cohort.slug, cast.tulsa.slug, row.pk])
    assert as_(cast.admin).post(url, {"coach": "none"}).status_code == 302
    row.refresh_from_db()
    assert row.ends_on == cast.tulsa.today()
    wrong = reverse("dashboards:coach-end", args=[cast.cohort.slug, cast.rosario.slug, row.pk])
    assert as_(cast.admin).post(wrong).status_code == 404


@pytest.mark.parametrize("number", [10, 100])
def test_the_cities_page_costs_the_same_at_10_and_100(cast, as_, number):
    add_staff(email="third@govex.example", name="Third", role=Role.COACH, by=None)
    fill(cast.cohort, number)
    browser = as_(cast.admin)
    browser.get(cities(cast.cohort))
    with cost() as measured:
        browser.get(cities(cast.cohort))
    assert measured.count <= 4
