"""The curriculum: versioned program, rubric and targets, a cohort's sessions with actual dates, and attendance."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import walltime
from accelerator.content_versions import ContentVersion, in_language
from accelerator.models import Cohort, User, validate_zone
from cities.models import City


class ProgramVersion(ContentVersion):
    weeks = models.PositiveSmallIntegerField(default=26)

    class Meta(ContentVersion.Meta):
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="program_version_once")]


class ItemKind(models.TextChoices):
    ONBOARDING = "onboarding", _("onboarding")
    CONVENING = "convening", _("convening")
    VISIT = "visit", _("in-city visit")
    KEYNOTE = "keynote", _("keynote")
    WORKSHOP = "workshop", _("workshop")
    COACHING = "coaching", _("coaching")
    PEER = "peer", _("peer sharing")
    DELIVERABLE = "deliverable", _("deliverable")
    MAYOR = "mayor", _("mayoral engagement")
    STAFF = "staff", _("GovEx staff")
    BREAK = "break", _("break")
    REVIEW = "review", _("review")
    CLOSE = "close", _("close-out and follow-up")


class ItemRole(models.TextChoices):
    # Code never names an entry by key or week, since content can rename and move them; pages ask for a role.
    OUTCOMES = "outcomes", _("The mayor sets the outcomes")
    SIGN_OFF = "sign_off", _("The mayor signs the strategy")


class ProgramItem(models.Model):
    # Offsets from the kickoff instead of dates: every cohort runs the same program on its own calendar.
    version = models.ForeignKey(ProgramVersion, models.CASCADE, related_name="items")
    key = models.SlugField(max_length=60)
    kind = models.CharField(max_length=20, choices=ItemKind)
    role = models.CharField(
        max_length=20,
        choices=ItemRole,
        blank=True,
        default="",
        db_default="",
        help_text="Blank for most; at most one entry of a version has a role.",
    )
    week = models.PositiveSmallIntegerField()
    weekday = models.PositiveSmallIntegerField(default=0, help_text="0 is Monday.")
    days = models.PositiveSmallIntegerField(default=1)
    at = models.TimeField(null=True, blank=True, help_text="Wall time in the cohort's zone.")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    titles = models.JSONField()  # texts by language, here and below
    notes = models.JSONField(default=dict)
    sections = models.JSONField(default=list, help_text="Keys of the strategy sections that it serves.")
    in_person = models.BooleanField(default=False)
    audience = models.CharField(max_length=10, default="team")

    class Meta:
        ordering = ["version", "week", "weekday", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "key"], name="program_item_once"),
            models.UniqueConstraint(fields=["version", "role"], condition=~Q(role=""), name="program_item_role_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6, days__gte=1, week__gte=1), name="program_item_offset"),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def title(self) -> object:
        return in_language(self.titles)

    @property
    def note(self) -> object:
        return in_language(self.notes)


class RubricVersion(ContentVersion):
    class Meta(ContentVersion.Meta):
        constraints = [models.UniqueConstraint(fields=["slug", "number"], name="rubric_version_once")]


class RubricCriterion(models.Model):
    """A row of the maturity rubric: four levels in three languages (docs/program.md 5)."""

    version = models.ForeignKey(RubricVersion, models.CASCADE, related_name="criteria")
    code = models.CharField(max_length=6)
    position = models.PositiveSmallIntegerField()
    component = models.CharField(max_length=20)
    titles = models.JSONField()
    levels = models.JSONField(help_text="Four texts by language.")

    class Meta:
        ordering = ["version", "position"]
        verbose_name_plural = "rubric criteria"
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="criterion_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def title(self) -> object:
        return in_language(self.titles)

    @property
    def texts(self) -> list[str]:
        return list(in_language(self.levels))


class TargetFamily(models.Model):
    """One of the program's five verbs, which group a city's targets."""

    version = models.ForeignKey(ProgramVersion, models.CASCADE, related_name="target_families")
    code = models.CharField(max_length=6)
    titles = models.JSONField()
    examples = models.JSONField()

    class Meta:
        ordering = ["version", "code"]
        verbose_name_plural = "target families"
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="target_family_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def title(self) -> object:
        return in_language(self.titles)

    @property
    def example(self) -> object:
        return in_language(self.examples)


class CohortProgram(models.Model):
    # Pinned: a new version of the content doesn't change a running program.
    cohort = models.OneToOneField(Cohort, models.CASCADE)
    program = models.ForeignKey(ProgramVersion, models.PROTECT)
    rubric = models.ForeignKey(RubricVersion, models.PROTECT)

    def __str__(self) -> str:
        return f"{self.cohort}: {self.program}"


class Session(models.Model):
    """A keynote, workshop or peer session that all cities in a cohort attend, at wall time in a zone."""

    cohort = models.ForeignKey(Cohort, models.CASCADE)
    item = models.ForeignKey(ProgramItem, models.PROTECT)
    on = models.DateField()
    at = models.TimeField()
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    minutes = models.PositiveSmallIntegerField(default=90)
    starts_at = models.DateTimeField(editable=False)
    # A canceled session stays on the calendar: people have it in theirs.
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["starts_at"]
        constraints = [models.UniqueConstraint(fields=["cohort", "item"], name="session_once")]

    def __str__(self) -> str:
        return str(self.item)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        self.starts_at = walltime.to_utc(self.on, self.at, self.time_zone)

    @property
    def is_over(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def starts_local(self) -> datetime:
        return self.starts_at.astimezone(self.cohort.zone)


class Attendance(models.Model):
    """Whether a city's person attended a session. Rows are created in advance, so that absences count."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("expected")
        ATTENDED = "attended", _("attended")
        EXCUSED = "excused", _("excused")
        RECORDING = "recording", _("watched the recording")
        MISSED = "missed", _("absent")

    city = models.ForeignKey(City, models.CASCADE)
    session = models.ForeignKey(Session, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)
    state = models.CharField(max_length=10, choices=State, default=State.EXPECTED)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "session", "user"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.state}"
