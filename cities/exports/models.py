from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accelerator.models import User


class Export(models.Model):
    """A file created in the background; the row is a lease that one worker holds at a time (docs/adr/0006)."""

    class Kind(models.TextChoices):
        STRATEGY_PDF = "strategy-pdf", _("Strategy (PDF)")
        STRATEGY_DOCX = "strategy-docx", _("Strategy (Word document)")
        STRATEGY_JSON = "strategy-json", _("Strategy data (JSON)")
        PLAN_XLSX = "plan-xlsx", _("Action plan (spreadsheet)")
        VERSION_PDF = "version-pdf", _("Submitted version (PDF)")
        PUBLICATION = "publication", _("Published strategy files")

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("export", "waiting to start")
        RUNNING = "running", pgettext_lazy("export", "in progress")
        DONE = "done", pgettext_lazy("export", "ready")
        FAILED = "failed", pgettext_lazy("export", "failed")

    city = models.ForeignKey("cities.City", models.CASCADE)
    kind = models.CharField(max_length=30, choices=Kind)
    options = models.JSONField(default=dict, help_text="What exactly is made, a version's number for instance.")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    step = models.CharField(max_length=40, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent of the steps done.")
    reason = models.CharField(max_length=300, blank=True)
    report = models.JSONField(default=list, help_text="Blocks that were dropped or degraded, a sentence each.")
    file = models.CharField(max_length=200, blank=True, help_text="Name in the media storage.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes.")
    pages = models.PositiveIntegerField(default=0)
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        indexes = [
            models.Index(fields=["city", "-requested_at"]),
            models.Index(fields=["heartbeat_at"], condition=Q(state__in=["queued", "running"]), name="export_open"),
        ]
        constraints = [
            # A finished export always has a file to offer, and a failed one a reason to show.
            models.CheckConstraint(condition=~Q(state="done") | ~Q(file=""), name="export_done_has_file"),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(reason=""), name="export_failed_has_reason"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="export_progress_percent"),
        ]

    STEPS = {
        "": _("waiting in line"),
        "reading": _("reading the text"),
        "layout": _("laying out the pages"),
        "writing": _("writing the file"),
    }
    REASONS = {
        "timeout": _(
            "Laying out the pages took too long. This usually happens because of a very long table or a very long word."
        ),
        "memory": _(
            "This document needs more memory than a single file is allowed to use. Shorten the longest tables."
        ),
        "disk-full": _(
            "The server has no disk space left, so this file couldn’t be created. Your text is safe. Please let "
            "us know, and try again later."
        ),
        "killed": _(
            "This file couldn’t be finished because the process creating it was stopped, for example by a server "
            "restart. Your text is safe. Please try again."
        ),
        "interrupted": _(
            "The process of creating this file was interrupted three times. Try again, and let us know if the "
            "problem continues."
        ),
        "superseded": _("A later version was signed before these files were ready, so this one wasn’t published."),
        "withdrawn": _("The publication was withdrawn before these files were ready, so it wasn’t published again."),
        "crashed": _("We couldn’t lay out this document. Your text is safe, but please let us know about the problem."),
    }

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def step_label(self) -> object:
        return self.STEPS.get(self.step, self.step)

    @property
    def reason_text(self) -> object:
        """Why the file couldn't be created, as a sentence."""
        return self.REASONS.get(self.reason, self.reason)

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}
