"""Who approves a city's strategy: ordered offices, kept as a setting, copied into each submitted version.

An approver who signs on this site is whoever holds the office now, as confirmed (cities/offices/).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accelerator import audit, row_order
from accelerator.models import User
from cities.models import City, Membership, Office, Officeholder, Role
from strategy.plan.choices import Instrument
from strategy.sections.models import Strategy
from strategy.signoff import letters
from strategy.signoff.models import Approver, ApproverChange, ApproverFields, Step

COPIED = ["office", "title", "instrument", "on_paper", "person", "may_delegate"]
Kind = ApproverChange.Kind
Row = TypeVar("Row", bound=ApproverFields)


def of(city: City) -> list[Approver]:
    """The city's approvers in order, with who signs; by default, the mayor by signature."""
    # The default isn't stored, so that a new mayor is asked without anyone changing a setting.
    rows = list(city.approver_set.select_related("person").order_by("position", "pk")) or [default(city)]
    return find_signers(rows)


def default(city: City) -> Approver:
    membership = mayors_membership(city)
    title = (membership and membership.title) or default_title(city)
    return Approver(city=city, position=1, office=Office.MAYOR, title=title, instrument=Instrument.SIGNATURE)


def default_title(city: City) -> str:
    # In the city's language, not the reader's: the title is printed and signed.
    with translation.override(city.language):
        return _("Mayor")


def mayors_membership(city: City) -> Membership | None:
    # Two mayors may overlap around a handover: the one entered last is in office.
    return city.membership_set.active().filter(role=Role.MAYOR).select_related("user").order_by("-pk").first()


def find_signers(rows: Iterable[Row]) -> list[Row]:
    """The rows with `signer`: who holds the office now; None if no one does, or it signs on paper. One query."""
    rows = list(rows)
    cities = {row.city_id for row in rows if not row.is_on_paper}
    holders = list(Officeholder.objects.current().filter(city__in=cities)) if cities else []
    for row in rows:
        row.signer = _signer_of(row, holders)
    return rows


def delegate_of(step: Step, user: User) -> Officeholder | None:
    """The person's confirmation as the mayor's delegate, if it was given while this mayor was in office."""
    if step.signer is None:
        return None
    held = Officeholder.objects.current().filter(city=step.city_id, office=Office.DELEGATE, user=user)
    return held.filter(confirmed_at__gte=step.signer.confirmed_at).first()


def signer_of(row: ApproverFields) -> Officeholder | None:
    return find_signers([row])[0].signer


def _signer_of(row: ApproverFields, holders: Iterable[Officeholder]) -> Officeholder | None:
    if row.is_on_paper:
        return None
    held = [holder for holder in holders if (holder.city_id, holder.office) == (row.city_id, row.office)]
    if row.office != Office.MAYOR:
        held = [holder for holder in held if holder.user_id == row.person_id]
    return held[0] if held else None


def steps_for(city: City) -> list[Step]:
    """A version's steps according to the current setting, in order; not stored."""
    return [
        Step(city=city, position=position, **{name: getattr(row, name) for name in COPIED})
        for position, row in enumerate(of(city), 1)
    ]


def _lock(city: City) -> None:
    Strategy.objects.select_for_update(no_key=True).get(city=city)


@transaction.atomic
def add(*, city: City, by: User | None, **values: Any) -> Approver:
    _lock(city)  # two simultaneous additions would get the same position
    last = city.approver_set.order_by("-position").first()
    row = Approver.objects.create(city=city, position=last.position + 1 if last else 1, **values)
    record_change(row, Kind.ADDED, by=by)
    return row


@transaction.atomic
def change(*, approver: Approver, by: User, **values: Any) -> None:
    # Submitted versions aren't affected: their steps are copies.
    for name, value in values.items():
        setattr(approver, name, value)
    approver.save(update_fields=list(values))
    record_change(approver, Kind.CHANGED, by=by)


@transaction.atomic
def remove(*, approver: Approver, by: User) -> None:
    record_change(approver, Kind.REMOVED, by=by)
    approver.delete()


@transaction.atomic
def move(*, approver: Approver, up: bool, by: User) -> bool:
    """False at the end of the order."""
    _lock(approver.city)
    if not row_order.move(approver, approver.city.approver_set.all(), up=up):
        return False
    record_change(approver, Kind.MOVED, by=by)
    return True


def record_change(approver: Approver | Step, kind: ApproverChange.Kind, *, by: User | None) -> None:
    """Put a change on record, and tell the mayor, the coaches and GovEx."""
    city = approver.city
    approver.signer = signer_of(approver)
    with translation.override(city.language):
        detail = describe(approver)
    change = ApproverChange.objects.create(
        city=city, kind=kind, title=approver.title, detail=detail, by_name=str(by) if by else ""
    )
    audit.record(f"approver {kind}", by=by, about=approver, office=approver.office, detail=detail)
    letters.tell_change(change, by=by)


def describe(approver: ApproverFields) -> str:
    """Who signs for an approver, and how."""
    if approver.is_on_paper:
        return _("Signs on paper; the signed document is uploaded.")
    if approver.signer is not None:
        return _("%(name)s signs on this site.") % {"name": approver.signer}
    if approver.person is not None:
        return _("%(name)s, once the office is confirmed.") % {"name": approver.person}
    return _("No one holds this office on this site yet.")
