"""Background work of the strategy: rendering, in short scopes with nothing slow inside one."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
from pathlib import Path

from celery import shared_task
from django.core.files.base import File
from django.core.files.storage import default_storage

from accelerator import pdf, rls
from cities import exports as leases
from cities.access import city_task
from cities.models import Export
from strategy import exports

# Failures of the renderer that may pass: tried once more.
AGAIN = {"crashed", "memory"}


@shared_task(name="strategy.tasks.render_pdf")
@city_task
def render_pdf(city_id: int, export_id: int) -> None:
    """Make the strategy's PDF: claim the row, read, render in a child, store; each step in its own transaction."""
    with rls.city_scope(city_id):
        export = leases.claim(export_id, f"{socket.gethostname()}:{os.getpid()}")
        if export is None:
            return
        document = exports.html(export.city)

    def still_wanted(step: str, percent: int) -> bool:
        with rls.city_scope(city_id):
            return leases.beat(export, step, percent)

    with tempfile.TemporaryDirectory() as folder:
        try:
            made = pdf.render(document, Path(folder) / "strategy.pdf", still_wanted=still_wanted)
        except pdf.Failed as failure:
            _failed(city_id, export, failure)
            return
        _store(city_id, export, made)


def _store(city_id: int, export: Export, made: pdf.Rendered) -> None:
    """Put the file away under a name of this attempt's own; taken back where another attempt was faster."""
    digest = hashlib.sha256(made.path.read_bytes()).hexdigest()
    with made.path.open("rb") as opened:
        name = default_storage.save(f"exports/{city_id}/{export.pk}-{export.attempt}.pdf", File(opened))
    with rls.city_scope(city_id):
        kept = leases.store(
            export,
            file=name,
            sha256=digest,
            size=made.path.stat().st_size,
            pages=made.pages,
            report=made.notes,
        )
    if not kept:
        default_storage.delete(name)


def _failed(city_id: int, export: Export, failure: pdf.Failed) -> None:
    """One retry for what may pass, then a failure that is shown."""
    if failure.code == "stopped":
        return
    with rls.city_scope(city_id):
        if failure.code in AGAIN and export.attempt < 2:
            Export.objects.filter(pk=export.pk, attempt=export.attempt, state=Export.State.RUNNING).update(
                state=Export.State.QUEUED, step=""
            )
        else:
            leases.give_up(export, failure.code)
            return
    render_pdf.delay(city_id, export.pk)


@shared_task(name="strategy.tasks.requeue_silent")
def requeue_silent() -> None:
    """Queue again what has been silent for 30 s: a killed worker, or a broker that lost the message."""
    with rls.every_city():
        waiting = leases.silent()
    for city_id, export_id in waiting:
        render_pdf.delay(city_id, export_id)
