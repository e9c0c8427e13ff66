"""In-city visits and coaching sessions, shared and private notes in separate tables, and commitments."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import walltime
from accelerator.models import User, validate_zone
from accelerator.writing import Draft, Revision, Text
from cities.models import City
from strategy.models import Section


class CoachingSession(models.Model):
    """A session or visit with a city: the wall time in the city's zone is what was agreed, UTC follows from it."""

    class Kind(models.TextChoices):
        SESSION = "session", _("coaching session")
        VISIT = "visit", _("in-city visit")

    city = models.ForeignKey(City, models.CASCADE)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SESSION)
    title = models.CharField(_("what it was about"), max_length=160)
    on = models.DateField(_("date"))
    at = models.TimeField(_("time"))
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    starts_at = models.DateTimeField(editable=False)
    people = models.ManyToManyField(User, through="Presence", related_name="+")
    others = models.CharField(_("others present"), max_length=300, blank=True)
    logged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    logged_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-starts_at"]
        indexes = [models.Index(fields=["city", "-starts_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=1440), name="session_minutes")
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.starts_at = walltime.to_utc(self.on, self.at, self.time_zone)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def wall_time(self) -> datetime:
        return datetime.combine(self.on, self.at)


class Presence(models.Model):
    """Somebody with an account who was there."""

    city = models.ForeignKey(City, models.CASCADE)
    session = models.ForeignKey(CoachingSession, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "session", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.session_id}"


class SharedNote(Text):
    """What the city and its coach both read."""

    city = models.ForeignKey(City, models.CASCADE)
    session = models.OneToOneField(CoachingSession, models.CASCADE, related_name="shared_note")

    def __str__(self) -> str:
        return f"shared note of session {self.session_id}"


class SharedNoteRevision(Revision):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(SharedNote, models.CASCADE, related_name="revisions")

    class Meta(Revision.Meta):
        constraints = [
            models.UniqueConstraint(fields=["city", "text", "number"], name="shared_revision_once")
        ]


class SharedNoteDraft(Draft):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(SharedNote, models.CASCADE, related_name="drafts")


class PrivateNote(Text):
    """What only GovEx reads. The policy of this table, its revisions and drafts requires the program's side."""

    city = models.ForeignKey(City, models.CASCADE)
    session = models.OneToOneField(CoachingSession, models.CASCADE, related_name="private_note")

    def __str__(self) -> str:
        return f"private note of session {self.session_id}"


class PrivateNoteRevision(Revision):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(PrivateNote, models.CASCADE, related_name="revisions")

    class Meta(Revision.Meta):
        constraints = [
            models.UniqueConstraint(fields=["city", "text", "number"], name="private_revision_once")
        ]


class PrivateNoteDraft(Draft):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(PrivateNote, models.CASCADE, related_name="drafts")


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def open(self) -> CommitmentQuerySet:
        return self.filter(done_at=None).order_by("due_on", "pk")


class Commitment(models.Model):
    """What somebody promised in a session, for a day; open ones head the next agenda."""

    city = models.ForeignKey(City, models.CASCADE)
    session = models.ForeignKey(CoachingSession, models.CASCADE, related_name="commitments")
    what = models.CharField(_("commitment"), max_length=240)
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("owner"))
    due_on = models.DateField(_("due"))
    section = models.ForeignKey(Section, models.SET_NULL, null=True, blank=True, verbose_name=_("section"))
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["city", "due_on"])]

    def __str__(self) -> str:
        return self.what

    def mark_done(self, *, by: User) -> None:
        Commitment.objects.filter(pk=self.pk, city=self.city_id, done_at=None).update(
            done_at=timezone.now(), done_by=by
        )

    def reopen(self) -> None:
        Commitment.objects.filter(pk=self.pk, city=self.city_id).update(done_at=None, done_by=None)
