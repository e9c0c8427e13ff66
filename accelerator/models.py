"""People, cohorts, the audit log and the email ledger."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.messages.storage.cookie import MessageDecoder, MessageEncoder
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accelerator.names import one_line, validate_name
from accelerator.naming import normalize
from accelerator.rls import Wall


def validate_zone(name: str) -> None:
    """Raises ValidationError unless `name` is an IANA zone, such as America/New_York."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” isn’t a time zone. Use a name such as America/New_York."), params={"name": name}
        )


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, **fields: object) -> User:
        """A person without a password: they sign in with a code sent to `email`."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    # Django looks up the name as typed; addresses are stored in lowercase.
    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser):
    """A person, who signs in with the email address (stored in lowercase)."""

    email = models.EmailField(_("email address"), unique=True)
    name = models.CharField(_("name"), max_length=120, validators=[validate_name])
    sort_name = models.CharField(max_length=120, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", validators=[validate_zone])
    is_active = models.BooleanField(_("can sign in"), default=True)
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
        self.name = one_line(self.name)
        self.sort_name = normalize(self.name or self.email)[:120]
        super().save(*args, **kwargs)

    @property
    def name_and_address(self) -> str:
        """For a record: people can change their name themselves, but not their address."""
        return f"{self.name} ({self.email})" if self.name else self.email

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class Cohort(models.Model):
    """Cities that go through the program together; every date is an offset from the kickoff."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    kickoff = models.DateField(_("kickoff"), help_text=_("The Monday of week 1."))
    weeks = models.PositiveSmallIntegerField(_("weeks"), default=26)
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", validators=[validate_zone])
    reply_to = models.EmailField(_("reply-to address"), blank=True)
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
        """Reminders and dates take effect only after staff press "go live"."""
        return self.live_at is not None

    @property
    def ends_on(self) -> date:
        return self.date_of(self.weeks, 6)

    def date_of(self, week: int, weekday: int = 0) -> date:
        """The date in program week `week` (1 is kickoff week), `weekday` days after the week's first day."""
        return self.kickoff + timedelta(days=7 * (week - 1) + weekday)

    def week_on(self, day: date) -> int:
        """The program week of a date: 1 for the first week; 0 or less before the kickoff."""
        return (day - self.kickoff).days // 7 + 1

    def today(self) -> date:
        return timezone.localdate(timezone=self.zone)

    @property
    def week(self) -> int:
        return self.week_on(self.today())


class AuditEvent(models.Model):
    """Who did what to what, and when. No foreign keys: the log outlives its subjects (append-only by policy)."""

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


class EmailQuerySet(models.QuerySet["Email"]):
    """The one state machine. Each step is a conditional update, so only one of two processes wins."""

    def requeue(self, reason: str, tries: int) -> int:
        """The server definitely has nothing, so it may be retried."""
        return self.filter(state=Email.State.CLAIMED).update(
            state=Email.State.QUEUED, reason=_one_line(reason), tries=tries
        )

    def settle(self, state: Email.State, reason: str, now: datetime) -> int:
        """Record the outcome of a claimed email. A late answer corrects "unknown"."""
        sent = {"sent_at": now} if state == Email.State.SENT else {}
        return self.filter(state__in=[Email.State.CLAIMED, Email.State.UNKNOWN])._end(state, reason, **sent)

    def skip(self, reason: str) -> int:
        """Don't send it any longer."""
        return self.filter(state=Email.State.QUEUED)._end(Email.State.SKIPPED, reason)

    def _end(self, state: Email.State, reason: str, **fields: datetime) -> int:
        """Codes and links are blanked once nothing will be sent; a daily email is stored without them."""
        text = Case(When(kind=Email.Kind.DAILY, then="text"), default=Value("", models.TextField()))
        return self.update(state=state, reason=_one_line(reason), text=text, html="", **fields)


def _one_line(reason: str) -> str:
    return " ".join(reason.split())[:200]


class Email(models.Model):
    """The ledger: every email from the moment it is queued, with its outcome.

    The text may quote a city's rows; a daily email can quote several cities', so it has no `city_id` and only the scope
    of every city shows it. The key is generated here, so a row can be inserted where none can be read.
    """

    wall = Wall.OUTBOX

    class Kind(models.TextChoices):
        SIGN_IN = "sign-in", _("sign-in code")
        STEP_UP = "step-up", _("signature code")
        INVITATION = "invitation", _("invitation")
        SIGN_OFF = "sign-off", pgettext_lazy("email", "sign-off")
        NOTICE = "notice", _("notice")
        DAILY = "daily", _("daily email")

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("email", "queued")
        CLAIMED = "claimed", pgettext_lazy("email", "sending")
        SENT = "sent", pgettext_lazy("email", "sent")
        SKIPPED = "skipped", pgettext_lazy("email", "skipped")
        FAILED = "failed", pgettext_lazy("email", "failed")
        UNKNOWN = "unknown", pgettext_lazy("email", "unconfirmed")

    class Why(models.TextChoices):
        """Values of `reason` other than the mail server's reply."""

        WITHDRAWN = "withdrawn", _("The invitation was withdrawn.")
        CORRECTED = "corrected", _("The address was corrected.")
        EMPTY = "empty", _("There was nothing left to send.")
        INTERRUPTED = "interrupted", _("The process stopped while the email was being sent.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=200, blank=True, help_text="Why it was skipped, or the server's answer.")
    to = models.EmailField()
    person = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="emails")
    city_id = models.BigIntegerField(null=True, blank=True)
    day = models.DateField(null=True, blank=True, help_text="Of a daily email, in the person's zone.")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    reply_to = models.EmailField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often the server has said “not now”.")
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = EmailQuerySet.as_manager()
    # States in which nothing was sent and nothing will be.
    OVER = (State.SKIPPED, State.FAILED)
    TROUBLE = (State.FAILED, State.UNKNOWN)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "day"],
                condition=Q(state__in=["queued", "claimed", "sent", "unknown"]),
                name="email_daily_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="daily", day__isnull=False) | (~Q(kind="daily") & Q(day=None)), name="email_daily_day"
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="email_newest"),
            models.Index(fields=["created_at"], condition=Q(state="queued"), name="email_queued"),
            models.Index(fields=["claimed_at"], condition=Q(state="claimed"), name="email_claimed"),
            models.Index(fields=["-sent_at"], condition=Q(state="sent", kind="daily"), name="email_daily_sent"),
            models.Index(
                fields=["-created_at", "-id"], condition=Q(state__in=["failed", "unknown"]), name="email_trouble"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"

    def claim(self, now: datetime, **content: str) -> bool:
        """Claim it in its own transaction before contacting the mail server; False if another process was faster."""
        fields = {"state": Email.State.CLAIMED, "reason": "", "claimed_at": now, **content}
        queued = Email.objects.filter(pk=self.pk, state=Email.State.QUEUED)
        vars(self).update(fields)
        return bool(queued.update(**fields))

    @property
    def reason_text(self) -> str:
        """Why it wasn't sent, in readable form; a mail server's reply is returned as is."""
        return str(Email.Why(self.reason).label) if self.reason in Email.Why.values else self.reason


class StepUp(models.Model):
    """A six-digit emailed code with which a person confirms one action (accelerator/stepup.py)."""

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


class SignInCode(models.Model):
    """One browser's request for a sign-in code and its tries (accelerator/signin.py).

    Kept for unknown addresses too, so that they take the same work. The key is in the browser's session.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField()
    digest = models.CharField(max_length=128, blank=True, help_text="Salted hash; blank if nothing was emailed.")
    sent_at = models.DateTimeField(default=timezone.now)
    wrong = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["email", "-sent_at"])]

    def __str__(self) -> str:
        return f"code for {self.email}"


class AddressRequest(models.Model):
    """A person's one open request for another address (cities/invitations/address.py); its key is in the emailed link.

    Using, replacing or voiding it deletes it, so an old link never fits again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.OneToOneField(User, models.CASCADE, related_name="address_request")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"request by {self.person_id}"


class SentForm(models.Model):
    """A form submitted with a key, and where it redirected (accelerator/form_keys.py).

    It is looked up by a digest of who sent what, so it reveals nothing to anyone else.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    url = models.TextField(blank=True)
    messages = models.JSONField(default=list, encoder=MessageEncoder, decoder=MessageDecoder)

    def __str__(self) -> str:
        return self.url
