"""Background work of the strategy: files of every kind, in short scopes with nothing slow inside one."""

from __future__ import annotations

import hashlib
import os
import socket
import tempfile
from pathlib import Path

from celery import shared_task
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import translation

from accelerator import rls
from accelerator.child_processes import ChildFailed
from cities.access import city_task
from cities.exports import actions as leases
from cities.models import City, Export
from strategy.document import exports, files
from strategy.document.files import ExportWork, FinishedFile
from strategy.publication import actions as publication
from strategy.publication.progress import refresh_progress
from strategy.signoff import status_requests
from strategy.signoff.models import StrategyVersion

Kind = Export.Kind
# Failures that may pass: tried once more.
AGAIN = {"crashed", "memory"}


@shared_task(name="strategy.tasks.render_file")
@city_task
def render_file(city_id: int, export_id: int) -> None:
    """Make an export's file: claim the row, read, make, store; each step in its own transaction."""
    with rls.city_scope(city_id):
        export = leases.claim(export_id, f"{socket.gethostname()}:{os.getpid()}")
        if export is None:
            return
        number = export.options.get("version")
        edition = exports.version(export.city, number) if number else exports.draft(export.city)
        images = exports.images(export.city, edition.tree)
    with tempfile.TemporaryDirectory() as folder:
        work = ExportWork(city_id, export, edition, images, Path(folder))
        try:
            with translation.override(edition.tree["language"]):
                made = MAKERS[Kind(export.kind)](work)
        except ChildFailed as failure:
            _failed(city_id, export, failure.code)
            return
        if made is not None:
            _store(work, made)


def publish(work: ExportWork) -> FinishedFile | None:
    """The files of a publication; it flips in the transaction that stores the export."""
    made = {"docx": files.make_word(work), "json": files.make_json(work), "xlsx": files.make_sheet(work)}
    work.heartbeat("writing", 70)
    paths = {kind: file.path for kind, file in made.items()}
    notes = list(dict.fromkeys(note for file in made.values() for note in file.notes))
    publication.store(work.city_id, work.export, paths, notes)
    return None


MAKERS = {
    Kind.STRATEGY_PDF: files.make_pdf,
    Kind.VERSION_PDF: files.make_pdf,
    Kind.STRATEGY_DOCX: files.make_word,
    Kind.STRATEGY_JSON: files.make_json,
    Kind.PLAN_XLSX: files.make_sheet,
    Kind.PUBLICATION: publish,
}


def _store(work: ExportWork, made: FinishedFile) -> None:
    """Put the file away under a name of this attempt's own; taken back where another attempt was faster."""
    export, digest = work.export, hashlib.sha256(made.path.read_bytes()).hexdigest()
    with made.path.open("rb") as opened:
        name = default_storage.save(
            f"exports/{work.city_id}/{export.pk}-{export.attempt}{made.path.suffix}", File(opened)
        )
    with rls.city_scope(work.city_id):
        kept = leases.finish(
            export, file=name, sha256=digest, size=made.path.stat().st_size, pages=made.pages, report=made.notes
        )
        if kept and export.kind == Kind.VERSION_PDF:
            _seal(work, name, digest)
    if not kept:
        default_storage.delete(name)


def _seal(work: ExportWork, name: str, digest: str) -> None:
    """The first PDF of a version is its PDF for ever: what was signed stays byte for byte."""
    city, number = work.export.city, work.export.options["version"]
    if city.strategyversion_set.filter(number=number, pdf="").update(pdf=name, pdf_sha256=digest):
        city.publicseal_set.filter(number=number, pdf_sha256="").update(pdf_sha256=digest)


def _failed(city_id: int, export: Export, code: str) -> None:
    """One retry for what may pass, then a failure that is shown."""
    if code == "stopped":
        return
    with rls.city_scope(city_id):
        if code in AGAIN and export.attempt < 2:
            Export.objects.filter(pk=export.pk, attempt=export.attempt, state=Export.State.RUNNING).update(
                state=Export.State.QUEUED, step=""
            )
        else:
            leases.give_up(export, code)
            return
    render_file.delay(city_id, export.pk)


@shared_task(name="strategy.tasks.requeue_silent")
def requeue_silent() -> None:
    """Queue again what has been silent for 30 s: a killed worker, or a broker that lost the message."""
    with rls.every_city():
        waiting = leases.stalled_exports()
    for city_id, export_id in waiting:
        render_file.delay(city_id, export_id)


@shared_task(name="strategy.tasks.keep_up")
def keep_up() -> None:
    """Bring the questions to owners and the public progress of every signed strategy in line with its plan."""
    with rls.every_city():
        signed = StrategyVersion.objects.filter(state=StrategyVersion.State.SIGNED)
        cities = sorted(set(signed.values_list("city_id", flat=True)))
    for city_id in cities:
        with rls.city_scope(city_id):
            city = City.objects.select_related("strategy").get(pk=city_id)
            status_requests.update_requests(city)
            refresh_progress(city)
