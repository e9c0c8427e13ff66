"""Starting a city's strategy."""

from __future__ import annotations

from django.db import transaction

from accelerator import audit
from accelerator.models import Cohort, User
from cities.models import City
from strategy.sections.models import Section, Strategy
from strategy.template.models import CohortTemplate

# Sections are due on the Friday of their program week; date.weekday() counts from Monday.
FRIDAY = 4


@transaction.atomic
def start_strategy(*, city: City, cohort: Cohort, by: User | None) -> Strategy:
    """Create a city's strategy, with an empty section for each one in its cohort's template; idempotent."""
    version = CohortTemplate.objects.select_related("version").get(cohort=cohort).version
    strategy, created = Strategy.objects.get_or_create(city=city, defaults={"version": version, "cohort": cohort})
    if created:
        Section.objects.bulk_create(
            Section(
                city=city,
                strategy=strategy,
                template=row,
                key=row.key,
                position=row.position,
                due_on=cohort.date_of(row.due_week, FRIDAY),
            )
            for row in version.sections.all()
        )
        audit.record("strategy started", by=by, about=city, version=str(version))
    return strategy
