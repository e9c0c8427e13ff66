"""Ending a person's role and handing on what was theirs; undoing it; a successor who takes over."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import User
from cities.actions import add_staff, assign_coach, tell_coach
from cities.enrollments import CLOSED
from cities.invitations import actions as invitations
from cities.models import City, CoachAssignment, Enrollment, Handover, Membership, Role, StaffRole
from cities.participation import day_in, reopenable
from cities.people.actions import end_staff
from cities.team.actions import end_membership, restore_membership
from cities.with_access import has_staff_role
from coaching.models import CoachingSession, Commitment
from dashboards.handover.kinds import KINDS, groups_of
from dashboards.handover.offers import offers_in

Items = list[dict[str, Any]]


def hand_on(city: City, person: User, to: Mapping[str, User | None], *, by: User) -> Items:
    """Hand on everything the person has in a city, each kind to someone or to no one; returns what moved."""
    items: Items = []
    for group in groups_of(city, person):
        kind, pks = group.kind, [row.pk for row in group.rows]
        moved = kind.hand_on(city, pks, holder=person, to=to.get(kind.key), by=by)
        items += [{"kind": kind.key, "pk": pk} | _given(to.get(kind.key), holder) for pk, holder in moved.items()]
    return items


def _given(to: User | None, holder: int | None) -> dict[str, Any]:
    """To whom an item went. Whoever attends a session anyway has it, and keeps it when the handover is undone."""
    return {"to": to.pk, "kept": True} if to is not None and holder is None else {"to": holder}


def _record(handover: Handover, by: User) -> Handover:
    handover.save()
    about = {"items": handover.items, "person": handover.person.email, "role": handover.role}
    audit.record("items handed on", by=by, about=handover, **about)
    return handover


@transaction.atomic
def end_member(membership: Membership, to: Mapping[str, User | None], *, by: User) -> Handover:
    """End a membership and hand on its items; for someone whose access ended earlier, hand on only.

    Raises ValidationError for the last city lead.
    """
    city, person = membership.city, membership.user
    # Locked, so that of two clicks the second finds the access ended.
    rows = city.membership_set.select_for_update(of=("self",)).select_related("user", "city")
    membership = rows.get(pk=membership.pk)
    before: dict[str, Any] = {}
    if membership.is_active():
        open_invitations = person.invitation_set.filter(city=city, accepted_at=None, withdrawn_at=None)
        before = {
            "until": membership.until and membership.until.isoformat(),
            "invitations": list(open_invitations.values_list("pk", flat=True)),
        }
        end_membership(membership, by=by)
    items = hand_on(city, person, to, by=by)
    return _record(
        Handover(city=city, person=person, role=membership.role, ended_by=by, before=before, items=items), by
    )


def _replace(assignments: Iterable[CoachAssignment], coach: User | None, *, on: date, by: User) -> dict[str, list[Any]]:
    """End assignments as of a date and assign another coach; returns what an undo needs."""
    before: dict[str, list[Any]] = {"assignments": [], "made": [], "moved": []}
    for assignment in assignments:
        before["assignments"].append([assignment.pk, assignment.ends_on and assignment.ends_on.isoformat()])
        assignment.ends_on = max(on, assignment.starts_on)
        assignment.save(update_fields=["ends_on"])
        audit.record("coach assignment ended", by=by, about=assignment, coach=assignment.user.email)
        if coach is not None:
            _assign(assignment.enrollment, coach, before, by=by)
    return before


def _assign(enrollment: Enrollment, coach: User, before: dict[str, list[Any]], *, by: User) -> None:
    """Assign a coach from today, unless the coach has the city already; one who was to start later starts today."""
    rows = enrollment.coachassignment_set
    if rows.active().filter(user=coach).exists():
        return
    today, planned = enrollment.city.today(), rows.select_for_update(of=("self",)).filter(user=coach, ends_on=None)
    if (row := planned.first()) is None:
        before["made"].append(assign_coach(enrollment=enrollment, coach=coach, by=by).pk)
        return
    before["moved"].append([row.pk, row.starts_on.isoformat()])
    row.starts_on = today
    row.save(update_fields=["starts_on"])
    audit.record("coach assignment moved", by=by, about=row, coach=coach.email, starts_on=today.isoformat())
    if by != coach and enrollment.cohort.is_live:
        tell_coach(row, by=by)


def _open(assignment: CoachAssignment, on: date) -> bool:
    return assignment.ends_on is None or assignment.ends_on > on


@transaction.atomic
def end_coaching(assignment: CoachAssignment, *, coach: User | None, on: date, by: User) -> Handover | None:
    """End one city's coaching as of a date; everything goes to the new coach or to no one. None if it had ended."""
    assignment = (
        assignment.enrollment.coachassignment_set.select_for_update(of=("self",))
        .select_related("user", "city", "enrollment__cohort")
        .get(pk=assignment.pk)
    )
    if not _open(assignment, on):
        return None
    before = _replace([assignment], coach, on=on, by=by)
    items = hand_on(assignment.city, assignment.user, dict.fromkeys(KINDS, coach), by=by)
    row = Handover(
        city=assignment.city, person=assignment.user, role=Role.COACH, ended_by=by, before=before, items=items
    )
    return _record(row, by)


@transaction.atomic
def end_role(staff_role: StaffRole, coaches: Mapping[int, User | None], *, by: User) -> Handover:
    """End a role in the program; each city's things go to someone, by city ID, or to no one.

    Raises ValidationError for the last program admin.
    """
    person, role, batch = staff_role.user, staff_role.role, uuid.uuid4()
    for city, assignments in cities_of(staff_role):
        to = coaches.get(city.pk)
        before: dict[str, Any] = {}
        if assignments:
            yesterday = city.today() - timedelta(days=1)
            before = _replace(assignments, to if to and has_staff_role(to, Role.COACH) else None, on=yesterday, by=by)
        items = hand_on(city, person, dict.fromkeys(KINDS, to), by=by)
        row = Handover(city=city, person=person, role=role, batch=batch, ended_by=by, before=before, items=items)
        _record(row, by)
    end_staff(staff_role, by=by)
    return _record(Handover(person=person, role=role, batch=batch, ended_by=by), by)


def cities_of(staff_role: StaffRole) -> list[tuple[City, list[CoachAssignment]]]:
    """The cities that a role's end touches: those coached now or later, in one or several cohorts, and, with the last
    role, any with items.
    """
    found: dict[int, tuple[City, list[CoachAssignment]]] = {}
    person = staff_role.user
    if staff_role.role == Role.COACH:
        rows = person.coachassignment_set.select_related("user", "city", "enrollment__cohort").order_by("pk")
        for row in rows:
            if _open(row, row.city.today() - timedelta(days=1)):
                found.setdefault(row.city_id, (row.city, []))[1].append(row)
    if not person.staffrole_set.exclude(pk=staff_role.pk).exists():
        planned = CoachingSession.objects.upcoming().filter(presence__user=person)
        committed = Commitment.objects.open().filter(owner=person)
        cities = City.objects.filter(Q(pk__in=committed.values("city")) | Q(pk__in=planned.order_by().values("city")))
        for city in cities:
            found.setdefault(city.pk, (city, []))
    return sorted(found.values(), key=lambda pair: (pair[0].sort_name, pair[0].pk))


# Undoing


@transaction.atomic
def undo(handover: Handover, *, by: User) -> tuple[int, int]:
    """Restore the access and what no one has changed since; returns how many items came back and how many didn't.

    Raises ValidationError after a day, if it was undone already, or if the person can't have the role anymore.
    """
    rows = list(Handover.objects.select_for_update(of=("self",)).filter(batch=handover.batch))
    if not all(row.is_undoable for row in rows):
        raise ValidationError(_("This can no longer be undone. You can undo it only once, and only within a day."))
    # The role first: without it, no assignment is restored.
    back = sum(_undo_one(row, by=by) for row in sorted(rows, key=lambda row: row.city_id is not None))
    return back, sum(len(row.items) for row in rows) - back


def _undo_one(handover: Handover, *, by: User) -> int:
    if handover.city is None:
        person = handover.person
        add_staff(email=person.email, name=person.name, role=handover.role, by=by)
    elif "until" in handover.before:
        _restore_member(handover, by=by)
    if handover.city is not None:
        _restore_coaching(handover.city, handover.before)
    back = _take_back(handover, by=by)
    handover.undone_at = timezone.now()
    handover.save(update_fields=["undone_at"])
    audit.record("handover undone", by=by, about=handover, person=handover.person.email, items=back)
    return back


def _restore_coaching(city: City, before: dict[str, Any]) -> None:
    """What was replaced: not in a cohort that the city has left since, and not without the role."""
    assignments = city.coachassignment_set
    in_open = assignments.exclude(enrollment__state__in=CLOSED)
    for assignment in reopenable(in_open, before.get("assignments", [])):
        assignment.save(update_fields=["ends_on"])
    assignments.filter(pk__in=before.get("made", []), ends_on=None).delete()
    for pk, starts_on in before.get("moved", []):
        assignments.filter(pk=pk, ends_on=None).update(starts_on=starts_on)


def _restore_member(handover: Handover, *, by: User) -> None:
    assert handover.city is not None
    membership = handover.city.membership_set.select_related("user", "city").get(user=handover.person)
    if not membership.is_active():
        restore_membership(membership, by=by, until=day_in(handover.before["until"]))
    withdrawn = handover.city.invitation_set.filter(pk__in=handover.before["invitations"], user=handover.person)
    invitations.reopen(withdrawn.select_related("user"))


def _take_back(handover: Handover, *, by: User) -> int:
    city, person, back = handover.city, handover.person, 0
    given = [None if item.get("kept") else item["to"] for item in handover.items]
    people = User.objects.in_bulk([pk for pk in given if pk])
    for item, pk in zip(handover.items, given, strict=True):
        holder = people.get(pk) if pk else None
        if city is not None and (holder or not pk):
            back += bool(KINDS[item["kind"]].hand_on(city, [item["pk"]], holder=holder, to=person, by=by))
    return back


# A successor


@transaction.atomic
def take_over(handover: Handover, *, to: User, role: str, by: User) -> int:
    """Give a successor what the handover left to no one; returns how many items they got."""
    handover = Handover.objects.select_for_update(of=("self",)).select_related("city", "person").get(pk=handover.pk)
    assert handover.city is not None
    moved: dict[tuple[str, int], int | None] = {}
    for group in (group for offer in offers_in(handover.city, [handover], role) for group in offer.groups):
        pks = [row.pk for row in group.rows]
        got = group.kind.hand_on(group.city, pks, holder=None, to=to, by=by)
        moved |= {(group.kind.key, pk): holder for pk, holder in got.items()}
    for item in handover.items:
        if (key := (item["kind"], item["pk"])) in moved:
            item |= _given(to, moved[key])
    handover.save(update_fields=["items"])
    audit.record("items taken over", by=by, about=handover, to=to.pk, items=sorted(map(list, moved)))
    return len(moved)
