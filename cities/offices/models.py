"""Offices and who holds them, as someone other than the holder confirmed (docs/adr/0018)."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accelerator.models import User
from accelerator.naming import normalize
from cities.roles import Role


class Office(models.TextChoices):
    """Who approves a strategy; each city sets which offices it asks, and in which order."""

    MAYOR = "mayor", _("mayor")
    CITY_MANAGER = "city_manager", _("city manager")
    COUNCIL = "council", _("city council")
    COMMITTEE = "committee", _("committee")
    OTHER = "other", _("other office or body")
    DELEGATE = "delegate", _("mayor’s delegate")  # signs for the mayor in whose term it was confirmed


# What a city can ask to approve: a delegate signs for the mayor, not for an office of their own.
APPROVING = [(value, label) for value, label in Office.choices if value != "delegate"]
# Bodies decide by resolution or minutes; no one signs for them on this site.
BODIES = frozenset({Office.COUNCIL, Office.COMMITTEE})
# A city has one of each at a time: confirming a successor ends the predecessor.
SINGLE = frozenset({Office.MAYOR, Office.CITY_MANAGER})


# How a mayor or city manager is called where the cities of the program are, besides the names on this site.
_TITLES = (
    "alcalde",
    "alcaldesa",
    "intendente",
    "intendenta",
    "presidente municipal",
    "presidenta municipal",
    "prefeito",
    "prefeita",
    "gerente municipal",
)


def is_title_of_one(title: str) -> bool:
    """Whether a title is the name of an office that one person holds, in any language of this site."""
    names = set(_TITLES)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names |= {str(Office(office).label) for office in SINGLE} | {gettext("Mayor")}
    return normalize(title).strip(" .") in {normalize(name) for name in names}


class OfficeholderQuerySet(models.QuerySet["Officeholder"]):
    def current(self) -> Self:
        """Confirmed, not ended, still on the city's team, and with the address that was confirmed."""
        from cities.models import Membership  # noqa: PLC0415 - cities.models gathers this package's models

        member = Membership.objects.active().filter(city=OuterRef("city"), user=OuterRef("user"))
        is_there = Exists(member.exclude(role=Role.GUEST_REVIEWER))
        is_mayor = Exists(member.filter(role=Role.MAYOR))
        return self.filter(
            is_there, ~Q(office=Office.MAYOR) | Q(is_mayor), ended_at=None, email=F("user__email")
        ).select_related("user")


class Officeholder(models.Model):
    """Who holds an office. A signature shows this name and address, not what a profile says today."""

    class Side(models.TextChoices):
        GOVEX = "govex", "GovEx"
        MAYOR = "mayor", _("the mayor")

    city = models.ForeignKey("cities.City", models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    office = models.CharField(_("office"), max_length=20, choices=Office)
    name = models.CharField(_("name"), max_length=200, help_text="As confirmed.")
    title = models.CharField(
        _("title"), max_length=120, default="", db_default="", help_text="As printed beside a signature; as confirmed."
    )
    email = models.EmailField(help_text="As confirmed: where codes for signatures are sent.")
    confirmed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    confirmed_for = models.CharField(max_length=10, choices=Side)
    confirmed_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = OfficeholderQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "office"],
                condition=Q(ended_at=None, office__in=sorted(SINGLE)),
                name="officeholder_single_office",
            ),
            models.UniqueConstraint(
                fields=["city", "office", "user"], condition=Q(ended_at=None), name="officeholder_once"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("user")), name="officeholder_confirmed_by_another"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_mayor(self) -> bool:
        return self.office == Office.MAYOR

    @property
    def domain(self) -> str:
        """Of the confirmed address: what the public page shows of it."""
        return self.email.rpartition("@")[2]

    def as_public(self) -> dict[str, Any]:
        """How the holder's identity was established, for a signature and its public page."""
        return {
            "address_domain": self.domain,
            "office_confirmed_for": self.confirmed_for,
            "office_confirmed_at": self.confirmed_at,
        }
