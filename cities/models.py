"""The tenant and who belongs to it. Also gathers the models of the packages below for Django and the apps above."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator.models import Cohort, User, validate_zone
from accelerator.naming import normalize
from accelerator.rls import Wall
from accelerator.walltime import local_day
from cities.currencies import currency_of
from cities.decisions.models import Decision as Decision
from cities.enrollments import CLOSED, EnrollmentQuerySet, EnrollmentState, Today
from cities.exports.models import Export as Export
from cities.handover.models import Handover as Handover
from cities.invitations.models import InvitationText as InvitationText
from cities.offices.models import Office as Office
from cities.offices.models import Officeholder as Officeholder
from cities.roles import CITY_ROLES as CITY_ROLES
from cities.roles import STAFF_ROLES, TEAM_ROLES
from cities.roles import Role as Role


class City(models.Model):
    """A city hall: the tenant. Every row of a city has a `city_id` and is behind the wall."""

    wall = Wall.CITY

    class Paper(models.TextChoices):
        LETTER = "letter", _("Letter")
        A4 = "a4", _("A4")

    name = models.CharField(_("name"), max_length=120)
    # Without accents and case: databases and operating systems sort "Ávila" differently.
    sort_name = models.CharField(max_length=120, editable=False)
    slug = models.SlugField(max_length=140, unique=True)
    country = models.CharField(_("country"), max_length=2)
    region = models.CharField(_("region"), max_length=120, blank=True)
    geoname_id = models.PositiveIntegerField(null=True, blank=True, unique=True)
    population = models.PositiveIntegerField(_("population"), null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York", validators=[validate_zone])
    currency = models.CharField(_("currency"), max_length=3, default="", db_default="USD")  # ISO 4217
    language = models.CharField(_("language of record"), max_length=10, choices=settings.LANGUAGES, default="en")
    paper = models.CharField(_("paper size"), max_length=10, choices=Paper, default=Paper.LETTER)
    fiscal_year_start = models.PositiveSmallIntegerField(_("first month of the fiscal year"), default=1)
    delegate_decides = models.BooleanField(_("the mayor’s delegate can decide on the mayor’s behalf"), default=False)
    outcomes = models.JSONField(_("the mayor’s outcomes"), default=list, blank=True)
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

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_name = normalize(self.name)[:120]
        self.currency = self.currency or currency_of(self.country)
        super().save(*args, **kwargs)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self) -> date:
        return timezone.localdate(timezone=self.zone)

    def running_enrollment(self) -> Enrollment | None:
        """The enrollment that the city's pages follow (cities/enrollments.py)."""
        return self.enrollment_set.select_related("cohort").running_first().first()


class Enrollment(models.Model):
    """A city's participation in a cohort."""

    # Readable before a scope is open: `slug` says which city a URL names, `time_zone` what day it is there.
    wall = Wall.NONE
    State = EnrollmentState
    cohort = models.ForeignKey(Cohort, models.PROTECT)
    city = models.ForeignKey(City, models.PROTECT)
    slug = models.SlugField(max_length=140, help_text="The city's slug, readable before a scope is open.")
    time_zone = models.CharField(max_length=64, help_text="The city's, as the slug is. A foreign key keeps it so.")
    joined_on = models.DateField(default=date.today)
    left_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=EnrollmentState, default="active", db_default="active")
    state_on = models.DateField(null=True, blank=True, help_text="The first day of the state; blank for the first one.")
    reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    # The values that undoing the last change restores; null if there is nothing to undo.
    former = models.JSONField(null=True, blank=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cohort", "city"], name="enrollment_once"),
            models.CheckConstraint(condition=Q(state__in=EnrollmentState.values), name="enrollment_state"),
            models.CheckConstraint(
                condition=~Q(state__in=CLOSED) | Q(left_on__isnull=False), name="enrollment_closed_has_day"
            ),
        ]
        indexes = [models.Index(fields=["slug"])]

    def __str__(self) -> str:
        return f"{self.slug} in {self.cohort_id}"

    def save(self, *args: object, **kwargs: object) -> None:
        self.time_zone = self.time_zone or self.city.time_zone
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def is_active(self, at: datetime) -> bool:
        """Whether the city takes part at a given time: not while paused or unconfirmed, nor from the day it left."""
        is_here = self.left_on is None or self.left_on > local_day(at, self.time_zone)
        return self.state == EnrollmentState.ACTIVE and is_here

    @property
    def is_ahead(self) -> bool:
        """Confirmed, for a day that hasn't come yet: the city isn't taking part already."""
        return self.state == EnrollmentState.ACTIVE and self.joined_on > local_day(timezone.now(), self.time_zone)

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    @property
    def joined_late(self) -> bool:
        return self.joined_on > self.cohort.kickoff


class TermQuerySet(models.QuerySet[Any]):
    def active(self, at: datetime | None = None) -> Self:
        """Terms that are active at a given time, by default now: `Term.is_active` in SQL."""
        first = self.model.FIRST_DAY
        return self.not_ended(at).filter(Q(**{f"{first}__lte": _today_there(at)}) if first else Q())

    def not_ended(self, at: datetime | None = None) -> Self:
        """Terms that are active or begin later."""
        last = self.model.LAST_DAY
        return self.filter(Q(**{last: None}) | Q(**{f"{last}__gte": _today_there(at)}), user__is_active=True)


def _today_there(at: datetime | None) -> Today:
    # The city itself is behind the wall, so read its time zone from its enrollment.
    zone = Subquery(Enrollment.objects.filter(city=OuterRef("city")).values("time_zone")[:1])
    return Today(zone, Value(at or timezone.now()))


class Term(models.Model):
    """A person's role in a city from a first to a last day, inclusive, changing at midnight in the *city's* zone."""

    # A role in the program (StaffRole, FunderGrant) has no dates: it ends when its row is deleted.
    FIRST_DAY = ""  # the names of the date fields
    LAST_DAY = ""
    wall = Wall.NONE
    user = models.ForeignKey(User, models.CASCADE)
    city = models.ForeignKey(City, models.CASCADE)

    class Meta:
        abstract = True

    def is_active(self, at: datetime | None = None) -> bool:
        """`TermQuerySet.active` for a row loaded with its person and city."""
        day = local_day(at or timezone.now(), self.city.time_zone)
        last = getattr(self, self.LAST_DAY)
        begun = not self.FIRST_DAY or getattr(self, self.FIRST_DAY) <= day
        return self.user.is_active and begun and (last is None or last >= day)


class MembershipQuerySet(TermQuerySet):
    def team(self) -> Self:
        return self.filter(role__in=TEAM_ROLES)


class Membership(Term):
    """A person's one role in a city, with its end date."""

    role = models.CharField(_("role"), max_length=20, choices=[(r.value, r.label) for r in CITY_ROLES])
    title = models.CharField(_("position"), max_length=120, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    LAST_DAY = "until"
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
    # No one is both GovEx staff and on a city's team: the sides must not mix (cities/actions.py).
    user = models.ForeignKey(User, models.CASCADE)
    role = models.CharField(max_length=20, choices=[(r.value, r.label) for r in STAFF_ROLES])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="staff_role_once"),
            models.CheckConstraint(condition=Q(role__in=STAFF_ROLES), name="staff_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class CoachAssignmentQuerySet(TermQuerySet):
    def of_coaches(self) -> Self:
        """Those whose person has the role: an assignment outlives it, and without it grants nothing."""
        return self.filter(Exists(StaffRole.objects.filter(user=OuterRef("user"), role=Role.COACH)))

    def active(self, at: datetime | None = None) -> Self:
        return super().active(at).of_coaches()


class CoachAssignment(Term):
    enrollment = models.ForeignKey(Enrollment, models.CASCADE)
    starts_on = models.DateField(default=date.today)
    ends_on = models.DateField(null=True, blank=True)

    FIRST_DAY, LAST_DAY = "starts_on", "ends_on"
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

    def is_active(self, at: datetime | None = None) -> bool:
        return super().is_active(at) and any(row.role == Role.COACH for row in self.user.staffrole_set.all())


class FunderGrant(models.Model):
    """Lets a funder's person read one cohort's aggregates and published strategies."""

    user = models.ForeignKey(User, models.CASCADE)
    cohort = models.ForeignKey(Cohort, models.CASCADE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cohort", "user"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.user_id} reads {self.cohort_id}"


class Invitation(models.Model):
    # The person and the role exist from the moment the email is sent: accepting changes no access.
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
