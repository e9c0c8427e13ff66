"""Ending a person's role and handing on what was theirs; undoing it; a successor who takes over."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit
from accelerator.models import User
from cities.actions import add_staff, assign_coach
from cities.invitations import actions as invitations
from cities.models import City, CoachAssignment, Handover, Membership, Role, StaffRole
from cities.people.actions import end_staff
from cities.team.actions import end_membership, restore_membership
from coaching.models import CoachingSession, Commitment
from dashboards.handover.kinds import KINDS, Group, groups_of, may_get

Items = list[dict[str, Any]]


def hand_on(city: City, person: User, to: Mapping[str, User | None], *, by: User) -> Items:
    """Hand on everything the person has in a city, each kind to someone or to no one; returns what moved."""
    items: Items = []
    for group in groups_of(city, person):
        kind, pks = group.kind, [row.pk for row in group.rows]
        moved = kind.hand_on(city, pks, holder=person, to=to.get(kind.key), by=by)
        items += [{"kind": kind.key, "pk": pk, "to": holder} for pk, holder in moved.items()]
    return items


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


def _replace(assignment: CoachAssignment, coach: User | None, *, on: date, by: User) -> dict[str, Any]:
    """End an assignment as of a date and assign another coach; returns what an undo needs."""
    before: dict[str, Any] = {
        "assignments": [[assignment.pk, assignment.ends_on and assignment.ends_on.isoformat()]],
        "made": [],
    }
    assignment.ends_on = max(on, assignment.starts_on)
    assignment.save(update_fields=["ends_on"])
    audit.record("coach assignment ended", by=by, about=assignment, coach=assignment.user.email)
    if coach is not None and not assignment.enrollment.coachassignment_set.active().filter(user=coach).exists():
        made = assign_coach(enrollment=assignment.enrollment, coach=coach, by=by)
        before["made"] = [made.pk]
    return before


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
    before = _replace(assignment, coach, on=on, by=by)
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
    for city, assignment in cities_of(staff_role):
        to = coaches.get(city.pk)
        before: dict[str, Any] = {}
        if assignment is not None:
            yesterday = city.today() - timedelta(days=1)
            before = _replace(assignment, to if to and _is_coach(to) else None, on=yesterday, by=by)
        items = hand_on(city, person, dict.fromkeys(KINDS, to), by=by)
        row = Handover(city=city, person=person, role=role, batch=batch, ended_by=by, before=before, items=items)
        _record(row, by)
    end_staff(staff_role, by=by)
    return _record(Handover(person=person, role=role, batch=batch, ended_by=by), by)


def _is_coach(user: User) -> bool:
    return user.staffrole_set.filter(role=Role.COACH).exists()


def cities_of(staff_role: StaffRole) -> list[tuple[City, CoachAssignment | None]]:
    """The cities that a role's end touches: those coached now or later, and, with the last role, any with items."""
    found: dict[int, tuple[City, CoachAssignment | None]] = {}
    person = staff_role.user
    if staff_role.role == Role.COACH:
        rows = person.coachassignment_set.select_related("user", "city", "enrollment__cohort").order_by("pk")
        found = {row.city_id: (row.city, row) for row in rows if _open(row, row.city.today() - timedelta(days=1))}
    if not person.staffrole_set.exclude(pk=staff_role.pk).exists():
        planned = CoachingSession.objects.upcoming().filter(presence__user=person)
        committed = Commitment.objects.open().filter(owner=person)
        cities = City.objects.filter(Q(pk__in=committed.values("city")) | Q(pk__in=planned.order_by().values("city")))
        for city in cities:
            found.setdefault(city.pk, (city, None))
    return sorted(found.values(), key=lambda pair: (pair[0].sort_name, pair[0].pk))


# Undoing


@transaction.atomic
def undo(handover: Handover, *, by: User) -> tuple[int, int]:
    """Put back the access and what nobody has changed since; returns how many items came back and how many didn't.

    Raises ValidationError after a day, if it was undone already, or if the person can't have the role anymore.
    """
    rows = list(Handover.objects.select_for_update(of=("self",)).filter(batch=handover.batch))
    if not all(row.is_undoable for row in rows):
        raise ValidationError(_("This can no longer be undone. You can undo it only once, and only within a day."))
    back = sum(_undo_one(row, by=by) for row in rows)
    return back, sum(len(row.items) for row in rows) - back


def _undo_one(handover: Handover, *, by: User) -> int:
    if handover.city is None:
        person = handover.person
        add_staff(email=person.email, name=person.name, role=handover.role, by=by)
    elif "until" in handover.before:
        _restore_member(handover, by=by)
    if handover.city is not None:
        assignments = handover.city.coachassignment_set
        for pk, ends_on in handover.before.get("assignments", []):
            assignments.filter(pk=pk, user=handover.person).update(ends_on=ends_on)
        assignments.filter(pk__in=handover.before.get("made", []), ends_on=None).delete()
    back = _take_back(handover, by=by)
    handover.undone_at = timezone.now()
    handover.save(update_fields=["undone_at"])
    audit.record("handover undone", by=by, about=handover, person=handover.person.email, items=back)
    return back


def _restore_member(handover: Handover, *, by: User) -> None:
    assert handover.city is not None
    membership = handover.city.membership_set.select_related("user", "city").get(user=handover.person)
    if not membership.is_active():
        restore_membership(membership, by=by)
        until = handover.before["until"]
        if until and date.fromisoformat(until) >= handover.city.today():
            membership.until = date.fromisoformat(until)
            membership.save(update_fields=["until"])
    withdrawn = handover.city.invitation_set.filter(pk__in=handover.before["invitations"], user=handover.person)
    invitations.reopen(withdrawn.select_related("user"))


def _take_back(handover: Handover, *, by: User) -> int:
    city, person, back = handover.city, handover.person, 0
    people = User.objects.in_bulk([item["to"] for item in handover.items if item["to"]])
    for item in handover.items:
        holder = people.get(item["to"])
        if city is not None and (holder or not item["to"]):
            back += bool(KINDS[item["kind"]].hand_on(city, [item["pk"]], holder=holder, to=person, by=by))
    return back


# A successor


def offered(handover: Handover, role: str | None = None) -> list[Group]:
    """What a handover left to no one and still no one has, limited to what a role may get."""
    groups: list[Group] = []
    for kind in KINDS.values() if handover.city else ():
        pks = [item["pk"] for item in handover.open_items if item["kind"] == kind.key]
        if pks and (role is None or may_get(kind, role)) and (rows := kind.held(handover.city, None, pks)):
            assert handover.city is not None
            groups.append(Group(kind, handover.city, rows))
    return groups


@transaction.atomic
def take_over(handover: Handover, *, to: User, role: str, by: User) -> int:
    """Give a successor what the handover left to no one; returns how many items they got."""
    handover = Handover.objects.select_for_update(of=("self",)).select_related("city", "person").get(pk=handover.pk)
    moved: set[tuple[str, int]] = set()
    for group in offered(handover, role):
        pks = [row.pk for row in group.rows]
        moved |= {(group.kind.key, pk) for pk in group.kind.hand_on(group.city, pks, holder=None, to=to, by=by)}
    for item in handover.items:
        if (item["kind"], item["pk"]) in moved:
            item["to"] = to.pk
    handover.save(update_fields=["items"])
    audit.record("items taken over", by=by, about=handover, to=to.pk, items=sorted(map(list, moved)))
    return len(moved)
