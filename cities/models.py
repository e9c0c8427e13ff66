"""The tenant and who belongs to it, and the two things that every floor above uses: decisions and exports."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accelerator import audit
from accelerator.models import Cohort, User, validate_zone
from accelerator.naming import normalize
from accelerator.rls import Wall


class City(models.Model):
    """A city hall: the tenant. Every row of a city carries `city_id` and stands behind the wall."""

    wall = Wall.CITY

    class Paper(models.TextChoices):
        LETTER = "letter", _("Letter")
        A4 = "a4", _("A4")

    name = models.CharField(_("name"), max_length=120)
    sort_name = models.CharField(max_length=120, editable=False)
    slug = models.SlugField(max_length=140, unique=True)
    country = models.CharField(_("country"), max_length=2)
    region = models.CharField(_("region"), max_length=120, blank=True)
    geoname_id = models.PositiveIntegerField(null=True, blank=True, unique=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="America/New_York", validators=[validate_zone]
    )
    language = models.CharField(
        _("language of record"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    paper = models.CharField(_("paper"), max_length=10, choices=Paper, default=Paper.LETTER)
    fiscal_year_start = models.PositiveSmallIntegerField(_("fiscal year starts in month"), default=1)
    delegate_decides = models.BooleanField(
        _("the mayor's delegate may decide on the mayor's behalf"), default=False
    )
    outcomes = models.JSONField(_("the mayor's outcomes"), default=list, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ["sort_name", "pk"]
        verbose_name_plural = "cities"
        constraints = [
            models.CheckConstraint(
                condition=Q(fiscal_year_start__gte=1, fiscal_year_start__lte=12), name="city_fiscal_month"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.sort_name = normalize(self.name)[:120]
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self) -> date:
        return timezone.localdate(timezone=self.zone)


class Enrollment(models.Model):
    """A city's place in a cohort. Stands before the wall: with `slug` it tells which city an address names."""

    wall = Wall.NONE
    cohort = models.ForeignKey(Cohort, models.PROTECT)
    city = models.ForeignKey(City, models.PROTECT)
    slug = models.SlugField(max_length=140, help_text="The city's slug, readable before a scope is open.")
    joined_on = models.DateField(default=date.today)
    left_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "city"], name="enrollment_once")]
        indexes = [models.Index(fields=["slug"])]

    def __str__(self) -> str:
        return f"{self.slug} in {self.cohort_id}"


class Role(models.TextChoices):
    """Everybody's part. What each may do stands in cities/access.py."""

    PROGRAM_ADMIN = "program_admin", _("program admin")
    COACH = "coach", _("coach")
    CITY_LEAD = "city_lead", _("city lead")
    CITY_MEMBER = "city_member", _("city member")
    MAYOR = "mayor", _("mayor")
    MAYORS_DELEGATE = "mayors_delegate", _("mayor's delegate")
    GUEST_REVIEWER = "guest_reviewer", _("guest reviewer")
    FUNDER = "funder", _("funder viewer")


CITY_ROLES = [Role.CITY_LEAD, Role.CITY_MEMBER, Role.MAYOR, Role.MAYORS_DELEGATE, Role.GUEST_REVIEWER]
STAFF_ROLES = [Role.PROGRAM_ADMIN, Role.COACH]
TEAM_ROLES = [Role.CITY_LEAD, Role.CITY_MEMBER]
# The senior team as the program describes it (docs/program.md 2); other roles are fine where they fit the city.
SUGGESTED_TITLES = [
    _("City manager or chief of staff"),
    _("Chief data officer"),
    _("Senior lead for resident-focused initiatives or accountability"),
    _("Chief policy staffer"),
    _("AI lead"),
    _("Communications lead"),
]
TEAM_SIZE = range(3, 5)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self, on: date | None = None) -> MembershipQuerySet:
        """Those who belong today: no end date, or one that is not over."""
        return self.filter(Q(until=None) | Q(until__gte=on or timezone.localdate()), user__is_active=True)

    def team(self) -> MembershipQuerySet:
        return self.filter(role__in=TEAM_ROLES)


class Membership(models.Model):
    """A person's one role in a city, with the day it ends. Stands before the wall."""

    wall = Wall.NONE
    user = models.ForeignKey(User, models.CASCADE)
    city = models.ForeignKey(City, models.CASCADE)
    role = models.CharField(_("role"), max_length=20, choices=[(r.value, r.label) for r in CITY_ROLES])
    title = models.CharField(_("position"), max_length=120, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["city", "user"], name="membership_once"),
            models.CheckConstraint(condition=Q(role__in=CITY_ROLES), name="membership_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} of {self.city_id}"


class StaffRole(models.Model):
    """A person of GovEx. Nobody is GovEx and a city's at once: the sides of the wall must not mix."""

    user = models.ForeignKey(User, models.CASCADE)
    role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in STAFF_ROLES])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="staff_role_once"),
            models.CheckConstraint(condition=Q(role__in=STAFF_ROLES), name="staff_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class CoachAssignmentQuerySet(models.QuerySet["CoachAssignment"]):
    def active(self, on: date | None = None) -> CoachAssignmentQuerySet:
        day = on or timezone.localdate()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day, user__is_active=True)


class CoachAssignment(models.Model):
    """A coach works with a city between two dates (both included). Stands before the wall."""

    wall = Wall.NONE
    user = models.ForeignKey(User, models.CASCADE)
    enrollment = models.ForeignKey(Enrollment, models.CASCADE)
    city = models.ForeignKey(City, models.CASCADE)
    starts_on = models.DateField(default=date.today)
    ends_on = models.DateField(null=True, blank=True)

    objects = CoachAssignmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="assignment_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["city", "enrollment", "user"], condition=Q(ends_on=None), name="assignment_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} coaches {self.city_id}"


class FunderGrant(models.Model):
    """A person of the funder reads one cohort's aggregates and published strategies."""

    user = models.ForeignKey(User, models.CASCADE)
    cohort = models.ForeignKey(Cohort, models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "user"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.user_id} reads {self.cohort_id}"


class Invitation(models.Model):
    """A mail that asks a person in. The person and the role exist from the moment it is sent."""

    wall = Wall.NONE
    user = models.ForeignKey(User, models.CASCADE)
    role = models.CharField(max_length=20, choices=Role)
    city = models.ForeignKey(City, models.CASCADE, null=True, blank=True)
    cohort = models.ForeignKey(Cohort, models.CASCADE, null=True, blank=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return f"invitation of {self.user_id}"

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None


class DecisionQuerySet(models.QuerySet["Decision"]):
    def waiting(self) -> DecisionQuerySet:
        return self.filter(decided_at=None, withdrawn_at=None).order_by("due_on", "pk")

    def made(self) -> DecisionQuerySet:
        return self.exclude(decided_at=None).order_by("-decided_at")

    def settled(self) -> DecisionQuerySet:
        """Answered or withdrawn: nobody needs to do anything."""
        return self.exclude(decided_at=None, withdrawn_at=None)


class Decision(models.Model):
    """A question that the mayor answers: one sentence, two lines of context, the options."""

    city = models.ForeignKey(City, models.CASCADE)
    question = models.CharField(_("question"), max_length=200)
    context = models.CharField(_("what it is about"), max_length=400)
    options = models.JSONField(_("options"), default=list)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    due_on = models.DateField(_("needed by"))
    chosen = models.CharField(max_length=200, blank=True)
    comment = models.CharField(_("comment"), max_length=1000, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    decided_as = models.CharField(max_length=20, choices=Role, blank=True)
    on_behalf_of = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["city", "due_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, chosen="", decided_as="")
                | (~Q(decided_at=None) & ~Q(chosen="")),
                name="decision_whole",
            )
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def is_waiting(self) -> bool:
        return self.decided_at is None and self.withdrawn_at is None

    @property
    def wording(self) -> str:
        """Stands for the very words that were read: an answer counts for these words only."""
        words = json.dumps([self.question, self.context, self.options])
        return hashlib.sha256(words.encode()).hexdigest()[:16]

    @property
    def answered_by(self) -> str:
        """Who answered, in which role, and on whose behalf, in words."""
        role = self.get_decided_as_display()  # type: ignore[attr-defined]
        words = _("%(name)s, %(role)s")
        if self.decided_as == Role.MAYORS_DELEGATE:
            words = _("%(name)s, %(role)s, on behalf of Mayor %(mayor)s")
        names = {
            "name": self.decided_by or _("Somebody who has left"),
            "role": role,
            "mayor": self.on_behalf_of or "–",
        }
        return str(words % names)

    def revise(self, *, by: User, **words: object) -> bool:
        """Change a question (question, context, options, due_on) that still waits; False otherwise."""
        with transaction.atomic():
            changed = self._still_waiting().update(**words)
            if changed:
                self.refresh_from_db()
                audit.record("decision reworded", by=by, about=self)
        return bool(changed)

    def withdraw(self, *, by: User) -> bool:
        """Take back a question that still waits; False if it was answered or withdrawn meanwhile."""
        with transaction.atomic():
            changed = self._still_waiting().update(withdrawn_at=timezone.now())
            if changed:
                self.refresh_from_db()
                audit.record("decision withdrawn", by=by, about=self)
        return bool(changed)

    def _still_waiting(self) -> DecisionQuerySet:
        return Decision.objects.filter(pk=self.pk, city=self.city_id, decided_at=None, withdrawn_at=None)

    def decide(
        self, *, option: str, by: User, role: Role, on_behalf_of: User | None = None, comment: str = ""
    ) -> bool:
        """Record the answer once, with person, role and time; False if somebody has decided meanwhile.

        Raises ValidationError for an option that was not offered, PermissionDenied for a delegate where the city
        does not let delegates decide.
        """
        if option not in self.options:
            raise ValidationError(_("Choose one of the options."))
        if role == Role.MAYORS_DELEGATE and not (self.city.delegate_decides and on_behalf_of):
            raise PermissionDenied
        with transaction.atomic():
            changed = self._still_waiting().update(
                chosen=option, comment=comment, decided_by=by, decided_as=role, on_behalf_of=on_behalf_of,
                decided_at=timezone.now(),
            )  # fmt: skip
            if changed:
                self.refresh_from_db()
                audit.record("decision made", by=by, about=self, option=option, role=role)
        return bool(changed)


class Export(models.Model):
    """A file made in the background; the row is a lease that one worker holds at a time (docs/adr/0006)."""

    class Kind(models.TextChoices):
        STRATEGY_PDF = "strategy-pdf", _("Strategy as PDF")
        STRATEGY_DOCX = "strategy-docx", _("Strategy as Word document")
        STRATEGY_JSON = "strategy-json", _("Strategy as data (JSON)")
        PLAN_XLSX = "plan-xlsx", _("Action plan as spreadsheet")
        VERSION_PDF = "version-pdf", _("Submitted version as PDF")
        PUBLICATION = "publication", _("Files of the published strategy")

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("export", "waiting to start")
        RUNNING = "running", pgettext_lazy("export", "being made")
        DONE = "done", pgettext_lazy("export", "ready")
        FAILED = "failed", pgettext_lazy("export", "not made")

    city = models.ForeignKey(City, models.CASCADE, null=True, blank=True)
    cohort = models.ForeignKey(Cohort, models.CASCADE, null=True, blank=True)
    kind = models.CharField(max_length=30, choices=Kind)
    options = models.JSONField(
        default=dict, help_text="What exactly is made, a version's number for instance."
    )
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    step = models.CharField(max_length=40, blank=True)
    progress = models.PositiveSmallIntegerField(default=0, help_text="Percent of the steps done.")
    reason = models.CharField(max_length=300, blank=True)
    report = models.JSONField(
        default=list, help_text="Blocks that were dropped or degraded, a sentence each."
    )
    file = models.CharField(max_length=200, blank=True, help_text="Name in the media storage.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0, help_text="Bytes.")
    pages = models.PositiveIntegerField(default=0)
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at"]
        indexes = [
            models.Index(fields=["city", "-requested_at"]),
            models.Index(
                fields=["heartbeat_at"], condition=Q(state__in=["queued", "running"]), name="export_open"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(state="done") | ~Q(file=""), name="export_done_has_file"),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(reason=""), name="export_failed_has_reason"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="export_progress_percent"),
        ]

    STEPS = {
        "": _("waiting for a free worker"),
        "reading": _("reading the text"),
        "layout": _("laying out the pages"),
        "writing": _("writing the file"),
    }
    REASONS = {
        "timeout": _(
            "Laying out the pages took too long. A very long table or a very long word is the usual cause."
        ),
        "memory": _("The document needs more memory than one file may take. Shorten the longest tables."),
        "interrupted": _(
            "The work was interrupted three times. Please start it again; tell us if it happens again."
        ),
        "crashed": _("The document could not be laid out. Please tell us; your text is safe."),
    }

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def step_words(self) -> object:
        """What is being done now, for people."""
        return self.STEPS.get(self.step, self.step)

    @property
    def reason_words(self) -> object:
        """Why the file was not made, for people."""
        return self.REASONS.get(self.reason, self.reason)

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}
