"""A strategy that was written elsewhere: taken apart, proposed for sections, put there piece by piece.

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
from accelerator.texts.tree import Element, make
from cities.models import City
from strategy.sections import pictures
from strategy.sections.models import Section, SectionDraft
from strategy.uploads import dividing, footnotes, leftovers, matching
from strategy.uploads import reading as reading_files
from strategy.uploads.leftovers import Leftover, left
from strategy.uploads.models import Upload, UploadPiece

State = UploadPiece.State
TRAY, ASIDE, INTO, COMPARE = "tray", "aside", "into", "compare"
MOST_PIECES = 300
_DATA = re.compile(r"data:[\w/+.-]+;base64,(.*)", re.DOTALL)


@dataclass(slots=True)
class Sources:
    """Where a document's pictures come from and what became of them."""

    city: City
    by: User
    given: Mapping[str, bytes]
    refused: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    without_words: int = 0

    def place(self, root: Element) -> None:
        """Store every picture of the tree and name it by its number; take out those that cannot be kept."""
        for node in list(root.iter("img")):
            if not self._store(node):
                node.drop_tree()

    def _store(self, node: Element) -> bool:
        source, alt = node.get("src", ""), node.get("alt", "")
        data = self._bytes(source)
        if data is None:
            self.elsewhere.append(alt or source[:120])
            return False
        name = "" if source.startswith("data:") else source
        try:
            image = images.reencode(data)
            picture = pictures.keep(city=self.city, image=image, name=name, alt=alt, by=self.by)
        except ValueError as refusal:
            self.refused.append(f"{alt or name}: {refusal}")
            return False
        self.without_words += not alt.strip()
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
        return self.given.get(unquote(source).removeprefix("./"))

    def report(self) -> list[Leftover]:
        return [
            *left("picture", self.refused),
            *left("linked-picture", self.elsewhere),
            *left("without-words", [], number=self.without_words),
        ]


def take(*, city: City, data: bytes, name: str, by: User) -> Upload:
    """Read a file and keep its pieces with a proposal for each; raises UnreadableFile, and then nothing is kept.

    The same file sent again while its pieces still wait is the same upload.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    if standing := city.upload_set.filter(sha256=sha256, closed_at=None).first():
        return standing
    document = reading_files.read(data)
    with transaction.atomic():
        # Two at the same moment: the second finds what the first has stored.
        City.objects.select_for_update(of=("self",), no_key=True).get(pk=city.pk)
        if standing := city.upload_set.filter(sha256=sha256, closed_at=None).first():
            return standing
        upload = city.upload_set.create(name=_clean_name(name), kind=document.kind, sha256=sha256, uploaded_by=by)
        _keep_pieces(upload, document, by)
        audit.record("strategy uploaded", by=by, about=upload, sha256=sha256, size=len(data))
    return upload


def _clean_name(name: str) -> str:
    return " ".join(name.replace("\\", "/").rsplit("/", 1)[-1].split())[-200:] or "document"


def _keep_pieces(upload: Upload, document: reading_files.Document, by: User) -> None:
    sections = list(upload.city.section_set.present().select_related("template"))
    matcher = matching.Matcher(sections)
    root = reading_files.parse(document.html)
    sources = Sources(upload.city, by, document.pictures)
    sources.place(root)
    notes = footnotes.gather(root)
    outside = reading_files.missing(document, [root, *(block for note in notes.values() for block in note)])
    blocks, contents = dividing.take_contents(dividing.flat(root), document.contents)
    pieces = dividing.divide(blocks, notes, matcher.fits)
    if outside:
        pieces.append(dividing.Piece("", 0, [make("p", [line]) for line in outside]))
    rows = _rows(pieces, matcher.match_all([(piece.heading, piece.level) for piece in pieces]))
    if not rows:
        raise UnreadableFile(_("The document has no words."))
    if len(rows) > MOST_PIECES:
        raise UnreadableFile(_("The file holds more text than a strategy can."))
    by_key = {section.key: section for section in sections}
    for position, (row, key) in enumerate(rows, start=1):
        row.city_id, row.upload, row.position, row.section = upload.city_id, upload, position, by_key.get(key)
    UploadPiece.objects.bulk_create(row for row, _key in rows)
    upload.report = [
        leftover.as_json()
        for leftover in [
            *document.left_out,
            *sources.report(),
            *left("contents", contents, number=bool(contents)),
            *left("outside", [], number=bool(outside)),
            *left("long", [], number=len(rows) > len(pieces)),
            *left("acting", [], number=reading_files.acting(document.html) if document.kind == "html" else 0),
        ]
    ]
    upload.save(update_fields=["report"])


def _rows(pieces: list[dividing.Piece], matches: list[matching.Match | None]) -> list[tuple[UploadPiece, str]]:
    """A row for each text of each piece, and the key of the section that it is proposed for."""
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
    """Whether the text begins with its own heading: one with nothing below it, or one that is too long."""
    first = next(iter(richtext.blocks(html)), "")
    return bool(heading) and first.startswith("<h3>") and richtext.text(first).startswith(heading)


def words_for(piece: UploadPiece, section: Section) -> str:
    """The piece as it stands in a section: under its heading, unless that only repeats the section's title."""
    same = matching.same_title(piece.heading, section)
    if _has_heading(piece.heading, piece.html):
        return "".join(richtext.blocks(piece.html)[1:]) if same else piece.html
    if not piece.heading or same:
        return piece.html
    return dividing.below(f"<h3>{richtext.from_plain_text(piece.heading)[3:-4]}</h3>", piece.html)


# Putting pieces where they belong -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants done with a piece: one of TRAY, ASIDE, INTO, COMPARE; the last two with a section."""

    what: str
    section: int = 0


@dataclass(slots=True)
class Done:
    """What became of the choices: sections written, drafts to compare, pieces set aside, sections refused and why."""

    written: list[Section] = field(default_factory=list)
    drafts: list[SectionDraft] = field(default_factory=list)
    aside: int = 0
    stale: list[Section] = field(default_factory=list)
    too_long: list[Section] = field(default_factory=list)


@transaction.atomic
def apply(*, city: City, choices: Mapping[int, Choice], bases: Mapping[int, int], by: User) -> Done:
    """Do what was chosen for pieces of the tray; `bases` are the revisions of the sections as they were shown.

    A section that was written meanwhile keeps its text, and the pieces stay in the tray. Pieces that are used or
    set aside already are passed over: a second click changes nothing.
    """
    done = Done()
    pieces = list(
        city.uploadpiece_set.filter(pk__in=choices).select_for_update(of=("self",), no_key=True).order_by("pk")
    )
    waiting = sorted((piece for piece in pieces if piece.state == State.TRAY), key=lambda p: (p.upload_id, p.position))
    aside = [piece for piece in waiting if choices[piece.pk].what == ASIDE]
    _settle(aside, State.ASIDE, by)
    done.aside = len(aside)
    groups: dict[tuple[int, str], list[UploadPiece]] = {}
    for piece in waiting:
        choice = choices[piece.pk]
        if choice.what in {INTO, COMPARE}:
            groups.setdefault((choice.section, choice.what), []).append(piece)
    # All sections are locked in one order: two people who sort different pieces never wait for each other in a ring.
    for section in _locked(city, {pk for pk, _what in groups}):
        if chosen := groups.get((section.pk, INTO)):
            _put(section, chosen, bases.get(section.pk), by, done)
        if chosen := groups.get((section.pk, COMPARE)):
            _compare(section, chosen, by, done)
    _close(city, {piece.upload_id for piece in waiting})
    return done


def _locked(city: City, wanted: Iterable[int]) -> list[Section]:
    rows = city.section_set.present().filter(pk__in=wanted).select_related("template")
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _put(section: Section, pieces: list[UploadPiece], base: int | None, by: User, done: Done) -> None:
    """Below what stands in the section; the row is locked, so that the base cannot age between look and save."""
    if base != section.revision:
        done.stale.append(section)
        return
    added = "".join(words_for(piece, section) for piece in pieces)
    try:
        saved = saving.save(section, html=section.html + added, base=base, by=by, kind=Revision.Kind.IMPORT)
    except saving.TooLong:
        done.too_long.append(section)
        return
    assert saved.ok or saved.outcome == Outcome.WOULD_EMPTY  # a heading alone that is the title adds no words
    _settle(pieces, State.USED, by, section=section, used_revision=saved.text.revision)
    audit.record(
        "uploaded pieces used", by=by, about=section, pieces=[p.pk for p in pieces], revision=saved.text.revision
    )
    done.written.append(section)


def _compare(section: Section, pieces: list[UploadPiece], by: User, done: Done) -> None:
    """The pieces as one draft of the writer's own beside the section; they stay in the tray until set aside."""
    added = "".join(words_for(piece, section) for piece in pieces)
    try:
        # Written over nothing: the merge page then offers both texts, and takes none for an older one.
        draft = saving.save_as_draft(section, html=added, base=0, by=by)
    except saving.TooLong:
        done.too_long.append(section)
        return
    if isinstance(draft, SectionDraft):
        draft.mark_imported()
        _settle(pieces, State.TRAY, by, section=section)
        done.drafts.append(draft)


def _settle(pieces: list[UploadPiece], state: str, by: User, **more: object) -> None:
    UploadPiece.objects.filter(pk__in=[piece.pk for piece in pieces]).update(
        state=state, state_by=by, state_at=timezone.now(), **more
    )


@transaction.atomic
def take_back(piece: UploadPiece, *, by: User) -> bool:
    """Bring a piece that was used or set aside back to the tray; the section keeps its text. False: it is there."""
    changed = UploadPiece.objects.filter(pk=piece.pk, city=piece.city_id).exclude(state=State.TRAY)
    if not changed.update(state=State.TRAY, state_by=by, state_at=timezone.now(), used_revision=None):
        return False
    Upload.objects.filter(pk=piece.upload_id, city=piece.city_id).update(closed_at=None)
    audit.record("uploaded piece taken back", by=by, about=piece, before=piece.state)
    return True


def _close(city: City, uploads: Iterable[int]) -> None:
    """An upload of which nothing waits in the tray is done with."""
    waiting = city.uploadpiece_set.filter(state=State.TRAY).values("upload")
    city.upload_set.filter(pk__in=uploads, closed_at=None).exclude(pk__in=waiting).update(closed_at=timezone.now())


@dataclass(frozen=True, slots=True)
class Count:
    """Where the words of an upload are."""

    used: int
    tray: int
    aside: int
    left_out: int

    @property
    def all(self) -> int:
        return self.used + self.tray + self.aside + self.left_out


def count(upload: Upload) -> Count:
    """The words of an upload: in sections, in the tray, set aside, and named in the report."""
    rows = upload.pieces.order_by().values_list("state").annotate(words=Sum("words"))
    words = dict(rows)
    named = sum(row.words for row in leftovers.read(upload.report))
    return Count(words.get("used", 0), words.get("tray", 0), words.get("aside", 0), named)
