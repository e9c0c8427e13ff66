"""The pages about a city's part in a cohort: what they show, what they change, and who may."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.apps import apps
from django.urls import reverse

from accelerator import formats, rls
from accelerator.models import AuditEvent
from cities.models import City, Enrollment
from cities.participation import CHANGES
from dashboards.cohorts import actions
from tests.cast import TULSA, make_cohort
from tests.clients import main_text

PAGES = ["cohort-city", *(f"cohort-city-{name}" for name in [*CHANGES, "joined", "undo", "remove"])]


def url(name, cohort, city):
    return reverse(f"dashboards:{name}", args=[cohort.slug, city.slug])


def part(cast, cohort=None, city=None):
    return Enrollment.objects.get(cohort=cohort or cast.cohort, city=city or cast.tulsa)


def prepare(row, change):
    """The city is in a state in which this change is possible."""
    row.state = change.before[-1]
    row.left_on = row.city.today() if row.is_closed else None
    row.save()


@pytest.fixture
def second(cast):
    content = cast.cohort.cohorttemplate.version, cast.cohort.cohortprogram.program, cast.cohort.cohortprogram.rubric
    with rls.every_city():
        return make_cohort("Second", "second", -10, content)


@pytest.mark.parametrize("name", PAGES)
def test_pages_about_a_citys_part_are_for_staff_who_manage_cohorts(cast, as_, name):
    wanted = {"admin": {200, 302}, "coach": {403}, "other_coach": {403}}
    for person in ["admin", "coach", "other_coach", "lead", "mayor", "guest", "funder", "other_lead", "nobody"]:
        answer = as_(getattr(cast, person)).get(url(name, cast.cohort, cast.tulsa))
        assert answer.status_code in wanted.get(person, {404}), person


@pytest.mark.parametrize("name", PAGES)
def test_a_city_of_another_cohort_is_not_found_in_this_one(cast, as_, name):
    browser = as_(cast.admin)
    for method in (browser.get, browser.post):
        assert method(url(name, cast.cohort, cast.quito)).status_code in {404, 405}
    assert browser.get(url(name, cast.cohort, cast.quito)).status_code == 404
    assert browser.get(url(name, cast.other_cohort, cast.quito)).status_code in {200, 302}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_shows_what_it_touches_is_made_and_undone(cast, as_, name):
    change, browser = CHANGES[name], as_(cast.admin)
    with rls.every_city():
        prepare(part(cast), change)
    before = part(cast).state
    page = browser.get(url(f"cohort-city-{name}", cast.cohort, cast.tulsa))
    assert "What this affects" in main_text(page)
    assert "people keep access to the city." in main_text(page)
    assert part(cast).state == before
    data = {"on": cast.tulsa.today().isoformat(), "reason": "Elections in May"}
    page = browser.post(url(f"cohort-city-{name}", cast.cohort, cast.tulsa), data, follow=True)
    assert "You can undo this." in page.text
    record = main_text(page).split("Change history", 1)[1]
    assert "Elections in May" in record
    assert "Admin" in record
    assert (part(cast).state, part(cast).reason) == (change.after, "Elections in May")
    with rls.every_city():
        event = AuditEvent.objects.get(verb=f"enrollment {change.after}")
    assert (event.actor_id, event.data["reason"]) == (cast.admin.pk, "Elections in May")
    undo = url("cohort-city-undo", cast.cohort, cast.tulsa)
    assert "What will be restored" in main_text(browser.get(undo))
    assert "The last change was undone." in browser.post(undo, follow=True).text
    assert part(cast).state == before
    assert "There’s nothing to undo." in main_text(browser.get(undo))


def test_a_change_needs_a_possible_day_and_a_reason_and_keeps_what_was_typed(cast, as_):
    browser, pause = as_(cast.admin), url("cohort-city-pause", cast.cohort, cast.tulsa)
    later = (cast.tulsa.today() + timedelta(days=2)).isoformat()
    page = browser.post(pause, {"on": later, "reason": "Elections"})
    assert "This date is in the future. Choose today or an earlier date." in main_text(page)
    assert 'value="Elections"' in page.text
    empty = main_text(browser.post(pause, {"on": "", "reason": ""}))
    assert "Enter the date." in empty
    assert "Enter the reason." in empty
    assert "This field is required." not in empty
    assert part(cast).state == "active"


def test_a_change_that_someone_has_made_already_says_what_holds(cast, as_):
    browser, withdraw = as_(cast.admin), url("cohort-city-withdraw", cast.cohort, cast.tulsa)
    data = {"on": cast.tulsa.today().isoformat(), "reason": "Elections"}
    browser.post(withdraw, data)
    page = browser.post(withdraw, {**data, "reason": "Again"}, follow=True)
    assert "Tulsa has withdrawn from Cohort 2026." in page.text
    assert part(cast).reason == "Elections"


def test_the_day_of_joining_lies_in_the_cohort(cast, as_):
    browser, joined = as_(cast.admin), url("cohort-city-joined", cast.cohort, cast.tulsa)
    early, late = cast.cohort.kickoff - timedelta(days=1), cast.cohort.kickoff + timedelta(weeks=3)
    assert "Choose a date from the kickoff" in main_text(browser.post(joined, {"on": early.isoformat()}))
    page = browser.post(joined, {"on": late.isoformat()}, follow=True)
    assert part(cast).joined_on == late
    assert "after the kickoff" in main_text(page)


def test_withdrawing_from_one_cohort_says_which_the_pages_will_follow(cast, as_, second):
    with rls.every_city():
        second.enrollment_set.create(city=cast.tulsa, slug=cast.tulsa.slug, joined_on=second.kickoff)
    page = as_(cast.admin).get(url("cohort-city-withdraw", cast.cohort, cast.tulsa))
    assert "Its pages will follow Second instead of Cohort 2026." in main_text(page)
    assert part(cast).state == "active"


def reminders_said(cast, as_, name, cohort):
    text = main_text(as_(cast.admin).get(url(f"cohort-city-{name}", cohort, cast.tulsa)))
    said = {"their reminders stop": "stop", "will resume": "resume", "reminders stay the same": "same"}
    return [short for sentence, short in said.items() if sentence in text]


def test_what_happens_to_reminders_follows_the_running_enrollment(cast, as_, second):
    with rls.every_city():
        row = second.enrollment_set.create(city=cast.tulsa, slug=cast.tulsa.slug, joined_on=second.kickoff)
    # The city follows the first cohort while it runs, paused or not; once it leaves, the second, which is live too.
    assert reminders_said(cast, as_, "withdraw", cast.cohort) == ["same"]
    assert reminders_said(cast, as_, "withdraw", second) == ["same"]
    assert reminders_said(cast, as_, "pause", second) == ["same"]
    assert reminders_said(cast, as_, "pause", cast.cohort) == ["stop"]
    with rls.every_city():
        row.state, row.left_on = "withdrawn", cast.tulsa.today()
        row.save()
    assert reminders_said(cast, as_, "resume", second) == ["same"]
    for name in ("withdraw", "pause", "await", "complete"):
        assert reminders_said(cast, as_, name, cast.cohort) == ["stop"], name
    with rls.every_city():
        Enrollment.objects.filter(pk=part(cast).pk).update(state="paused")
    assert reminders_said(cast, as_, "resume", cast.cohort) == ["resume"]
    cast.cohort.live_at = None
    cast.cohort.save()
    assert reminders_said(cast, as_, "resume", cast.cohort) == ["same"]


def test_adding_a_city_of_another_cohort_asks_first_and_can_be_taken_back(cast, as_, second):
    browser, add = as_(cast.admin), reverse("dashboards:cohort-cities", args=[second.slug])
    page = browser.post(add, {"city": TULSA.geoname_id})
    assert "Tulsa is taking part in Cohort 2026." in main_text(page)
    assert not second.enrollment_set.exists()
    browser.post(add, {"city": TULSA.geoname_id, "confirmed": "yes"})
    assert part(cast, second).state == "active"
    assert "Also in Second." in main_text(browser.get(reverse("dashboards:cohort", args=[cast.cohort.slug])))
    assert "Also in Cohort 2026." in main_text(browser.get(add))
    page = browser.get(url("cohort-city-remove", second, cast.tulsa))
    assert "Everything it has in other cohorts is kept." in main_text(page)
    browser.post(url("cohort-city-remove", second, cast.tulsa))
    assert list(Enrollment.objects.filter(city=cast.tulsa)) == [part(cast)]
    with rls.every_city():
        assert cast.tulsa.section_set.count() == 18


def test_a_city_under_way_is_not_removed(cast, as_):
    remove = url("cohort-city-remove", cast.cohort, cast.tulsa)
    page = as_(cast.admin).get(remove)
    assert "withdraw it instead" in main_text(page)
    as_(cast.admin).post(remove)
    with rls.every_city():
        assert City.objects.filter(pk=cast.tulsa.pk).exists()


def test_a_city_whose_sections_are_assigned_or_commented_is_not_removed(cast):
    """Deleting its empty strategy would lose who was to write and what was asked."""
    row = cast.other_cohort.enrollment_set.get(city=cast.quito)
    with rls.every_city():
        cast.quito.membership_set.all().delete()
        cast.quito.coachingsession_set.all().delete()
        cast.quito.decision_set.all().delete()
        assert actions.why_not_removed(row) == ""
        cast.quito.section_set.filter(key="vision").update(assignee=cast.lead)
        assert "work on its strategy has started" in actions.why_not_removed(row)


@pytest.mark.parametrize("model", ["ApproverChange", "Approver", "Opinion"])
def test_a_city_with_approvers_or_a_record_is_not_removed(cast, as_, model):
    """The record of who approves can't be deleted, so removing the city would crash."""
    with rls.every_city():
        cast.quito.membership_set.all().delete()
        values = {
            "ApproverChange": {"kind": "added", "title": "Council"},
            "Approver": {"position": 1, "title": "Council", "office": "", "instrument": "resolution"},
            "Opinion": {"ready": True},
        }
        apps.get_model("strategy", model).objects.create(city=cast.quito, **values[model])
    remove = url("cohort-city-remove", cast.other_cohort, cast.quito)
    page = as_(cast.admin).post(remove, follow=True)
    assert page.status_code == 200
    assert "You can’t remove Quito because work on its strategy has started." in page.text
    assert "withdraw it instead" in main_text(as_(cast.admin).get(remove))
    with rls.every_city():
        assert City.objects.filter(pk=cast.quito.pk).exists()


def test_city_of_a_later_cohort_takes_part_from_its_first_day(cast, as_, second):
    with rls.every_city():
        actions.add_city(cohort=second, world=TULSA, by=cast.admin)
        row = Enrollment.objects.get(cohort=second, city=cast.tulsa)
        Enrollment.objects.filter(pk=row.pk).update(joined_on=row.city.today() + timedelta(days=43))
        row.refresh_from_db()
    day, browser = formats.day(row.joined_on), as_(cast.admin)
    page = main_text(browser.get(url("cohort-city", second, cast.tulsa)))
    assert f"Tulsa will take part in Second from {day}." in page
    assert f"Will take part from {day}" in page
    assert f"Joins on {day}" in page
    listed = main_text(browser.get(reverse("dashboards:cohort-cities", args=[second.slug])))
    assert f"Will take part from {day}" in listed
    for text in (page, listed):
        assert "Taking part" not in text
        assert "is taking part" not in text
    assert "Taking part" in main_text(browser.get(url("cohort-city", cast.cohort, cast.tulsa)))


def test_city_without_a_coach_is_named_with_its_cohort(cast, as_, second):
    with rls.every_city():
        actions.add_city(cohort=second, world=TULSA, by=cast.admin)
    people = main_text(as_(cast.admin).get("/people/"))
    assert "Tulsa (Second)" in people
    assert f"Tulsa ({cast.cohort})" not in people
