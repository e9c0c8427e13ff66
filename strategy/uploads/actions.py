"""A strategy written elsewhere: split into pieces that are proposed for sections and added one by one.

Every word of the file is in a section, in the tray, set aside, or counted in the report.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit, images
from accelerator.intake.files import UnreadableFile
from accelerator.models import User
from accelerator.texts import richtext, saving
from accelerator.texts.models import Revision
from accelerator.texts.saving import Outcome
from accelerator.texts.tree import Element
from cities.models import City
from strategy.sections import pictures
from strategy.sections.models import Section, SectionDraft
from strategy.uploads import dividing, footnotes, leftovers, matching, rescue, word_file
from strategy.uploads import reading as reading_files
from strategy.uploads.leftovers import Leftover, leftover_rows
from strategy.uploads.models import Upload, UploadPiece

State = UploadPiece.State
TRAY, ASIDE, INTO, COMPARE = "tray", "aside", "into", "compare"
MOST_PIECES = 300
_DATA = re.compile(r"data:[\w/+.-]+;base64,(.*)", re.DOTALL)


@dataclass(slots=True)
class Sources:
    """The images in a document, and those that couldn't be stored."""

    city: City
    by: User
    images: Mapping[str, bytes]
    refused: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    undescribed: int = 0

    def store_all(self, root: Element) -> None:
        """Store a tree's images, which are then referenced by number; the others are removed from it."""
        for node in list(root.iter("img")):
            if not self._store(node):
                node.drop_tree()

    def _store(self, node: Element) -> bool:
        source, alt = node.get("src", ""), node.get("alt", "")
        data = self._bytes(source)
        if data is None:
            self.linked.append(alt or source[:120])
            return False
        name = "" if source.startswith("data:") else source
        try:
            image = images.reencode(data)
            picture = pictures.store(city=self.city, image=image, name=name, alt=alt, by=self.by)
        except ValueError as refusal:
            self.refused.append(f"{alt or name}: {refusal}")
            return False
        self.undescribed += not alt.strip()
        node.attrib.clear()
        node.set("src", f"media:{picture.pk}")
        node.set("alt", alt)
        return True

    def _bytes(self, source: str) -> bytes | None:
        if inline := _DATA.fullmatch(source):
            try:
                return base64.b64decode(unquote(inline[1]))
            except binascii.Error:
                return b""
        return self.images.get(unquote(source).removeprefix("./"))

    def report(self) -> list[Leftover]:
        return [
            *leftover_rows("picture", self.refused),
            *leftover_rows("linked-picture", self.linked),
            *leftover_rows("without-words", [], number=self.undescribed),
        ]


def import_file(*, city: City, data: bytes, name: str, by: User) -> Upload:
    """Store the file's pieces, each with a proposal; raises UnreadableFile.

    A file whose pieces are still in the tray isn't imported twice: its upload is returned.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    if existing := city.upload_set.filter(sha256=sha256, closed_at=None).first():
        return existing
    document = reading_files.read(data)
    with transaction.atomic():
        # Two people may upload the same file at once: the lock lets the second one find the first one's upload.
        City.objects.select_for_update(of=("self",), no_key=True).get(pk=city.pk)
        if existing := city.upload_set.filter(sha256=sha256, closed_at=None).first():
            return existing
        upload = city.upload_set.create(name=_clean_name(name), kind=document.kind, sha256=sha256, uploaded_by=by)
        _create_pieces(upload, document, by)
        audit.record("strategy uploaded", by=by, about=upload, sha256=sha256, size=len(data))
    return upload


def _clean_name(name: str) -> str:
    return " ".join(name.replace("\\", "/").rsplit("/", 1)[-1].split())[-200:] or "document"


def _create_pieces(upload: Upload, document: reading_files.Document, by: User) -> None:
    sections = list(upload.city.section_set.present().select_related("template"))
    matcher = matching.Matcher(sections)
    root = reading_files.parse(document.html)
    sources = Sources(upload.city, by, document.pictures)
    sources.store_all(root)
    outside = rescue.give_back(document.paragraphs, root, added=word_file.CALL if document.kind == "docx" else "")
    notes = footnotes.write_once(root, footnotes.extract_notes(root), document.note_calls)
    blocks, contents = dividing.remove_contents(dividing.flatten(root), document.contents)
    pieces = dividing.divide(blocks, notes, matcher.fits)
    rows = _rows(pieces, matcher.match_all([(piece.heading, piece.level) for piece in pieces]))
    if not rows:
        raise UnreadableFile(_("The document has no text."))
    if len(rows) > MOST_PIECES:
        raise UnreadableFile(_("The file has more text than a strategy can hold."))
    by_key = {section.key: section for section in sections}
    for position, (row, key) in enumerate(rows, start=1):
        row.city_id, row.upload, row.position, row.section = upload.city_id, upload, position, by_key.get(key)
    UploadPiece.objects.bulk_create(row for row, _key in rows)
    leftovers = [
        *document.left_out,
        *sources.report(),
        *leftover_rows("contents", contents, number=bool(contents)),
        *leftover_rows("outside", [], number=len(outside)),
        *leftover_rows("long", [], number=len(rows) > len(pieces)),
    ]
    upload.report = [leftover.as_json() for leftover in leftovers]
    upload.save(update_fields=["report"])


def _rows(pieces: list[dividing.Piece], matches: list[matching.Match | None]) -> list[tuple[UploadPiece, str]]:
    """A row for each text of each piece, with the key of the proposed section."""
    rows = []
    for piece, match in zip(pieces, matches, strict=True):
        for heading, html in dividing.html_of(piece):
            row = UploadPiece(
                heading=heading,
                html=html,
                words=richtext.count_words(html) + (0 if _has_heading(heading, html) else len(heading.split())),
                reason=match.reason if match else "",
                because=match.because[:200] if match else "",
            )
            rows.append((row, match.key if match else ""))
    return rows


def _has_heading(heading: str, html: str) -> bool:
    # A heading is in the text only if it has no text below it, or if it is too long.
    blocks = list(richtext.blocks(html))
    if not heading or not blocks or not blocks[0].startswith("<h3>"):
        return False
    first = " ".join(richtext.text(blocks[0]).split())
    if len(heading) == dividing.LONGEST_HEADING:
        return first.startswith(heading)
    return len(blocks) == 1 and first == heading


def text_for_section(piece: UploadPiece, section: Section) -> str:
    """The piece under its heading, unless the heading only repeats the section's title."""
    is_title = matching.same_title(piece.heading, section)
    if _has_heading(piece.heading, piece.html):
        return "".join(richtext.blocks(piece.html)[1:]) if is_title else piece.html
    if not piece.heading or is_title:
        return piece.html
    return dividing.put_heading_above(f"<h3>{richtext.from_plain_text(piece.heading)[3:-4]}</h3>", piece.html)


@dataclass(frozen=True, slots=True)
class Choice:
    """`action` is TRAY, ASIDE, INTO or COMPARE; the last two have a section."""

    action: str
    section: int = 0


@dataclass(slots=True)
class SortResult:
    written: list[Section] = field(default_factory=list)
    drafts: list[SectionDraft] = field(default_factory=list)
    set_aside: int = 0
    stale: list[Section] = field(default_factory=list)
    too_long: list[Section] = field(default_factory=list)


@transaction.atomic
def apply_choices(*, city: City, choices: Mapping[int, Choice], bases: Mapping[int, int], by: User) -> SortResult:
    """Use pieces from the tray as chosen; `bases` are the section revisions that the page showed.

    Pieces for a section that has changed since then stay in the tray.
    """
    result = SortResult()
    pieces = list(
        city.uploadpiece_set.filter(pk__in=choices).select_for_update(of=("self",), no_key=True).order_by("pk")
    )
    # Skip pieces that are no longer in the tray: a second click changes nothing.
    waiting = sorted((piece for piece in pieces if piece.state == State.TRAY), key=lambda p: (p.upload_id, p.position))
    aside = [piece for piece in waiting if choices[piece.pk].action == ASIDE]
    _set_state(aside, State.ASIDE, by)
    result.set_aside = len(aside)
    groups: dict[tuple[int, str], list[UploadPiece]] = {}
    for piece in waiting:
        choice = choices[piece.pk]
        if choice.action in {INTO, COMPARE}:
            groups.setdefault((choice.section, choice.action), []).append(piece)
    # Lock sections in a fixed order: two people who sort different pieces can't deadlock.
    for section in _lock_sections(city, {pk for pk, _action in groups}):
        if chosen := groups.get((section.pk, INTO)):
            _append_to_section(section, chosen, bases.get(section.pk), by, result)
        if chosen := groups.get((section.pk, COMPARE)):
            _create_draft(section, chosen, by, result)
    _close_finished(city, {piece.upload_id for piece in waiting})
    return result


def _lock_sections(city: City, pks: Iterable[int]) -> list[Section]:
    rows = city.section_set.present().filter(pk__in=pks).select_related("template")
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _append_to_section(
    section: Section, pieces: list[UploadPiece], base: int | None, by: User, result: SortResult
) -> None:
    # The caller has locked the section: its revision can't change before the text is saved.
    if base != section.revision:
        result.stale.append(section)
        return
    added = "".join(text_for_section(piece, section) for piece in pieces)
    try:
        saved = saving.save(section, html=section.html + added, base=base, by=by, kind=Revision.Kind.IMPORT)
    except saving.TooLong:
        result.too_long.append(section)
        return
    assert saved.ok or saved.outcome == Outcome.WOULD_EMPTY  # a piece that is only the title adds no text
    _set_state(pieces, State.USED, by, section=section, used_revision=saved.text.revision)
    audit.record(
        "uploaded pieces used", by=by, about=section, pieces=[p.pk for p in pieces], revision=saved.text.revision
    )
    result.written.append(section)


def _create_draft(section: Section, pieces: list[UploadPiece], by: User, result: SortResult) -> None:
    """Save the pieces as the person's draft; they stay in the tray until they are set aside."""
    added = "".join(text_for_section(piece, section) for piece in pieces)
    try:
        # Based on the empty section: the merge page then offers both texts and treats neither as older.
        draft = saving.save_as_draft(section, html=added, base=0, by=by)
    except saving.TooLong:
        result.too_long.append(section)
        return
    if isinstance(draft, SectionDraft):
        draft.mark_imported()
        _set_state(pieces, State.TRAY, by, section=section)
        result.drafts.append(draft)


def _set_state(pieces: list[UploadPiece], state: str, by: User, **more: object) -> None:
    UploadPiece.objects.filter(pk__in=[piece.pk for piece in pieces]).update(
        state=state, state_by=by, state_at=timezone.now(), **more
    )


@transaction.atomic
def return_to_tray(piece: UploadPiece, *, by: User) -> bool:
    """The section keeps its text; False if the piece is already in the tray."""
    changed = UploadPiece.objects.filter(pk=piece.pk, city=piece.city_id).exclude(state=State.TRAY)
    if not changed.update(state=State.TRAY, state_by=by, state_at=timezone.now(), used_revision=None):
        return False
    Upload.objects.filter(pk=piece.upload_id, city=piece.city_id).update(closed_at=None)
    audit.record("uploaded piece taken back", by=by, about=piece, before=piece.state)
    return True


def _close_finished(city: City, uploads: Iterable[int]) -> None:
    """Close the uploads that have no piece left in the tray."""
    waiting = city.uploadpiece_set.filter(state=State.TRAY).values("upload")
    city.upload_set.filter(pk__in=uploads, closed_at=None).exclude(pk__in=waiting).update(closed_at=timezone.now())


@dataclass(frozen=True, slots=True)
class WordCount:
    used: int
    tray: int
    aside: int
    left_out: int

    @property
    def all(self) -> int:
        return self.used + self.tray + self.aside + self.left_out


def count_words(upload: Upload) -> WordCount:
    rows = upload.pieces.order_by().values_list("state").annotate(words=Sum("words"))
    words = dict(rows)
    left_out = sum(row.words for row in leftovers.rows_of_report(upload.report))
    return WordCount(words.get("used", 0), words.get("tray", 0), words.get("aside", 0), left_out)
