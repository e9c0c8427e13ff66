"""Where a city is in a cohort, and which of its enrollments its pages follow: the running one, not the newest."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Case, Func, OuterRef, Q, Subquery, Value, When
from django.db.models.expressions import Combinable, F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EnrollmentState(models.TextChoices):
    INVITED = "invited", pgettext_lazy("city in a cohort", "Not confirmed yet")
    ACTIVE = "active", pgettext_lazy("city in a cohort", "Taking part")
    PAUSED = "paused", pgettext_lazy("city in a cohort", "Paused")
    WITHDRAWN = "withdrawn", pgettext_lazy("city in a cohort", "Withdrawn")
    COMPLETED = "completed", pgettext_lazy("city in a cohort", "Completed")


# States after which the city has left the cohort.
CLOSED = [EnrollmentState.WITHDRAWN, EnrollmentState.COMPLETED]
# States in which a city's people are invited in bulk.
INVITABLE = [EnrollmentState.INVITED, EnrollmentState.ACTIVE]
RUNNING_RULE = _(
    "A city’s pages follow its current cohort: one that has started and hasn’t ended. If there isn’t one, "
    "they follow one that has ended, then the next to start. A cohort that isn’t live, that the city "
    "hasn’t confirmed, or that it has left comes last."
)


class Today(Func):
    template = "timezone(%(expressions)s)::date"
    output_field = models.DateField()


class _EndOfCohort(Func):
    """The day after a cohort's last one."""

    template, arg_joiner = "(%(expressions)s)", " + 7 * "
    output_field = models.DateField()


class _DaysBetween(Func):
    template, arg_joiner = "abs(%(expressions)s)", " - "
    output_field = models.IntegerField()


def running_order(at: datetime | None = None, prefix: str = "") -> list[Combinable | str]:
    """The running enrollment first, for rows whose enrollment is at `prefix`. RUNNING_RULE says this in a sentence."""
    today = Today(F(f"{prefix}time_zone"), Value(at or timezone.now()))
    kickoff, state = f"{prefix}cohort__kickoff", f"{prefix}state"
    over = _EndOfCohort(F(kickoff), F(f"{prefix}cohort__weeks"))
    has_left = Q(**{f"{prefix}left_on__lte": today})
    rank = Case(
        When(Q(**{state: EnrollmentState.COMPLETED}), then=3),
        When(Q(**{state: EnrollmentState.WITHDRAWN}) | has_left, then=5),
        # A second cohort changes nothing on a city's pages until it is live and the city has confirmed.
        When(Q(**{f"{prefix}cohort__live_at": None}) | Q(**{state: EnrollmentState.INVITED}), then=4),
        When(Q(**{f"{kickoff}__gt": today}), then=2),
        When(Q(_LessOrEqual(over, today)), then=1),
        default=0,
        output_field=models.IntegerField(),
    )
    paused = Case(When(Q(**{state: EnrollmentState.PAUSED}), then=1), default=0, output_field=models.IntegerField())
    # Of two that are under way, the city keeps the one it joined first; otherwise the nearest in time counts.
    distance = Case(When(Q(_Equal(rank, Value(0))), then=0), default=_DaysBetween(F(kickoff), today))
    return [rank, paused, distance, f"{prefix}pk"]


class _LessOrEqual(Func):
    template, arg_joiner = "(%(expressions)s)", " <= "
    output_field = models.BooleanField()


class _Equal(_LessOrEqual):
    arg_joiner = " = "


class EnrollmentQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Those that haven't ended: the city takes part, has paused or hasn't confirmed."""
        return self.exclude(state__in=CLOSED)

    def invitable(self) -> Self:
        return self.filter(state__in=INVITABLE)

    def running_first(self, at: datetime | None = None) -> Self:
        return self.order_by(*running_order(at))

    def running(self, at: datetime | None = None) -> Self:
        """Each city's one running enrollment."""
        first = self.model.objects.filter(city=OuterRef("city")).running_first(at).values("pk")[:1]
        return self.filter(pk=Subquery(first))
