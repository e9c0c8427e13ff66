"""A section's date: to its writer, else to the leads, around the day (docs/program.md 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.walltime import to_utc
from cities.access import PERMISSIONS, Permission
from cities.models import Membership, Role
from reminders.models import Why
from reminders.rules.kinds import AT, RULES, UNTIL, Asked, Reminder, Rule, Step
from strategy.models import Section

STEPS = (Step(-7, 3), Step(-2, 2), Step(1, 3), Step(5, 3, copies_lead=True))  # docs/program.md 6
WRITERS = frozenset(role for role, may in PERMISSIONS.items() if Permission.EDIT_STRATEGY in may)
_NOT_READ = ["html", "template__purposes", "template__prompts", "template__goods", "template__parts"]


def section_due(asked: Asked) -> Iterator[Reminder]:
    """Sections that are not ready: to the assignee, else to the city leads, around the date."""
    if asked.objects is None:
        rows = Section.objects.with_reminders_due(_dates(asked))
    else:
        rows = Section.objects.present().filter(pk__in=asked.objects)
    rows = rows.select_related("template", "city", "strategy__cohort").defer(*_NOT_READ)
    for section in rows.prefetch_related("city__membership_set__user", "city__enrollment_set"):
        for step in STEPS:
            yield from _section_step(section, step, asked)


def _dates(asked: Asked) -> set[date]:
    """Dates of which some step may be wanted, whatever the zone."""
    first, last = (asked.now - timedelta(days=1)).date(), (asked.until + timedelta(days=1)).date()
    return {
        first + timedelta(days=day - step.days) for step in STEPS for day in range(-step.lasts, (last - first).days + 1)
    }


def _section_step(section: Section, step: Step, asked: Asked) -> Iterator[Reminder]:
    day = section.due_on + timedelta(days=step.days)
    for member in section.city.membership_set.all():
        due_at = to_utc(day, AT, member.user.time_zone)
        expires_at = to_utc(day + timedelta(days=step.lasts), UNTIL, member.user.time_zone)
        if not asked.wants(due_at, expires_at):
            continue
        moment = max(due_at, asked.now)
        assigned = [m for m in _writers(section, moment) if m.user_id == section.assignee_id]
        yield Reminder(
            rule="section-due",
            subject=section,
            person=member.user,
            city=section.city,
            cohort=section.strategy.cohort,
            occurrence=step.occurrence(section.due_on),
            due_on=section.due_on,
            due_at=due_at,
            expires_at=expires_at,
            why_not=_why_not(section, step, member, due_at, moment),
            copy_of=assigned[0].user if assigned and member not in assigned else None,
        )


def _why_not(section: Section, step: Step, member: Membership, due_at: datetime, moment: datetime) -> str:
    """The first reason against this reminder, "" where there is none."""
    live_at = section.strategy.cohort.live_at
    if section.is_ready:
        return Why.DONE
    if live_at is None or live_at > due_at:
        return Why.NOT_LIVE
    if not _is_enrolled(section, moment):
        return Why.NOT_ENROLLED
    if not member.is_active(moment):
        return Why.LEFT
    if member.role not in WRITERS:
        return Why.ROLE
    if member not in _addressees(section, step, moment):
        return Why.NOT_THEIRS
    return Why.JOINED_LATER if member.created_at > due_at else ""


def _is_enrolled(section: Section, moment: datetime) -> bool:
    rows = section.city.enrollment_set.all()
    return any(row.cohort_id == section.strategy.cohort_id and row.is_active(moment) for row in rows)


def _writers(section: Section, moment: datetime) -> list[Membership]:
    return [m for m in section.city.membership_set.all() if m.role in WRITERS and m.is_active(moment)]


def _addressees(section: Section, step: Step, moment: datetime) -> list[Membership]:
    writers = _writers(section, moment)
    leads = [m for m in writers if m.role == Role.CITY_LEAD]
    assigned = [m for m in writers if m.user_id == section.assignee_id]
    return assigned + leads if step.copies_lead else assigned or leads


def _section_path(section: Section) -> str:
    return reverse("strategy:section", args=[section.city.slug, section.key])


def _sections(ids: Iterable[int]) -> dict[int, Section]:
    rows = Section.objects.select_related("template", "city").defer(*_NOT_READ)
    return rows.in_bulk(list(ids))


def _state(section: Section) -> str:
    return _("State: %(state)s.") % {"state": section.get_state_display()}


RULES["section-due"] = Rule(gettext_lazy("A section's date"), section_due, _sections, _section_path, _state)
