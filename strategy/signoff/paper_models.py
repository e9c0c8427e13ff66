"""Documents with a signature on paper, as uploaded."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from cities.models import City
from strategy.signoff.models import Step


class SignedPaper(models.Model):
    """An uploaded document with a signature on paper. It becomes a signature once GovEx has looked at it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for GovEx to check it")
        MATCHES = "matches", _("checked by GovEx")
        REFUSED = "refused", _("not accepted")

    city = models.ForeignKey(City, models.CASCADE)
    step = models.ForeignKey(Step, models.CASCADE, related_name="papers")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    person_name = models.CharField(max_length=200, help_text="As confirmed with the office; of a body, as typed.")
    role = models.CharField(max_length=120, help_text="Title as printed.")
    holder_id_then = models.BigIntegerField(null=True, help_text="Who held the office; null for a body.")
    signed_on = models.DateField(help_text="The date on the paper.")
    instrument_number = models.CharField(max_length=60, blank=True)
    sha256 = models.CharField(max_length=64, help_text="Of the version that was signed.")
    paper = models.CharField(max_length=200, help_text="Name in the media storage.")
    paper_sha256 = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    recorded_by_name = models.CharField(max_length=500, help_text="Name and address then.")
    recorded_at = models.DateTimeField(default=timezone.now)
    checked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    checked_by_name = models.CharField(max_length=500, blank=True, help_text="Name and address then.")
    checked_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("what doesn’t match"), max_length=1000, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "step"], condition=Q(state="waiting"), name="signed_paper_one_open"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(checked_at__isnull=False), name="signed_paper_checked_at"
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(reason=""), name="signed_paper_refused_why"),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("recorded_by")), name="signed_paper_checked_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_name}, {self.role}"
