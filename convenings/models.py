"""The program's two in-person convenings: the leads at the start, the mayors at the end."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accelerator.models import Cohort
from curriculum.models import ItemKind, ProgramItem


class ConveningQuerySet(models.QuerySet["Convening"]):
    def upcoming(self, today: date) -> Self:
        return self.filter(ends_on__gte=today).order_by("starts_on")


class Convening(models.Model):
    class Audience(models.TextChoices):
        LEADS = "leads", _("city leads")
        MAYORS = "mayors", _("mayors")

    cohort = models.ForeignKey(Cohort, models.CASCADE)
    name = models.CharField(_("name"), max_length=120)
    audience = models.CharField(_("for"), max_length=10, choices=Audience)
    place = models.CharField(_("location"), max_length=160, blank=True)  # empty: to be announced
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    objects = ConveningQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="convening_ends_after_start"),
            models.UniqueConstraint(fields=["cohort", "audience", "starts_on"], name="convening_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def title_among(self, items: Iterable[ProgramItem]) -> str:
        """Its name; in the reader's language if it comes from the curriculum."""
        # A name that staff entered exists in one language only.
        same = (i for i in items if i.kind == ItemKind.CONVENING and self.name in i.titles.values())
        return next((str(item.title) for item in same), self.name)
