from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from accelerator.models import Cohort, User
from cities.roster import actions as roster
from cities.roster.actions import Imported
from cities.roster.judging import RosterVerdict
from strategy.sections import actions as strategies


@transaction.atomic
def import_roster(*, cohort: Cohort, verdicts: Iterable[RosterVerdict], send: bool, by: User) -> Imported:
    """Import the cities and people, and start a strategy for each city without one."""
    # Not in cities/, which is a layer below strategy/.
    done = roster.import_roster(cohort=cohort, verdicts=verdicts, send=send, by=by)
    for city in done.cities:
        strategies.start_strategy(city=city, cohort=cohort, by=by)
    return done
