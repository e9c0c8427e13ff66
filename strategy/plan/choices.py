"""The vocabularies of the plan and its registers (docs/program.md 3.3)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Instrument(models.TextChoices):
    """How a policy or a strategy becomes binding (docs/program.md 3.4)."""

    SIGNATURE = "signature", _("mayor’s signature")
    EXECUTIVE_ORDER = "executive_order", _("executive order")
    ADMINISTRATIVE_ORDER = "administrative_order", _("administrative order")
    RESOLUTION = "resolution", _("council resolution")
    ORDINANCE = "ordinance", _("ordinance or law")
    COMMITTEE = "committee", _("committee decision")
    STANDARD = "standard", _("internal standard or procedure")


class Level(models.TextChoices):
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


class Likelihood(models.TextChoices):
    """The same words, but Spanish and Portuguese agree with a feminine noun here."""

    LOW = "low", pgettext_lazy("likelihood", "low")
    MEDIUM = "medium", pgettext_lazy("likelihood", "medium")
    HIGH = "high", pgettext_lazy("likelihood", "high")


class Direction(models.TextChoices):
    UP = "up", _("higher is better")
    DOWN = "down", _("lower is better")
    HOLD = "hold", _("hold steady")


class Frequency(models.TextChoices):
    MONTHLY = "monthly", _("monthly")
    QUARTERLY = "quarterly", _("quarterly")
    YEARLY = "yearly", _("yearly")


class Status(models.TextChoices):
    NOT_STARTED = "not_started", _("not started")
    IN_PROGRESS = "in_progress", _("in progress")
    ON_HOLD = "on_hold", _("on hold")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("canceled")


class Rag(models.TextChoices):
    """Independent of the status: an action in progress may be at risk. Yellow and red need a reason."""

    GREEN = "green", _("on track")
    AMBER = "amber", _("at risk")
    RED = "red", _("off track")


class CostBand(models.TextChoices):
    """What people read says the amounts, in the city's currency: strategy/plan/costs.py."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    VERY_HIGH = "very_high"
