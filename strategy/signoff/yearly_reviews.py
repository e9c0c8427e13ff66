"""After sign-off: the reviews due after one, two and three years (docs/program.md 3.5)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from django.db import transaction
from django.utils import timezone

from accelerator import audit
from accelerator.models import User
from strategy.signoff import status_requests
from strategy.signoff.models import StrategyVersion, YearlyReview

REVIEW_MONTHS = (12, 24, 36)


@transaction.atomic
def begin(*, version: StrategyVersion, by: User | None) -> None:
    """Schedule the yearly reviews and quarterly requests for a signed version."""
    city = version.city
    signed_on = timezone.localdate(version.signed_at, timezone=city.zone)
    # A new version restarts the calendar; completed reviews stay on record.
    older = YearlyReview.objects.filter(city=city, done_at=None, withdrawn_at=None)
    older.exclude(version=version).update(withdrawn_at=timezone.now())
    YearlyReview.objects.bulk_create(
        [
            YearlyReview(city=city, version=version, months=months, due_on=months_after(signed_on, months))
            for months in REVIEW_MONTHS
        ],
        ignore_conflicts=True,
    )
    status_requests.update_requests(city)
    audit.record("upkeep begun", by=by, about=version, number=version.number)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
