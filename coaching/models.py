"""City visits and coaching sessions, shared and private notes in separate tables, and commitments."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import audit, formats, walltime
from accelerator.models import User, validate_zone
from accelerator.rls import Wall
from accelerator.texts.models import Draft, Revision, Text
from cities.models import City, Role
from strategy.models import Section

# Section fields that a commitment row doesn't show: long texts that would be loaded for nothing.
UNSEEN = ["section__html", *(f"section__template__{name}" for name in ("purposes", "prompts", "goods", "parts"))]
# Who can mark a commitment as completed, besides its owner; other team members can't.
MAY_COMPLETE = frozenset({Role.CITY_LEAD, Role.COACH, Role.PROGRAM_ADMIN})


class CoachingSessionQuerySet(models.QuerySet["CoachingSession"]):
    def upcoming(self, now: datetime | None = None) -> Self:
        return self.filter(starts_at__gt=now or timezone.now()).order_by("starts_at", "pk")

    def past(self, now: datetime | None = None) -> Self:
        return self.filter(starts_at__lte=now or timezone.now()).order_by("-starts_at", "-pk")


class CoachingSession(models.Model):
    """A session or visit with a city."""

    class Kind(models.TextChoices):
        SESSION = "session", _("coaching session")
        VISIT = "visit", _("in-city visit")

    city = models.ForeignKey(City, models.CASCADE)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SESSION)
    title = models.CharField(_("topic"), max_length=160)
    # People agree on wall time in the city's zone; saving the row derives `starts_at` in UTC.
    on = models.DateField(_("date"))
    at = models.TimeField(_("time"))
    time_zone = models.CharField(max_length=64, validators=[validate_zone])
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60)
    starts_at = models.DateTimeField(editable=False)
    people = models.ManyToManyField(User, through="Presence", related_name="+")
    others = models.CharField(_("other attendees"), max_length=300, blank=True)
    logged_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    logged_at = models.DateTimeField(default=timezone.now)

    objects = CoachingSessionQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at"]
        indexes = [models.Index(fields=["city", "-starts_at"])]
        constraints = [models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=1440), name="session_minutes")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.starts_at = walltime.to_utc(self.on, self.at, self.time_zone)
        super().save(*args, **kwargs)

    @property
    def wall_time(self) -> datetime:
        return datetime.combine(self.on, self.at)

    @property
    def is_on_another_clock(self) -> bool:
        """Whether the reader's clock will show another time than the session's."""
        return timezone.localtime(self.starts_at).replace(tzinfo=None) != self.wall_time

    @property
    def is_planned(self) -> bool:
        return self.starts_at > timezone.now()

    @property
    def length(self) -> str:
        return formats.minutes(self.minutes)


class Presence(models.Model):
    """A person with an account who attended; others are listed as text in the session."""

    city = models.ForeignKey(City, models.CASCADE)
    session = models.ForeignKey(CoachingSession, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["city", "session", "user"], name="presence_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.session_id}"


class SharedNote(Text):
    """What both the city and its coach can read."""

    kind = "shared"
    city = models.ForeignKey(City, models.CASCADE)
    session = models.OneToOneField(CoachingSession, models.CASCADE, related_name="shared_note")

    def __str__(self) -> str:
        return f"shared note of session {self.session_id}"


class SharedNoteRevision(Revision):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(SharedNote, models.CASCADE, related_name="revisions")

    class Meta(Revision.Meta):
        constraints = [models.UniqueConstraint(fields=["city", "text", "number"], name="shared_revision_once")]


class SharedNoteDraft(Draft):
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(SharedNote, models.CASCADE, related_name="drafts")


class PrivateNote(Text):
    """What only GovEx can read."""

    # A separate table, so that the database itself keeps its rows, revisions and drafts from the city's side.
    kind = "private"
    wall = Wall.STAFF
    city = models.ForeignKey(City, models.CASCADE)
    session = models.OneToOneField(CoachingSession, models.CASCADE, related_name="private_note")

    def __str__(self) -> str:
        return f"private note of session {self.session_id}"


class PrivateNoteRevision(Revision):
    wall = Wall.STAFF
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(PrivateNote, models.CASCADE, related_name="revisions")

    class Meta(Revision.Meta):
        constraints = [models.UniqueConstraint(fields=["city", "text", "number"], name="private_revision_once")]


class PrivateNoteDraft(Draft):
    wall = Wall.STAFF
    city = models.ForeignKey(City, models.CASCADE)
    text = models.ForeignKey(PrivateNote, models.CASCADE, related_name="drafts")


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def open(self) -> Self:
        return self.filter(done_at=None).order_by("due_on", "pk")

    def overdue(self, day: date) -> Self:
        """Due before `day`, which is today in the city."""
        return self.open().filter(due_on__lt=day)

    def due_by(self, day: date) -> Self:
        return self.open().filter(due_on__lte=day)

    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def in_rows(self) -> Self:
        """With what a row shows: owner, session, the section's title."""
        return self.select_related("owner", "done_by", "session", "section__template").defer(*UNSEEN)

    def done(self) -> Self:
        return self.exclude(done_at=None).order_by("-done_at", "-pk")


class Commitment(models.Model):
    """What a person committed to in a session; open ones go on the next agenda."""

    city = models.ForeignKey(City, models.CASCADE)
    session = models.ForeignKey(CoachingSession, models.CASCADE, related_name="commitments")
    what = models.CharField(_("commitment"), max_length=240)
    # A commitment outlives the account of the person who made it.
    owner = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("owner"))
    due_on = models.DateField(_("due"))
    section = models.ForeignKey(Section, models.SET_NULL, null=True, blank=True, verbose_name=_("section"))
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    # Set by `views.commitments.mark_for_reader`.
    is_own: bool
    may_complete: bool

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["city", "due_on"])]

    def __str__(self) -> str:
        return self.what

    def may_be_completed_by(self, user: User, roles: Iterable[Role]) -> bool:
        return self.owner_id == user.pk or not MAY_COMPLETE.isdisjoint(roles)

    @transaction.atomic
    def mark_done(self, *, by: User) -> bool:
        """False if someone was faster: the first name and time remain."""
        rows = Commitment.objects.filter(pk=self.pk, city=self.city_id, done_at=None)
        return self._record(rows.update(done_at=timezone.now(), done_by=by), "commitment done", by)

    @transaction.atomic
    def reopen(self, *, by: User) -> bool:
        """False if it was open already."""
        rows = Commitment.objects.filter(pk=self.pk, city=self.city_id, done_at__isnull=False)
        return self._record(rows.update(done_at=None, done_by=None), "commitment reopened", by)

    def _record(self, changed: int, verb: str, by: User) -> bool:
        if changed:
            self.refresh_from_db(fields=["done_at", "done_by"])
            audit.record(verb, by=by, about=self)
        return bool(changed)
