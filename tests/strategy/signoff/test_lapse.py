"""Which parts are not any more as they were signed: exactly those, and never silently."""

import pytest
from django.urls import reverse

from accelerator import rls
from accelerator.texts import writing
from strategy.models import PublicSeal
from strategy.plan import actions as plan
from strategy.signoff import actions as signoff
from strategy.signoff import seals
from tests.clients import cost
from tests.strategy.made_ready import READ, make_ready, sign, submit, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(cast):
    make_ready(cast.tulsa, cast.lead)
    version = submit(cast.tulsa, cast.lead)
    sign(version, cast.mayor)
    return version


def lapsed(cast, version):
    with rls.every_city():
        return signoff.lapsed(version, cast.tulsa)


def seal():
    with rls.every_city():
        return PublicSeal.objects.get(state="valid")


def test_one_byte_flips_exactly_one_section_and_back(cast, signed):
    assert (lapsed(cast, signed), seal().lapsed) == ([], [])
    write(cast.tulsa, "data-use", READ[3:-4].replace("month", "week"), cast.lead)
    assert lapsed(cast, signed) == ["data-use"]
    assert [title.startswith("8. ") for title in seal().lapsed] == [True]
    write(cast.tulsa, "vision", "New.", cast.lead)
    assert lapsed(cast, signed) == ["vision", "data-use"]
    assert [title.split(".")[0] for title in seal().lapsed] == ["1", "8"]
    write(cast.tulsa, "data-use", READ[3:-4], cast.lead)
    write(cast.tulsa, "vision", READ[3:-4], cast.lead)
    assert (lapsed(cast, signed), seal().lapsed) == ([], [])


def test_the_plan_is_a_part_of_its_own(cast, signed):
    with rls.every_city():
        objective = cast.tulsa.objective_set.get()
        plan.change_objective(objective=objective, stamp=objective.stamp, by=cast.lead, title="Changed")
        seals.refresh(cast.tulsa)
    assert lapsed(cast, signed) == ["plan"]
    assert seal().lapsed == ["Action plan: objectives and actions"]


def test_a_section_that_is_left_out_or_comes_new_is_named(cast, signed):
    with rls.every_city():
        cast.tulsa.section_set.filter(key="principles").update(standing="hidden")
        seals.refresh(cast.tulsa)
    assert lapsed(cast, signed) == ["principles"]
    assert [title.split(".")[0] for title in seal().lapsed] == ["5"]


def test_it_is_told_on_every_page(cast, as_, signed):
    write(cast.tulsa, "vision", "New.", cast.lead)
    browser = as_(cast.lead)
    assert (
        "one part has changed since" in browser.get(f"/cities/{cast.tulsa.slug}/strategy/").content.decode()
    )
    for url in (
        reverse("strategy:sign-off", args=[cast.tulsa.slug]),
        reverse("strategy:version", args=[cast.tulsa.slug, 1]),
        reverse("strategy:verify-code", args=[signed.code]),
    ):
        assert "Vision" in browser.get(url).content.decode()
    history = browser.get(
        reverse("strategy:section-history", args=[cast.tulsa.slug, "vision"])
    ).content.decode()
    assert history.count("signed in version 1 of the strategy") == 1


def test_saving_costs_one_small_query_more(cast, signed):
    with rls.every_city():
        section = cast.tulsa.section_set.get(key="vision")
        with cost() as with_seal:
            writing.save(section, html="<p>One.</p>", base=section.revision, by=cast.lead)
        section.refresh_from_db()
        with cost() as again:
            writing.save(section, html="<p>Two.</p>", base=section.revision, by=cast.lead)
        PublicSeal.objects.all().delete()
        section.refresh_from_db()
        with cost() as without:
            writing.save(section, html="<p>Three.</p>", base=section.revision, by=cast.lead)
    assert again.count - without.count == 0  # the look for a seal is made either way
    assert with_seal.count - without.count <= 3  # the flip; the state that goes back to drafting, on record
