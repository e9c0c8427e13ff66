"""Shared by a city's home page and mayor's page: progress in figures and sentences, and the coaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accelerator import formats
from accelerator.models import Cohort
from cities.access import CityRequest, Permission
from cities.decisions import actions as decisions
from cities.models import City, CoachAssignment, Enrollment
from cities.participation import state_sentence
from curriculum.models import ItemRole, ProgramItem
from dashboards.board.status import BEHIND, SILENT, week_sentence
from strategy.models import READY, Section, SectionState

# The team has nothing left to do, for now or for good.
HANDED_IN = [*READY, SectionState.IN_REVIEW]


@dataclass(frozen=True, slots=True)
class Progress:
    """Section counts on a given day; ready means reviewed or final, late is as in `is_late`."""

    total: int
    begun: int
    ready: int
    late: int
    next_due: date | None

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.ready == self.total

    @property
    def sentence(self) -> str:
        if not self.total:
            return _("There are no sections yet.")
        if not self.begun:
            return _("Nothing has been written yet.")
        if not self.ready:
            return _("No sections are ready yet.")
        if self.is_complete:
            return _("All %(total)d sections are ready.") % {"total": self.total}
        return ngettext(
            "%(ready)d of %(all)d sections is ready.", "%(ready)d of %(all)d sections are ready.", self.ready
        ) % {"ready": self.ready, "all": self.total}


def progress_of(city: City, today: date) -> Progress:
    return Progress(
        **city.section_set.present()
        .order_by()
        .aggregate(
            total=Count("pk"),
            begun=Count("pk", filter=Q(revision__gt=0)),
            ready=Count("pk", filter=Q(state__in=READY)),
            late=Count("pk", filter=is_late(today)),
            next_due=Min("due_on", filter=~Q(state__in=HANDED_IN) & Q(due_on__gte=today)),
        )
    )


def is_late(today: date) -> Q:
    # A section that the coach is reviewing isn't the city's delay.
    return ~Q(state__in=HANDED_IN) & Q(due_on__lt=today)


def when(day: date, today: date) -> str:
    """A future date, for the end of a sentence: "today", "Friday", "on Nov 27"."""
    days = (day - today).days
    if days == 0:
        return pgettext("due", "today")
    if days == 1:
        return pgettext("due", "tomorrow")
    if 1 < days < 7:
        return [
            pgettext("due", "Monday"),
            pgettext("due", "Tuesday"),
            pgettext("due", "Wednesday"),
            pgettext("due", "Thursday"),
            pgettext("due", "Friday"),
            pgettext("due", "Saturday"),
            pgettext("due", "Sunday"),
        ][day.weekday()]
    return pgettext("due", "on %(day)s") % {"day": formats.day(day, today)}


def due_sentence(sections: Sequence[Section], today: date) -> str:
    """ "Data quality is due Friday.", from the sections to write by due date; "" where there are none."""
    if not sections:
        return ""
    first = sections[0]
    values = {"section": first.template.title, "days": (today - first.due_on).days, "when": when(first.due_on, today)}
    if first.due_on < today:
        return _late_sentence(values, sum(section.due_on < today for section in sections) - 1)
    more = sum(section.due_on == first.due_on for section in sections) - 1
    if not more:
        return _("%(section)s is due %(when)s.") % values
    several = ngettext(
        "%(section)s and %(more)d more are due %(when)s.", "%(section)s and %(more)d more are due %(when)s.", more
    )
    return several % {**values, "more": more}


def _late_sentence(values: dict[str, Any], more: int) -> str:
    if more:
        late = ngettext("%(section)s and %(more)d more are late.", "%(section)s and %(more)d more are late.", more)
    else:
        late = _("%(section)s is %(length)s late.")
    return late % {**values, "more": more, "length": formats.days(values["days"])}


def headline(cohort: Cohort, figures: Progress, sections: Sequence[Section], today: date) -> str:
    """ "Week 15 of 26. 6 of 18 sections are ready. Data quality is due Friday."."""
    return " ".join(filter(None, [week_sentence(cohort, today), figures.sentence, due_sentence(sections, today)]))


def absence(city: City) -> str:
    """That the city has paused or left the cohort its pages follow, as a sentence; "" while it takes part."""
    enrollment = city.running_enrollment()
    if enrollment is None or enrollment.state == Enrollment.State.ACTIVE:
        return ""
    return state_sentence(enrollment)


def verdict(city: City, cohort: Cohort, figures: Progress, today: date) -> str:
    return absence(city) or schedule_sentence(city, cohort, figures, today)


def schedule_sentence(city: City, cohort: Cohort, figures: Progress, today: date) -> str:
    """Says "on schedule" only if something has been written and no section is late."""
    # A mayor may repeat this sentence to a council, so it has no figures that need explaining.
    values = {"city": city.name, "late": figures.late, "day": formats.day(cohort.kickoff, today)}
    if figures.is_complete:
        return _("%(city)s’s data strategy is ready for signature.") % values
    if today < cohort.kickoff:
        return _("Work on %(city)s’s data strategy starts on %(day)s.") % values
    if figures.late >= BEHIND:
        return _("%(city)s’s data strategy is behind schedule.") % values
    if figures.late:
        return _("%(city)s’s data strategy is a little behind schedule.") % values
    if not figures.begun and (today - cohort.kickoff).days <= SILENT:
        return _("Work on %(city)s’s data strategy is about to start.") % values
    if not figures.begun:
        return (
            _("Nothing has been written yet, so we can’t tell whether %(city)s’s data strategy is on schedule.")
            % values
        )
    return _("%(city)s’s data strategy is on schedule.") % values


def may_decide(request: CityRequest, city: City) -> bool:
    return Permission.DECIDE in request.can and decisions.deciding(city, request.user) is not None


def coaches(city: City, cohort: Cohort) -> list[CoachAssignment]:
    rows = city.coachassignment_set.active().filter(enrollment__cohort=cohort)
    return list(rows.select_related("user").order_by("starts_on", "pk"))


def day_of(role: ItemRole, cohort: Cohort, items: Iterable[ProgramItem]) -> date | None:
    """The date of the curriculum entry with this role; None if the program has none."""
    item = next((item for item in items if item.role == role), None)
    return cohort.date_of(item.week, item.weekday) if item else None


def sign_off_sentence(day: date | None, today: date) -> str:
    if day is None:
        return _("No sign-off date has been set yet.")
    days = (day - today).days
    if days < 0:
        return _("Sign-off was planned for %(day)s.") % {"day": formats.day(day, today, weekday=True)}
    if days < 2:
        return _("Sign-off is today.") if days == 0 else _("Sign-off is tomorrow.")
    sentence = ngettext("Sign-off is in %(length)s, on %(day)s.", "Sign-off is in %(length)s, on %(day)s.", days)
    return sentence % {"length": formats.days(days), "day": formats.day(day, today, weekday=True)}
