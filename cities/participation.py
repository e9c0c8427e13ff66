"""A city pauses, resumes, withdraws from or completes a cohort, or joined it late; each can be undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator import audit, formats
from accelerator.models import User
from accelerator.refusals import Refused
from cities.enrollments import EnrollmentState
from cities.models import CoachAssignment, Enrollment

S = EnrollmentState
_UNDONE = ["state", "state_on", "reason", "joined_on", "left_on"]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of state: from which states it is possible, and whether it needs a reason."""

    name: str
    before: tuple[EnrollmentState, ...]
    after: EnrollmentState
    needs_reason: bool = False
    ends_coaching: bool = False


CHANGES = {
    change.name: change
    for change in (
        Change("await", (S.ACTIVE,), S.INVITED),
        Change("confirm", (S.INVITED,), S.ACTIVE),
        Change("pause", (S.ACTIVE,), S.PAUSED, needs_reason=True),
        Change("resume", (S.PAUSED, S.WITHDRAWN, S.COMPLETED), S.ACTIVE),
        Change("withdraw", (S.INVITED, S.ACTIVE, S.PAUSED), S.WITHDRAWN, needs_reason=True, ends_coaching=True),
        Change("complete", (S.ACTIVE, S.PAUSED), S.COMPLETED),
    )
}
_REFUSED = {
    S.INVITED: gettext_lazy("%(city)s hasn’t confirmed its participation in %(cohort)s yet."),
    S.ACTIVE: gettext_lazy("%(city)s is taking part in %(cohort)s."),
    S.PAUSED: gettext_lazy("%(city)s has paused its participation in %(cohort)s."),
    S.WITHDRAWN: gettext_lazy("%(city)s has withdrawn from %(cohort)s."),
    S.COMPLETED: gettext_lazy("%(city)s has completed %(cohort)s."),
}


def state_sentence(enrollment: Enrollment) -> str:
    values = {"city": enrollment.city.name, "cohort": enrollment.cohort.name}
    if enrollment.is_ahead:
        day = formats.day(enrollment.joined_on)
        return _("%(city)s will take part in %(cohort)s from %(day)s.") % {**values, "day": day}
    return str(_REFUSED[EnrollmentState(enrollment.state)]) % values


@transaction.atomic
def change_state(enrollment: Enrollment, change: Change, *, on: date, reason: str, by: User) -> Enrollment:
    """Raises Refused if someone has changed the state since the page was shown."""
    row = _locked(enrollment)
    if row.state not in change.before:
        raise Refused(_("Nothing was changed. %(state)s") % {"state": state_sentence(row)})
    ended = list(_coaching_after(row, on)) if change.ends_coaching else []
    row.former = _former(row, ended)
    for assignment in ended:
        assignment.ends_on = max(on, assignment.starts_on)
        assignment.save(update_fields=["ends_on"])
    row.state, row.state_on, row.reason = change.after, on, reason
    row.left_on = on if row.is_closed else None
    row.save()
    audit.record(f"enrollment {row.state}", by=by, about=row, cohort=row.cohort.slug, on=on.isoformat(), reason=reason)
    return row


@transaction.atomic
def set_joined_on(enrollment: Enrollment, *, on: date, reason: str, by: User) -> Enrollment:
    """Record that the city joined after the kickoff: before that day, it isn't silent or late."""
    row = _locked(enrollment)
    row.former, row.joined_on = _former(row, []), on
    row.save()
    audit.record("enrollment joined", by=by, about=row, cohort=row.cohort.slug, on=on.isoformat(), reason=reason)
    return row


@transaction.atomic
def undo(enrollment: Enrollment, *, by: User) -> Enrollment:
    """Restore what the last change replaced, including coaching that it ended. Raises Refused if nothing is left."""
    row = _locked(enrollment)
    if row.former is None:
        raise Refused(_("There’s nothing to undo."))
    undone, former = row.state, dict(row.former)
    for assignment in coaching_restored(row):
        assignment.save(update_fields=["ends_on"])
    for name in _UNDONE:
        setattr(row, name, _loaded(name, former[name]))
    row.former = None
    row.save()
    audit.record("enrollment change undone", by=by, about=row, cohort=row.cohort.slug, undone=undone, state=row.state)
    return row


def coaching_that_ends(enrollment: Enrollment) -> list[CoachAssignment]:
    """The assignments that withdrawing would end today."""
    return list(_coaching_after(enrollment, enrollment.city.today()).select_related("user"))


def coaching_restored(enrollment: Enrollment) -> list[CoachAssignment]:
    """The assignments that undoing the last change restores."""
    ended = (enrollment.former or {}).get("coaching", [])
    return reopenable(enrollment.coachassignment_set.all(), ended)


def reopenable(rows: Any, ended: Iterable[tuple[int, str | None]]) -> list[CoachAssignment]:
    """Of assignments that were ended, those that an undo may restore, with their former last day."""
    last_days, found = {pk: day_in(day) for pk, day in ended}, []
    for row in rows.of_coaches().filter(pk__in=last_days).order_by("pk"):
        row.ends_on = last_days[row.pk]
        # Not if the coach has been assigned again since: one open assignment per coach.
        others = CoachAssignment.objects.filter(enrollment=row.enrollment_id, user=row.user_id, ends_on=None)
        if row.ends_on or not others.exclude(pk=row.pk).exists():
            found.append(row)
    return found


def _locked(enrollment: Enrollment) -> Enrollment:
    rows = Enrollment.objects.select_for_update(of=("self",)).select_related("city", "cohort")
    row: Enrollment = rows.get(pk=enrollment.pk)
    return row


def _coaching_after(row: Enrollment, on: date) -> Any:
    rows = row.coachassignment_set.all()
    return (rows.filter(ends_on=None) | rows.filter(ends_on__gt=on)).order_by("pk")


def _former(row: Enrollment, ended: list[CoachAssignment]) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _UNDONE}
    former = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return former | {"coaching": [(row.pk, row.ends_on and row.ends_on.isoformat()) for row in ended]}


def _loaded(name: str, value: Any) -> Any:
    return day_in(value) if name.endswith("_on") else value


def day_in(value: str | None) -> date | None:
    """A date of `Enrollment.former`."""
    return date.fromisoformat(value) if value else None
