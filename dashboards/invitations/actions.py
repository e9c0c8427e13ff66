"""A cohort's own invitation texts, and sending the invitations that wait."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from accelerator import audit
from accelerator.conflicts import update_row
from accelerator.models import Cohort, User
from cities.actions import tell_coach
from cities.invitations import actions as invitations
from cities.models import CoachAssignment, Invitation, InvitationText, Membership, Role


@transaction.atomic
def save_text(row: InvitationText, *, stamp: int, by: User, **values: Any) -> None:
    """Save a cohort's own text; raises Conflict if someone changed it since it was read."""
    former = {name: getattr(row, name) for name in values} if row.pk else {}
    if row.pk is None:
        for name, value in values.items():
            setattr(row, name, value)
        row.save(force_insert=True)
        audit.record("invitation text added", by=by, about=row, cohort=row.cohort.slug)
    else:
        update_row(row, stamp=stamp, by=by, verb="invitation text changed", **values)
    # The log keeps each version, so that a text that went out can be looked up.
    audit.record("invitation text version", by=by, about=row, former=former, number=row.stamp, **values)


@transaction.atomic
def restore_default(row: InvitationText, *, by: User) -> None:
    audit.record("invitation text removed", by=by, about=row, subject=row.subject, body=row.body)
    row.delete()


def uninvited(cohort: Cohort) -> Any:
    """People in the cohort's cities who haven't been invited to their city, by name."""
    sent = Invitation.objects.filter(user=OuterRef("user"), city=OuterRef("city"), withdrawn_at=None)
    return (
        Membership.objects.active()
        .filter(~Exists(sent), city__enrollment__in=cohort.enrollment_set.invitable())
        .select_related("user", "city")
        .order_by("user__sort_name", "pk")
    )


@transaction.atomic
def send_waiting(cohort: Cohort, *, by: User) -> int:
    """Invite everyone in the cohort's cities who hasn't been invited yet; returns how many."""
    # Locked, so that of two clicks the second finds no one left.
    Cohort.objects.select_for_update(no_key=True).get(pk=cohort.pk)
    invitations.lock_cities(cohort.enrollment_set.values_list("city", flat=True))
    waiting = list(uninvited(cohort))
    for membership in waiting:
        invitations.invite(membership, by=by, cohort=cohort)
    return len(waiting)


def tell_coaches(cohort: Cohort, *, by: User) -> int:
    """Email each coach about the cities that were assigned before the cohort went live."""
    rows = CoachAssignment.objects.not_ended().filter(
        enrollment__in=cohort.enrollment_set.open(), user__staffrole__role=Role.COACH
    )
    for assignment in rows.select_related("user", "city", "enrollment__cohort"):
        tell_coach(assignment, by=by)
    return len(rows)
