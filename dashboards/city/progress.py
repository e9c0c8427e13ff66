"""How far one city is: the sentences and figures that its home and its mayor's page share, summed in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accelerator.models import Cohort
from accelerator.templatetags.page import day_label
from cities.models import City
from curriculum.models import ItemRole, ProgramItem
from dashboards.board.status import BEHIND, week_words
from strategy.models import READY, Section, SectionState

# Nothing is left to do for the city's team, for now or for good.
HANDED_IN = [*READY, SectionState.IN_REVIEW]


@dataclass(frozen=True, slots=True)
class Progress:
    """A city's sections on a day: all, begun, ready (reviewed or final), and late (see `is_late`)."""

    total: int
    begun: int
    ready: int
    late: int
    next_due: date | None

    @property
    def is_complete(self) -> bool:
        return self.total > 0 and self.ready == self.total

    @property
    def words(self) -> str:
        """ "6 of 18 sections are ready"."""
        if not self.total:
            return _("no section exists yet")
        if not self.begun:
            return _("nothing is written yet")
        if not self.ready:
            return _("no section is ready yet")
        if self.is_complete:
            return _("all %(total)d sections are ready") % {"total": self.total}
        return ngettext(
            "%(ready)d of %(total)d sections is ready", "%(ready)d of %(total)d sections are ready", self.ready
        ) % {"ready": self.ready, "total": self.total}

    @property
    def sentence(self) -> str:
        """ "6 of 18 sections are ready."."""
        return f"{capfirst(self.words)}."


def progress_of(city: City, today: date) -> Progress:
    """The figures of one city in one query."""
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
    """Sections whose day is over and that the city still works on: what its coach reads is not the city's delay."""
    return ~Q(state__in=HANDED_IN) & Q(due_on__lt=today)


def when(day: date, today: date) -> str:
    """A day to come, as it ends a sentence: "today", "Friday", "on Nov 27"."""
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
    return pgettext("due", "on %(day)s") % {"day": day_label(day, today)}


def due_sentence(sections: Sequence[Section], today: date) -> str:
    """ "Data quality is due Friday", from what is not handed in, by due date; "" where none is."""
    if not sections:
        return ""
    first = sections[0]
    words = {"section": first.template.title, "days": (today - first.due_on).days, "when": when(first.due_on, today)}
    if first.due_on < today:
        return _late_sentence(words, sum(section.due_on < today for section in sections) - 1)
    more = sum(section.due_on == first.due_on for section in sections) - 1
    if not more:
        return _("%(section)s is due %(when)s") % words
    together = ngettext(
        "%(section)s and %(more)d more are due %(when)s", "%(section)s and %(more)d more are due %(when)s", more
    )
    return together % {**words, "more": more}


def _late_sentence(words: dict[str, Any], more: int) -> str:
    if more:
        late = ngettext("%(section)s and %(more)d more are late", "%(section)s and %(more)d more are late", more)
    else:
        late = ngettext("%(section)s is %(days)d day late", "%(section)s is %(days)d days late", words["days"])
    return late % {**words, "more": more}


def headline(cohort: Cohort, figures: Progress, sections: Sequence[Section], today: date) -> str:
    """ "Week 15 of 26: 6 of 18 sections are ready; Data quality is due Friday."."""
    due = due_sentence(sections, today)
    if not 1 <= cohort.week_on(today) <= cohort.weeks:
        rest = _("%(ready)s; %(due)s.") % {"ready": figures.words, "due": due} if due else figures.sentence
        return f"{week_words(cohort)} {capfirst(rest)}"
    words = {"week": cohort.week_on(today), "weeks": cohort.weeks, "ready": figures.words, "due": due}
    if due:
        return _("Week %(week)d of %(weeks)d: %(ready)s; %(due)s.") % words
    return _("Week %(week)d of %(weeks)d: %(ready)s.") % words


def verdict(city: City, cohort: Cohort, figures: Progress, today: date) -> str:
    """The status in plain words, one sentence: what a mayor may repeat to a council."""
    words = {"city": city.name, "late": figures.late, "day": date_format(cohort.kickoff, "MONTH_DAY_FORMAT")}
    if figures.is_complete:
        return _("%(city)s’s data strategy is ready to be signed.") % words
    if today < cohort.kickoff:
        return _("%(city)s’s data strategy begins on %(day)s.") % words
    if figures.late >= BEHIND:
        return _("%(city)s’s data strategy is behind schedule.") % words
    if figures.late:
        return _("%(city)s’s data strategy is a little behind schedule.") % words
    if not figures.begun:
        return _("%(city)s’s data strategy is about to begin.") % words
    return _("%(city)s’s data strategy is on schedule.") % words


def day_of(role: ItemRole, cohort: Cohort, items: Iterable[ProgramItem]) -> date | None:
    """The day of the curriculum's entry with this role; None where the program has none."""
    item = next((item for item in items if item.role == role), None)
    return cohort.date_of(item.week, item.weekday) if item else None


def sign_off_words(day: date | None, today: date) -> str:
    """How far the signature is, in a sentence."""
    if day is None:
        return _("No sign-off date is set.")
    days = (day - today).days
    if days < 0:
        return _("Sign-off was planned for %(day)s.") % {"day": day_label(day, today, weekday=True)}
    if days < 2:
        return _("Sign-off is today.") if days == 0 else _("Sign-off is tomorrow.")
    words = ngettext(
        "%(days)d day is left until sign-off on %(day)s.", "%(days)d days are left until sign-off on %(day)s.", days
    )
    return words % {"days": days, "day": day_label(day, today, weekday=True)}
