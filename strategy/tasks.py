"""Background work of the strategy: files of every kind, in short scopes with nothing slow inside one."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from celery import shared_task
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import translation

from accelerator import pandoc, pdf, rls
from cities.access import city_task
from cities.exports import actions as leases
from cities.models import City, Export
from strategy import publication, upkeep
from strategy.document import exports, plan_sheet, report, word
from strategy.document.exports import Edition
from strategy.models import StrategyVersion

Kind = Export.Kind
# Failures that may pass: tried once more.
AGAIN = {"crashed", "memory"}


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file in a folder of its own, and a sentence for each thing that is not in it."""

    path: Path
    pages: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Work:
    """One export: what it is made from, read once in a short scope, and the folder it is made in."""

    city_id: int
    export: Export
    edition: Edition
    images: dict[int, str]
    folder: Path

    def still_wanted(self, step: str, percent: int) -> bool:
        with rls.city_scope(self.city_id):
            return leases.beat(self.export, step, percent)

    def made(self, suffix: str) -> Path:
        return self.folder / f"strategy.{suffix}"


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
        work = Work(city_id, export, edition, images, Path(folder))
        try:
            with translation.override(edition.tree["language"]):
                made = MAKERS[Kind(export.kind)](work)
        except (pdf.Failed, pandoc.Failed) as failure:
            _failed(city_id, export, failure.code)
            return
        if made is not None:
            _store(work, made)


def make_pdf(work: Work) -> Made:
    html = exports.html(work.edition, work.images)
    done = pdf.render(html, work.made("pdf"), still_wanted=work.still_wanted)
    notes = report.of_pdf(work.edition.tree, done.blocks, work.images)
    return Made(done.path, done.pages, [*notes, *done.notes])


def make_word(work: Work) -> Made:
    work.still_wanted("layout", 30)
    content = word.make(work.edition, work.images)
    work.made("docx").write_bytes(content)
    return Made(work.made("docx"), 0, report.of_word(work.edition.tree, content, work.images))


def make_json(work: Work) -> Made:
    content = json.dumps(work.edition.tree, ensure_ascii=False, indent=2, sort_keys=True).encode()
    work.made("json").write_bytes(content)
    return Made(work.made("json"), 0, report.of_json(work.edition.tree, content, work.images))


def make_sheet(work: Work) -> Made:
    content = plan_sheet.make(work.edition)
    work.made("xlsx").write_bytes(content)
    return Made(work.made("xlsx"), 0, report.of_sheet(work.edition.tree, content))


def publish(work: Work) -> Made | None:
    """The files of a publication; it flips in the transaction that stores the export."""
    made = {"docx": make_word(work), "json": make_json(work), "xlsx": make_sheet(work)}
    work.still_wanted("writing", 70)
    paths = {kind: file.path for kind, file in made.items()}
    notes = list(dict.fromkeys(note for file in made.values() for note in file.notes))
    publication.store(work.city_id, work.export, paths, notes)
    return None


MAKERS = {
    Kind.STRATEGY_PDF: make_pdf, Kind.VERSION_PDF: make_pdf, Kind.STRATEGY_DOCX: make_word,
    Kind.STRATEGY_JSON: make_json, Kind.PLAN_XLSX: make_sheet, Kind.PUBLICATION: publish,
}  # fmt: skip


def _store(work: Work, made: Made) -> None:
    """Put the file away under a name of this attempt's own; taken back where another attempt was faster."""
    export, digest = work.export, hashlib.sha256(made.path.read_bytes()).hexdigest()
    with made.path.open("rb") as opened:
        name = default_storage.save(
            f"exports/{work.city_id}/{export.pk}-{export.attempt}{made.path.suffix}", File(opened)
        )
    with rls.city_scope(work.city_id):
        kept = leases.store(
            export,
            file=name,
            sha256=digest,
            size=made.path.stat().st_size,
            pages=made.pages,
            report=made.notes,
        )
        if kept and export.kind == Kind.VERSION_PDF:
            _seal(work, name, digest)
    if not kept:
        default_storage.delete(name)


def _seal(work: Work, name: str, digest: str) -> None:
    """The first PDF of a version is its PDF for ever: what was signed stays byte for byte."""
    city, number = work.export.city, work.edition.number
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
        waiting = leases.silent()
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
            upkeep.keep_up(city)
            publication.refresh_progress(city)
