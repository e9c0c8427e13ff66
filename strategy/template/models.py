"""Strategy templates: versioned data that staff edit; a published version never changes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Deferrable, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.content_versions import ContentVersion, in_language
from accelerator.models import Cohort
from cities.models import City


class TemplateVersionQuerySet(models.QuerySet["TemplateVersion"]):
    def published(self) -> TemplateVersionQuerySet:
        return self.exclude(published_at=None)


class TemplateVersion(ContentVersion):
    based_on = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes of a draft.")
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # Complete copies, because the rows are deleted: they aren't part of what is published.
    taken_out = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        help_text="Sections removed from a draft, whole, so that they can be taken in again.",
    )
    # Set by pages that show them.
    cohorts: list[Cohort]
    cities: list[City]

    objects = TemplateVersionQuerySet.as_manager()

    class Meta(ContentVersion.Meta):
        constraints = [
            models.UniqueConstraint(fields=["slug", "number"], name="template_version_once"),
            # All editors share one draft.
            models.UniqueConstraint(fields=["slug"], condition=Q(published_at=None), name="template_draft_once"),
        ]


class Component(models.TextChoices):
    FRONT = "front", _("Front matter")
    GOVERNANCE = "governance", _("Data governance")
    QUALITY = "quality", _("Data quality")
    USE = "use", _("Data use")
    TRANSPARENCY = "transparency", _("Transparency")
    ENABLERS = "enablers", _("Enablers")
    PLAN = "plan", _("Action plan")


class SectionRole(models.TextChoices):
    """The kind of a section, whatever its key, number and title; blank means plain text.

    Each kind but the letter is an introduction, followed by a table of what the city enters on the plan's pages.
    """

    LETTER = "letter", _("Mayor’s letter")
    ACTIONS = "actions", _("Action plan")
    MEASURES = "measures", _("Measures")
    POLICIES = "policies", _("Policies and standards")
    AI_USES = "ai_uses", _("Uses of AI")
    RISKS = "risks", _("Risks")


# The kinds with a table.
STRUCTURED = [role for role in SectionRole if role != SectionRole.LETTER]


def _in_reader_language(name: str) -> property:
    return property(lambda section: in_language(getattr(section, name)))


class TemplateSection(models.Model):
    """A section in a template: what to write, why, and what good looks like, in three languages."""

    version = models.ForeignKey(TemplateVersion, models.CASCADE, related_name="sections")
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    number = models.CharField(max_length=6, help_text="As printed.")
    component = models.CharField(max_length=20, choices=Component)
    role = models.CharField(
        max_length=20,
        choices=SectionRole,
        blank=True,
        default="",
        db_default="",
        help_text="The section's kind; blank is plain text. A version has at most one section of each other kind.",
    )
    required = models.BooleanField(default=False)
    words_min = models.PositiveIntegerField(null=True, blank=True)
    words_max = models.PositiveIntegerField(null=True, blank=True)
    due_week = models.PositiveSmallIntegerField(help_text="Program week; due on its Friday.")
    titles = models.JSONField()
    purposes = models.JSONField()
    prompts = models.JSONField(help_text="A list of questions by language.")
    goods = models.JSONField(help_text="What good looks like, by language.")
    parts = models.JSONField(_("parts"), default=list, help_text="Named parts with prompts of their own.")
    synonyms = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        help_text="Other titles by which an uploaded document may call the section: a list by language.",
    )
    # Set by pages that show them.
    guide: str
    missing: list[tuple[str, list[str]]]
    untranslated: list[str]

    class Meta:
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="template_section_once"),
            models.UniqueConstraint(
                fields=["version", "role"], condition=~Q(role=""), name="template_section_role_once"
            ),
            models.UniqueConstraint(
                # Deferred: while sections are renumbered, two may have the same position.
                fields=["version", "position"],
                name="template_section_position",
                deferrable=Deferrable.DEFERRED,
            ),
        ]

    title = _in_reader_language("titles")
    purpose = _in_reader_language("purposes")
    questions = _in_reader_language("prompts")
    good = _in_reader_language("goods")
    other_titles = _in_reader_language("synonyms")

    def __str__(self) -> str:
        return str(self.title)

    @property
    def is_structured(self) -> bool:
        return self.role in STRUCTURED

    @property
    def own_parts(self) -> list[dict[str, object]]:
        names = ("title", "purpose", "prompts", "good")
        return [{"number": part["number"], **{name: in_language(part[name]) for name in names}} for part in self.parts]


class CohortTemplate(models.Model):
    cohort = models.OneToOneField(Cohort, models.CASCADE)
    version = models.ForeignKey(TemplateVersion, models.PROTECT)

    def __str__(self) -> str:
        return f"{self.cohort}: {self.version}"


class PolicyTypeVersion(ContentVersion):
    class Meta(ContentVersion.Meta):
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="policy_type_version_once")]


class PolicyType(models.Model):
    """A kind of policy or standard (docs/program.md 3.3), in three languages."""

    version = models.ForeignKey(PolicyTypeVersion, models.CASCADE, related_name="types")
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    titles = models.JSONField()
    purposes = models.JSONField()

    class Meta:
        ordering = ["version", "position"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="policy_type_once")]

    def __str__(self) -> str:
        return str(in_language(self.titles))

    @property
    def purpose(self) -> object:
        return in_language(self.purposes)


def label_of(stored: str) -> str:
    """The name of a template version, from the slug and number that a signed version stores."""
    slug, _space, number = stored.rpartition(" ")
    rows = TemplateVersion.objects.filter(slug=slug, number=number) if number.isdecimal() else ()
    return next((row.label for row in rows), stored)
