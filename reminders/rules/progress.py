"""After sign-off: the quarterly question to action owners, and the yearly reviews (docs/program.md 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cities.models import Role
from reminders.rules.kinds import RULES, Asked, Matter, Reminder, Rule, Step
from reminders.rules.strategy import CITY, asked_of, members
from strategy.models import StatusRequest, YearlyReview
from strategy.signoff import status_requests

# Around the day by which the answer is wanted: two weeks after the quarter.
ASK = (Step(-14, 7), Step(-3, 3), Step(2, 5, copies_lead=True))
REVIEW = (Step(-30, 7), Step(-7, 5), Step(7, 7))


def status_asked(asked: Asked) -> Iterator[Reminder]:
    """How an action stands: to its owner, else to the leads; the last one with a copy for the leads."""
    rows = StatusRequest.objects.select_related("action", "asked", "update", "city__strategy__cohort").prefetch_related(
        *CITY
    )
    first = asked.now.date() - timedelta(days=10)
    soon = rows.open().filter(asks_on__lte=asked.until.date() + timedelta(days=1), due_on__gte=first)
    for row in asked_of(rows, asked, soon):
        is_over = row.answered_at is not None or row.withdrawn_at is not None
        matter = Matter("status-asked", row, row.city, row.city.strategy.cohort, row.due_on, is_over)
        leads = members(row.city, Role.CITY_LEAD)
        owner = [row.asked] if row.asked and row.asked.is_active else leads
        for step in ASK:
            people = dict.fromkeys([*owner, *leads] if step.copies_lead else owner)
            yield from matter.reminders(step, people, asked)


def _status_title(row: StatusRequest) -> str:
    return _("How does it stand? %(action)s") % {"action": row.action}


def _status_words(row: StatusRequest) -> str:
    return _("A form of one minute, for the quarter %(quarter)s.") % {
        "quarter": status_requests.quarter_words(row.city, row.quarter)
    }


RULES["status-asked"] = Rule(
    gettext_lazy("The status of an action"),
    status_asked,
    lambda ids: StatusRequest.objects.select_related("action", "city__strategy").in_bulk(list(ids)),
    lambda row: reverse("strategy:status-answer", args=[row.city.slug, row.pk]),
    _status_words,
    _status_title,
    mailed=status_requests.link,
)


def review_due(asked: Asked) -> Iterator[Reminder]:
    """The yearly review of a signed strategy: to the leads, a month and a week before, and a week after."""
    rows = YearlyReview.objects.select_related("version", "city__strategy__cohort").prefetch_related(*CITY)
    rows = rows.defer("version__tree")
    soon = rows.filter(
        done_at=None,
        withdrawn_at=None,
        due_on__lte=asked.until.date() + timedelta(days=31),
        due_on__gte=asked.now.date() - timedelta(days=15),
    )
    for row in asked_of(rows, asked, soon):
        is_over = row.done_at is not None or row.withdrawn_at is not None
        matter = Matter("yearly-review", row, row.city, row.city.strategy.cohort, row.due_on, is_over)
        for step in REVIEW:
            yield from matter.reminders(step, members(row.city, Role.CITY_LEAD), asked)


RULES["yearly-review"] = Rule(
    gettext_lazy("A yearly review"),
    review_due,
    lambda ids: YearlyReview.objects.select_related("city").in_bulk(list(ids)),
    lambda row: reverse("strategy:yearly-review", args=[row.city.slug, row.pk]),
    lambda row: _("What was learned, and what changes?"),
    lambda row: _("Review of the strategy after %(months)d months") % {"months": row.months},
)
