"""Writing is never lost: the one function that saves a text, and its three abstract tables (docs/adr/0004).

Each app has concrete tables of its own, so that a private note's revisions stay behind its policy. A
concrete Revision and Draft point at their text by a foreign key `text` with the reverse names `revisions` and
`drafts`, and all three carry the city.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from accelerator.texts import dropped, richtext

CLAIM_LASTS = timedelta(minutes=2)
# Characters of HTML. Sent as a form this stays below DATA_UPLOAD_MAX_MEMORY_SIZE in every script.
LONGEST = 400_000


class Text(models.Model):
    """A rich text with its current revision number (0: nothing written yet) and a soft claim."""

    html = models.TextField(blank=True, default="")
    revision = models.PositiveIntegerField(default=0)
    words = models.PositiveIntegerField(default=0)
    written_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    claim_seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def claim(self, *, by: User) -> None:
        """Say that `by` is writing here, unless somebody else is; blocks nobody and expires by itself."""
        now = timezone.now()
        free = (
            models.Q(claimed_by=None)
            | models.Q(claimed_by=by)
            | models.Q(claim_seen_at__lt=now - CLAIM_LASTS)
        )
        fields = self._hold(by, now)
        if fields:
            self._rows.filter(free).update(**{name: getattr(self, name) for name in fields})

    def take_over(self, *, by: User) -> User | None:
        """Say that `by` writes here from now on, and return who did until now; that person may write on."""
        former = self.writer_beside(by)
        if former:
            self.claimed_by, self.claimed_at = by, timezone.now()
            self.claim_seen_at = self.claimed_at
            self._rows.update(claimed_by=by, claimed_at=self.claimed_at, claim_seen_at=self.claimed_at)
        return former

    def _hold(self, by: User, now: datetime) -> list[str]:
        """Set the claim on this instance where it is free; the names of the fields that changed."""
        fresh = self.claimed_by_id and self.claim_seen_at and self.claim_seen_at >= now - CLAIM_LASTS
        mine = fresh and self.claimed_by_id == by.pk
        if fresh and not mine:
            return []
        if not mine:
            self.claimed_by, self.claimed_at = by, now
        self.claim_seen_at = now
        return ["claim_seen_at"] if mine else ["claimed_by", "claimed_at", "claim_seen_at"]

    def cleaned(self, html: str) -> richtext.Cleaned:
        """What this text takes of what was sent. An app's own text says here which pictures it may show."""
        return richtext.clean(html, pictures=lambda numbers: ())

    def written(self, *, by: User) -> list[str]:
        """Called before a revision is stored, with the row locked; returns names of further fields to store.

        An app's own text says here what writing changes besides the words, a state for instance.
        """
        return []

    def writer_beside(self, user: User) -> User | None:
        """Who else is writing here now, if anybody; since `claimed_at`."""
        fresh = self.claim_seen_at and self.claim_seen_at >= timezone.now() - CLAIM_LASTS
        return self.claimed_by if fresh and self.claimed_by_id != user.pk else None

    @property
    def _rows(self) -> models.QuerySet[Any]:
        """This very row, for statements that a save would be too much for."""
        return type(self)._base_manager.filter(pk=self.pk)


class Revision(models.Model):
    """One saved state of a text, never changed. The author is an id: erasing a person changes no text."""

    class Kind(models.TextChoices):
        SAVE = "save", _("written")
        RESTORE = "restore", _("restored")
        IMPORT = "import", _("imported")
        CLEAR = "clear", _("cleared")

    number = models.PositiveIntegerField()
    html = models.TextField(blank=True)
    words = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SAVE)
    author_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True
        ordering = ["-number"]


class Draft(models.Model):
    """A text that was sent and could not become the current one: its writer's own, kept for good.

    Every distinct text is a row of its own; `settled_at` says that the writer has dealt with it.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    base = models.PositiveIntegerField()
    html = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-created_at"]

    def settle(self) -> None:
        """The writer has dealt with this text, and so with the earlier ones sent over the same base."""
        sitting = type(self)._base_manager.filter(  # type: ignore[misc]
            text_id=self.text_id,  # type: ignore[attr-defined]
            author_id=self.author_id, base=self.base, created_at__lte=self.created_at,
        )  # fmt: skip
        sitting.filter(settled_at=None).update(settled_at=timezone.now())


class Outcome(StrEnum):
    SAVED = "saved"
    SAME = "same"
    STALE = "stale"
    WOULD_EMPTY = "would-empty"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a text that was sent: `draft` holds it where it is stale and has words."""

    outcome: Outcome
    text: Text
    draft: Draft | None = None
    removed: int = 0
    dropped: tuple[tuple[str, int], ...] = ()

    @property
    def left_out(self) -> str:
        """What people would miss of what they sent, in words; empty where nothing is missing."""
        return dropped.label(self.dropped)

    @property
    def ok(self) -> bool:
        return self.outcome in {Outcome.SAVED, Outcome.SAME}


class MissingBase(ValueError):
    """A text was sent without the revision that it was based on."""


class TooLong(ValueError):
    """A text is longer than `LONGEST` characters."""


def save(
    text: Text, *, html: str, base: int | None, by: User, clear: bool = False, kind: str = Revision.Kind.SAVE
) -> Saved:
    """Save `html` over revision `base` of `text`; raises MissingBase and TooLong.

    A stale base stores the text as the writer's own draft. An empty text over a full one is refused without
    `clear`. Sending the same text again, after a lost answer, is not a conflict.
    """
    cleaned = _check(text, html, base)
    assert base is not None
    with transaction.atomic():
        current = _lock(text)
        outcome, draft = Outcome.SAVED, None
        if cleaned.html == current.html:
            outcome = Outcome.SAME
        elif not cleaned.html and not clear:
            outcome = Outcome.WOULD_EMPTY
        elif base != current.revision:
            outcome, draft = Outcome.STALE, _keep(current, cleaned.html, base, by)
        else:
            _write(current, cleaned, by, kind if cleaned.html else Revision.Kind.CLEAR)
    return Saved(outcome, current, draft, cleaned.removed, cleaned.dropped)


def keep(text: Text, *, html: str, base: int | None, by: User) -> Draft | None:
    """Put a text aside as the writer's own draft; the current one stays. None where it has no words."""
    cleaned = _check(text, html, base)
    assert base is not None
    with transaction.atomic():
        return _keep(_lock(text), cleaned.html, base, by)


def restore(text: Text, *, number: int, base: int | None, by: User) -> Saved:
    """Write revision `number` again as the newest one; nothing is deleted."""
    old = text.revisions.get(number=number)  # type: ignore[attr-defined]
    return save(text, html=old.html, base=base, by=by, clear=True, kind=Revision.Kind.RESTORE)


def _check(text: Text, html: str, base: int | None) -> richtext.Cleaned:
    if base is None or not 0 <= base < 2**31:
        raise MissingBase
    if len(html) > LONGEST:
        raise TooLong
    return text.cleaned(html)


def _lock(text: Text) -> Text:
    locked: Text = text._rows.select_for_update(of=("self",), no_key=True).get()
    return locked


def _write(text: Text, cleaned: richtext.Cleaned, by: User, kind: str) -> None:
    now = timezone.now()
    text.html, text.words = cleaned.html, cleaned.words
    text.revision += 1
    text.written_at, text.written_by = now, by
    beside = [*text._hold(by, now), *text.written(by=by)]
    text.save(update_fields=["html", "words", "revision", "written_at", "written_by", *beside])
    text.revisions.create(  # type: ignore[attr-defined]
        city_id=text.city_id,  # type: ignore[attr-defined]
        number=text.revision, html=text.html, words=text.words, kind=kind, author_id=by.pk, created_at=now,
    )  # fmt: skip


def _keep(text: Text, html: str, base: int, by: User) -> Draft | None:
    """The writer's draft of this very text: one sent again is the same draft, each distinct one is kept."""
    if not html:
        return None
    draft: Draft
    draft, created = text.drafts.get_or_create(  # type: ignore[attr-defined]
        city_id=text.city_id,  # type: ignore[attr-defined]
        author=by, base=base, html=html,
    )  # fmt: skip
    if not created and draft.settled_at:
        draft.settled_at = None
        draft.save(update_fields=["settled_at"])
    return draft
