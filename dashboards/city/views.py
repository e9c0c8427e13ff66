"""A city's home page and settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accelerator import audit
from accelerator.conflicts import save_form
from accelerator.languages import phrase, written_in
from accelerator.models import Cohort, User
from cities import mayors
from cities.access import CityRequest, Permission, city_view
from cities.models import CITY_ROLES, City, Decision, Export, Membership, Role
from coaching.models import CoachingSession, Commitment
from convenings.models import Convening
from curriculum.models import Attendance, ItemKind, ProgramItem, Session
from dashboards.city import progress
from dashboards.city.forms import CitySettingsForm
from dashboards.city.pending import pending_for
from dashboards.handover.offers import offers_for
from strategy.models import READY, Section, SectionState
from strategy.overview.forms import is_unassigned

SOON = timedelta(days=14)
Attended = Attendance.State
MOST_NEEDS, MOST_CHANGES, MOST_DECISIONS = 8, 6, 3
SHOWN_ROLES: list[Role] = [role for role in CITY_ROLES if role != Role.GUEST_REVIEWER]


@dataclass(frozen=True, slots=True)
class Need:
    title: str
    url: str
    due_on: date  # or since when it is pending, if `is_since`
    detail: str
    is_own: bool
    state: str = ""  # of a section
    is_since: bool = False
    comes_first: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime
    title: str
    url: str
    person: User | None = None


@require_safe
@city_view(Permission.VIEW_CITY)
def city(request: CityRequest, city: City) -> HttpResponse:
    cohort, today = request.cohort, city.today()
    sections = _sections(city)
    # By date: late sections come first, whoever writes them.
    unready = sorted((s for s in sections if not s.is_ready), key=lambda s: (s.due_on, s.position))
    figures = progress.progress_of(city, today)
    to_write = [s for s in unready if s.state not in progress.HANDED_IN]
    team = _team(city)
    needs = _needs(request, city, unready, today, mayors.with_title(mayors.mayor_of(city), city.language))
    sessions, convenings = _sessions(cohort, city), list(cohort.convening_set.all())
    items = list(ProgramItem.objects.filter(version__cohortprogram__cohort=cohort, kind=ItemKind.CONVENING))
    next_coaching, last_coaching = _coaching(city)
    context = {
        "city": city,
        "cohort": cohort,
        "today": today,
        "figures": figures,
        "headline": progress.headline(cohort, figures, to_write, today),
        "absence": progress.absence(city),
        "needs": needs[:MOST_NEEDS],
        "offers": offers_for(city, request.roles, request.user),
        "more_needs": max(len(needs) - MOST_NEEDS, 0),
        # The reader's own sections due after the two weeks that the list above covers.
        "later": [s for s in to_write if s.assignee_id == request.user.pk and _is_later(s, today)],
        "unassigned": _unassigned(request, unready),
        "sections": _with_threads(sections, city),
        "states": [(state, _state_label(state, count)) for state, count in _by_state(sections)],
        "changes": _changes(city, sections, last_coaching),
        "next_session": next((s for s in sessions if s.starts_at > timezone.now()), None),
        "next_coaching": next_coaching,
        "convenings": [(c, c.title_among(items)) for c in convenings if c.ends_on >= today],
        "may_export": Permission.EXPORT in request.can,
        "events": _events(sessions, convenings, sections, cohort, today),
        "week": cohort.week_on(today) + today.weekday() / 7,
        "team": team,
        "coaches": progress.coaches(city, cohort),
        **_files(city),
    }
    return render(request, "dashboards/city/city.html", context)


def _sections(city: City) -> list[Section]:
    # Skip their texts, which make up most of the database.
    fields = ["key", "position", "state", "due_on", "words", "revision", "written_at", "city", "template"]
    people = [f"{part}__{name}" for part in ("assignee", "written_by") for name in ("name", "email")]
    template = [f"template__{name}" for name in ("titles", "number", "required", "words_min", "words_max")]
    rows = city.section_set.present().select_related("template", "assignee", "written_by")
    return list(rows.only(*fields, *people, *template))


def _with_threads(sections: Iterable[Section], city: City) -> list[tuple[Section, int | None]]:
    """Each section with its number of open conversations, None for 0."""
    rows = city.thread_set.open().order_by().values("section").annotate(count=Count("pk"))
    counts = dict(rows.values_list("section", "count"))
    return [(section, counts.get(section.pk)) for section in sections]


def _by_state(sections: Sequence[Section]) -> list[tuple[str, int]]:
    counts = Counter(section.state for section in sections)
    return [(state.value, counts[state]) for state in reversed(SectionState) if counts[state]]


def _state_label(state: str, count: int) -> str:
    return _("%(state)s: %(count)d") % {"count": count, "state": capfirst(SectionState(state).label)}


def _needs(request: CityRequest, city: City, sections: Iterable[Section], today: date, mayor: str) -> list[Need]:
    """What needs to be done, by date, the reader's own items first. Each kind is cut to what a page shows."""
    soon = (section for section in sections if not _is_later(section, today))
    needs = [_section_need(request, city, section) for section in soon]
    needs += [_decision_need(request, city, decision, mayor) for decision in city.decision_set.waiting()[:MOST_NEEDS]]
    # Other people's commitments concern the reader once they are late.
    concerns_reader = Q(owner=request.user) | Q(due_on__lt=today)
    needs += [
        Need(row.title, row.url, row.on, row.detail, True, is_since=not row.is_due, comes_first=row.comes_first)
        for row in pending_for(request.user, city, today)
    ][:MOST_NEEDS]
    commitments = city.commitment_set.open().filter(concerns_reader).select_related("owner")
    needs += [_commitment_need(request, city, commitment) for commitment in commitments[:MOST_NEEDS]]
    return sorted(needs, key=lambda need: (not need.comes_first, need.due_on, not need.is_own))


def _is_later(section: Section, today: date) -> bool:
    # A review or suggested changes need attention right away, whatever the date.
    handed_back = section.state in {SectionState.CHANGES_SUGGESTED, SectionState.IN_REVIEW}
    return section.due_on > today + SOON and not handed_back


def _unassigned(request: CityRequest, sections: Iterable[Section]) -> int:
    """The number of unfinished sections without a writer, for people who can assign them."""
    if Permission.ASSIGN_SECTIONS not in request.can:
        return 0
    return sum(is_unassigned(section) for section in sections)


def _section_need(request: CityRequest, city: City, section: Section) -> Need:
    if section.state == SectionState.IN_REVIEW:
        is_own = Permission.REVIEW_STRATEGY in request.can
        detail = _("waiting for your review") if is_own else _("waiting for coach review")
    else:
        is_own = section.assignee_id == request.user.pk
        detail = _("assigned to you") if is_own else _assignee_label(section)
    url = reverse("strategy:section", args=[city.slug, section.key])
    return Need(str(section.template.title), url, section.due_on, detail, is_own, section.state)


def _assignee_label(section: Section) -> str:
    if section.assignee is None:
        return _("not assigned yet")
    return _("assigned to %(name)s") % {"name": section.assignee}


def _decision_need(request: CityRequest, city: City, decision: Decision, mayor: str) -> Need:
    is_own = progress.may_decide(request, city)
    detail = _("waiting for your decision") if is_own else _("waiting for the mayor’s decision")
    if mayor and not is_own:
        detail = phrase(_("waiting for a decision by %(mayor)s"), mayor=mayor)
    url = reverse("cities:decision", args=[city.slug, decision.pk])
    return Need(written_in(decision.question, city.language), url, decision.due_on, detail, is_own)


def _commitment_need(request: CityRequest, city: City, commitment: Commitment) -> Need:
    is_own = commitment.owner_id == request.user.pk
    detail = _("%(name)s’s commitment") % {"name": commitment.owner}
    if commitment.owner is None:
        detail = _("A former member")
    elif is_own:
        detail = _("your commitment")
    url = reverse("coaching:session", args=[city.slug, commitment.session_id])
    return Need(written_in(commitment.what, city.language), url, commitment.due_on, detail, is_own)


def _changes(city: City, sections: Iterable[Section], coaching: CoachingSession | None) -> list[Change]:
    """The latest edits, decisions and coaching sessions."""
    changes = [
        Change(
            s.written_at,
            _("%(section)s was edited") % {"section": s.template.title},
            reverse("strategy:section", args=[city.slug, s.key]),
            s.written_by,
        )
        for s in sections
        if s.written_at
    ]
    for decision in city.decision_set.answered().select_related("decided_by")[:MOST_DECISIONS]:
        title = phrase(_("Decided: %(option)s"), option=written_in(decision.chosen, city.language))
        url = reverse("cities:decision", args=[city.slug, decision.pk])
        assert decision.decided_at
        changes.append(Change(decision.decided_at, title, url, decision.decided_by))
    if coaching:
        title = phrase(_("Coaching logged: %(title)s"), title=written_in(coaching.title, city.language))
        url = reverse("coaching:session", args=[city.slug, coaching.pk])
        changes.append(Change(coaching.logged_at, title, url, coaching.logged_by))
    return sorted(changes, key=lambda change: change.at, reverse=True)[:MOST_CHANGES]


def _sessions(cohort: Cohort, city: City) -> list[Session]:
    """The cohort's sessions, with whether someone from the city attended."""
    came = city.attendance_set.filter(session=OuterRef("pk"), state__in=[Attended.ATTENDED, Attended.RECORDING])
    rows = cohort.session_set.filter(cancelled_at=None).select_related("item").annotate(attended=Exists(came))
    return list(rows.only("on", "starts_at", "time_zone", "minutes", "item__titles", "cohort"))


def _coaching(city: City) -> tuple[CoachingSession | None, CoachingSession | None]:
    """The next coaching session or visit, and the last one."""
    now, rows = timezone.now(), city.coachingsession_set
    last = rows.filter(starts_at__lte=now).select_related("logged_by").first()
    return rows.filter(starts_at__gt=now).order_by("starts_at").first(), last


def _events(
    sessions: list[Session], convenings: list[Convening], sections: list[Section], cohort: Cohort, today: date
) -> list[dict[str, Any]]:
    """The week chart: sessions, convenings, and each day on which sections are due.

    Done are only sessions that someone attended and sections that are ready; other days that are over have passed.
    """
    now = timezone.now()

    def event(kind: str, title: object, day: date, **how: bool) -> dict[str, Any]:
        return {"kind": kind, "title": title, "week": cohort.week_on(day), "date": day, **how}

    events = [
        event("session", s.item.title, s.on, done=vars(s)["attended"], passed=s.starts_at <= now) for s in sessions
    ]
    events += [event("convening", c.name, c.starts_on, passed=c.ends_on < today) for c in convenings]
    for day in {section.due_on for section in sections}:
        due = [section for section in sections if section.due_on == day]
        title, done = ", ".join(str(s.template.title) for s in due), all(s.state in READY for s in due)
        events.append(event("deliverable", title, day, done=done, late=not done and day < today))
    return sorted(events, key=lambda event: event["date"])


def _team(city: City) -> list[Membership]:
    rows = city.membership_set.active().filter(role__in=SHOWN_ROLES).select_related("user")
    return sorted(rows, key=lambda m: (SHOWN_ROLES.index(Role(m.role)), m.user.sort_name))


def _files(city: City) -> dict[str, Export | None]:
    """The strategy's latest PDF, and the one in progress."""
    states = [Export.State.DONE, Export.State.QUEUED, Export.State.RUNNING]
    # At most one is in progress, so the latest PDF is among the two newest.
    rows = city.export_set.filter(kind=Export.Kind.STRATEGY_PDF, state__in=states)[:2]
    return {
        "pdf": next((row for row in rows if row.state == Export.State.DONE), None),
        "pdf_coming": next((row for row in rows if row.is_open), None),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.MANAGE_CITY)
def settings(request: CityRequest, city: City) -> HttpResponse:
    form, is_saved = save_form(
        CitySettingsForm(request.POST or None, instance=city), partial(_change_settings, city, by=request.user)
    )
    if is_saved:
        messages.success(request, _("Settings for %(city)s saved.") % {"city": city.name})
        return redirect("dashboards:city-settings", city.slug)
    context = {"form": form, "city": city}
    return render(request, "dashboards/city/city_settings.html", context, status=form.status_code)


def _change_settings(city: City, *, by: User, **values: Any) -> None:
    City.objects.filter(pk=city.pk).update(**values)
    audit.record("city settings changed", by=by, about=city, **values)
