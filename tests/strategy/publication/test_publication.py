"""Publishing: only what is signed, whole or not at all, a newer one supersedes, a withdrawn one says why."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accelerator import rls
from cities.models import Export
from strategy.models import PublicStrategy
from strategy.publication import actions as publication
from strategy.signoff import seals
from strategy.tasks import render_file
from tests.clients import cost
from tests.strategy.published import publish, signed


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def url(name, city, *args):
    return reverse(f"strategy:{name}", args=[city.slug, *args])


def rows():
    with rls.every_city():
        return {r.number: r for r in PublicStrategy.objects.all()}


def test_form_publishes_a_signed_version(cast, as_, write):
    write(cast.lead, "We answer every report.")
    version = signed(cast.tulsa)
    browser = as_(cast.lead)
    page = browser.get(url("publication", cast.tulsa)).content.decode()
    assert "Publish version 1" in page
    assert "We answer every report." in browser.get(url("publication-preview", cast.tulsa)).content.decode()
    answer = browser.post(url("publication-publish", cast.tulsa), {"number": 1, "summary": "In short."})
    assert answer["Location"] == url("publication", cast.tulsa)
    assert as_().get("/strategies/tulsa-us/").status_code == 404
    with rls.every_city():
        export = Export.objects.get(kind="publication")
    render_file(cast.tulsa.pk, export.pk)
    public = rows()[1]
    assert (public.sha256, public.tree, public.summary) == (version.sha256, version.tree, "In short.")
    with rls.every_city():
        assert set(public.files.values_list("kind", flat=True)) == {"pdf", "docx", "json", "xlsx"}
    assert "We answer every report." in as_().get("/strategies/tulsa-us/").content.decode()


@pytest.mark.parametrize("pdf", [True, False])
def test_version_without_signature_or_pdf_is_refused(cast, as_, pdf):
    version = signed(cast.tulsa, pdf=pdf)
    if pdf:
        with rls.every_city():
            type(version).objects.update(state="returned", signed_at=None)
    answer = as_(cast.lead).post(url("publication-publish", cast.tulsa), {"number": 1, "summary": "x"})
    assert answer.status_code == 422
    with rls.every_city():
        assert not Export.objects.filter(kind="publication").exists()


def test_a_refusal_keeps_what_was_typed(cast, as_):
    signed(cast.tulsa)
    answer = as_(cast.lead).post(url("publication-publish", cast.tulsa), {"number": 9, "summary": "My words"})
    assert (answer.status_code, "My words" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("state", "said", "unsaid"),
    [
        ("with_approvers", "Version 1 is waiting for signature.", "Submit the strategy"),
        ("returned", "Submit the strategy for signature.", "is waiting for signature"),
    ],
)
def test_publication_page_says_submit_only_while_no_version_waits(cast, as_, state, said, unsaid):
    version = signed(cast.tulsa)
    with rls.every_city():
        type(version).objects.update(state=state, signed_at=None)
    page = " ".join(as_(cast.lead).get(url("publication", cast.tulsa)).text.split())
    assert said in page
    assert unsaid not in page


def test_publication_page_names_a_version_that_waits_after_a_published_one(cast, as_):
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead)
    version = signed(cast.tulsa, number=2)
    with rls.every_city():
        type(version).objects.filter(number=2).update(state="with_approvers", signed_at=None)
    page = " ".join(as_(cast.lead).get(url("publication", cast.tulsa)).text.split())
    assert "Version 1 has been public since" in page
    assert "Version 2 is waiting for signature." in page


def test_newer_version_supersedes_and_the_older_one_remains(cast, as_):
    signed(cast.tulsa, 1)
    publish(cast.tulsa, cast.lead)
    signed(cast.tulsa, 2)
    publish(cast.tulsa, cast.lead, 2)
    found = rows()
    assert found[1].superseded_at
    assert found[2].superseded_at is None
    page = as_().get("/strategies/tulsa-us/").content.decode()
    assert "/strategies/tulsa-us/v1/" in page
    assert "A newer version" in as_().get("/strategies/tulsa-us/v1/").content.decode()


def test_page_of_an_older_version_says_that_a_newer_one_was_signed(cast, as_):
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead)
    browser = as_()
    first = browser.get("/strategies/tulsa-us/")
    assert "newer version" not in first.text
    with rls.every_city():
        seals.set_seal(signed(cast.tulsa, 2))
    page = browser.get("/strategies/tulsa-us/", headers={"If-None-Match": first["ETag"]})
    assert page.status_code == 200
    assert "A newer version has been signed." in page.text
    assert reverse("strategy:verify-code", args=[f"CODE-{cast.tulsa.pk}-2"]) in page.text
    assert ("A newer version has replaced" in page.text, "noindex" in page.text) == (False, False)


def test_replaced_version_stays_replaced_when_the_newer_one_is_withdrawn(cast, as_):
    for number in (1, 2):
        signed(cast.tulsa, number)
        publish(cast.tulsa, cast.lead, number)
    browser = as_()
    before = browser.get("/strategies/tulsa-us/v1/")
    assert "Read version 2" in before.text
    as_(cast.lead).post(url("publication-withdraw", cast.tulsa), {"reason": "A wrong figure."})
    after = browser.get("/strategies/tulsa-us/v1/", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert "A newer version has replaced this one." in after.text
    assert "Read version 2" not in after.text


def test_withdrawn_strategy_shows_the_reason(cast, as_):
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead)
    lead = as_(cast.lead)
    assert lead.post(url("publication-withdraw", cast.tulsa), {"reason": " "}).status_code == 422
    assert lead.post(url("publication-withdraw", cast.tulsa), {"reason": "A wrong figure."}).status_code == 302
    for address in ("/strategies/tulsa-us/", "/strategies/tulsa-us/v1/"):
        answer = as_().get(address)
        assert (answer.status_code, "A wrong figure." in answer.content.decode()) == (410, True)
    assert as_().get("/strategies/tulsa-us/v1/json/").status_code == 404
    assert "Tulsa" not in as_().get("/strategies/").content.decode().split("<main")[1]


def test_progress_is_public_only_where_the_city_chose_it(cast, as_):
    with rls.every_city():
        objective = cast.tulsa.objective_set.create(code="O1", position=1, title="Trust", component="use")
        objective.actions.create(
            city=cast.tulsa, code="A1", position=1, title="One", component="use", status="completed"
        )
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead)
    assert rows()[1].progress is None
    as_(cast.lead).post(url("publication-progress", cast.tulsa), {"progress": "on"})
    assert rows()[1].progress["actions"][0]["status"] == "completed"
    assert "1 of 1 action was completed" in as_().get("/strategies/tulsa-us/").content.decode()
    as_(cast.lead).post(url("publication-progress", cast.tulsa))
    assert rows()[1].progress is None


def test_a_lost_lease_publishes_nothing(cast):
    signed(cast.tulsa)
    with rls.every_city():
        export = publication.publish(city=cast.tulsa, number=1, summary="x", shows_progress=False, by=cast.lead)
        Export.objects.filter(pk=export.pk).update(state="failed", reason="interrupted")
    publication.store(cast.tulsa.pk, export, {}, [])
    assert rows() == {}


@pytest.mark.parametrize(("who", "status"), [("mayor", 403), ("coach", 403), ("guest", 403), ("admin", 403)])
def test_others_of_the_city_may_not_publish(cast, as_, who, status):
    for name in ("publication-publish", "publication-progress", "publication-withdraw"):
        assert as_(getattr(cast, who)).post(url(name, cast.tulsa)).status_code == status


@pytest.mark.parametrize("who", ["other_lead", "other_coach", "funder", "nobody"])
def test_stranger_gets_not_found(cast, as_, who):
    signed(cast.tulsa)
    for name in ("publication", "publication-preview"):
        assert as_(getattr(cast, who)).get(url(name, cast.tulsa)).status_code == 404


def test_guest_is_refused(cast, as_):
    assert as_(cast.guest).get(url("publication", cast.tulsa)).status_code == 403


def test_publication_page_with_many_versions_needs_no_more_queries(cast, as_):
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead)
    browser = as_(cast.lead)
    with cost() as few:
        browser.get(url("publication", cast.tulsa))
    with rls.every_city():
        PublicStrategy.objects.bulk_create(
            PublicStrategy(
                city=cast.tulsa,
                slug="tulsa-us",
                number=n,
                code=f"C{n}",
                city_name="Tulsa",
                sort_name="tulsa",
                country="US",
                language="en",
                years="2027",
                tree={},
                sha256="0" * 64,
                search="",
                signed_at="2026-01-01T00:00Z",
                superseded_at="2026-02-01T00:00Z",
            )
            for n in range(2, 100)
        )
    with cost() as many:
        browser.get(url("publication", cast.tulsa))
    assert few.count == many.count <= 8, many.queries


def test_day_of_withdrawal_is_the_citys(cast, as_):
    """Nine in the evening in Tulsa is the next day in UTC; the city's setting may have changed since."""
    signed(cast.tulsa)
    publish(cast.tulsa, cast.lead)
    with rls.every_city():
        type(cast.tulsa).objects.filter(pk=cast.tulsa.pk).update(time_zone="Asia/Tokyo")
        late = datetime(2026, 3, 11, 3, tzinfo=UTC)
        PublicStrategy.objects.update(withdrawn_at=late, withdrawn_reason="A wrong figure.")
    assert "The city withdrew version 1 on Mar 10, 2026." in as_().get("/strategies/tulsa-us/").text
