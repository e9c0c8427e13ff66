"""The action plan and its registers.

Fields and vocabularies: docs/program.md 3.3. Quarters are numbered 1 to 12 (Y1Q1 to Y3Q4) in the city's fiscal years.
"""

from __future__ import annotations

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accelerator import formats
from accelerator.models import User
from accelerator.rls import Wall
from cities.models import City
from strategy.plan.choices import CostBand, Direction, Frequency, Instrument, Level, Likelihood, Rag, Status
from strategy.template.models import Component, PolicyType


class Policy(models.Model):
    """A policy or standard that the strategy leads to."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DRAFTING = "drafting", _("being drafted")
        ADOPTED = "adopted", _("adopted")
        DROPPED = "dropped", _("dropped")

    city = models.ForeignKey(City, models.CASCADE)
    type = models.ForeignKey(PolicyType, models.PROTECT, related_name="+", verbose_name=_("type"))
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("status"), max_length=10, choices=State, default=State.PLANNED)
    instrument = models.CharField(_("instrument"), max_length=24, choices=Instrument, blank=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    adopted_by = models.CharField(_("adopted by"), max_length=120, blank=True)
    adopted_on = models.DateField(_("adopted on"), null=True, blank=True)
    due = models.PositiveSmallIntegerField(_("planned for"), null=True, blank=True)
    url = models.URLField(_("web address"), max_length=500, blank=True)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")
    # Not stored: set by a page for display.
    due_label: str
    shape: str

    class Meta:
        ordering = ["type__position", "title", "pk"]
        verbose_name_plural = "policies"
        constraints = [
            models.UniqueConstraint(fields=["city", "title"], name="policy_once"),
            models.CheckConstraint(
                condition=~Q(state="adopted") | (Q(adopted_on__isnull=False) & ~Q(instrument="")),
                name="policy_adopted_by_instrument",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AiUse(models.Model):
    """A use of AI by the city, and whether it has passed the review gate."""

    class Gate(models.TextChoices):
        WAITING = "waiting", _("not reviewed yet")
        REVIEW = "review", _("under review")
        APPROVED = "approved", _("approved")
        CONDITIONS = "conditions", _("approved with conditions")
        REFUSED = "refused", _("not approved")
        RETIRED = "retired", _("no longer used")

    city = models.ForeignKey(City, models.CASCADE)
    name = models.CharField(_("use"), max_length=200)
    purpose = models.CharField(_("what it decides or helps with"), max_length=500, blank=True)
    owner_role = models.CharField(_("owner’s role"), max_length=120, blank=True)
    owner_name = models.CharField(_("owner’s name"), max_length=120, blank=True)
    department = models.CharField(_("department"), max_length=120, blank=True)
    vendor = models.CharField(_("vendor or model"), max_length=200, blank=True)
    risk = models.CharField(_("risk"), max_length=10, choices=Level, blank=True)
    affects_residents = models.BooleanField(_("affects decisions about residents"), default=False)
    human_review = models.CharField(_("human review"), max_length=300, blank=True)
    gate = models.CharField(_("review status"), max_length=12, choices=Gate, default=Gate.WAITING)
    conditions = models.CharField(_("conditions"), max_length=500, blank=True)
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    next_review_on = models.DateField(_("next review"), null=True, blank=True)
    is_public = models.BooleanField(_("shown in the published register"), default=True)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")
    # Not stored: set by a page for display.
    shape: str

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = "use of AI"
        verbose_name_plural = "uses of AI"
        constraints = [models.UniqueConstraint(fields=["city", "name"], name="ai_use_once")]

    def __str__(self) -> str:
        return self.name


AI_USE_FIELDS = [field.name for field in AiUse._meta.local_fields if field.name not in ("id", "city", "stamp")]


class Risk(models.Model):
    city = models.ForeignKey(City, models.CASCADE)
    title = models.CharField(_("risk"), max_length=200)
    likelihood = models.CharField(_("likelihood"), max_length=10, choices=Likelihood)
    impact = models.CharField(_("impact"), max_length=10, choices=Level)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner (team member)")
    )
    owner_role = models.CharField(_("owner’s role"), max_length=120, blank=True)
    mitigation = models.CharField(_("what we’re doing about it"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")
    # Not stored: set by a page for display.
    code: str

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["city", "title"], name="risk_once")]

    def __str__(self) -> str:
        return self.title


QUARTERS = 12
_QUARTER = [MinValueValidator(1), MaxValueValidator(QUARTERS)]


class Measured(models.Model):
    # Baseline and targets are in the measure's own unit.
    measure = models.CharField(_("measure"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction, blank=True)
    source = models.CharField(_("data source"), max_length=200, blank=True)
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency, blank=True)
    baseline = models.DecimalField(_("baseline"), max_digits=16, decimal_places=3, null=True, blank=True)
    baseline_on = models.DateField(_("baseline date"), null=True, blank=True)
    baseline_unknown = models.BooleanField(_("baseline not known yet"), default=False)
    target_1 = models.DecimalField(_("year 1 target"), max_digits=16, decimal_places=3, null=True, blank=True)
    target_2 = models.DecimalField(_("year 2 target"), max_digits=16, decimal_places=3, null=True, blank=True)
    target_3 = models.DecimalField(_("year 3 target"), max_digits=16, decimal_places=3, null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def has_figures(self) -> bool:
        return any(value is not None for value in [self.baseline, self.target_1, self.target_2, self.target_3])


MEASURE_FIELDS = [field.name for field in Measured._meta.local_fields]


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    def with_actions(self) -> ObjectiveQuerySet:
        """With measures, actions and everything pages show of them: five queries for any plan."""
        actions = Action.objects.select_related("owner", "policy", "updated_by")
        actions = actions.prefetch_related("dependencies__on")
        return self.prefetch_related("measures", models.Prefetch("actions", actions))


class Objective(models.Model):
    city = models.ForeignKey(City, models.CASCADE)
    code = models.CharField(_("code"), max_length=10)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("objective"), max_length=300)
    component = models.CharField(_("component"), max_length=20, choices=Component)
    priority = models.CharField(_("mayoral priority"), max_length=300, blank=True)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["city", "code"], name="objective_code_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class ObjectiveMeasure(Measured):
    """A measure of an objective's result."""

    city = models.ForeignKey(City, models.CASCADE)
    objective = models.ForeignKey(Objective, models.CASCADE, related_name="measures")
    position = models.PositiveSmallIntegerField(default=0)
    is_resident_outcome = models.BooleanField(_("an outcome residents will notice"), default=False)
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")

    class Meta:
        ordering = ["objective", "position", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(measure=""), name="objective_measure_named")]

    def __str__(self) -> str:
        return self.measure


class Action(Measured):
    city = models.ForeignKey(City, models.CASCADE)
    objective = models.ForeignKey(Objective, models.PROTECT, related_name="actions")
    code = models.CharField(_("code"), max_length=12)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("action"), max_length=300)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    component = models.CharField(_("component"), max_length=20, choices=Component)
    priority = models.CharField(_("mayoral priority"), max_length=300, blank=True)
    # The role outlives the person; a person has an account here, or only a name and an address.
    owner_role = models.CharField(_("owner’s role"), max_length=120, blank=True)
    owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner (team member)")
    )
    owner_name = models.CharField(_("owner’s name"), max_length=120, blank=True)
    owner_email = models.EmailField(_("owner’s email"), blank=True)
    department = models.CharField(_("department"), max_length=120, blank=True)
    supporting = models.CharField(_("supporting departments"), max_length=300, blank=True)
    starts = models.PositiveSmallIntegerField(_("starts in"), null=True, blank=True, validators=_QUARTER)
    due = models.PositiveSmallIntegerField(_("due in"), null=True, blank=True, validators=_QUARTER)
    cost_band = models.CharField(_("cost"), max_length=12, choices=CostBand, blank=True)
    fte = models.DecimalField(_("staff (FTE)"), max_digits=6, decimal_places=2, null=True, blank=True)
    funding = models.CharField(_("funding source"), max_length=200, blank=True)
    policy = models.ForeignKey(
        Policy,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("resulting policy or standard"),
    )
    resident_impact = models.CharField(_("what residents will notice"), max_length=500, blank=True)
    evidence = models.URLField(_("evidence"), max_length=500, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NOT_STARTED)
    percent = models.PositiveSmallIntegerField(_("percent complete"), null=True, blank=True)
    rag = models.CharField(_("red, yellow, or green"), max_length=6, choices=Rag, blank=True)
    rag_reason = models.CharField(_("reason"), max_length=500, blank=True)
    updated_at = models.DateTimeField(null=True, blank=True)
    updated_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    stamp = models.PositiveIntegerField(default=0, help_text="Counts the changes.")
    # Not stored: set by a page for display.
    quarters: str
    months: str
    needs: str
    missing_fields: list[str]
    is_closed: bool

    class Meta:
        ordering = ["objective__position", "position", "pk"]
        indexes = [models.Index(fields=["city", "due"])]
        constraints = [
            models.UniqueConstraint(fields=["city", "code"], name="action_code_once"),
            models.CheckConstraint(
                condition=(Q(starts=None) | Q(starts__gte=1, starts__lte=QUARTERS))
                & (Q(due=None) | Q(due__gte=1, due__lte=QUARTERS)),
                name="action_quarters",
            ),
            models.CheckConstraint(
                condition=Q(starts=None) | Q(due=None) | Q(due__gte=F("starts")), name="action_due_after_start"
            ),
            # docs/program.md 3.3: yellow and red need a reason.
            models.CheckConstraint(condition=Q(rag__in=["", "green"]) | ~Q(rag_reason=""), name="action_rag_reason"),
            models.CheckConstraint(condition=Q(percent=None) | Q(percent__lte=100), name="action_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Dependency(models.Model):
    """An action that depends on another action in its city; cycles are refused (strategy/plan/dependencies.py)."""

    city = models.ForeignKey(City, models.CASCADE)
    action = models.ForeignKey(Action, models.CASCADE, related_name="dependencies")
    on = models.ForeignKey(Action, models.CASCADE, related_name="dependents")

    class Meta:
        verbose_name_plural = "dependencies"
        constraints = [
            models.UniqueConstraint(fields=["city", "action", "on"], name="dependency_once"),
            models.CheckConstraint(condition=~Q(action=F("on")), name="dependency_on_another"),
        ]

    def __str__(self) -> str:
        return f"{self.action_id} waits for {self.on_id}"


class ActionUpdate(models.Model):
    """A status report on an action."""

    wall = Wall.LEDGER  # the database itself refuses changes
    city = models.ForeignKey(City, models.CASCADE)
    action = models.ForeignKey(Action, models.CASCADE, related_name="updates")
    status = models.CharField(max_length=12, choices=Status)
    percent = models.PositiveSmallIntegerField(null=True, blank=True)
    rag = models.CharField(max_length=6, choices=Rag, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    value = models.DecimalField(max_digits=16, decimal_places=3, null=True, blank=True)
    words = models.CharField(max_length=1000, blank=True)
    evidence = models.URLField(max_length=500, blank=True)
    person = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    person_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["city", "action", "-at"])]
        constraints = [
            models.CheckConstraint(condition=Q(rag__in=["", "green"]) | ~Q(reason=""), name="update_rag_reason")
        ]

    def __str__(self) -> str:
        return f"{self.action_id}: {self.status}"


class StatusRequestQuerySet(models.QuerySet["StatusRequest"]):
    def open(self) -> StatusRequestQuerySet:
        return self.filter(answered_at=None, withdrawn_at=None)

    def asked_by(self, day: date) -> StatusRequestQuerySet:
        return self.filter(withdrawn_at=None, asks_on__lte=day)


class StatusRequest(models.Model):
    """A quarterly question to an action's owner about its status."""

    city = models.ForeignKey(City, models.CASCADE)
    action = models.ForeignKey(Action, models.CASCADE, related_name="status_requests")
    asked = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    quarter = models.PositiveSmallIntegerField(validators=_QUARTER)
    asks_on = models.DateField()
    due_on = models.DateField()
    update = models.ForeignKey(ActionUpdate, models.SET_NULL, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = StatusRequestQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        indexes = [models.Index(fields=["asks_on", "city"])]
        constraints = [models.UniqueConstraint(fields=["city", "action", "quarter"], name="status_request_once")]

    def __str__(self) -> str:
        return f"{formats.quarter(self.quarter)} of {self.action_id}"
