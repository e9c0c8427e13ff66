"""A roster's preview: each row's verdict, the resulting teams, and the button labels."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator.models import Cohort
from cities.roster.file import Roster
from cities.roster.judging import RosterVerdict, judge
from cities.roster.known import known_about
from cities.roster.teams import CitySummary, summarize


@dataclass(frozen=True, slots=True)
class Preview:
    """What confirming a roster in this cohort would do now."""

    cohort: Cohort
    verdicts: list[RosterVerdict]
    cities: list[CitySummary]

    @property
    def new_cities(self) -> int:
        return sum(city.is_new for city in self.cities)

    @property
    def new_people(self) -> int:
        return sum(verdict.gives_role and verdict.adds_person for verdict in self.verdicts)

    @property
    def send_label(self) -> str:
        """Label of the button that adds and invites; "" if no one can be invited now."""
        # Until a cohort is live, invitations are held back: going live sends them all.
        if not self.new_people or not self.cohort.is_live:
            return ""
        if self.new_cities:
            return _("Add %(cities)s and send invitations to %(people)s") % self._amounts()
        return _("Send invitations to %(people)s") % self._amounts()

    @property
    def keep_label(self) -> str:
        """Label of the button that only adds; "" if there is nothing to add."""
        add = self._add_label()
        return _("%(add)s without sending invitations yet") % {"add": add} if self.send_label else add

    def _add_label(self) -> str:
        if self.new_people and self.new_cities:
            return _("Add %(cities)s and %(people)s") % self._amounts()
        if self.new_people:
            return _("Add %(people)s") % self._amounts()
        if self.new_cities:
            return _("Add %(cities)s") % self._amounts()
        changes = sum(verdict.gives_role and verdict.changes_role for verdict in self.verdicts)
        return ngettext("Change %(n)d role", "Change %(n)d roles", changes) % {"n": changes} if changes else ""

    def _amounts(self) -> dict[str, str]:
        # Two plurals in one sentence: ngettext counts only one, so each is a phrase of its own.
        cities, people = self.new_cities, self.new_people
        return {
            "cities": ngettext("%(n)d city", "%(n)d cities", cities) % {"n": cities},
            "people": ngettext("%(n)d person", "%(n)d people", people) % {"n": people},
        }


def preview_of(roster: Roster, cohort: Cohort) -> Preview:
    """Judge every row against the current data. Needs the scope of every city."""
    known = known_about(roster.rows, cohort)
    verdicts = judge(roster.rows, known)
    return Preview(cohort, verdicts, summarize(verdicts, known))
