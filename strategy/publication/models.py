"""Published strategies: copies that everyone can read and only the city writes (docs/adr/0010)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accelerator.rls import Wall
from cities.models import City


class PublicStrategyQuerySet(models.QuerySet["PublicStrategy"]):
    def current(self) -> PublicStrategyQuerySet:
        """Neither superseded nor withdrawn: at most one row per city."""
        return self.filter(superseded_at=None, withdrawn_at=None)


class PublicStrategy(models.Model):
    """A published version of a city's strategy; earlier ones remain readable."""

    wall = Wall.PUBLIC
    city = models.ForeignKey(City, models.CASCADE)
    slug = models.SlugField(max_length=140)
    number = models.PositiveIntegerField(help_text="Of the version.")
    code = models.CharField(max_length=20)
    city_name = models.CharField(max_length=120)
    sort_name = models.CharField(max_length=120)
    region = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=10)
    cohort_name = models.CharField(max_length=120, blank=True)
    years = models.CharField(max_length=20, help_text="For instance 2027–2029.")
    summary = models.CharField(max_length=500, blank=True)
    words = models.PositiveIntegerField(default=0)
    actions = models.PositiveIntegerField(default=0)
    tree = models.JSONField(help_text="The document as it was signed.")
    sha256 = models.CharField(max_length=64)
    search = models.TextField(help_text="Its words, unaccented and in lower case.")
    components = models.JSONField(default=list, help_text="Components with words or actions.")
    signed_at = models.DateTimeField()
    signed_on = models.DateField(null=True, help_text="The city's day.")
    published_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True, help_text="Shown in its place.")
    progress = models.JSONField(
        null=True, blank=True, help_text="A row an action, where the city shows progress; its date."
    )
    reviews = models.JSONField(default=list, help_text="Yearly reviews that the city shows.")

    objects = PublicStrategyQuerySet.as_manager()

    class Meta:
        ordering = ["sort_name", "-number"]
        verbose_name_plural = "public strategies"
        constraints = [
            models.UniqueConstraint(fields=["city", "number"], name="public_strategy_once"),
            models.UniqueConstraint(
                fields=["city"], condition=Q(superseded_at=None, withdrawn_at=None), name="public_strategy_one_current"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""), name="public_strategy_withdrawn_why"
            ),
        ]
        indexes = [models.Index(fields=["slug", "-number"])]

    def __str__(self) -> str:
        return f"{self.city_name} {self.number}"


class PublicFile(models.Model):
    """A file of a published strategy, or an image in it."""

    wall = Wall.PUBLIC
    city = models.ForeignKey(City, models.CASCADE)
    strategy = models.ForeignKey(PublicStrategy, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=20, help_text="pdf, docx, json, xlsx, or picture:<id>")
    file = models.CharField(max_length=200, help_text="Name in the media storage.")
    media_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="Bytes.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "strategy", "kind"], name="public_file_once")]

    def __str__(self) -> str:
        return self.kind
