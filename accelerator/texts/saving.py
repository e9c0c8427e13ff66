"""The one function that saves a text, and its siblings: no writing is lost (docs/adr/0004)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from accelerator.models import User
from accelerator.texts import dropped, richtext
from accelerator.texts import merge as three_way
from accelerator.texts.models import Draft, Revision, Text

# Characters of HTML. Submitted as a form, this stays below DATA_UPLOAD_MAX_MEMORY_SIZE in every writing system.
LONGEST = 400_000


class Outcome(StrEnum):
    SAVED = "saved"
    SAME = "same"
    MERGED = "merged"  # saved together with what others had saved since the base
    STALE = "stale"
    WOULD_EMPTY = "would-empty"


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome for a submitted text; a stale one that isn't empty is in `draft`."""

    outcome: Outcome
    text: Text
    draft: Draft | None = None
    removed: int = 0
    dropped: tuple[tuple[str, int], ...] = ()

    @property
    def left_out(self) -> str:
        """What people would miss of what they submitted, as a list for a sentence; "" if nothing is missing."""
        return dropped.label(self.dropped)

    @property
    def ok(self) -> bool:
        return self.outcome in {Outcome.SAVED, Outcome.SAME, Outcome.MERGED}


class Unsaved(ValueError):
    """A submitted text can't be stored at all; `reason` says why."""

    reason = ""


class MissingBase(Unsaved):
    reason = "missing-base"


class TooLong(Unsaved):
    reason = "too-long"


def save(
    text: Text,
    *,
    html: str,
    base: int | None,
    by: User,
    clear: bool = False,
    merges: bool = True,
    kind: str = Revision.Kind.SAVE,
) -> Saved:
    """Save `html` over revision `base` of `text`; raises MissingBase and TooLong.

    With a stale base, the text is merged with the current one. Where both changed the same block, it is stored as the
    writer's own draft; so is a text meant as it is: a restored or imported one, or any without `merges`. Empty text
    over a full one is refused without `clear`.
    """
    cleaned = _checked(text, html, base)
    assert base is not None
    with transaction.atomic():
        current = _lock(text)
        outcome, draft = Outcome.SAVED, None
        # First: the same text submitted again after a lost response isn't a conflict.
        if cleaned.html == current.html:
            outcome = Outcome.SAME
        # An editor that failed to load submits nothing, which would erase a section.
        elif not cleaned.html and not clear:
            outcome = Outcome.WOULD_EMPTY
        elif base == current.revision:
            _write(current, cleaned, by, kind if cleaned.html else Revision.Kind.CLEAR)
        elif merges and kind == Revision.Kind.SAVE and (merged := _merged(current, cleaned, base)):
            outcome = Outcome.MERGED
            if merged.html != current.html:
                _write(current, merged, by, kind)
        else:
            outcome, draft = Outcome.STALE, _store_draft(current, cleaned.html, base, by)
    return Saved(outcome, current, draft, cleaned.removed, cleaned.dropped)


def save_as_draft(text: Text, *, html: str, base: int | None, by: User) -> Draft | None:
    """Store a text as the writer's own draft; the current one stays. None if the text is empty."""
    cleaned = _checked(text, html, base)
    assert base is not None
    with transaction.atomic():
        return _store_draft(_lock(text), cleaned.html, base, by)


def restore(text: Text, *, number: int, base: int | None, by: User) -> Saved:
    """Save revision `number` again as the newest one."""
    old = text.revisions.get(number=number)
    return save(text, html=old.html, base=base, by=by, clear=True, kind=Revision.Kind.RESTORE)


def _checked(text: Text, html: str, base: int | None) -> richtext.Cleaned:
    # Anything larger than PostgreSQL's integer would cause an error page.
    if base is None or not 0 <= base < 2**31:
        raise MissingBase
    if len(html) > LONGEST:
        raise TooLong
    return text.cleaned(html)


def _merged(current: Text, cleaned: richtext.Cleaned, base: int) -> richtext.Cleaned | None:
    """The submitted text with what others changed since `base`; None if both changed the same block."""
    before = current.revisions.filter(number=base).values_list("html", flat=True).first() if base else ""
    # A text over a version that never was, or that is emptied, isn't a change to merge.
    if before is None or not cleaned.html:
        return None
    merge = three_way.merge(before, cleaned.html, current.html)
    html = "" if merge.conflicts else merge.result({})
    return current.cleaned(html) if html and len(html) <= LONGEST else None


def _lock(text: Text) -> Text:
    # `no_key`: comments and drafts, which only point to the text, can be added while it is being saved.
    locked: Text = text._rows.select_for_update(of=("self",), no_key=True).get()
    return locked


def _write(text: Text, cleaned: richtext.Cleaned, by: User, kind: str) -> None:
    now = timezone.now()
    text.html, text.words = cleaned.html, cleaned.words
    text.revision += 1
    text.written_at, text.written_by = now, by
    extra_fields = [*text._renew_claim(by, now), *text.before_revision(by=by)]
    text.save(update_fields=["html", "words", "revision", "written_at", "written_by", *extra_fields])
    text.revisions.create(
        city_id=text.city_id,
        number=text.revision,
        html=text.html,
        words=text.words,
        kind=kind,
        author_id=by.pk,
        created_at=now,
    )


def _store_draft(text: Text, html: str, base: int, by: User) -> Draft | None:
    """The writer's draft with exactly this text: resending gives the same draft, each distinct text is kept."""
    if not html:
        return None
    draft: Draft
    draft, created = text.drafts.get_or_create(city_id=text.city_id, author=by, base=base, html=html)
    if not created and draft.settled_at:
        draft.settled_at = None
        draft.save(update_fields=["settled_at"])
    return draft
