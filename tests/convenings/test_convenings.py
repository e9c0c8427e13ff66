"""The convenings page and staff's form: access, validation, how the place is shown."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.models import AuditEvent, User
from convenings.actions import plan_from_curriculum, shift
from convenings.models import Convening
from curriculum.models import ProgramVersion
from tests.clients import cost, edit


def plan(cohort, days=30, **fields):
    starts_on = cohort.today() + timedelta(days=days)
    return Convening.objects.create(
        cohort=cohort,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=1),
        **{"name": "Mayoral Convening", "audience": "mayors", **fields},
    )


def url(name, *args):
    return reverse(f"convenings:convening{name}", args=args)


def data(**changes):
    return {
        "name": "Lead Convening",
        "audience": "leads",
        "place": "Baltimore",
        "starts_on": "2027-10-05",
        "ends_on": "2027-10-06",
        **changes,
    }


def test_list_is_open_to_everyone_in_the_cohort(cast, as_):
    plan(cast.cohort, name="Three days in Lima")
    plan(cast.other_cohort, name="Another cohort's")
    for person in ("admin", "coach", "lead", "member", "mayor", "delegate", "funder", "other_lead"):
        answer = as_(getattr(cast, person)).get(url("s", cast.cohort.slug))
        assert (answer.status_code, "Three days in Lima" in answer.content.decode()) == (200, True), person
        assert "Another cohort" not in answer.content.decode()
    assert as_(cast.guest).get(url("s", cast.cohort.slug)).status_code == 403
    for person in ("far_lead", "nobody"):
        assert as_(getattr(cast, person)).get(url("s", cast.cohort.slug)).status_code == 404, person


def test_a_place_that_is_not_known_yet_is_to_be_announced(cast, as_):
    plan(cast.cohort)
    text = as_(cast.lead).get(url("s", cast.cohort.slug)).content.decode()
    assert "location to be announced." in text
    assert ">to be announced</td>" in text


def test_convenings_of_the_curriculum_are_named_in_the_readers_language(cast, as_):
    with rls.every_city():
        plan_from_curriculum(cohort=cast.cohort, program=ProgramVersion.objects.get(), by=None)
    titles = ProgramVersion.objects.get().items.filter(kind="convening").first().titles
    User.objects.filter(pk=cast.member.pk).update(language="es")
    text = as_(cast.member).get(url("s", cast.cohort.slug)).content.decode()
    assert titles["es"] in text
    assert titles["en"] not in text


def test_planning_is_for_staff_only(cast, as_):
    convening = plan(cast.cohort)
    pages = [url("-new", cast.cohort.slug), url("-edit", cast.cohort.slug, convening.pk)]
    remove = url("-remove", cast.cohort.slug, convening.pk)
    for person, status in {"coach": 403, "lead": 404, "mayor": 404, "funder": 404, "nobody": 404}.items():
        browser = as_(getattr(cast, person))
        assert [browser.get(page).status_code for page in pages] == [status] * 2, person
        assert browser.post(remove).status_code == status, person
    assert Convening.objects.filter(pk=convening.pk).exists()
    assert "convening-new" not in as_(cast.lead).get(url("s", cast.cohort.slug)).content.decode()


def test_another_cohorts_convening_is_not_found_in_this_one(cast, as_):
    other = plan(cast.other_cohort)
    for name in ("-edit", "-remove"):
        assert as_(cast.admin).post(url(name, cast.cohort.slug, other.pk), data()).status_code == 404
    assert Convening.objects.filter(pk=other.pk, name="Mayoral Convening").exists()


def test_convening_is_planned_changed_and_removed(cast, as_):
    browser = as_(cast.admin)
    assert browser.post(url("-new", cast.cohort.slug), data())["Location"] == url("s", cast.cohort.slug)
    convening = Convening.objects.get()
    assert (convening.cohort, convening.place, convening.starts_on) == (cast.cohort, "Baltimore", date(2027, 10, 5))
    edit(browser, url("-edit", cast.cohort.slug, convening.pk), data(place=""))
    convening.refresh_from_db()
    assert convening.place == ""
    browser.post(url("-remove", cast.cohort.slug, convening.pk))
    assert not Convening.objects.exists()
    with rls.every_city():
        verbs = [e.verb for e in AuditEvent.objects.filter(kind="convening").order_by("at")]
    assert verbs == ["convening planned", "convening changed", "convening removed"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_on": "2027-10-04"}, "The end date is before the start date. Choose the same day or a later one."),
        ({"starts_on": "soon"}, "Enter a valid date."),
        ({"name": ""}, "This field is required."),
        ({"audience": "everybody"}, "Select a valid choice."),
        ({"name": "x" * 200}, "Ensure this value has at most 120 characters"),
    ],
)
def test_form_with_a_mistake_shows_a_sentence_and_keeps_the_rest(cast, as_, changes, sentence):
    answer = as_(cast.admin).post(url("-new", cast.cohort.slug), data(**changes))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert 'value="Baltimore"' in text
    assert not Convening.objects.exists()


def test_two_for_the_same_people_cannot_begin_on_one_day(cast, as_):
    browser = as_(cast.admin)
    browser.post(url("-new", cast.cohort.slug), data())
    text = browser.post(url("-new", cast.cohort.slug), data(name="Again")).content.decode()
    assert "This group already has a convening that starts on that day." in text
    convening = Convening.objects.get()
    answer = edit(browser, url("-edit", cast.cohort.slug, convening.pk), data(name="Renamed"))
    assert answer.status_code == 302


@pytest.mark.parametrize("number", [10, 100])
def test_the_list_costs_the_same_at_10_and_100(cast, as_, number):
    for days in range(number):
        plan(cast.cohort, days - 5)
    browser = as_(cast.lead)
    browser.get(url("s", cast.cohort.slug))
    with cost() as measured:
        browser.get(url("s", cast.cohort.slug))
    assert measured.count == 4  # one for the frame: a person's own city is at the left


def test_convenings_of_the_curriculum_are_planned_once(cast):
    program = ProgramVersion.objects.get()
    assert len(plan_from_curriculum(cohort=cast.cohort, program=program, by=None)) == 2
    assert plan_from_curriculum(cohort=cast.cohort, program=program, by=None) == []


def test_convenings_with_a_place_do_not_move_with_the_kickoff(cast):
    fixed, open_ = plan(cast.cohort, place="Baltimore"), plan(cast.cohort, 60)
    assert shift(cohort=cast.cohort, days=7) == 1
    assert Convening.objects.get(pk=fixed.pk).starts_on == fixed.starts_on
    assert Convening.objects.get(pk=open_.pk).starts_on == open_.starts_on + timedelta(days=7)


def test_date_in_a_far_year_is_refused(cast, as_):
    """The cohort's board shows the date: one at the end of time broke it."""
    browser = as_(cast.admin)
    for far in ("9999-12-31", "0001-01-01"):
        answer = browser.post(url("-new", cast.cohort.slug), data(starts_on=far, ends_on=far))
        assert (answer.status_code, "Check the year" in answer.content.decode()) == (422, True), far
    assert not Convening.objects.filter(cohort=cast.cohort).exists()
