"""The three abstract tables behind every written text (docs/adr/0004).

Each app has its own concrete tables, so that a private note's revisions stay behind its policy. A concrete Revision and
Draft point to their text through a foreign key `text` with the reverse names `revisions` and `drafts`, and all three
have a city.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from accelerator.texts import richtext

CLAIM_LASTS = timedelta(minutes=2)


class Text(models.Model):
    """A rich text with its current revision number (0: nothing written yet) and a soft claim."""

    html = models.TextField(blank=True, default="")
    revision = models.PositiveIntegerField(default=0)
    words = models.PositiveIntegerField(default=0)
    written_at = models.DateTimeField(null=True, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    claimed_at = models.DateTimeField(null=True, blank=True)
    claim_seen_at = models.DateTimeField(null=True, blank=True)
    # Every concrete class has these: its city, and the managers of its own tables.
    city_id: int
    revisions: Any
    drafts: Any

    class Meta:
        abstract = True

    def claim(self, *, by: User) -> None:
        """Record that `by` is writing here, unless someone else is. It locks nothing and expires by itself."""
        now = timezone.now()
        free = models.Q(claimed_by=None) | models.Q(claimed_by=by) | models.Q(claim_seen_at__lt=now - CLAIM_LASTS)
        fields = self._renew_claim(by, now)
        if fields:
            # Repeat the condition in the statement: two people may start in the same second.
            self._rows.filter(free).update(**{name: getattr(self, name) for name in fields})

    def take_over(self, *, by: User) -> User | None:
        """Record that `by` writes here from now on; returns the previous writer, who can continue writing."""
        previous_writer = self.other_writer(by)
        if previous_writer:
            self.claimed_by, self.claimed_at = by, timezone.now()
            self.claim_seen_at = self.claimed_at
            self._rows.update(claimed_by=by, claimed_at=self.claimed_at, claim_seen_at=self.claimed_at)
        return previous_writer

    def _renew_claim(self, by: User, now: datetime) -> list[str]:
        """Set the claim on this instance if it is free; returns the names of changed fields."""
        is_fresh = self.claimed_by_id and self.claim_seen_at and self.claim_seen_at >= now - CLAIM_LASTS
        is_mine = is_fresh and self.claimed_by_id == by.pk
        if is_fresh and not is_mine:
            return []
        if not is_mine:
            self.claimed_by, self.claimed_at = by, now
        self.claim_seen_at = now
        return ["claim_seen_at"] if is_mine else ["claimed_by", "claimed_at", "claim_seen_at"]

    def cleaned(self, html: str) -> richtext.Cleaned:
        """The parts of the submitted text that are accepted. Subclasses decide which images are allowed."""
        return richtext.clean(html, keep_images=lambda numbers: ())

    def for_page(self, html: str) -> str:
        """Stored HTML as a page shows it. Subclasses insert the URLs of their images."""
        return html

    def before_revision(self, *, by: User) -> list[str]:
        """Called before a revision is stored, with the row locked; returns names of more fields to save.

        Subclasses apply side effects of writing here, such as a change of state.
        """
        return []

    def other_writer(self, user: User) -> User | None:
        """Who else is writing here now, since `claimed_at`."""
        is_fresh = self.claim_seen_at and self.claim_seen_at >= timezone.now() - CLAIM_LASTS
        return self.claimed_by if is_fresh and self.claimed_by_id != user.pk else None

    @property
    def _rows(self) -> models.QuerySet[Any]:
        # For single statements: a full save would write the text as this instance read it.
        return type(self)._base_manager.filter(pk=self.pk)


class Revision(models.Model):
    """One saved state of a text, never changed. The author is an ID: erasing a person changes no text."""

    class Kind(models.TextChoices):
        SAVE = "save", _("saved")
        RESTORE = "restore", _("restored")
        IMPORT = "import", _("imported")
        CLEAR = "clear", _("cleared")

    changeable = ("created_at",)  # the demo backdates; the text and its author are frozen (accelerator/rls.py)

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
    """A submitted text that couldn't become the current one: it belongs to its writer and is never deleted.

    Every distinct text has a row; `settled_at` means that the writer has dealt with it.
    """

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    base = models.PositiveIntegerField()
    html = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    text_id: int  # the concrete class's text

    class Meta:
        abstract = True
        ordering = ["-created_at"]

    def settle(self) -> None:
        """The writer has dealt with this text, and so with earlier ones submitted over the same base."""
        rows: models.Manager[Any] = type(self)._base_manager
        same_base = rows.filter(text_id=self.text_id, author_id=self.author_id, base=self.base)
        same_base.filter(created_at__lte=self.created_at, settled_at=None).update(settled_at=timezone.now())
