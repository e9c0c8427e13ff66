"""The status of each city in a cohort, and the reasons it needs attention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accelerator import formats
from accelerator.models import Cohort, User
from cities.models import City, CoachAssignment, Decision, Membership, Role
from coaching.models import CoachingSession
from strategy.models import READY, Section, SectionState

BEHIND = 3  # late sections that the city is still writing: the city is behind
WAITING, STUCK = 7, 14  # days that a section has been waiting for its coach; the program aims for five working days
SILENT = 21  # days without coaching, or without any writing


class Level(IntEnum):
    """How urgently someone is needed. It orders the board and never ranks the cities."""

    NOW = 0
    SOON = 1
    ON_TRACK = 2

    @property
    def label(self) -> str:
        labels = {Level.NOW: _("Needs attention now"), Level.SOON: _("Check in soon")}
        return labels.get(self) or pgettext("city", "On track")

    @property
    def tone(self) -> str:
        return {Level.NOW: "bad", Level.SOON: "warn", Level.ON_TRACK: "good"}[self]


@dataclass(slots=True)
class CityStatus:
    """One city's figures on a given day."""

    city: City
    cohort: Cohort
    today: date
    total: int = 0
    ready: int = 0
    late: int = 0
    behind: int = 0  # late and not submitted to the coach
    behind_since: date | None = None
    edited_at: datetime | None = None
    review_since: datetime | None = None
    decision_due: date | None = None
    decisions: int = 0
    last_session: datetime | None = None
    next_session: datetime | None = None
    leads: list[User] = field(default_factory=list)
    coaches: list[User] = field(default_factory=list)
    reasons: list[tuple[Level, str]] = field(default_factory=list)

    @property
    def level(self) -> Level:
        return min((level for level, _text in self.reasons), default=Level.ON_TRACK)

    @property
    def reason_texts(self) -> list[str]:
        return [text for _level, text in sorted(self.reasons, key=lambda reason: reason[0])]

    @property
    def order(self) -> tuple[Level, int, str]:
        return self.level, -len(self.reasons), self.city.sort_name

    def days_since(self, moment: datetime | date) -> int:
        day = timezone.localdate(moment, timezone=self.cohort.zone) if isinstance(moment, datetime) else moment
        return (self.today - day).days

    def judge(self) -> None:
        """Set `reasons` from the figures."""
        self._judge_people()
        # Before the kickoff and after the last week, nothing is late or silent.
        if self.today < self.cohort.kickoff or self.today > self.cohort.ends_on:
            return
        self._judge_dates()
        self._judge_silence()

    def _judge_people(self) -> None:
        if not self.leads:
            self.reasons.append((Level.NOW, _("No city lead")))
        if not self.coaches:
            self.reasons.append((Level.NOW, _("No coach assigned")))

    def _judge_dates(self) -> None:
        if self.behind_since:
            text = ngettext(
                "%(late)d section late since %(day)s", "%(late)d sections late, the oldest since %(day)s", self.behind
            ) % {"late": self.behind, "day": formats.day(self.behind_since, self.today)}
            self.reasons.append((Level.NOW if self.behind >= BEHIND else Level.SOON, text))
        if self.decision_due and self.decision_due < self.today:
            text = _("The mayor’s decision was due %(day)s") % {"day": formats.day(self.decision_due, self.today)}
            self.reasons.append((Level.NOW, text))
        days = self.days_since(self.review_since) if self.review_since else 0
        if days > WAITING:
            text = _("A section has been waiting for coach review for %(days)d days") % {"days": days}
            self.reasons.append((Level.NOW if days > STUCK else Level.SOON, text))

    def _judge_silence(self) -> None:
        since_kickoff = self.days_since(self.cohort.kickoff)
        for moment, silent, never in (
            (self.last_session, _("No coaching sessions in %(days)d days"), _("No coaching session yet")),
            (self.edited_at, _("No new text in %(days)d days"), _("Nothing written yet")),
        ):
            days = self.days_since(moment) if moment else since_kickoff
            if days > SILENT:
                self.reasons.append((Level.SOON, silent % {"days": days} if moment else never))


def statuses(cohort: Cohort, cities: Collection[int]) -> list[CityStatus]:
    """Every city's status, by urgency, in a fixed number of queries."""
    today = cohort.today()
    by_city = {city.pk: CityStatus(city, cohort, today) for city in City.objects.filter(pk__in=cities)}
    _add_sections(by_city, today)
    _add_decisions(by_city)
    _add_sessions(by_city)
    _add_people(by_city, cohort)
    for status in by_city.values():
        status.judge()
    return sorted(by_city.values(), key=lambda status: status.order)


def _add_sections(by_city: dict[int, CityStatus], today: date) -> None:
    late = ~Q(state__in=READY) & Q(due_on__lt=today)
    # A section that the coach is reviewing is late, but not the city's delay.
    behind = late & ~Q(state=SectionState.IN_REVIEW)
    rows = (
        Section.objects.present()
        .filter(city__in=by_city)
        .order_by()
        .values("city")
        .annotate(
            total=Count("pk"),
            ready=Count("pk", filter=Q(state__in=READY)),
            late=Count("pk", filter=late),
            behind=Count("pk", filter=behind),
            behind_since=Min("due_on", filter=behind),
            edited_at=Max("written_at"),
            review_since=Min("state_at", filter=Q(state=SectionState.IN_REVIEW)),
        )
    )
    _fill(by_city, rows)


def _add_decisions(by_city: dict[int, CityStatus]) -> None:
    rows = Decision.objects.waiting().filter(city__in=by_city).order_by().values("city")
    _fill(by_city, rows.annotate(decisions=Count("pk"), decision_due=Min("due_on")))


def _add_sessions(by_city: dict[int, CityStatus]) -> None:
    now = timezone.now()
    rows = (
        CoachingSession.objects.filter(city__in=by_city)
        .order_by()
        .values("city")
        .annotate(
            last_session=Max("starts_at", filter=Q(starts_at__lte=now)),
            next_session=Min("starts_at", filter=Q(starts_at__gt=now)),
        )
    )
    _fill(by_city, rows)


def _fill(by_city: dict[int, CityStatus], rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        for name in row.keys() - {"city"}:
            setattr(by_city[row["city"]], name, row[name])


def _add_people(by_city: dict[int, CityStatus], cohort: Cohort) -> None:
    leads = Membership.objects.active().filter(city__in=by_city, role=Role.CITY_LEAD).select_related("user")
    for membership in leads:
        by_city[membership.city_id].leads.append(membership.user)
    coaches = CoachAssignment.objects.active().filter(city__in=by_city, enrollment__cohort=cohort)
    for assignment in coaches.select_related("user").order_by("starts_on"):
        by_city[assignment.city_id].coaches.append(assignment.user)


def cells(cities: Collection[int]) -> dict[int, dict[str, tuple[str, date]]]:
    """State and due date of each section by city and section key, for the cities on one page."""
    table: dict[int, dict[str, tuple[str, date]]] = defaultdict(dict)
    rows = Section.objects.present().filter(city__in=cities).order_by().values_list("city_id", "key", "state", "due_on")
    for city, key, state, due_on in rows:
        table[city][key] = (state, due_on)
    return table


def headline(rows: Collection[CityStatus], cohort: Cohort) -> str:
    """ "Week 15 of 26. 9 of 15 cities are on track. 3 need attention now." """
    counts = {level: sum(row.level == level for row in rows) for level in Level}
    week = week_sentence(cohort)
    if not rows:
        return week + " " + _("There are no cities in this cohort yet.")
    on_track = ngettext("%(fine)d of %(all)d city on track.", "%(fine)d of %(all)d cities on track.", len(rows)) % {
        "fine": counts[Level.ON_TRACK],
        "all": len(rows),
    }
    if not counts[Level.NOW]:
        return f"{week} {on_track}"
    urgent = ngettext("%(count)d needs attention now.", "%(count)d need attention now.", counts[Level.NOW])
    return f"{week} {on_track} {urgent % {'count': counts[Level.NOW]}}"


def week_sentence(cohort: Cohort, today: date | None = None) -> str:
    today = today or cohort.today()
    week = cohort.week_on(today)
    if week < 1:
        days = (cohort.kickoff - today).days
        return ngettext("The program starts in %(days)d day.", "The program starts in %(days)d days.", days) % {
            "days": days
        }
    if week > cohort.weeks:
        ago = week - cohort.weeks
        return ngettext(
            "The %(all)d-week program ended %(ago)d week ago.", "The %(all)d-week program ended %(ago)d weeks ago.", ago
        ) % {"all": cohort.weeks, "ago": ago}
    return _("Week %(week)d of %(weeks)d.") % {"week": week, "weeks": cohort.weeks}
