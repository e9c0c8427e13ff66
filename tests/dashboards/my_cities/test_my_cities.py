"""A coach's home page is the list of cities that need attention."""

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.models import User
from cities.actions import add_staff, assign_coach
from cities.models import Enrollment, Role
from coaching.models import Commitment
from strategy.models import Section
from tests.clients import cost, main_text
from tests.dashboards.crowd import SLACK, crowd, measured

MY_CITIES = "/my-cities/"


@pytest.mark.parametrize("who", ["lead", "member", "mayor", "delegate", "guest", "funder", "nobody", "admin"])
def test_only_a_coach_has_cities(cast, as_, who):
    assert as_(getattr(cast, who)).get(MY_CITIES).status_code == 403


def test_a_coach_sees_the_own_cities_only(cast, as_):
    crowd(cast.cohort, 2)
    page = as_(cast.coach).get(MY_CITIES)
    assert [row.city for row, _ in page.context["cities"]] == [cast.tulsa]
    for foreign in ("Rosario", "Quito", "City 0", "Promise", "What now"):
        assert foreign not in page.content.decode()
    assert [row.city for row, _ in as_(cast.other_coach).get(MY_CITIES).context["cities"]] == [cast.rosario]


def assign(cast, city):
    with rls.every_city():
        enrollment = Enrollment.objects.get(city=city)
        assign_coach(enrollment=enrollment, coach=cast.coach, by=None, starts_on=cast.cohort.kickoff)


def test_cities_are_ordered_by_urgency_with_the_reason(cast, as_):
    assign(cast, cast.rosario)
    today = cast.cohort.today()
    with rls.every_city():
        for city in (cast.tulsa, cast.rosario):
            city.section_set.update(
                due_on=today + timedelta(days=60), written_at=timezone.now(), revision=1, state="drafting"
            )
            city.coachingsession_set.create(
                title="Call", on=today - timedelta(days=4), at=time(10), time_zone=city.time_zone
            )
        cast.rosario.decision_set.create(
            question="Who signs?", context="c", options=["a", "b"], due_on=today - timedelta(days=2)
        )
    User.objects.update(last_login=timezone.now())
    page = as_(cast.coach).get(MY_CITIES)
    assert [row.city for row, _ in page.context["cities"]] == [cast.rosario, cast.tulsa]
    page_text = main_text(page)
    assert "1 of your cities needs your attention now." in page_text
    assert "A decision by Other Mayor (" in page_text
    assert "4 days ago" in page_text
    assert "On track" in page_text
    with rls.every_city():
        cast.rosario.decision_set.update(withdrawn_at=timezone.now())
        cast.tulsa.section_set.filter(key="vision").update(due_on=today - timedelta(days=2))
    page = as_(cast.coach).get(MY_CITIES)
    assert [row.city for row, _ in page.context["cities"]] == [cast.tulsa, cast.rosario]
    assert "Check in soon with 1 of your cities." in main_text(page)
    assert "None of your cities" not in main_text(page)


def test_reviews_show_how_long_they_have_waited(cast, as_):
    assign(cast, cast.rosario)
    now = timezone.now()
    with rls.every_city():
        cast.tulsa.section_set.filter(key="vision").update(state="in_review", state_at=now - timedelta(days=3))
        cast.rosario.section_set.filter(key="baseline").update(state="in_review", state_at=now - timedelta(days=12))
    page = as_(cast.coach).get(MY_CITIES)
    assert [(r.section.city.name, r.days, r.is_late) for r in page.context["reviews"]] == [
        ("Rosario", 12, True),
        ("Tulsa", 3, False),
    ]
    assert "The oldest pending review has been waiting for 12 days." in main_text(page)
    assert "for 3 days" in main_text(page)


def test_a_final_section_with_an_open_request_is_listed_with_its_status(cast, as_):
    with rls.every_city():
        section = cast.tulsa.section_set.get(key="vision")
        request = cast.tulsa.reviewrequest_set.create(
            section=section, asked_by=cast.lead, asked_at=timezone.now() - timedelta(days=9)
        )
        cast.tulsa.section_set.filter(pk=section.pk).update(state="final")
    page = as_(cast.coach).get(MY_CITIES)
    assert [(r.section.key, r.days, r.is_in_review) for r in page.context["reviews"]] == [("vision", 9, False)]
    assert "Tulsa · Final" in main_text(page)
    with rls.every_city():
        type(request).objects.update(answered_at=timezone.now())
    assert as_(cast.coach).get(MY_CITIES).context["reviews"] == []


def test_a_review_of_today_has_not_waited_a_number_of_days(cast, as_):
    with rls.every_city():
        cast.tulsa.section_set.filter(key="vision").update(state="in_review", state_at=timezone.now())
    page = as_(cast.coach).get(MY_CITIES)
    assert "The oldest pending review came in today." in main_text(page)
    assert "0 days" not in main_text(page)


def test_promises_are_the_coachs_own_and_the_cities(cast, as_):
    assign(cast, cast.rosario)
    today = cast.cohort.today()
    with rls.every_city():
        for city, owner in ((cast.tulsa, cast.lead), (cast.rosario, cast.other_lead)):
            session = city.coachingsession_set.create(title="Call", on=today, at=time(10), time_zone=city.time_zone)
            for what, who, days in (("theirs", owner, -3), ("mine", cast.coach, 2), ("nobody's", None, 1)):
                session.commitments.create(
                    city=city, what=f"{city.name} {what}", owner=who, due_on=today + timedelta(days=days)
                )
            session.commitments.create(city=city, what="done", owner=owner, due_on=today, done_at=timezone.now())
    context = as_(cast.coach).get(MY_CITIES).context
    assert [c.what for c in context["own_commitments"]] == ["Tulsa mine", "Rosario mine"]
    assert [c.what for c in context["other_commitments"]] == [
        "Tulsa theirs",
        "Rosario theirs",
        "Tulsa nobody's",
        "Rosario nobody's",
    ]


def test_a_coach_without_cities_gets_an_explanation(cast, as_):
    added = add_staff(email="new@govex.example", name="New", role=Role.COACH, by=None)
    assert as_(added.user).get("/")["Location"] == reverse("dashboards:my-cities")
    page_text = main_text(as_(added.user).get(MY_CITIES))
    assert "No cities are assigned to you right now." in page_text
    assert "Once GovEx staff assign you cities on the cohort’s page, they’ll appear here" in page_text


def test_a_desk_without_pending_reviews_has_empty_lists(cast, as_):
    page_text = main_text(as_(cast.coach).get(MY_CITIES))
    assert "Nothing to review right now." in page_text
    assert "You have no open commitments." in page_text
    assert "Your cities have no open commitments." in page_text


@pytest.mark.parametrize("rows", [10, 100])
def test_it_costs_the_same_however_much_there_is(cast, as_, rows):
    with rls.every_city():
        session = cast.tulsa.coachingsession_set.create(
            title="Call", on=cast.tulsa.today(), at=time(10), time_zone=cast.tulsa.time_zone
        )
        first = cast.tulsa.section_set.select_related("template").first()
        for owner in (cast.lead, cast.coach):
            Commitment.objects.bulk_create(
                Commitment(city=cast.tulsa, session=session, what=f"{n}", owner=owner, due_on=cast.tulsa.today())
                for n in range(rows)
            )
        Section.objects.bulk_create(
            Section(
                city=cast.tulsa,
                strategy_id=first.strategy_id,
                template=first.template,
                key=f"more-{n}",
                position=100 + n,
                due_on=first.due_on,
                state="in_review",
                revision=1,
            )
            for n in range(rows)
        )
    browser = as_(cast.coach)
    with cost() as spent:
        browser.get(MY_CITIES)
    assert spent.count == 11, spent.queries


def test_it_costs_the_same_however_many_cities(cast, as_):
    browser = as_(cast.coach)
    with cost() as one:
        browser.get(MY_CITIES)
    crowd(cast.cohort, 12)
    with rls.every_city():
        for enrollment in cast.cohort.enrollment_set.exclude(city=cast.tulsa):
            assign_coach(enrollment=enrollment, coach=cast.coach, by=None, starts_on=cast.cohort.kickoff)
    with cost() as many:
        page = browser.get(MY_CITIES)
    assert len(page.context["cities"]) == 14
    assert many.count == one.count


def test_it_reads_the_own_cities_rows_only(cast, as_):
    browser = as_(cast.coach)
    alone = measured(browser, MY_CITIES)
    crowd(cast.cohort, 30)
    assert measured(browser, MY_CITIES) <= alone + SLACK
