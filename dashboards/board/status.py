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
from accelerator.languages import phrase
from accelerator.models import Cohort, User
from cities import mayors
from cities.models import City, CoachAssignment, Decision, Enrollment, Membership, Office, Officeholder, Role
from coaching.models import CoachingSession
from dashboards.board.others import Others, others_of
from strategy.models import READY, Section, SectionState, SignedPaper, Step, StrategyVersion
from strategy.signoff import papers
from strategy.signoff.approvers import find_signers

BEHIND = 3  # late sections that the city is still writing: the city is behind
WAITING, STUCK = 7, 14  # days that a section has been waiting for its coach; the program aims for five working days
SILENT = 21  # days without coaching, or without any writing


class Level(IntEnum):
    """How urgently someone is needed. It orders the board and never ranks the cities."""

    NOW = 0
    SOON = 1
    NOT_KNOWN = 2
    ON_TRACK = 3
    APART = 4  # the city doesn't take part now, so it isn't counted with the others

    @property
    def label(self) -> str:
        return {
            Level.NOW: _("Needs attention now"),
            Level.SOON: _("Check in soon"),
            Level.NOT_KNOWN: _("Not known yet"),
            Level.ON_TRACK: pgettext("city", "On track"),
            Level.APART: _("Not taking part"),
        }[self]

    @property
    def tone(self) -> str:
        return {Level.NOW: "bad", Level.SOON: "warn", Level.NOT_KNOWN: "not_known", Level.ON_TRACK: "good"}.get(
            self, "closed"
        )

    @property
    def rule(self) -> str:
        """When a city has this level, as a sentence for the page."""
        days = {"behind": BEHIND, "waiting": WAITING, "stuck": STUCK, "silent": SILENT}
        rules = {
            Level.NOW: _(
                "The city has no lead or no coach, %(behind)d or more late sections are still with the city "
                "team, the mayor’s decision is overdue, a section has been waiting more than %(stuck)d days for "
                "coach review, or a version can’t be signed because no one is confirmed as its approver."
            ),
            Level.SOON: _(
                "A late section is still with the city team, a section has been waiting more than %(waiting)d "
                "days for coach review, more than %(silent)d days have passed without a coaching session or "
                "without new text, or a signed document is waiting for GovEx’s check."
            ),
            Level.NOT_KNOWN: _(
                "Nothing needs attention, but a city is “on track” only when the program has started, someone on "
                "the city team has signed in, there’s a mayor or mayor’s delegate, writing has begun, and, if "
                "the program has ended, all sections are ready."
            ),
            Level.ON_TRACK: _(
                "Nothing needs attention, the program has started, someone on the city team has signed in, "
                "there’s a mayor or mayor’s delegate, writing has begun, and, if the program has ended, all "
                "sections are ready."
            ),
            Level.APART: _(
                "The city has paused, withdrawn, or completed the program, or it hasn’t confirmed its "
                "participation yet."
            ),
        }
        return rules[self] % days


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
    unheld: str = ""  # the title of the approver whose turn it is, if no one is confirmed in that office
    paper: SignedPaper | None = None  # waiting for GovEx's check
    last_session: datetime | None = None
    next_session: datetime | None = None
    enrollment: Enrollment | None = None  # in this cohort
    others: Others = field(default_factory=Others)
    people: int = 0  # on the city team, with the mayor and without guest reviewers
    signed_in: int = 0
    has_mayor: bool = False  # or a mayor's delegate
    members_as_mayor: list[Membership] = field(default_factory=list)
    mayor: Membership | Officeholder | None = None
    leads: list[User] = field(default_factory=list)
    coaches: list[User] = field(default_factory=list)
    reasons: list[tuple[Level, str]] = field(default_factory=list)

    @property
    def level(self) -> Level:
        return min((level for level, _text in self.reasons), default=Level.ON_TRACK)

    @property
    def reason_texts(self) -> list[str]:
        # A signed document has a line of its own, with a link for those who can check it.
        return [text for _level, text in sorted(self.reasons, key=lambda reason: reason[0]) if text]

    @property
    def order(self) -> tuple[Level, int, str]:
        return self.level, -len(self.reasons), self.city.sort_name

    def days_since(self, moment: datetime | date) -> int:
        day = timezone.localdate(moment, timezone=self.cohort.zone) if isinstance(moment, datetime) else moment
        return (self.today - day).days

    def judge(self) -> None:
        """Set `reasons` from the figures."""
        if absence := why_apart(self):
            self.reasons.append((Level.APART, absence))
            return
        self._judge_people()
        # Before the kickoff and after the last week, nothing is late or silent.
        if self.cohort.kickoff <= self.today <= self.cohort.ends_on:
            self._judge_dates()
            self._judge_silence()
        if not self.reasons:
            self.reasons += [(Level.NOT_KNOWN, why) for why in why_not_known(self)]

    def _judge_people(self) -> None:
        if not self.leads:
            self.reasons.append((Level.NOW, _("No city lead")))
        if not self.coaches:
            self.reasons.append((Level.NOW, _("No coach assigned")))
        if self.unheld:
            text = _("The strategy can’t be signed because no one is confirmed as %(title)s")
            self.reasons.append((Level.NOW, text % {"title": self.unheld}))
        if self.paper:
            self.reasons.append((Level.SOON, ""))

    def _judge_dates(self) -> None:
        if self.behind_since:
            text = ngettext(
                "%(late)d late section still with the city team, due %(day)s",
                "%(late)d late sections still with the city team, the oldest due %(day)s",
                self.behind,
            ) % {"late": self.behind, "day": formats.day(self.behind_since, self.today)}
            self.reasons.append((Level.NOW if self.behind >= BEHIND else Level.SOON, text))
        if self.decision_due and self.decision_due < self.today:
            day = formats.day(self.decision_due, self.today)
            text = _("The mayor’s decision was due %(day)s") % {"day": day}
            if self.mayor:
                mayor = mayors.with_title(self.mayor, self.city.language)
                text = phrase(_("A decision by %(mayor)s was due %(day)s"), mayor=mayor, day=day)
            self.reasons.append((Level.NOW, text))
        days = self.days_since(self.review_since) if self.review_since else 0
        if days > WAITING:
            text = _("A section has been waiting for coach review for %(length)s") % {"length": formats.days(days)}
            self.reasons.append((Level.NOW if days > STUCK else Level.SOON, text))

    def _judge_silence(self) -> None:
        # A city that joined late was not silent before.
        joined_on = self.enrollment.joined_on if self.enrollment else self.cohort.kickoff
        since_kickoff = self.days_since(max(self.cohort.kickoff, joined_on))
        for moment, silent, never in (
            (self.last_session, _("No coaching sessions in %(length)s"), _("No coaching session yet")),
            (self.edited_at, _("No new text in %(length)s"), _("Nothing written yet")),
        ):
            days = self.days_since(moment) if moment else since_kickoff
            if days > SILENT:
                self.reasons.append((Level.SOON, silent % {"length": formats.days(days)} if moment else never))


def why_apart(status: CityStatus) -> str:
    """Why the city isn't counted with those that take part, or ""."""
    row = status.enrollment
    if row is None or row.state == Enrollment.State.ACTIVE:
        return ""
    sentences = {
        Enrollment.State.INVITED: _("The city hasn’t confirmed its participation yet"),
        Enrollment.State.PAUSED: _("Paused since %(day)s"),
        Enrollment.State.WITHDRAWN: _("Withdrew on %(day)s"),
        Enrollment.State.COMPLETED: _("Completed the program on %(day)s"),
    }
    day = row.state_on or row.left_on or row.joined_on
    return sentences[Enrollment.State(row.state)] % {"day": formats.day(day, status.today)}


def why_not_known(status: CityStatus) -> list[str]:
    """What is missing before a city without any problem can be called on track; empty if it is."""
    if status.today < status.cohort.kickoff:
        return [_("The program hasn’t started yet")]
    missing = []
    if status.today > status.cohort.ends_on and status.ready < status.total:
        missing.append(_("The program has ended, and not all sections are ready"))
    if not status.signed_in:
        missing.append(_("No one on the city team has signed in yet"))
    if not status.has_mayor:
        missing.append(_("There’s no mayor or mayor’s delegate yet"))
    if status.edited_at is None:
        missing.append(_("Nothing written yet"))
    return missing


def statuses(cohort: Cohort, cities: Collection[int]) -> list[CityStatus]:
    """Every city's status, by urgency, in a fixed number of queries."""
    today = cohort.today()
    by_city = {city.pk: CityStatus(city, cohort, today) for city in City.objects.filter(pk__in=cities)}
    _add_sections(by_city, today)
    _add_decisions(by_city)
    _add_sessions(by_city)
    _add_approvers(by_city)
    _add_people(by_city, cohort)
    for city, others in others_of(cohort, by_city).items():
        by_city[city].enrollment, by_city[city].others = others.own, others
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


def _add_approvers(by_city: dict[int, CityStatus]) -> None:
    rows = Step.objects.filter(
        city__in=by_city, state=Step.State.WAITING, version__state=StrategyVersion.State.WITH_APPROVERS
    )
    # Of a version's open steps, the last one read, in the first position, is the one whose turn it is.
    turns = {step.city_id: step for step in rows.order_by("-position")}
    for city, step in zip(turns, find_signers(turns.values()), strict=True):
        by_city[city].unheld = step.title if step.is_vacant else ""
    for paper in papers.waiting_in(turns):  # no query without an open step
        by_city[paper.city_id].paper = paper


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
    members = Membership.objects.active().filter(city__in=by_city).exclude(role=Role.GUEST_REVIEWER)
    for member in members.select_related("user"):
        status = by_city[member.city_id]
        status.people += 1
        status.signed_in += member.user.last_login is not None
        status.has_mayor |= member.role in {Role.MAYOR, Role.MAYORS_DELEGATE}
        if member.role == Role.MAYOR:
            status.members_as_mayor.append(member)
        if member.role == Role.CITY_LEAD:
            status.leads.append(member.user)
    confirmed = Officeholder.objects.current().filter(city__in=by_city, office=Office.MAYOR)
    holders = {holder.city_id: holder for holder in confirmed}
    for pk, status in by_city.items():
        status.mayor = holders.get(pk) or mayors.latest(status.members_as_mayor)
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
    """ "Week 15 of 26. 9 of 15 cities are on track. 3 need attention now. 1 city isn’t counted: not taking part." """
    week = week_sentence(cohort)
    if not rows:
        return week + " " + _("There are no cities in this cohort yet.")
    counts = {level: sum(row.level == level for row in rows) for level in Level}
    counted = len(rows) - counts[Level.APART]
    on_track = ngettext("%(fine)d of %(all)d city on track.", "%(fine)d of %(all)d cities on track.", counted)
    sentences = [week]
    if counted:
        sentences.append(on_track % {"fine": counts[Level.ON_TRACK], "all": counted})
    now = ngettext("%(count)d needs attention now.", "%(count)d need attention now.", counts[Level.NOW])
    unknown = ngettext(
        "The status of %(count)d isn’t known yet.", "The status of %(count)d isn’t known yet.", counts[Level.NOT_KNOWN]
    )
    apart = ngettext(
        "%(count)d city isn’t taking part right now and isn’t counted.",
        "%(count)d cities aren’t taking part right now and aren’t counted.",
        counts[Level.APART],
    )
    for level, sentence in ((Level.NOW, now), (Level.NOT_KNOWN, unknown), (Level.APART, apart)):
        if counts[level]:
            sentences.append(sentence % {"count": counts[level]})
    return " ".join(sentences)


def week_sentence(cohort: Cohort, today: date | None = None) -> str:
    today = today or cohort.today()
    week = cohort.week_on(today)
    if week < 1:
        days = (cohort.kickoff - today).days
        return _("The program starts in %(length)s.") % {"length": formats.days(days)}
    if week > cohort.weeks:
        ago = week - cohort.weeks
        return ngettext(
            "The %(all)d-week program ended %(ago)d week ago.", "The %(all)d-week program ended %(ago)d weeks ago.", ago
        ) % {"all": cohort.weeks, "ago": ago}
    return _("Week %(week)d of %(weeks)d.") % {"week": week, "weeks": cohort.weeks}
