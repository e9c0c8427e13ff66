"""The document's files, each created from its tree in its own folder, with a report of what it couldn't contain."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from accelerator import pdf, rls
from cities.exports import actions as leases
from cities.models import Export
from strategy.document import exports, plan_sheet, report, word
from strategy.document.exports import Edition


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """`notes` has a sentence for each thing missing from the file."""

    path: Path
    pages: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ExportWork:
    """One export: its source and the folder it is created in."""

    # Edition and images were read in one short scope: rendering takes minutes and must not keep a transaction open.
    city_id: int
    export: Export
    edition: Edition
    images: dict[int, str]
    folder: Path

    def heartbeat(self, step: str, percent: int) -> bool:
        """Record the step; False if the export is no longer ours."""
        with rls.city_scope(self.city_id):
            return leases.report_progress(self.export, step, percent)

    def path(self, suffix: str) -> Path:
        return self.folder / f"strategy.{suffix}"


def make_pdf(work: ExportWork) -> FinishedFile:
    html = exports.html(work.edition, work.images)
    rendered = pdf.render(html, work.path("pdf"), heartbeat=work.heartbeat)
    tree, unknown, outside = work.edition.tree, rendered.unknown, rendered.outside
    notes = report.pdf_notes(tree, rendered.blocks, work.images, unknown=unknown, outside=outside)
    return FinishedFile(rendered.path, rendered.pages, [*notes, *rendered.notes])


def make_word(work: ExportWork) -> FinishedFile:
    work.heartbeat("layout", 30)
    content = word.make(work.edition, work.images)
    work.path("docx").write_bytes(content)
    return FinishedFile(work.path("docx"), 0, report.word_notes(work.edition.tree, content, work.images))


def make_json(work: ExportWork) -> FinishedFile:
    content = json.dumps(work.edition.tree, ensure_ascii=False, indent=2, sort_keys=True).encode()
    work.path("json").write_bytes(content)
    return FinishedFile(work.path("json"), 0, report.json_notes(work.edition.tree, content, work.images))


def make_sheet(work: ExportWork) -> FinishedFile:
    content = plan_sheet.make(work.edition)
    work.path("xlsx").write_bytes(content)
    return FinishedFile(work.path("xlsx"), 0, report.sheet_notes(work.edition.tree, content))
