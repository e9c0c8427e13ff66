"""Convenings: several people at one form, bounds of the dates, the curriculum's names, and the record."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accelerator import rls
from accelerator.models import AuditEvent
from convenings.actions import change, plan_from_curriculum, shift
from convenings.models import Convening
from curriculum.models import ItemKind, ProgramItem, ProgramVersion
from tests.clients import edit, main_text, shown
from tests.convenings.test_convenings import data, plan, url
from tests.mails import messages_of


def days_from_today(cohort, days):
    return (cohort.today() + timedelta(days=days)).isoformat()


def events(**which):
    with rls.every_city():
        return list(AuditEvent.objects.filter(kind="convening", **which).order_by("at"))


# The form -----------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "is_accepted"), [(3660, True), (3661, False), (-3660, True), (-3661, False)])
def test_day_is_at_most_ten_years_away(cast, as_, days, is_accepted):
    day = days_from_today(cast.cohort, days)
    page = as_(cast.admin).post(url("-new", cast.cohort.slug), data(starts_on=day, ends_on=day))
    assert page.status_code == (302 if is_accepted else 422)
    assert Convening.objects.exists() == is_accepted
    if not is_accepted:
        assert list(page.context["form"].errors) == ["starts_on", "ends_on"]
        assert f"Check the year: {day[:4]} is too far from today." in main_text(page)


def test_convening_of_one_day_begins_and_ends_on_it(cast, as_):
    as_(cast.admin).post(url("-new", cast.cohort.slug), data(ends_on="2027-10-05"))
    convening = Convening.objects.get()
    assert convening.starts_on == convening.ends_on


def test_other_people_or_another_cohort_may_begin_on_the_same_day(cast, as_):
    browser = as_(cast.admin)
    for cohort, audience in ((cast.cohort, "leads"), (cast.cohort, "mayors"), (cast.other_cohort, "leads")):
        assert browser.post(url("-new", cohort.slug), data(audience=audience)).status_code == 302
    assert Convening.objects.count() == 3


def test_edit_to_a_day_that_is_taken_is_refused_and_saves_nothing(cast, as_):
    browser = as_(cast.admin)
    first = plan(cast.cohort, 30)
    second = plan(cast.cohort, 60, name="Second")
    moved = data(name="Moved", audience="mayors", starts_on=first.starts_on, ends_on=first.ends_on)
    page = edit(browser, url("-edit", cast.cohort.slug, second.pk), moved)
    assert "This group already has a convening that starts on that day." in main_text(page)
    second.refresh_from_db()
    assert second.name == "Second"
    assert [event.verb for event in events()] == []


def test_second_writer_sees_the_first_ones_change_and_then_both_are_saved(cast, as_):
    convening = plan(cast.cohort)
    page = url("-edit", cast.cohort.slug, convening.pk)
    browser = as_(cast.admin)
    seen = shown(browser, page)
    typed = {
        "name": convening.name,
        "audience": convening.audience,
        "place": "",
        "starts_on": convening.starts_on,
        "ends_on": convening.ends_on,
    }
    assert browser.post(page, {**typed, **seen, "place": "Lima"}).status_code == 302
    answer = browser.post(page, {**typed, **seen, "name": "Mayors in Lima"})
    assert (answer.status_code, "Lima" in main_text(answer)) == (409, True)
    convening.refresh_from_db()
    assert convening.name == "Mayoral Convening"
    form = answer.context["form"]
    again = {name: form[name].value() for name in typed}
    assert again["name"] == "Mayors in Lima"
    assert browser.post(page, {**again, "seen": form["seen"].value()}).status_code == 302
    convening.refresh_from_db()
    assert (convening.name, convening.place) == ("Mayors in Lima", "Lima")
    assert [event.data["fields"] for event in events(verb="convening changed")] == [["place"], ["name"]]


def test_two_who_change_one_field_are_asked(cast, as_):
    convening = plan(cast.cohort)
    page = url("-edit", cast.cohort.slug, convening.pk)
    browser = as_(cast.admin)
    seen = shown(browser, page)
    typed = data(audience="mayors", starts_on=convening.starts_on, ends_on=convening.ends_on)
    assert browser.post(page, {**typed, **seen, "place": "Lima"}).status_code == 302
    answer = browser.post(page, {**typed, **seen, "place": "Quito"})
    assert answer.status_code == 409
    convening.refresh_from_db()
    assert convening.place == "Lima"


def test_form_of_a_removed_convening_gives_back_what_was_typed(cast, as_):
    convening = plan(cast.cohort)
    page = url("-edit", cast.cohort.slug, convening.pk)
    browser = as_(cast.admin)
    seen = shown(browser, page)
    browser.post(url("-remove", cast.cohort.slug, convening.pk))
    answer = browser.post(page, {**data(place="Guadalajara"), **seen})
    assert answer.status_code == 404
    assert "Someone removed this while you were working, so nothing was saved." in main_text(answer)
    assert "Guadalajara" in answer.text
    assert not Convening.objects.exists()
    assert browser.get(page).status_code == 404
    assert browser.post(url("-remove", cast.cohort.slug, convening.pk)).status_code == 404


def test_each_action_reports_what_it_did(cast, as_):
    browser = as_(cast.admin)
    answer = browser.post(url("-new", cast.cohort.slug), data(), follow=True)
    assert messages_of(answer) == ["Lead Convening was added to the timeline."]
    convening = Convening.objects.get()
    page = url("-edit", cast.cohort.slug, convening.pk)
    assert messages_of(edit(browser, page, data(name="Leads"), follow=True)) == ["Changes to Leads have been saved."]
    answer = browser.post(url("-remove", cast.cohort.slug, convening.pk), follow=True)
    assert messages_of(answer) == ["Leads was removed from the timeline."]


def test_opening_the_address_that_removes_removes_nothing(cast, as_):
    convening = plan(cast.cohort)
    assert as_(cast.admin).get(url("-remove", cast.cohort.slug, convening.pk)).status_code == 405
    assert Convening.objects.filter(pk=convening.pk).exists()


def test_convenings_of_an_unknown_cohort_are_404(cast, as_):
    for name in ("s", "-new"):
        assert as_(cast.admin).get(url(name, "cohort-1999")).status_code == 404


# The list -----------------------------------------------------------------------------


def test_convening_is_to_come_until_its_last_day_is_over(cast, as_):
    plan(cast.cohort, -1, name="Ends today")
    plan(cast.cohort, -2, name="Ended yesterday", audience="leads")
    page = as_(cast.lead).get(url("s", cast.cohort.slug))
    assert [row.name for row in page.context["upcoming"]] == ["Ends today"]
    assert [row.name for row in page.context["past"]] == ["Ended yesterday"]
    today = cast.cohort.today()
    assert [row.name for row in cast.cohort.convening_set.upcoming(today)] == ["Ends today"]
    assert list(cast.cohort.convening_set.upcoming(today + timedelta(days=1))) == []


def test_headline_names_the_next_one_or_says_that_there_is_none(cast, as_):
    def headline():
        return main_text(as_(cast.lead).get(url("s", cast.cohort.slug)))

    assert "No convenings planned yet." in headline()
    plan(cast.cohort, -10)
    assert "All of this cohort’s convenings have taken place." in headline()
    plan(cast.cohort, 60, name="Later")
    plan(cast.cohort, 30, name="Sooner", place="Lima")
    assert "Next: Sooner , " in headline()


# The curriculum's ---------------------------------------------------------------------


def test_convenings_of_the_curriculum_are_for_those_it_names_on_the_cohorts_dates(cast):
    program = ProgramVersion.objects.get()
    planned = plan_from_curriculum(cohort=cast.cohort, program=program, by=cast.admin)
    assert [(row.audience, row.name, row.place) for row in planned] == [
        ("leads", program.items.get(key="lead-convening").titles["en"], ""),
        ("mayors", program.items.get(key="mayoral-convening").titles["en"], ""),
    ]
    for row, key in zip(planned, ("lead-convening", "mayoral-convening"), strict=True):
        item = program.items.get(key=key)
        assert row.starts_on == cast.cohort.date_of(item.week, item.weekday)
        assert (row.ends_on - row.starts_on).days == item.days - 1
    assert [event.verb for event in events(actor_id=cast.admin.pk)] == ["convening planned"] * 2


def test_convening_that_staff_renamed_is_not_planned_again(cast):
    program = ProgramVersion.objects.get()
    first = plan_from_curriculum(cohort=cast.cohort, program=program, by=None)[0]
    change(first, by=cast.admin, name="Renamed")
    assert plan_from_curriculum(cohort=cast.cohort, program=program, by=None) == []
    assert Convening.objects.count() == 2


def test_name_of_the_curriculum_is_shown_in_the_readers_language_and_staffs_as_it_is():
    titles = {"en": "Lead Convening", "es": "Encuentro de líderes"}
    items = [
        ProgramItem(kind=ItemKind.WORKSHOP, titles={"en": "Lead Convening", "es": "Taller"}),
        ProgramItem(kind=ItemKind.CONVENING, titles=titles),
    ]
    with translation.override("es"):
        assert Convening(name="Lead Convening").title_among(items) == "Encuentro de líderes"
        assert Convening(name="Three days in Lima").title_among(items) == "Three days in Lima"
        assert Convening(name="Lead Convening").title_among([]) == "Lead Convening"
    assert Convening(name="Encuentro de líderes").title_among(items) == "Lead Convening"


def test_shift_moves_one_cohorts_open_convenings_back_too(cast):
    own, other = plan(cast.cohort), plan(cast.other_cohort)
    assert shift(cohort=cast.cohort, days=-14) == 1
    before = own.starts_on, own.ends_on
    own.refresh_from_db()
    assert (own.starts_on, own.ends_on) == tuple(day - timedelta(days=14) for day in before)
    assert Convening.objects.get(pk=other.pk).starts_on == other.starts_on


def test_database_refuses_an_end_before_the_start(cast):
    convening = plan(cast.cohort)
    with pytest.raises(IntegrityError), transaction.atomic():
        change(convening, by=cast.admin, ends_on=convening.starts_on - timedelta(days=1))
