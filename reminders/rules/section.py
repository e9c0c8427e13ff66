"""A section's due date: to its writer, else to the leads, around that day (docs/program.md 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accelerator.models import User
from cities.access import PERMISSIONS, Permission
from cities.models import Membership, Role
from reminders.models import Why
from reminders.rules.rule import Rule, Step, Window, why_absent
from strategy.models import Section
from strategy.sections.models import SectionQuerySet

WRITERS = frozenset(role for role, may in PERMISSIONS.items() if Permission.EDIT_STRATEGY in may)
_NOT_READ = ["html", "template__purposes", "template__prompts", "template__goods", "template__parts"]


class SectionDue(Rule):
    name = "section-due"
    label = gettext_lazy("Section due date")
    date_field = "due_on"
    steps = (Step(-7, 3), Step(-2, 2), Step(1, 3), Step(5, 3, copies_lead=True))  # docs/program.md 6

    def query(self) -> SectionQuerySet:
        return Section.objects.select_related("template", "city__strategy__cohort").defer(*_NOT_READ)

    def due(self, window: Window) -> SectionQuerySet:
        return self.query().with_reminders_due(self._dates(window))

    def recheck(self, ids: Collection[int]) -> SectionQuerySet:
        return self.query().filter(pk__in=ids).present()

    def _dates(self, window: Window) -> set[date]:
        """The due dates with a step in the window."""
        # A day on each side, since time zones differ.
        first, last = (window.now - timedelta(days=1)).date(), (window.until + timedelta(days=1)).date()
        return {
            first + timedelta(days=day - step.days)
            for step in self.steps
            for day in range(-step.lasts, (last - first).days + 1)
        }

    def is_done(self, section: Section) -> bool:
        return section.is_ready

    def people(self, section: Section, step: Step, now: datetime) -> Iterator[User]:
        # The whole team, so that a row planned for a former writer is skipped for that reason.
        return (member.user for member in section.city.membership_set.all())

    def why_not(self, section: Section, step: Step, person: User, due_at: datetime, now: datetime) -> str:
        cohort, part, moment = self.cohort(section), vars(section)["part"], max(due_at, now)
        (member,) = [row for row in section.city.membership_set.all() if row.user_id == person.pk]
        if self.is_done(section):
            return Why.DONE
        if cohort.live_at is None or cohort.live_at > due_at:
            return Why.NOT_LIVE
        if absent := why_absent(section):
            return absent
        if part is None or not part.is_active(moment):
            return Why.NOT_ENROLLED
        if not member.is_active(moment):
            return Why.LEFT
        if member.role not in WRITERS:
            return Why.ROLE
        if member not in self._addressees(section, step, moment):
            return Why.NOT_THEIRS
        return Why.JOINED_LATER if member.created_at > due_at else ""

    def copy_of(self, section: Section, person: User, moment: datetime) -> User | None:
        assigned = self._assigned(section, moment)
        return assigned[0].user if assigned and assigned[0].user != person else None

    def _writers(self, section: Section, moment: datetime) -> list[Membership]:
        return [row for row in section.city.membership_set.all() if row.role in WRITERS and row.is_active(moment)]

    def _assigned(self, section: Section, moment: datetime) -> list[Membership]:
        return [row for row in self._writers(section, moment) if row.user_id == section.assignee_id]

    def _addressees(self, section: Section, step: Step, moment: datetime) -> list[Membership]:
        leads = [row for row in self._writers(section, moment) if row.role == Role.CITY_LEAD]
        assigned = self._assigned(section, moment)
        return assigned + leads if step.copies_lead else assigned or leads

    def text(self, section: Section) -> str:
        return _("Status: %(state)s.") % {"state": section.get_state_display()}

    def path(self, section: Section) -> str:
        return reverse("strategy:section", args=[section.city.slug, section.key])
