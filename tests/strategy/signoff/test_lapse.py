"""Which parts are no longer as signed: exactly those, and never silently."""

from html import escape

import pytest
from django.urls import reverse
from django.utils import timezone

from accelerator import rls
from accelerator.texts import saving
from strategy.models import PublicSeal, TemplateVersion
from strategy.plan import actions as plan
from strategy.sections import outline
from strategy.signoff import lapse
from strategy.template import editing
from tests.clients import cost
from tests.strategy.made_ready import READ, lapsed, make_ready, sign, submit, write
from tests.walls import thawed

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(cast):
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead)
    sign(version, cast.mayor)
    return version


def test_one_byte_flips_exactly_one_section_and_back(cast, signed):
    assert lapsed(cast.tulsa) == []
    write(cast.tulsa, "data-use", READ[3:-4].replace("month", "week"), cast.lead)
    assert [label.split(".")[0] for label in lapsed(cast.tulsa)] == ["6"]
    write(cast.tulsa, "vision", "New.", cast.lead)
    assert [label.split(".")[0] for label in lapsed(cast.tulsa)] == ["1", "6"]
    write(cast.tulsa, "data-use", READ[3:-4], cast.lead)
    write(cast.tulsa, "vision", READ[3:-4], cast.lead)
    assert lapsed(cast.tulsa) == []


def test_another_language_of_the_city_since_signing_changes_no_part(cast, signed):
    with rls.every_city():
        type(cast.tulsa).objects.filter(pk=cast.tulsa.pk).update(language="es")
        cast.tulsa.refresh_from_db()
        assert lapse.of(cast.tulsa).parts == []
        section = cast.tulsa.section_set.select_related("template", "city").get(key="vision")
        pk = signed.parts.get(key="vision").pk
        assert lapse.is_as_signed(lapse.signed_parts([pk])[pk], section)
    write(cast.tulsa, "vision", "New.", cast.lead)
    with rls.every_city():
        assert [part.label for part in lapse.of(cast.tulsa).parts] == ["1. Vision for three years"]


def test_the_plan_is_a_part_of_its_own(cast, signed):
    with rls.every_city():
        objective = cast.tulsa.objective_set.get()
        plan.change(objective, stamp=objective.stamp, by=cast.lead, title="Changed")
    assert lapsed(cast.tulsa) == ["8. Action plan: objectives and actions"]


def test_a_written_section_and_a_register_of_the_same_name_are_two_parts(cast, signed):
    write(cast.tulsa, "risks", "We may lose staff.", cast.lead)
    assert [label.split(".")[0] for label in lapsed(cast.tulsa)] == ["10"]
    with rls.every_city():
        cast.tulsa.risk_set.create(title="Staff", likelihood="high", impact="high", position=1)
    assert [label.split(".")[0] for label in lapsed(cast.tulsa)] == ["Risk register", "10"]


def test_a_section_that_is_left_out_or_comes_new_is_named(cast, signed):
    write(cast.tulsa, "principles", "We say why.", cast.lead)
    assert [label.split(".")[0] for label in lapsed(cast.tulsa)] == ["4"]
    with rls.every_city():
        cast.tulsa.section_set.filter(key="oversight").update(standing="hidden")
    assert [label.split(".")[0] for label in lapsed(cast.tulsa)] == ["10", "4"]


@pytest.fixture
def renamed(cast, signed):
    """The city's strategy moved to a template version in which the vision has another title."""
    with rls.every_city():
        first = cast.tulsa.strategy.version
        second = editing.open_draft(version=first, by=cast.admin)
        row = second.sections.get(key="vision")
        row.titles = {**row.titles, "en": "What we want to be"}
        row.save()
        TemplateVersion.objects.filter(pk=second.pk).update(published_at=timezone.now())
        cast.tulsa.refresh_from_db()
        outline.move(
            strategy=cast.tulsa.strategy, to=TemplateVersion.objects.get(pk=second.pk), seen=first.pk, by=cast.lead
        )


def test_a_renamed_section_stays_lapsed_when_its_text_is_put_back(cast, renamed):
    assert [label.split(".")[0] for label in lapsed(cast.tulsa)] == ["1"]
    write(cast.tulsa, "vision", "Other.", cast.lead)
    write(cast.tulsa, "vision", READ[3:-4], cast.lead)
    assert [label.split(".")[0] for label in lapsed(cast.tulsa)] == ["1"]


def test_new_settings_of_the_city_show_at_once_to_everyone(cast, as_, signed):
    """Another fiscal year moves the plan's quarters; another language alone changes nothing that was signed."""
    assert (
        "No part of the city’s strategy has changed since it was signed."
        in as_().get(f"/verify/{signed.code}/").content.decode()
    )
    settings = reverse("dashboards:city-settings", args=[cast.tulsa.slug])
    browser = as_(cast.admin)
    form = browser.get(settings).context["form"]
    initial = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = browser.post(settings, {**initial, "language": "es", "fiscal_year_start": 4})
    assert answer.status_code == 302
    labels = lapsed(cast.tulsa)
    assert labels == ["8. Action plan: objectives and actions"]
    page = as_().get(f"/verify/{signed.code}/").content.decode()
    assert [label for label in labels if f"<li>{escape(label)}</li>" not in page] == []


def test_the_public_page_opens_no_more_than_the_seals_own_city(cast, as_, signed):
    with rls.every_city():
        seal = PublicSeal.objects.get()
        write(cast.tulsa, "vision", "Unsigned text.", cast.lead)
    found = lapse.of_seal(seal)
    assert rls.current() == rls.CLOSED
    assert [part.key for part in found.parts] == ["vision"]
    assert "Unsigned text" not in as_().get(f"/verify/{signed.code}/").content.decode()


def test_the_public_page_claims_nothing_that_it_has_not_compared(cast, as_, signed):
    """Another version is in force already, and its seal not written yet."""
    with rls.every_city():
        cast.tulsa.strategyversion_set.create(
            strategy=signed.strategy,
            number=2,
            tree=signed.tree,
            template="x 2",
            sha256=signed.sha256,
            code="AAAA-BBBB-CCCC",
            state="signed",
            signed_at=timezone.now(),
        )
    page = as_().get(f"/verify/{signed.code}/").content.decode()
    assert "Who signed" in page
    assert "Changes since signing" not in page
    assert "No part of the city’s strategy has changed since it was signed." not in page


def test_queries_do_not_grow_with_the_number_of_changes(cast, signed):
    with rls.every_city():
        lapse.of(cast.tulsa)
        with cost() as none:
            lapse.of(cast.tulsa)
        for section in cast.tulsa.section_set.filter(template__required=True):
            saving.save(section, html="<p>New.</p>", base=section.revision, by=cast.lead)
        with cost() as many:
            lapse.of(cast.tulsa)
    assert many.count == none.count + 1


def test_lapsed_parts_are_shown_on_every_page(cast, as_, signed):
    write(cast.tulsa, "vision", "New.", cast.lead)
    browser = as_(cast.lead)
    assert "one part has changed since" in browser.get(f"/cities/{cast.tulsa.slug}/strategy/").content.decode()
    for url in (
        reverse("strategy:sign-off", args=[cast.tulsa.slug]),
        reverse("strategy:version", args=[cast.tulsa.slug, 1]),
        reverse("strategy:verify-code", args=[signed.code]),
    ):
        assert "Vision" in browser.get(url).content.decode()
    history = browser.get(reverse("strategy:section-history", args=[cast.tulsa.slug, "vision"])).content.decode()
    assert history.count("signed as part of version 1 of the strategy") == 1


def test_saving_a_section_does_not_compute_the_lapse(cast, signed):
    with rls.every_city():
        section = cast.tulsa.section_set.get(key="vision")
        saving.save(section, html="<p>One.</p>", base=section.revision, by=cast.lead)
        section.refresh_from_db()
        with cost() as with_seal:
            saving.save(section, html="<p>Two.</p>", base=section.revision, by=cast.lead)
        with thawed(PublicSeal):
            PublicSeal.objects.all().delete()
        section.refresh_from_db()
        with cost() as without:
            saving.save(section, html="<p>Three.</p>", base=section.revision, by=cast.lead)
    assert with_seal.count == without.count
