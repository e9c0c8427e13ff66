"""An export is a lease: one worker at a time, lost by silence, finished once (F9, F10)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accelerator import rls
from cities.exports import actions as exports
from cities.models import Export


@pytest.fixture
def export(cast):
    with rls.every_city():
        yield exports.request_export(city=cast.tulsa, kind=Export.Kind.STRATEGY_PDF, by=cast.lead)


def test_a_double_click_makes_one_file(cast, export):
    assert exports.request_export(city=cast.tulsa, kind=Export.Kind.STRATEGY_PDF, by=cast.member).pk == export.pk


def test_only_one_worker_takes_it(export):
    first = exports.claim(export.pk, "one")
    assert first.attempt == 1
    assert exports.claim(export.pk, "two") is None


def test_silence_gives_it_to_another_and_the_first_can_store_nothing(export):
    first = exports.claim(export.pk, "one")
    Export.objects.filter(pk=export.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=31))
    second = exports.claim(export.pk, "two")
    assert (second.attempt, second.worker) == (2, "two")
    stored = {"file": "a.pdf", "sha256": "0" * 64, "size": 1, "pages": 1, "report": []}
    assert not exports.report_progress(first, "layout", 50)
    assert not exports.finish(first, **stored)
    assert not exports.give_up(first, "crashed")
    assert exports.finish(second, **stored)
    assert not exports.finish(second, **stored)
    export.refresh_from_db()
    assert (export.state, export.worker, export.progress) == (Export.State.DONE, "two", 100)


def test_the_clock_finds_what_is_silent(cast, export):
    assert exports.stalled_exports() == []
    Export.objects.filter(pk=export.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=31))
    assert exports.stalled_exports() == [(cast.tulsa.pk, export.pk)]


def test_export_fails_with_a_reason_after_three_attempts(export):
    for number in range(1, 4):
        assert exports.claim(export.pk, "one").attempt == number
        Export.objects.filter(pk=export.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=31))
    assert exports.claim(export.pk, "one") is None
    assert exports.stalled_exports() == []
    export.refresh_from_db()
    assert export.state == Export.State.FAILED
    assert "interrupted three times" in str(export.reason_text)
