"""The page that pins a template version in a cohort: who moves, who stays and why, and who may."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.models import AuditEvent
from accelerator.refusals import Refused
from accelerator.texts import saving
from cities.models import Enrollment
from strategy.models import Risk, Section, Standing, Strategy, TemplateMove, TemplateVersion
from strategy.sections import following
from strategy.sections import outline as shape
from strategy.template import completeness
from strategy.template import editing as templates
from tests.clients import cost, main_text
from tests.dashboards.many_cities import fill

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(cast):
    """Version 2 has no section on risks."""
    draft = templates.open_draft(version=cast.cohort.cohorttemplate.version, by=cast.admin)
    templates.remove_section(draft.sections.get(key="risks"), stamp=draft.stamp, by=cast.admin)
    draft.refresh_from_db()
    gaps = completeness.gaps(draft, list(draft.sections.all()))
    templates.publish(draft, gaps=gaps, stamp=draft.stamp, by=cast.admin)
    return TemplateVersion.objects.get(pk=draft.pk)


def page(cohort):
    return reverse("dashboards:cohort-template", args=[cohort.slug])


def version_of(city):
    with rls.every_city():
        return Strategy.objects.select_related("version").get(city=city).version


def write(city, cast, html="<p>We know our assets.</p>"):
    with rls.every_city():
        section = Section.objects.filter(city=city).select_related("city", "template").first()
        saving.save(section, html=html, base=0, by=cast.admin)


def pin(cast, version):
    seen = cast.cohort.cohorttemplate.version_id
    return following.pin_and_move(cohort=cast.cohort, version=version, seen=seen, by=cast.admin)


def test_page_is_for_staff_who_manage_cohorts(cast, as_, second):
    wanted = {"admin": 200, "coach": 403, "other_coach": 403}
    for person in ["admin", "coach", "other_coach", "lead", "mayor", "guest", "funder", "other_lead", "nobody"]:
        browser = as_(getattr(cast, person))
        for address in (page(cast.cohort), f"{page(cast.cohort)}?version={second.pk}"):
            assert browser.get(address).status_code == wanted.get(person, 404), person
    assert TemplateMove.objects.count() == 0


def test_cities_that_have_written_nothing_move_and_the_others_are_named_with_the_reason(cast, as_, second):
    write(cast.tulsa, cast)
    browser = as_(cast.admin)
    shown = main_text(browser.get(f"{page(cast.cohort)}?version={second.pk}"))
    assert "1 city will move" in shown
    assert "1 city keeps its version" in shown
    assert (
        shown.index("Rosario") < shown.index("1 city keeps") < shown.index("Tulsa") < shown.index("1 section has text.")
    )
    assert version_of(cast.rosario).number == 1, "showing the page changes nothing"

    seen = cast.cohort.cohorttemplate.version_id
    answer = browser.post(page(cast.cohort), {"version": second.pk, "seen": seen}, follow=True)
    assert "1 city moved to this version. 1 city kept its version." in answer.text
    cast.cohort.cohorttemplate.refresh_from_db()
    assert cast.cohort.cohorttemplate.version == second
    assert (version_of(cast.rosario), version_of(cast.tulsa).number) == (second, 1)
    with rls.every_city():
        assert Section.objects.get(city=cast.rosario, key="risks").standing == Standing.REMOVED
        assert Section.objects.get(city=cast.tulsa, key="risks").standing == Standing.PRESENT
        assert AuditEvent.objects.filter(verb="strategy moved", city_id=cast.rosario.pk).count() == 1
        assert version_of(cast.quito).number == 1, "another cohort's city"


def test_a_move_can_be_undone_by_the_city(cast, as_, second):
    with rls.every_city():
        pin(cast, second)
        assert version_of(cast.tulsa) == second
        assert shape.undo(TemplateMove.objects.get(city=cast.tulsa), by=cast.lead)
        assert version_of(cast.tulsa).number == 1
        assert Section.objects.get(city=cast.tulsa, key="risks").standing == Standing.PRESENT


def test_a_city_with_rows_an_unsaved_text_or_another_cohort_stays(cast, second):
    with rls.every_city():
        Risk.objects.create(city=cast.tulsa, title="Vendor leaves")
        result = following.following(cast.cohort, second)
        assert [strategy.city for strategy in result.moving] == [cast.rosario]
        ((stays, reason),) = result.staying
        assert (stays.city, reason.split(",")[0]) == (cast.tulsa, "It has entries in its plan or registers")

        cast.cohort.enrollment_set.create(city=cast.quito, slug=cast.quito.slug, time_zone=cast.quito.time_zone)
        left = cast.cohort.enrollment_set.get(city=cast.rosario)
        left.state, left.left_on = Enrollment.State.WITHDRAWN, cast.rosario.today()
        left.save()
        reasons = {strategy.city.name: reason for strategy, reason in following.following(cast.cohort, second).staying}
    assert reasons["Quito"] == f"Its strategy began in {cast.other_cohort}."
    assert reasons["Rosario"] == "The city has left this cohort."


def test_a_choice_made_on_an_older_page_is_refused(cast, second):
    first = cast.cohort.cohorttemplate.version
    with rls.every_city():
        pin(cast, second)
        with pytest.raises(Refused, match="No change was made because Admin chose .* version 2"):
            following.pin_and_move(cohort=cast.cohort, version=second, seen=first.pk, by=cast.admin)


def test_a_draft_or_an_unknown_version_is_refused_in_a_sentence(cast, as_, second):
    draft = templates.open_draft(version=second, by=cast.admin)
    browser, seen = as_(cast.admin), cast.cohort.cohorttemplate.version_id
    for wrong in (draft.pk, 10**9, "x", ""):
        assert browser.get(f"{page(cast.cohort)}?version={wrong}").status_code == 422
        answer = browser.post(page(cast.cohort), {"version": wrong, "seen": seen})
        assert answer.status_code == 422
    assert version_of(cast.tulsa).number == 1


def test_settings_of_a_cohort_name_its_template_and_link_to_the_page(cast, as_):
    answer = as_(cast.admin).get(reverse("dashboards:cohort-edit", args=[cast.cohort.slug]))
    assert f"{cast.cohort.cohorttemplate.version.label}." in main_text(answer)
    assert page(cast.cohort) in answer.text
    assert "template" not in answer.context["form"].fields


def test_confirmation_costs_the_same_for_many_cities(cast, as_, second):
    browser = as_(cast.admin)
    address = f"{page(cast.cohort)}?version={second.pk}"
    browser.get(address)
    with cost() as few:
        browser.get(address)
    fill(cast.cohort, 22)
    with cost() as many:
        assert "22 cities will move" in main_text(browser.get(address))
    assert many.count == few.count
