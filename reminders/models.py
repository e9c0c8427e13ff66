"""Email follows state: what is due to whom, and which email in the ledger it went into."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accelerator.models import Email, User
from cities.models import City

Key = tuple[str, int, int, str]

# If the clock doesn't run within an hour of "send now", the row is sent at its regular time.
PRESSED_LASTS = timedelta(hours=1)


class Why(models.TextChoices):
    # Stored in `Due.why`.
    DONE = "done", _("Already done.")
    DATE_MOVED = "date moved", _("The date changed.")
    GONE = "gone", _("The item no longer exists.")
    NOT_LIVE = "not live", _("The cohort wasn’t live at the time.")
    NOT_ENROLLED = "not enrolled", _("The city isn’t in the cohort.")
    NOT_CONFIRMED = "not confirmed", _("The city hasn’t confirmed its participation.")
    PAUSED = "paused", _("The city has paused.")
    WITHDRAWN = "withdrawn", _("The city has withdrawn from the cohort.")
    LEFT = "left", _("This person is no longer on the city team.")
    ROLE = "role", _("This person’s role doesn’t include writing sections.")
    NOT_THEIRS = "not theirs", _("Someone else is responsible now.")
    JOINED_LATER = "joined later", _("This person joined after the due date.")
    TOO_LATE = "too late", _("The reminder expired before it could be sent.")


class DueQuerySet(models.QuerySet["Due"]):
    def alive(self, now: datetime) -> DueQuerySet:
        """Rows that aren't settled or haven't expired: until then, a settled reminder can come back."""
        queued = list(Email.objects.filter(kind=Email.Kind.DAILY, state=Email.State.QUEUED))
        waiting = Q(email=None, skipped_at=None) | Q(email__in=queued)
        return self.filter(Q(expires_at__gt=now) | waiting)

    def sendable(self, now: datetime) -> DueQuerySet:
        """What is due, whatever the time in its person's zone."""
        timely = Q(due_at__lte=now) | Q(send_now_at__gt=now - PRESSED_LASTS)
        return self.filter(timely, Q(state=Due.State.PLANNED), expires_at__gt=now)

    def skip(self, why: str, now: datetime) -> int:
        planned = self.filter(Q(state=Due.State.PLANNED))
        return planned.update(email=None, skipped_at=now, why=why)

    def plan_again(self) -> int:
        return self.filter(Q(state=Due.State.SKIPPED)).update(skipped_at=None, why="")


class DueManager(models.Manager.from_queryset(DueQuerySet)):  # type: ignore[misc] # a class made at run time
    def get_queryset(self) -> DueQuerySet:
        # The state isn't stored: once a reminder is in an email, it has the email's state.
        planned = Q(email=None) | Q(email__state=Email.State.QUEUED)
        state = Case(
            When(skipped_at__isnull=False, then=Value(Due.State.SKIPPED)),
            When(planned, then=Value(Due.State.PLANNED)),
            default=F("email__state"),
        )
        rows: DueQuerySet = super().get_queryset().annotate(state=state)
        return rows


class Due(models.Model):
    """One reminder to one person (docs/program.md 6): planned, then in an email of the ledger, or skipped."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("mail", "scheduled")
        CLAIMED = Email.State.CLAIMED.value, Email.State.CLAIMED.label
        SENT = Email.State.SENT.value, Email.State.SENT.label
        SKIPPED = Email.State.SKIPPED.value, Email.State.SKIPPED.label
        FAILED = Email.State.FAILED.value, Email.State.FAILED.label
        UNKNOWN = Email.State.UNKNOWN.value, Email.State.UNKNOWN.label

    rule = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    person = models.ForeignKey(User, models.CASCADE)
    occurrence = models.CharField(max_length=60, help_text="Which time, such as 2026-01-30 T-7.")
    city = models.ForeignKey(City, models.CASCADE, null=True, blank=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Not sent after this: a stale reminder misleads.")
    email = models.ForeignKey(Email, models.SET_NULL, null=True, blank=True, related_name="dues")
    planned_at = models.DateTimeField(default=timezone.now)
    send_now_at = models.DateTimeField(null=True, blank=True, help_text="Staff pressed “send now”, once.")
    skipped_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=20, blank=True, help_text="Why it was skipped: a value of Why.")

    state: str  # annotated by the manager
    objects: ClassVar[DueManager] = DueManager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "object_id", "person", "occurrence"], name="due_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(email=None, skipped_at=None), name="due_planned"),
            models.Index(fields=["city", "-due_at"]),
            models.Index(fields=["expires_at"], name="due_expires"),
            models.Index(fields=["-due_at", "-id"], name="due_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.occurrence}"

    @property
    def key(self) -> Key:
        return (self.rule, self.object_id, self.person_id, self.occurrence)

    @property
    def reason(self) -> str:
        if self.skipped_at:
            return str(Why(self.why).label)
        return self.email.reason_text if self.email else ""

    def is_pressed(self, now: datetime) -> bool:
        return self.send_now_at is not None and self.send_now_at > now - PRESSED_LASTS

    @property
    def may_be_pressed(self) -> bool:
        # Once: pressing repeatedly must not fill a mailbox.
        return self.state in PRESSABLE and self.send_now_at is None and self.expires_at > timezone.now()

    def press(self, now: datetime) -> bool:
        """Ask the clock to send this on its next tick; False if that was already requested or it is settled."""
        free = Due.objects.filter(pk=self.pk, state__in=PRESSABLE, send_now_at=None, expires_at__gt=now)
        return bool(free.update(email=None, send_now_at=now))


PRESSABLE = [Due.State.PLANNED, Due.State.FAILED]
