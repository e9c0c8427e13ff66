"""A role in a city ends at midnight in the city's zone, wherever the person is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accelerator import rls
from accelerator.models import User
from cities.access import Reach
from cities.models import City, Enrollment, Membership
from cities.team.actions import end_membership
from cities.with_access import may_sign_in
from reminders import clock
from strategy.models import SectionState
from strategy.signoff import actions as signoff

pytestmark = pytest.mark.django_db

LAST_DAY = date(2026, 11, 30)
LAST_MINUTE = datetime(2026, 11, 30, 23, 59, 59, tzinfo=ZoneInfo("America/Chicago"))
MIDNIGHT = LAST_MINUTE + timedelta(seconds=1)
ZONES = ["America/Chicago", "America/Sao_Paulo", "Asia/Tokyo", "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
FAR_AWAY = ["Asia/Tokyo", "America/Sao_Paulo"]


@pytest.fixture
def at(monkeypatch):
    """`at(moment)`: what time it is from now on."""
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.fixture(params=FAR_AWAY)
def away(request, cast):
    """Everyone in the cast is in another zone than Tulsa, where roles end on November 30."""
    User.objects.update(time_zone=request.param)
    cast.tulsa.membership_set.update(until=LAST_DAY)
    cast.tulsa.coachassignment_set.update(starts_on=date(2026, 11, 1), ends_on=LAST_DAY)
    for person in cast.people.values():
        person.refresh_from_db()
    return cast


@pytest.mark.parametrize("key", ["lead", "mayor", "guest", "coach"])
def test_access_from_another_zone_ends_at_midnight_in_the_city(away, as_, at, key):
    page = reverse("strategy:section", args=["tulsa-us", "vision"])
    at(LAST_MINUTE)
    browser = as_(away.people[key])
    assert browser.get(page).status_code == 200
    at(MIDNIGHT)
    assert browser.get(page).status_code == 404


def test_a_coachs_access_begins_at_midnight_in_the_city(away, as_, at):
    begins = datetime(2026, 11, 1, tzinfo=ZoneInfo("America/Chicago"))
    page = reverse("strategy:section", args=["tulsa-us", "vision"])
    at(begins - timedelta(seconds=1))
    browser = as_(away.coach)
    assert browser.get(page).status_code == 404
    at(begins)
    assert browser.get(page).status_code == 200


def test_sign_in_from_another_zone_ends_at_midnight_in_the_city(away, at):
    at(LAST_MINUTE)
    assert may_sign_in(away.lead.email) == away.lead
    at(MIDNIGHT)
    assert may_sign_in(away.lead.email) is None


def test_signing_from_another_zone_ends_at_midnight_in_the_city(away, as_, at):
    page = reverse("strategy:sign-off", args=["tulsa-us"])
    at(LAST_MINUTE)
    browser = as_(away.mayor)
    assert browser.get(page).status_code == 200
    with rls.every_city():
        assert signoff.role_of(away.tulsa, away.mayor) == "mayor"
    at(MIDNIGHT)
    assert browser.get(page).status_code == 404
    with rls.every_city():
        assert signoff.role_of(away.tulsa, away.mayor) == ""


def test_a_reminder_to_a_person_in_another_zone_is_checked_by_the_citys_clock(away, mailoutbox):
    """At 20:00 in Tokyo it is still the day before in Tulsa; the same day's evening in Tulsa is past it."""
    morning = datetime(2026, 12, 1, 8, 31, tzinfo=away.lead.zone)
    with rls.every_city():
        away.tulsa.section_set.update(state=SectionState.FINAL)
        away.tulsa.section_set.filter(key="vision").update(state=SectionState.NOT_STARTED, due_on=date(2026, 12, 8))
    clock.plan(morning - timedelta(hours=1))
    sent = clock.send_to(away.lead, morning)
    still_november_in_tulsa = morning < MIDNIGHT
    assert sent is still_november_in_tulsa
    assert len(mailoutbox) == sent


def test_access_that_is_ended_now_is_over_at_once_in_every_zone(cast, as_):
    """Whatever the time: the city has the latest date on earth, or the earliest."""
    for city_zone, own_zone in [ZONES[-2:], ZONES[:-3:-1]]:
        with rls.every_city():
            City.objects.filter(pk=cast.tulsa.pk).update(time_zone=city_zone)
            cast.tulsa.refresh_from_db()
            User.objects.filter(pk=cast.member.pk).update(time_zone=own_zone)
            row = Membership.objects.select_related("city", "user").get(user=cast.member)
            row.until = row.city.today()
            row.save()
        browser = as_(cast.member)
        assert browser.get("/cities/tulsa-us/").status_code == 200
        with rls.every_city():
            end_membership(row, by=cast.lead)
        assert browser.get("/cities/tulsa-us/").status_code == 404


@given(data=st.data())
def test_active_in_any_zone_at_any_instant_is_the_same_in_sql_and_on_a_row(cast, data):
    zone = data.draw(st.sampled_from(ZONES))
    moment = data.draw(st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))
    day = moment.astimezone(ZoneInfo(zone)).date()
    until = data.draw(st.none() | st.integers(-2, 2).map(lambda days: day + timedelta(days=days)))
    starts_on = data.draw(st.integers(-2, 2).map(lambda days: day + timedelta(days=days)))
    User.objects.filter(pk=cast.lead.pk).update(time_zone=data.draw(st.sampled_from(ZONES)))
    with rls.every_city():
        City.objects.filter(pk=cast.tulsa.pk).update(time_zone=zone)
        cast.tulsa.refresh_from_db()
        cast.tulsa.membership_set.update(until=until)
        check(cast.tulsa.membership_set.all(), moment, until is None or until >= day)
        ends_on = until and max(until, starts_on)  # the database refuses an end before the start
        cast.tulsa.coachassignment_set.update(starts_on=starts_on, ends_on=ends_on)
        check(cast.tulsa.coachassignment_set.all(), moment, starts_on <= day and (ends_on is None or ends_on >= day))


def check(rows, moment, expected):
    """All of these rows are active at the moment, or none is; the zone of whoever looks changes nothing."""
    assert {row.is_active(moment) for row in rows.select_related("user", "city")} == {expected}
    for reader in ZONES:
        with timezone.override(reader):
            assert rows.active(moment).count() == (rows.count() if expected else 0)


def test_the_reach_of_a_person_costs_the_same_with_and_without_an_end(cast):
    found = []
    for until in (None, LAST_DAY + timedelta(days=400)):
        cast.tulsa.membership_set.update(until=until)
        with CaptureQueriesContext(connection) as captured:
            assert Reach(cast.lead).cities == [cast.tulsa.pk]
        found.append(len(captured))
    assert found == [1, 1]


def test_the_zone_of_an_enrollment_follows_the_citys(cast):
    with rls.every_city():
        cast.tulsa.time_zone = "Asia/Tokyo"
        cast.tulsa.save()
        assert Enrollment.objects.get(city=cast.tulsa).time_zone == "Asia/Tokyo"
        with pytest.raises(IntegrityError), transaction.atomic():
            Enrollment.objects.filter(city=cast.tulsa).update(time_zone="UTC")
