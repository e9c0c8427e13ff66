"""What is public, copied here when it becomes so: everybody reads these rows, the city alone writes (docs/adr/0010)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from cities.models import City


class PublicSeal(models.Model):
    """What the code on a signed PDF stands for: who signed what, when and how."""

    class State(models.TextChoices):
        VALID = "valid"
        SUPERSEDED = "superseded"

    city = models.ForeignKey(City, models.CASCADE)
    code = models.CharField(max_length=20)
    number = models.PositiveIntegerField(help_text="Of the version.")
    slug = models.SlugField(max_length=140)
    city_name = models.CharField(max_length=120)
    template = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64, help_text="Of the document tree.")
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    signatures = models.JSONField(
        default=list,
        help_text="A row each: person, role, manner, on_behalf_of, at, instrument, number, kind.",
    )
    digests = models.JSONField(
        default=dict,
        help_text="SHA-256 and title of each part by its key: what later words are compared with.",
    )
    lapsed = models.JSONField(default=list, help_text="Titles of sections that have changed since.")
    state = models.CharField(max_length=12, choices=State, default=State.VALID)
    signed_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="public_seal_code"),
            models.UniqueConstraint(fields=["city", "number"], name="public_seal_once"),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def lapsed_keys(self) -> dict[str, int | None]:
        """The changed parts by key, each with the revision that was signed (None where it has none)."""
        return {
            key: (rest[1] if len(rest) > 1 else None)
            for key, (_sha, named, *rest) in self.digests.items()
            if named in self.lapsed
        }


class PublicStrategy(models.Model):
    """A published version of a city's strategy; earlier ones stay and are linked."""

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
    published_at = models.DateTimeField(default=timezone.now)
    superseded_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True, help_text="Shown in its place.")
    progress = models.JSONField(
        null=True, blank=True, help_text="A row an action, where the city shows progress; its date."
    )
    reviews = models.JSONField(default=list, help_text="Yearly reviews that the city shows.")

    class Meta:
        ordering = ["sort_name", "-number"]
        verbose_name_plural = "public strategies"
        constraints = [
            models.UniqueConstraint(fields=["city", "number"], name="public_strategy_once"),
            models.UniqueConstraint(
                fields=["city"],
                condition=Q(superseded_at=None, withdrawn_at=None),
                name="public_strategy_one_current",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""), name="public_strategy_withdrawn_why"
            ),
        ]
        indexes = [models.Index(fields=["slug", "-number"])]

    def __str__(self) -> str:
        return f"{self.city_name} {self.number}"


class PublicFile(models.Model):
    """A file of a published strategy, or a picture in it."""

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
