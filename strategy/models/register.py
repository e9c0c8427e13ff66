"""Registers beside the plan: policies and standards, the city's uses of AI, and risks."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from cities.models import City
from strategy.models.template import PolicyType


class Instrument(models.TextChoices):
    """How a policy or a strategy becomes binding (docs/program.md 3.2)."""

    SIGNATURE = "signature", _("mayor's signature")
    EXECUTIVE_ORDER = "executive_order", _("executive order")
    ADMINISTRATIVE_ORDER = "administrative_order", _("administrative order")
    RESOLUTION = "resolution", _("council resolution")
    ORDINANCE = "ordinance", _("ordinance or law")
    COMMITTEE = "committee", _("committee decision")
    STANDARD = "standard", _("internal standard or procedure")


class Policy(models.Model):
    """A policy or standard that the strategy leads to: planned, then adopted by an instrument on a date."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DRAFTING = "drafting", _("being drafted")
        ADOPTED = "adopted", _("adopted")
        DROPPED = "dropped", _("dropped")

    city = models.ForeignKey(City, models.CASCADE)
    type = models.ForeignKey(PolicyType, models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    instrument = models.CharField(_("instrument"), max_length=24, choices=Instrument, blank=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    adopted_by = models.CharField(_("adopted by"), max_length=120, blank=True)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    due = models.PositiveSmallIntegerField(_("planned for"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")

    class Meta:
        ordering = ["type__position", "title", "pk"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["city", "title"], name="policy_once"),
            models.CheckConstraint(
                condition=~models.Q(state="adopted")
                | (models.Q(adopted_on__isnull=False) & ~models.Q(instrument="")),
                name="policy_adopted_by_instrument",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Level(models.TextChoices):
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class AiUse(models.Model):
    """A use of AI by the city: what for, who answers for it, its risk, and whether it passed the review gate."""

    class Gate(models.TextChoices):
        WAITING = "waiting", _("not reviewed yet")
        REVIEW = "review", _("under review")
        APPROVED = "approved", _("approved")
        CONDITIONS = "conditions", _("approved with conditions")
        REFUSED = "refused", _("not approved")
        RETIRED = "retired", _("no longer used")

    city = models.ForeignKey(City, models.CASCADE)
    name = models.CharField(_("use"), max_length=200)
    purpose = models.CharField(_("what it decides or helps with"), max_length=500, blank=True)
    owner_role = models.CharField(_("owner: role"), max_length=120, blank=True)
    owner_name = models.CharField(_("owner: person"), max_length=120, blank=True)
    department = models.CharField(_("department"), max_length=120, blank=True)
    vendor = models.CharField(_("vendor or model"), max_length=200, blank=True)
    risk = models.CharField(_("risk"), max_length=10, choices=Level, blank=True)
    affects_residents = models.BooleanField(_("touches decisions about residents"), default=False)
    human_review = models.CharField(_("human review"), max_length=300, blank=True)
    gate = models.CharField(_("review gate"), max_length=12, choices=Gate, default=Gate.WAITING)
    conditions = models.CharField(_("conditions"), max_length=500, blank=True)
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    next_review_on = models.DateField(_("next review"), null=True, blank=True)
    is_public = models.BooleanField(_("shown in the published register"), default=True)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = "use of AI"
        verbose_name_plural = "uses of AI"
        constraints = [models.UniqueConstraint(fields=["city", "name"], name="ai_use_once")]

    def __str__(self) -> str:
        return self.name


class Risk(models.Model):
    """What could go wrong with the strategy, who watches it and what is done about it."""

    city = models.ForeignKey(City, models.CASCADE)
    title = models.CharField(_("risk"), max_length=200)
    likelihood = models.CharField(_("likelihood"), max_length=10, choices=Level)
    impact = models.CharField(_("impact"), max_length=10, choices=Level)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    owner_role = models.CharField(_("owner: role"), max_length=120, blank=True)
    mitigation = models.CharField(_("what we do about it"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["city", "title"], name="risk_once")]

    def __str__(self) -> str:
        return self.title
