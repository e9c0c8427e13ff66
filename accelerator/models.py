"""The ground floor: people, cohorts, and what was done."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.naming import normalize
from accelerator.rls import Wall


def validate_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA zone, such as America/New_York."""
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is not a time zone such as America/New_York."), params={"name": name})


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, **fields: object) -> User:
        """A person without a password: sign-in is by a code sent to `email`."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    # Django looks the name up as it was typed; addresses are stored in lower case.
    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser):
    """A person; the e-mail address, in lower case, is the name to sign in with."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    sort_name = models.CharField(max_length=120, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", validators=[validate_zone])
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ["sort_name", "pk"]
        constraints = [models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_lower_case")]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        self.sort_name = normalize(self.name or self.email)[:120]
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Cohort(models.Model):
    """Cities that go through the program together; every date is an offset from the kick-off."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    kickoff = models.DateField(_("kick-off"), help_text=_("The Monday of week 1."))
    weeks = models.PositiveSmallIntegerField(_("weeks"), default=26)
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", validators=[validate_zone])
    reply_to = models.EmailField(_("replies go to"), blank=True)
    live_at = models.DateTimeField(_("live since"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["-kickoff", "name"]
        constraints = [models.CheckConstraint(condition=Q(weeks__gte=1, weeks__lte=104), name="cohort_weeks")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_live(self) -> bool:
        """Reminders and dates count only once staff have pressed "go live"."""
        return self.live_at is not None

    @property
    def ends_on(self) -> date:
        return self.date_of(self.weeks, 6)

    def date_of(self, week: int, weekday: int = 0) -> date:
        """The day of program week `week` (1 is the kick-off's), `weekday` days after the week's first day."""
        return self.kickoff + timedelta(days=7 * (week - 1) + weekday)

    def week_on(self, day: date) -> int:
        """The program week of a day: 1 in the first; 0 or less before the kick-off."""
        return (day - self.kickoff).days // 7 + 1

    def today(self) -> date:
        return timezone.localdate(timezone=self.zone)

    @property
    def week(self) -> int:
        return self.week_on(self.today())


class AuditEvent(models.Model):
    """Who did what to what, when. No foreign keys: the record outlives its subjects (append-only by policy)."""

    wall = Wall.APPEND_ONLY
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor_id = models.BigIntegerField(null=True)
    city_id = models.BigIntegerField(null=True, db_index=True)
    verb = models.CharField(max_length=60)
    kind = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=200, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.verb} {self.label}".strip()


class OutgoingMail(models.Model):
    """A mail that leaves at once (sign-in code, invitation), kept until a server has accepted it.

    The body is blanked on acceptance: a code is not to be read here later.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("unknown")

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    reply_to = models.EmailField(blank=True)
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="waiting"), name="mail_waiting"),
            models.Index(fields=["claimed_at"], condition=Q(state="sending"), name="mail_sending"),
            models.Index(fields=["created_at"], condition=Q(state__in=["failed", "unknown"]), name="mail_trouble"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"


class StepUp(models.Model):
    """A six-digit code, emailed, with which a person confirms one act (accelerator/stepup.py)."""

    person = models.ForeignKey(User, models.CASCADE)
    purpose = models.CharField(max_length=120, help_text="What it confirms, with the object's identity.")
    digest = models.CharField(max_length=128, help_text="Salted hash of the code.")
    sent_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-sent_at"]
        indexes = [models.Index(fields=["person", "purpose", "-sent_at"])]

    def __str__(self) -> str:
        return f"{self.purpose} by {self.person_id}"
