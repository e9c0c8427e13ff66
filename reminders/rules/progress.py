"""After sign-off: the quarterly question to action owners, and the yearly reviews (docs/program.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.languages import phrase, written_in
from accelerator.models import User
from cities.models import Role
from reminders.rules.rule import Rule, Step, Window, members
from strategy.models import StatusRequest, YearlyReview
from strategy.plan.models import StatusRequestQuerySet
from strategy.signoff import status_requests


class StatusAsked(Rule):
    """How an action is going: to its owner, else to the leads; the last reminder copies the leads."""

    name = "status-asked"
    label = gettext_lazy("Status request for an action")
    date_field = "due_on"
    # The answer is due two weeks after the quarter ends: ask then, and remind before and after the due date.
    steps = (Step(-14, 7), Step(-3, 3), Step(2, 5, copies_lead=True))

    def query(self) -> StatusRequestQuerySet:
        return StatusRequest.objects.select_related("action", "asked", "update", "city__strategy__cohort")

    def due(self, window: Window) -> StatusRequestQuerySet:
        first, last = window.now.date() - timedelta(days=10), window.until.date() + timedelta(days=1)
        return self.query().open().filter(asks_on__lte=last, due_on__gte=first)

    def is_done(self, row: StatusRequest) -> bool:
        return row.answered_at is not None or row.withdrawn_at is not None

    def people(self, row: StatusRequest, step: Step, now: datetime) -> Iterable[User]:
        leads = members(row.city, Role.CITY_LEAD, now)
        owner = [row.asked] if row.asked and row.asked.is_active else leads
        return [*owner, *leads] if step.copies_lead else owner

    def title(self, row: StatusRequest) -> str:
        return phrase(_("Status update: %(action)s"), action=written_in(row.action, row.city.language))

    def text(self, row: StatusRequest) -> str:
        quarter = status_requests.quarter_label(row.city, row.quarter)
        return _("One-minute status form for %(quarter)s.") % {"quarter": quarter}

    def path(self, row: StatusRequest) -> str:
        return reverse("strategy:status-answer", args=[row.city.slug, row.pk])

    def link(self, row: StatusRequest) -> str:
        return status_requests.link(row)


class ReviewDue(Rule):
    """The yearly review of a signed strategy: to the leads, a month and a week before, and a week after."""

    name = "yearly-review"
    label = gettext_lazy("Yearly review")
    date_field = "due_on"
    steps = (Step(-30, 7), Step(-7, 5), Step(7, 7))

    def query(self) -> QuerySet[YearlyReview]:
        return YearlyReview.objects.select_related("version", "city__strategy__cohort").defer("version__tree")

    def due(self, window: Window) -> QuerySet[YearlyReview]:
        first, last = window.now.date() - timedelta(days=15), window.until.date() + timedelta(days=31)
        return self.query().filter(done_at=None, withdrawn_at=None, due_on__lte=last, due_on__gte=first)

    def is_done(self, row: YearlyReview) -> bool:
        return row.done_at is not None or row.withdrawn_at is not None

    def title(self, row: YearlyReview) -> str:
        return _("%(months)d-month strategy review") % {"months": row.months}

    def text(self, row: YearlyReview) -> str:
        return _("What did you learn, and what will change?")

    def path(self, row: YearlyReview) -> str:
        return reverse("strategy:yearly-review", args=[row.city.slug, row.pk])
