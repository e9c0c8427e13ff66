"""Mail follows state: what is due to whom, what became of it, and the one envelope a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accelerator.models import User
from accelerator.rls import Wall
from cities.models import City

Key = tuple[str, int, int, str]

# How often a mail is tried again after the server has said "not now", a turn of the clock each.
TRIES = 3
# How long a person who pressed "send now" is waited for by the clock; later the row is as any other.
PRESSED_LASTS = timedelta(hours=1)


class Why(models.TextChoices):
    """Why a reminder is not sent; the value stands in `Due.reason`."""

    DONE = "done", _("It is done.")
    DATE_MOVED = "date moved", _("The date was moved.")
    GONE = "gone", _("It is no longer there.")
    NOT_LIVE = "not live", _("The cohort was not live then.")
    NOT_ENROLLED = "not enrolled", _("The city is not in the cohort.")
    LEFT = "left", _("The person is no longer on the city's team.")
    ROLE = "role", _("The person's role does not write sections.")
    NOT_THEIRS = "not theirs", _("Somebody else is responsible now.")
    JOINED_LATER = "joined later", _("The person joined after this fell due.")
    TOO_LATE = "too late", _("It waited until it was of no use.")


class Envelope(models.Model):
    """One mail to one person: at most one ordinary envelope a person and local day.

    Its text may quote rows of several cities, so only the scope of every city shows it.
    """

    wall = Wall.PROGRAM

    class State(models.TextChoices):
        CLAIMED = "claimed", pgettext_lazy("mail", "being sent")
        WAITING = "waiting", pgettext_lazy("mail", "waiting for another try")
        SENT = "sent", pgettext_lazy("mail", "sent")
        FAILED = "failed", pgettext_lazy("mail", "failed")
        UNKNOWN = "unknown", pgettext_lazy("mail", "unknown")

    person = models.ForeignKey(User, models.CASCADE)
    day = models.DateField(help_text="In the person's zone.")
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.CLAIMED)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    reply_to = models.EmailField(blank=True)
    error = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="How often the server said “not now”.")
    claimed_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-claimed_at"]
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], condition=Q(urgent=False), name="envelope_one_a_day")
        ]
        indexes = [
            models.Index(fields=["claimed_at"], condition=Q(state="claimed"), name="envelope_claimed"),
            models.Index(fields=["-sent_at"], condition=Q(state="sent"), name="envelope_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"


class DueQuerySet(models.QuerySet["Due"]):
    def alive(self, now: datetime) -> DueQuerySet:
        """What the clock still has to do with: waiting, or settled but not yet past its use."""
        return self.filter(Q(expires_at__gt=now) | Q(state=Due.State.PLANNED))

    def sendable(self, now: datetime) -> DueQuerySet:
        """What may go out now as far as its own time is concerned."""
        timely = Q(due_at__lte=now) | Q(send_now_at__gt=now - PRESSED_LASTS)
        return self.filter(timely, state=Due.State.PLANNED, expires_at__gt=now)

    def trouble(self, *, since: datetime) -> DueQuerySet:
        """What staff must look at: not accepted, or nobody knows."""
        return self.filter(state__in=TROUBLE, due_at__gt=since).order_by("-due_at", "-pk")


class Due(models.Model):
    """One reminder to one person: planned, then sent, or skipped and why; the ledger (docs/program.md 6)."""

    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("mail", "planned")
        CLAIMED = "claimed", pgettext_lazy("mail", "being sent")
        SENT = "sent", pgettext_lazy("mail", "sent")
        SKIPPED = "skipped", pgettext_lazy("mail", "skipped")
        FAILED = "failed", pgettext_lazy("mail", "failed")
        UNKNOWN = "unknown", pgettext_lazy("mail", "unknown")

    rule = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    person = models.ForeignKey(User, models.CASCADE)
    occurrence = models.CharField(max_length=60, help_text="Which time, such as 2026-01-30 T-7.")
    city = models.ForeignKey(City, models.CASCADE, null=True, blank=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField(help_text="Not sent after this: a stale reminder misleads.")
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    reason = models.CharField(max_length=200, blank=True, help_text="A value of Why, or the server's words.")
    envelope = models.ForeignKey(Envelope, models.SET_NULL, null=True, blank=True, related_name="dues")
    planned_at = models.DateTimeField(default=timezone.now)
    send_now_at = models.DateTimeField(null=True, blank=True, help_text="Staff pressed “send now”, once.")
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = DueQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["rule", "object_id", "person", "occurrence"], name="due_once")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="planned"), name="due_planned"),
            models.Index(fields=["city", "-due_at"]),
            models.Index(fields=["expires_at"], name="due_expires"),
            models.Index(fields=["-due_at", "-id"], name="due_newest"),
            models.Index(fields=["-due_at", "-id"], condition=Q(state__in=["failed", "unknown"]), name="due_trouble"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.occurrence}"

    @property
    def key(self) -> Key:
        return (self.rule, self.object_id, self.person_id, self.occurrence)

    @property
    def reason_words(self) -> object:
        """Why it was not sent, for people; a mail server's own words as they are."""
        return Why(self.reason).label if self.reason in Why.values else self.reason

    def is_pressed(self, now: datetime) -> bool:
        return self.send_now_at is not None and self.send_now_at > now - PRESSED_LASTS

    @property
    def may_be_pressed(self) -> bool:
        """Once, while it waits or after a server has said no."""
        return self.state in PRESSABLE and self.send_now_at is None and self.expires_at > timezone.now()

    def press(self, now: datetime) -> bool:
        """Ask the clock to send this at its next turn; False where it was asked before or is settled."""
        free = Due.objects.filter(pk=self.pk, state__in=PRESSABLE, send_now_at=None, expires_at__gt=now)
        return bool(free.update(state=self.State.PLANNED, send_now_at=now, settled_at=None))


PRESSABLE = [Due.State.PLANNED, Due.State.FAILED]
TROUBLE = [Due.State.FAILED, Due.State.UNKNOWN]
