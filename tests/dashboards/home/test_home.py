"""`/` leads each reader home."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.models import Cohort
from cities.actions import add_member, add_staff, assign_coach
from cities.models import Enrollment, Role
from dashboards.home.views import running_cohort
from tests.clients import main_text


@pytest.mark.parametrize(
    ("who", "name", "place"),
    [
        ("mayor", "dashboards:mayor", "tulsa-us"),
        ("delegate", "dashboards:mayor", "tulsa-us"),
        ("lead", "dashboards:city", "tulsa-us"),
        ("member", "dashboards:city", "tulsa-us"),
        ("guest", "strategy:strategy", "tulsa-us"),
        ("other_mayor", "dashboards:mayor", "rosario-ar"),
        ("coach", "dashboards:my-cities", None),
        ("admin", "dashboards:cohort", "cohort-2026"),
        ("funder", "dashboards:cohort", "cohort-2026"),
    ],
)
def test_each_goes_home(cast, as_, who, name, place):
    browser = as_(getattr(cast, who))
    gone = browser.get("/")
    assert (gone.status_code, gone["Location"]) == (302, reverse(name, args=[place] if place else []))
    assert browser.get(gone["Location"]).status_code == 200


def test_signed_out_goes_to_sign_in(as_, db):
    gone = as_().get("/")
    assert (gone.status_code, gone["Location"]) == (302, f"{reverse('sign-in')}?next=/")


def test_it_is_only_looked_at(cast, as_):
    assert as_(cast.lead).post("/").status_code == 405


def test_a_person_with_several_places_chooses(cast, as_):
    with rls.every_city():
        add_member(city=cast.quito, email=cast.lead.email, name="Lead", role=Role.MAYORS_DELEGATE, by=None)
    page = as_(cast.lead).get("/")
    html = page.content.decode()
    links = re.findall(r'row-link__target" href="([^"]+)">([^<]+)</a></span><span class="meta">([^<]+)', html)
    assert links == [
        (reverse("dashboards:mayor", args=["quito-ec"]), "Quito", "mayor’s delegate"),
        (reverse("dashboards:city", args=["tulsa-us"]), "Tulsa", "city lead"),
    ]
    assert "Rosario" not in html


def test_person_without_access_sees_whom_to_contact(cast, as_):
    page = as_(cast.nobody).get("/")
    assert page.status_code == 200
    page_text = main_text(page)
    assert "You’re signed in as nobody@nowhere.example, but this address doesn’t have access to any city" in page_text
    assert "Ask your city lead to invite you" in page_text
    assert "Tulsa" not in page.content.decode()


def test_a_role_that_has_ended_is_no_place(cast, as_):
    with rls.every_city():
        cast.tulsa.membership_set.filter(user=cast.guest).update(until=cast.tulsa.today() - timedelta(days=1))
    assert "it may have expired on its end date" in main_text(as_(cast.guest).get("/"))


def test_staff_without_a_live_cohort_go_to_the_list(cast, as_):
    Cohort.objects.update(live_at=None)
    assert as_(cast.admin).get("/")["Location"] == reverse("dashboards:cohorts")


def test_an_admin_who_coaches_goes_to_the_cities(cast, as_):
    add_staff(email=cast.admin.email, name="Admin", role=Role.COACH, by=None)
    assert as_(cast.admin).get("/")["Location"] == reverse("dashboards:cohort", args=["cohort-2026"])
    with rls.every_city():
        enrollment = Enrollment.objects.get(city=cast.tulsa)
        assign_coach(enrollment=enrollment, coach=cast.admin, by=None, starts_on=cast.cohort.kickoff)
    assert as_(cast.admin).get("/")["Location"] == reverse("dashboards:my-cities")


@pytest.mark.parametrize(
    ("weeks_ago", "home"), [([4, -10], 0), ([-10, 4], 1), ([30, -10], 1), ([60, 30], 1), ([-30, -10], 1), ([4, 2], 1)]
)
def test_home_of_staff_is_the_running_cohort(weeks_ago, home):
    today = Cohort(time_zone="America/New_York").today()
    cohorts = [Cohort(kickoff=today - timedelta(weeks=weeks), weeks=26) for weeks in weeks_ago]
    assert running_cohort(cohorts) is cohorts[home]
