"""Who approves a city's strategy: ordered offices, kept as a setting, copied into each submitted version.

A person who approves is whoever holds the office now, as confirmed (cities/offices/).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accelerator import audit, row_order
from accelerator.models import User
from cities.models import City, Office, Officeholder
from cities.offices import actions as offices
from cities.offices.models import BODIES, SINGLE, is_title_of_one
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
    title = offices.default_title(city, Office.MAYOR)
    return Approver(city=city, position=1, office=Office.MAYOR, title=title, instrument=Instrument.SIGNATURE)


def find_signers(rows: Iterable[Row]) -> list[Row]:
    """The rows with `holder`: who holds the office now, as confirmed; None if no one does. One query."""
    rows = list(rows)
    cities = {row.city_id for row in rows if not row.is_body}
    holders = list(Officeholder.objects.current().filter(city__in=cities)) if cities else []
    for row in rows:
        row.holder = _holder_of(row, holders)
        # The title belongs to the confirmation. What was decided keeps the title that it was decided under.
        if row.holder is not None and getattr(row, "state", Step.State.WAITING) == Step.State.WAITING:
            row.title = row.holder.title or row.title
    return rows


def delegate_of(step: Step, user: User) -> Officeholder | None:
    """The person's confirmation as the mayor's delegate, if it was given in this mayor's term."""
    if step.signer is None:
        return None
    return offices.delegates(step.signer.city).filter(user=user).first()


def signer_of(row: ApproverFields) -> Officeholder | None:
    return find_signers([row])[0].signer


def _holder_of(row: ApproverFields, holders: Iterable[Officeholder]) -> Officeholder | None:
    held = [holder for holder in holders if (holder.city_id, holder.office) == (row.city_id, row.office)]
    # The mayor is whoever is in office; others are named, unless the office has one holder and signs on paper.
    if row.office != Office.MAYOR and not (row.on_paper and row.office in SINGLE):
        held = [holder for holder in held if holder.user_id == row.person_id]
    return None if row.is_body else next(iter(held), None)


def title_problem(office: str, title: str) -> str:
    """A body's title is the city's own text, and must not read as if a mayor had approved."""
    if office not in BODIES or not is_title_of_one(title):
        return ""
    return _("“%(title)s” is the title of one person. Enter the name of the council or committee.") % {"title": title}


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
    before = summary(city)  # with the first, the default is replaced
    last = city.approver_set.order_by("-position").first()
    row = Approver.objects.create(city=city, position=last.position + 1 if last else 1, **values)
    record_change(row, Kind.ADDED, by=by, before=before, after=summary(city))
    return row


@transaction.atomic
def change(*, approver: Approver, by: User, **values: Any) -> None:
    # Submitted versions aren't affected: their steps are copies.
    before = summary(approver.city)
    for name, value in values.items():
        setattr(approver, name, value)
    approver.save(update_fields=list(values))
    record_change(approver, Kind.CHANGED, by=by, before=before, after=summary(approver.city))


@transaction.atomic
def remove(*, approver: Approver, by: User) -> None:
    _lock(approver.city)
    before = summary(approver.city)
    pk = approver.pk
    approver.delete()
    approver.pk = pk  # for the audit log
    record_change(approver, Kind.REMOVED, by=by, before=before, after=summary(approver.city))


@transaction.atomic
def move(*, approver: Approver, up: bool, by: User) -> bool:
    """False at the end of the order."""
    _lock(approver.city)
    before = summary(approver.city)
    if not row_order.move(approver, approver.city.approver_set.all(), up=up):
        return False
    record_change(approver, Kind.MOVED, by=by, before=before, after=summary(approver.city))
    return True


def record_change(
    approver: Approver | Step, kind: ApproverChange.Kind, *, by: User | None, before: str = "", after: str = ""
) -> None:
    """Put a change on record, with all approvers before and after, and tell the mayor, the coaches and GovEx."""
    city = approver.city
    find_signers([approver])
    with translation.override(city.language):
        detail = describe(approver)[:300]
    change = ApproverChange.objects.create(
        city=city,
        kind=kind,
        title=approver.title,
        office=approver.office,
        detail=detail,
        before=before,
        after=after,
        by_name=by.name_and_address[:200] if by else "",
    )
    audit.record(
        f"approver {kind}", by=by, about=approver, office=approver.office, detail=detail, before=before, after=after
    )
    letters.tell_change(change, by=by)


def summary(city: City) -> str:
    """Who approves, in order, as sentences in the city's language; also where it is the default."""
    with translation.override(city.language):
        return " ".join(f"{number}. {line(row)}" for number, row in enumerate(of(city), 1))


def line_in_city_language(step: Step) -> str:
    find_signers([step])
    with translation.override(step.city.language):
        return line(step)


def line(row: ApproverFields) -> str:
    values = {"title": row.title, "office": row.get_office_display(), "how": describe(row)}
    return _("%(title)s (%(office)s): %(how)s") % values


def describe(approver: ApproverFields) -> str:
    """Who signs for an approver, and how."""
    if approver.is_body:
        return _("Signs on paper; the signed document is uploaded.")
    if approver.holder is not None:
        sentence = _("%(name)s signs on this site.")
        if approver.is_on_paper:
            sentence = _("%(name)s signs on paper; the signed document is uploaded.")
        elif approver.may_delegate:
            sentence = _("%(name)s or the mayor’s delegate signs on this site.")
        return sentence % {"name": approver.holder}
    if approver.person is not None:
        return _("%(name)s, once the office is confirmed.") % {"name": approver.person}
    return _("No one holds this office on this site yet.")
