"""Requesting a file, following its progress, downloading it."""

import hashlib

import pytest
from django.urls import reverse

from accelerator import rls
from cities.exports import actions as exports
from cities.models import Export
from strategy.tasks import render_file
from tests.clients import cost

READERS = ["lead", "member", "mayor", "delegate", "coach", "admin"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


def make(city, by):
    with rls.every_city():
        return exports.request_export(city=city, kind=Export.Kind.STRATEGY_PDF, by=by)


def url(name, city, *args):
    return reverse(f"cities:{name}", args=[city.slug, *args])


def test_the_whole_way_from_the_button_to_the_file(cast, as_):
    browser = as_(cast.lead)
    answer = browser.post(url("export-ask", cast.tulsa))
    with rls.every_city():
        export = Export.objects.get()
    assert answer["Location"] == url("export", cast.tulsa, export.pk)
    page = browser.get(answer["Location"])
    assert 'hx-trigger="every 1s"' in page.content.decode()

    render_file(cast.tulsa.pk, export.pk)

    part = browser.get(answer["Location"], headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in part
    assert "<html" not in part
    file = browser.get(url("export-file", cast.tulsa, export.pk))
    content = b"".join(file.streaming_content)
    with rls.every_city():
        export.refresh_from_db()
    assert content.startswith(b"%PDF-1.7")
    assert hashlib.sha256(content).hexdigest() == export.sha256
    assert file["Content-Disposition"].startswith('attachment; filename="tulsa-data-strategy-')


def test_it_is_made_once_though_asked_for_twice(cast):
    export = make(cast.tulsa, cast.lead)
    render_file(cast.tulsa.pk, export.pk)
    with rls.every_city():
        export.refresh_from_db()
        first = (export.attempt, export.file, export.finished_at)
    render_file(cast.tulsa.pk, export.pk)
    with rls.every_city():
        export.refresh_from_db()
        assert (export.attempt, export.file, export.finished_at) == first


@pytest.mark.parametrize("who", READERS)
def test_the_citys_people_fetch_it(cast, as_, who):
    export = make(cast.tulsa, cast.lead)
    assert as_(getattr(cast, who)).get(url("export", cast.tulsa, export.pk)).status_code == 200


def test_a_guest_may_not(cast, as_):
    export = make(cast.tulsa, cast.lead)
    for name, args in (("export", [export.pk]), ("export-file", [export.pk])):
        assert as_(cast.guest).get(url(name, cast.tulsa, *args)).status_code == 403
    assert as_(cast.guest).post(url("export-ask", cast.tulsa)).status_code == 403


def test_a_stranger_finds_nothing(cast, as_):
    export = make(cast.tulsa, cast.lead)
    render_file(cast.tulsa.pk, export.pk)
    for who in ("other_lead", "far_lead", "other_coach", "funder", "nobody"):
        browser = as_(getattr(cast, who))
        assert browser.get(url("export", cast.tulsa, export.pk)).status_code == 404, who
        assert browser.get(url("export-file", cast.tulsa, export.pk)).status_code == 404, who
        assert browser.post(url("export-ask", cast.tulsa)).status_code == 404, who
    own = as_(cast.lead).get(url("export-file", cast.tulsa, export.pk))
    assert b"".join(own.streaming_content).startswith(b"%PDF")


def test_another_citys_file_is_not_found_under_ones_own_address(cast, as_):
    export = make(cast.rosario, cast.other_lead)
    render_file(cast.rosario.pk, export.pk)
    assert as_(cast.lead).get(url("export", cast.tulsa, export.pk)).status_code == 404
    assert as_(cast.lead).get(url("export-file", cast.tulsa, export.pk)).status_code == 404
    own = as_(cast.other_lead).get(url("export-file", cast.rosario, export.pk))
    assert b"".join(own.streaming_content).startswith(b"%PDF")


def test_a_file_that_is_not_ready_cannot_be_fetched(cast, as_):
    export = make(cast.tulsa, cast.lead)
    assert as_(cast.lead).get(url("export-file", cast.tulsa, export.pk)).status_code == 404


def test_failed_export_shows_its_reason(cast, as_):
    export = make(cast.tulsa, cast.lead)
    with rls.every_city():
        exports.give_up(exports.claim(export.pk, "one"), "timeout")
    page = as_(cast.lead).get(url("export", cast.tulsa, export.pk)).content.decode()
    assert "took too long" in page
    assert "Try again" in page


@pytest.mark.parametrize("rows", [10, 100])
def test_the_page_costs_the_same_however_many_files(cast, as_, rows):
    export = make(cast.tulsa, cast.lead)
    with rls.every_city():
        Export.objects.bulk_create(
            Export(city=cast.tulsa, kind="strategy-pdf", state="failed", reason="timeout") for _ in range(rows)
        )
    browser = as_(cast.lead)
    with cost() as spent:
        browser.get(url("export", cast.tulsa, export.pk))
    assert spent.count == 3, spent.queries
