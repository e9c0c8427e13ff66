"""A person's open commitments and planned sessions, for when that person leaves."""

from __future__ import annotations

from collections.abc import Collection

from accelerator import audit
from accelerator.models import User
from cities.models import City
from coaching.actions import change_commitment
from coaching.models import CoachingSession, Commitment


def held_commitments(city: City, person: User | None, pks: Collection[int] | None = None) -> list[Commitment]:
    """Open commitments of a person, or of no one; only these if `pks` is given."""
    rows = city.commitment_set.open().filter(owner=person)
    return list(rows if pks is None else rows.filter(pk__in=pks))


def hand_on_commitments(
    city: City, pks: Collection[int], *, holder: User | None, to: User | None, by: User
) -> dict[int, int | None]:
    rows = city.commitment_set.select_for_update(of=("self",)).filter(pk__in=pks, owner=holder)
    moved: dict[int, int | None] = {}
    for commitment in rows:
        change_commitment(commitment=commitment, by=by, owner=to.pk if to else None)
        moved[commitment.pk] = to.pk if to else None
    return moved


def held_sessions(city: City, person: User | None, pks: Collection[int] | None = None) -> list[CoachingSession]:
    """Planned sessions that a person is to attend; for no one, those of `pks` that are still planned."""
    rows = city.coachingsession_set.upcoming()
    if person is not None:
        rows = rows.filter(presence__user=person)
    return list(rows if pks is None else rows.filter(pk__in=pks))


def hand_on_sessions(
    city: City, pks: Collection[int], *, holder: User | None, to: User | None, by: User
) -> dict[int, int | None]:
    """Replace a person among the attendees. Who attends anyway isn't listed twice, and is recorded as no one."""
    moved: dict[int, int | None] = {}
    for session in city.coachingsession_set.upcoming().select_for_update(of=("self",)).filter(pk__in=pks):
        people = set(session.presence_set.values_list("user_id", flat=True))
        if holder is not None and holder.pk not in people:
            continue
        is_new = to is not None and to.pk not in people
        if holder is not None:
            session.presence_set.filter(user=holder).delete()
        if to is not None and is_new:
            session.presence_set.create(city=city, user=to)
        moved[session.pk] = to.pk if to is not None and is_new else None
        audit.record("attendee replaced", by=by, about=session, to=to.pk if to else None)
    return moved
