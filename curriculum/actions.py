from datetime import time

from django.db import transaction

from accelerator import audit
from accelerator.models import Cohort, User
from curriculum.models import CohortProgram, ItemKind, ProgramItem, ProgramVersion, RubricVersion, Session

# What all cities in a cohort attend together, at a scheduled time.
TOGETHER = [ItemKind.ONBOARDING, ItemKind.KEYNOTE, ItemKind.WORKSHOP, ItemKind.PEER]


@transaction.atomic
def pin_program(*, cohort: Cohort, program: ProgramVersion, rubric: RubricVersion, by: User | None) -> None:
    """Assign a cohort its curriculum and rubric, and plan its shared sessions from the kickoff."""
    CohortProgram.objects.update_or_create(cohort=cohort, defaults={"program": program, "rubric": rubric})
    # When assigned again, existing sessions stay where staff moved them.
    Session.objects.bulk_create(
        [_session(cohort, item, item.at) for item in program.items.filter(kind__in=TOGETHER) if item.at],
        ignore_conflicts=True,
    )
    audit.record("program pinned", by=by, about=cohort, version=str(program))


def _session(cohort: Cohort, item: ProgramItem, at: time) -> Session:
    session = Session(
        cohort=cohort,
        item=item,
        on=cohort.date_of(item.week, item.weekday),
        at=at,
        time_zone=cohort.time_zone,
        minutes=item.minutes or 60,
    )
    session.derive()  # bulk_create doesn't call `save`
    return session
