"""Mail follows state: what is due to whom, what became of it, and the one envelope a day."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from cities.models import City


class Envelope(models.Model):
    """One mail to one person: at most one ordinary envelope a person and local day."""

    class State(models.TextChoices):
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")

    person = models.ForeignKey(User, models.CASCADE)
    day = models.DateField(help_text="In the person's zone.")
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.CLAIMED)
    subject = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=300, blank=True)
    claimed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-claimed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "day"], condition=Q(urgent=False), name="envelope_one_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"


class Due(models.Model):
    """One reminder to one person: planned, then sent, or skipped and why; the ledger (docs/program.md 6)."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        CLAIMED = "claimed", _("being sent")
        SENT = "sent", _("sent")
        SKIPPED = "skipped", _("skipped")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")

    rule = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    person = models.ForeignKey(User, models.CASCADE)
    occurrence = models.CharField(max_length=60, help_text="Which time, such as 2026-01-30 T-7.")
    city = models.ForeignKey(City, models.CASCADE, null=True, blank=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Not sent after this: a stale reminder misleads.")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=200, blank=True)
    envelope = models.ForeignKey(Envelope, models.SET_NULL, null=True, blank=True, related_name="dues")
    planned_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "object_id", "person", "occurrence"], name="due_once"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="planned"), name="due_planned"),
            models.Index(fields=["city", "-due_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.occurrence}"
