"""The files of the document: each is made from its tree, in a folder of its own, and tells what it could not hold."""

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
            return leases.report_progress(self.export, step, percent)

    def made(self, suffix: str) -> Path:
        return self.folder / f"strategy.{suffix}"


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
