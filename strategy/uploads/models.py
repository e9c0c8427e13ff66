from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accelerator.excerpts import excerpt
from accelerator.models import User
from accelerator.texts import richtext
from cities.models import City
from strategy.sections import pictures
from strategy.sections.models import Section

EXCERPT = 180  # characters of a piece in a list


class Upload(models.Model):
    """A strategy written elsewhere, split at its headings."""

    city = models.ForeignKey(City, models.CASCADE)
    name = models.CharField(max_length=200, help_text="As the person's file was called.")
    kind = models.CharField(max_length=10, help_text="docx or html")
    sha256 = models.CharField(max_length=64)
    report = models.JSONField(
        default=list, help_text="A row for each kind of thing left out: strategy/uploads/leftovers.py"
    )
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return self.name


class UploadPiece(models.Model):
    """The text under one heading of an upload."""

    class State(models.TextChoices):
        TRAY = "tray", _("unplaced")
        USED = "used", _("used")
        ASIDE = "aside", _("set aside")

    class Reason(models.TextChoices):
        """Why a piece is proposed for a section."""

        SAME = "same", _("We suggest “%(section)s” because the titles match.")
        SIMILAR = "similar", _("We suggest “%(section)s” because its title is similar: %(because)s.")
        WORDS = "words", _("We suggest “%(section)s” because the titles share keywords: %(because)s.")
        NUMBER = "number", _("We suggest “%(section)s” because the numbers match: %(because)s.")
        UNDER = "under", _("We suggest “%(section)s” because the passage comes under this heading: %(because)s.")

    city = models.ForeignKey(City, models.CASCADE)
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="pieces")
    position = models.PositiveSmallIntegerField()
    heading = models.CharField(max_length=300, blank=True)
    html = models.TextField()
    words = models.PositiveIntegerField()
    section = models.ForeignKey(
        Section, models.SET_NULL, null=True, blank=True, related_name="+", help_text="Matched to."
    )
    reason = models.CharField(
        max_length=10, choices=Reason, blank=True, db_default="", default="", help_text="Of the first match."
    )
    because = models.CharField(
        max_length=200, blank=True, db_default="", default="", help_text="The words that the match rests on."
    )
    state = models.CharField(max_length=10, choices=State, default=State.TRAY)
    used_revision = models.PositiveIntegerField(null=True, blank=True)
    state_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    state_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["upload", "position"]
        constraints = [
            models.UniqueConstraint(fields=["city", "upload", "position"], name="upload_piece_once"),
            models.CheckConstraint(condition=~Q(html=""), name="upload_piece_has_words"),
        ]

    def __str__(self) -> str:
        return self.heading or f"piece {self.position}"

    @cached_property
    def excerpt(self) -> str:
        return excerpt(richtext.text(self.html), EXCERPT)

    @property
    def suggestion(self) -> str:
        sentence = self.get_reason_display() if self.reason else _("We suggest “%(section)s.”")
        return str(sentence) % {"section": self.section, "because": self.because}

    @property
    def page_html(self) -> str:
        return pictures.with_addresses(self.html, self.city)
