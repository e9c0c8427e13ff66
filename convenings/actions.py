from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from accelerator import audit
from accelerator.models import Cohort, User
from convenings.models import Convening
from curriculum.models import ItemKind, ProgramVersion

# If the curriculum names the leads or the mayors, they attend; in all other cases the leads do.
_AUDIENCES = {"lead": Convening.Audience.LEADS, "mayor": Convening.Audience.MAYORS}


@transaction.atomic
def plan_from_curriculum(*, cohort: Cohort, program: ProgramVersion, by: User | None) -> list[Convening]:
    """Copy the curriculum's convenings to a cohort with its own dates, once; places are to be announced."""
    planned = []
    for item in program.items.filter(kind=ItemKind.CONVENING):
        starts_on = cohort.date_of(item.week, item.weekday)
        convening, created = Convening.objects.get_or_create(
            cohort=cohort,
            audience=_AUDIENCES.get(item.audience, Convening.Audience.LEADS),
            starts_on=starts_on,
            defaults={"name": item.titles["en"], "ends_on": starts_on + timedelta(days=item.days - 1)},
        )
        if created:
            audit.record("convening planned", by=by, about=convening, cohort=cohort.slug)
            planned.append(convening)
    return planned


@transaction.atomic
def add(convening: Convening, *, by: User) -> None:
    convening.save(force_insert=True)
    audit.record("convening planned", by=by, about=convening, cohort=convening.cohort.slug)


def change(convening: Convening, *, by: User, **values: Any) -> None:
    for name, value in values.items():
        setattr(convening, name, value)
    convening.save(update_fields=values)
    audit.record("convening changed", by=by, about=convening, cohort=convening.cohort.slug, fields=list(values))


def shift(*, cohort: Cohort, days: int) -> int:
    """Move the cohort's convenings with its kickoff; returns how many moved."""
    # A booked venue ties the date, whatever the program's calendar.
    delta = timedelta(days=days)
    return cohort.convening_set.filter(place="").update(starts_on=F("starts_on") + delta, ends_on=F("ends_on") + delta)
