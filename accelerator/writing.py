"""Writing is never lost: the one function that saves a text, and its three abstract tables (docs/adr/0004).

Each app has concrete tables of its own, so that a private note's revisions stay behind its policy. A concrete
Revision and Draft point at their text by a foreign key `text` with the reverse names `revisions` and `drafts`,
and all three carry the city.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import richtext
from accelerator.models import User

CLAIM_LASTS = timedelta(minutes=2)
LONGEST = 2_000_000


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
        held = self._manager.filter(pk=self.pk, claimed_by=by, claim_seen_at__gte=now - CLAIM_LASTS)
        if not held.update(claim_seen_at=now):
            self._manager.filter(free, pk=self.pk).update(claimed_by=by, claimed_at=now, claim_seen_at=now)

    def writer_beside(self, user: User) -> User | None:
        """Who else is writing here now, if anybody."""
        fresh = self.claim_seen_at and self.claim_seen_at >= timezone.now() - CLAIM_LASTS
        return self.claimed_by if fresh and self.claimed_by_id != user.pk else None

    @property
    def _manager(self) -> models.Manager[Any]:
        return type(self)._base_manager


class Revision(models.Model):
    """One saved state of a text, never changed. The author is an id, so that erasing a person changes no text."""

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
    """A text that was sent and could not become the current one: its writer's own, until merged or put aside."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    base = models.PositiveIntegerField()
    html = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ["-created_at"]


class Outcome(StrEnum):
    SAVED = "saved"
    SAME = "same"
    STALE = "stale"
    WOULD_EMPTY = "would-empty"


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a text that was sent: `draft` holds it where it is stale."""

    outcome: Outcome
    text: Text
    draft: Draft | None = None
    removed: int = 0

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
    if base is None:
        raise MissingBase
    if len(html) > LONGEST:
        raise TooLong
    cleaned = richtext.clean(html)
    with transaction.atomic():
        current = text._manager.select_for_update(of=("self",), no_key=True).get(pk=text.pk)
        if cleaned.html == current.html:
            return Saved(Outcome.SAME, current, removed=cleaned.removed)
        if base != current.revision:
            return Saved(
                Outcome.STALE, current, _keep_draft(current, cleaned.html, base, by), cleaned.removed
            )
        if not cleaned.html and not clear:
            return Saved(Outcome.WOULD_EMPTY, current, removed=cleaned.removed)
        _write(current, cleaned.html, by, Revision.Kind.CLEAR if not cleaned.html else kind)
    return Saved(Outcome.SAVED, current, removed=cleaned.removed)


def restore(text: Text, *, number: int, base: int | None, by: User) -> Saved:
    """Write revision `number` again as the newest one; nothing is deleted."""
    old = text.revisions.get(number=number)  # type: ignore[attr-defined]
    return save(text, html=old.html, base=base, by=by, clear=True, kind=Revision.Kind.RESTORE)


def _write(text: Text, html: str, by: User, kind: str) -> None:
    now = timezone.now()
    text.html, text.words = html, richtext.count_words(html)
    text.revision += 1
    text.written_at, text.written_by = now, by
    text.save(update_fields=["html", "words", "revision", "written_at", "written_by"])
    text.revisions.create(  # type: ignore[attr-defined]
        city_id=text.city_id,  # type: ignore[attr-defined]
        number=text.revision, html=html, words=text.words, kind=kind, author_id=by.pk, created_at=now,
    )  # fmt: skip


def _keep_draft(text: Text, html: str, base: int, by: User) -> Draft:
    """The writer's draft for this text and base: autosave after autosave refreshes the open one."""
    draft: Draft = text.drafts.create(  # type: ignore[attr-defined]
        city_id=text.city_id,
        author=by,
        base=base,
        html=html,  # type: ignore[attr-defined]
    )
    return draft
