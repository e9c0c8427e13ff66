"""Who approves a city's strategy: ordered offices, kept as a setting, copied into each submitted version."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accelerator import audit, row_order
from accelerator.models import User
from cities.models import City, Membership, Role
from strategy.plan.choices import Instrument
from strategy.sections.models import Strategy
from strategy.signoff.models import Approver, Office, Step

COPIED = ["office", "title", "instrument", "person", "may_delegate"]
# Bodies decide by resolution or minutes; no one signs for them in the app.
BODIES = [Office.COUNCIL, Office.COMMITTEE]


def of(city: City) -> list[Approver]:
    """The city's approvers in order; by default, the mayor by signature."""
    # The default isn't stored, so that a new mayor is asked without anyone changing a setting.
    return list(city.approver_set.select_related("person").order_by("position", "pk")) or [default(city)]


def default(city: City) -> Approver:
    membership = mayors_membership(city)
    person, title = (membership.user, membership.title) if membership else (None, "")
    return Approver(
        city=city,
        position=1,
        office=Office.MAYOR,
        title=title or default_title(city),
        instrument=Instrument.SIGNATURE,
        person=person,
    )


def default_title(city: City) -> str:
    # In the city's language, not the reader's: the title is printed and signed.
    with translation.override(city.language):
        return _("Mayor")


def mayor(city: City) -> User | None:
    membership = mayors_membership(city)
    return membership.user if membership else None


def mayors_membership(city: City) -> Membership | None:
    # Two mayors may overlap around a handover: the one entered last is in office.
    return city.membership_set.active().filter(role=Role.MAYOR).select_related("user").order_by("-pk").first()


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
    audit.record("approver added", by=by, about=row, office=row.office)
    return row


@transaction.atomic
def change(*, approver: Approver, by: User, **values: Any) -> None:
    # Submitted versions aren't affected: their steps are copies.
    for name, value in values.items():
        setattr(approver, name, value)
    approver.save(update_fields=list(values))
    audit.record("approver changed", by=by, about=approver, office=approver.office)


@transaction.atomic
def remove(*, approver: Approver, by: User) -> None:
    audit.record("approver removed", by=by, about=approver, office=approver.office)
    approver.delete()


@transaction.atomic
def move(*, approver: Approver, up: bool, by: User) -> bool:
    """False at the end of the order."""
    _lock(approver.city)
    if not row_order.move(approver, approver.city.approver_set.all(), up=up):
        return False
    audit.record("approver moved", by=by, about=approver, up=up)
    return True
