"""Background tasks for the strategy: files of every kind, and what follows a signed plan."""

from __future__ import annotations

import errno
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
from strategy.signoff import actions as signoff
from strategy.signoff import status_requests
from strategy.signoff.models import StrategyVersion

Kind = Export.Kind
# Possibly transient failures: retried once.
AGAIN = {"crashed", "memory", "killed"}
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


@shared_task(name="strategy.tasks.render_file")
@city_task
def render_file(city_id: int, export_id: int) -> None:
    # No transaction is open while a file is created, which can take minutes and would tie up a connection.
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
                finished = MAKERS[Kind(export.kind)](work)
            if finished is not None:
                _store(work, finished)
        except ChildFailed as failure:
            _handle_failure(city_id, export, failure.code)
        except OSError as failure:
            if failure.errno not in NO_SPACE:
                raise
            _handle_failure(city_id, export, "disk-full")


def publish(work: ExportWork) -> FinishedFile | None:
    """A publication's files; it becomes public in the transaction that stores the export."""
    finished = {"docx": files.make_word(work), "json": files.make_json(work), "xlsx": files.make_sheet(work)}
    work.heartbeat("writing", 70)
    paths = {kind: file.path for kind, file in finished.items()}
    notes = list(dict.fromkeys(note for file in finished.values() for note in file.notes))
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


def _store(work: ExportWork, result: FinishedFile) -> None:
    # With a name for this attempt: if another attempt was faster, only this file is deleted.
    export, digest = work.export, hashlib.sha256(result.path.read_bytes()).hexdigest()
    with result.path.open("rb") as file:
        name = default_storage.save(
            f"exports/{work.city_id}/{export.pk}-{export.attempt}{result.path.suffix}", File(file)
        )
    size, kept = result.path.stat().st_size, name
    with rls.city_scope(work.city_id):
        if export.kind == Kind.VERSION_PDF:
            kept, digest, size = _first_pdf(work, name, digest, size)
        is_stored = leases.finish(export, file=kept, sha256=digest, size=size, pages=result.pages, report=result.notes)
        if is_stored and kept == name and export.kind == Kind.VERSION_PDF:
            _seal(work, name, digest)
    # Lost the lease, or another job had made this version's PDF.
    if not is_stored or kept != name:
        default_storage.delete(name)


def _first_pdf(work: ExportWork, name: str, digest: str, size: int) -> tuple[str, str, int]:
    """The name, hash and size of the version's one PDF: this file, unless another job was faster."""
    # A version's first PDF is permanent: what was signed doesn't change by a byte. The lock lets one job decide.
    rows = work.export.city.strategyversion_set.select_for_update(no_key=True).defer("tree")
    version = rows.get(number=work.export.options["version"])
    if not version.pdf:
        return name, digest, size
    return version.pdf, version.pdf_sha256, default_storage.size(version.pdf)


def _seal(work: ExportWork, name: str, digest: str) -> None:
    city, number = work.export.city, work.export.options["version"]
    city.strategyversion_set.filter(number=number).update(pdf=name, pdf_sha256=digest)
    signoff.ask_for_signature(city.strategyversion_set.select_related("city", "submitted_by").get(number=number))
    city.publicseal_set.filter(number=number, pdf_sha256="").update(pdf_sha256=digest)


def _handle_failure(city_id: int, export: Export, code: str) -> None:
    """Queue it again if the failure may be transient, else show it."""
    # Another attempt has taken over the export and reports its own outcome.
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
    """Requeue exports that have been silent for 30 s: the worker was killed, or the broker lost the message."""
    with rls.every_city():
        waiting = leases.stalled_exports()
    for city_id, export_id in waiting:
        render_file.delay(city_id, export_id)


@shared_task(name="strategy.tasks.update_signed_strategies")
def update_signed_strategies() -> None:
    """Update status requests and public progress for every signed strategy."""
    with rls.every_city():
        signed = StrategyVersion.objects.filter(state=StrategyVersion.State.SIGNED)
        cities = sorted(set(signed.values_list("city_id", flat=True)))
    for city_id in cities:
        with rls.city_scope(city_id):
            city = City.objects.select_related("strategy").get(pk=city_id)
            status_requests.update_requests(city)
            refresh_progress(city)
