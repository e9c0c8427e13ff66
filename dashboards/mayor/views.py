"""The mayor's page: how the city is doing, what to decide, what comes next; fits one screen and one printed page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, Q, Window
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accelerator import formats
from accelerator.models import Cohort, User
from cities.access import CityRequest, Permission, city_view
from cities.models import City, Decision, Export, Membership, Office, Role
from convenings.models import Convening
from curriculum.models import ItemKind, ItemRole, ProgramItem
from dashboards.city import progress
from strategy.models import SectionState, Step, StrategyVersion
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, turns

TOP = 3
State = StrategyVersion.State
# How many sections are ready, and how long until sign-off, is no news while a version is with the approvers or signed.
IN_SIGN_OFF = {State.WITH_APPROVERS, State.SIGNED}


@dataclass(frozen=True, slots=True)
class Moment:
    title: str
    starts_on: date
    ends_on: date
    minutes: int | None = None
    note: str = ""
    place: str | None = None  # "" means to be announced


@dataclass(frozen=True, slots=True)
class Overdue:
    title: str
    due_on: date
    person: User | None
    language: str = ""  # of a commitment
    with_coach: bool = False


@require_safe
@city_view(Permission.VIEW_MAYOR_PAGE)
def mayor(request: CityRequest, city: City) -> HttpResponse:
    # A mayor sees no figures about people, no scores and no other cities.
    cohort, today = request.cohort, city.today()
    figures = progress.progress_of(city, today)
    items, has_signature = _items(cohort, city)
    signature, part = _signature(request, city) if has_signature else (None, "")
    decision = _most_urgent(city)
    overdue, overdue_count = _overdue(city, today)
    newest = city.strategyversion_set.exclude(state=State.WITHDRAWN).defer("tree").first()
    sign_off_on = progress.day_of(ItemRole.SIGN_OFF, cohort, items)
    outcomes_on = progress.day_of(ItemRole.OUTCOMES, cohort, items)
    context = {
        "city": city,
        "cohort": cohort,
        "today": today,
        "figures": figures,
        "verdict": _verdict(city, newest) or progress.verdict(city, cohort, figures, today),
        "in_sign_off": newest is not None and newest.state in IN_SIGN_OFF,
        "decision": decision,
        "signature": signature,
        "part": part,
        "more_decisions": vars(decision)["waiting_count"] - 1 if decision else 0,
        "may_decide": progress.may_decide(request, city),
        "may_ask": Permission.ASK_DECISION in request.can,
        "overdue": overdue,
        "overdue_more": overdue_count - len(overdue),
        "sentence": _sentence(request, figures, newest, sign_off_on, today),
        "version": newest,
        "moments": _moments(cohort, items, today)[:TOP],
        "outcomes": [outcome for outcome in city.outcomes if outcome][:TOP],
        "outcomes_on": outcomes_on if outcomes_on and outcomes_on >= today else None,
        "leads": _leads(city),
        "coaches": progress.coaches(city, cohort),
        "pdf": city.export_set.filter(kind=Export.Kind.STRATEGY_PDF, state=Export.State.DONE).first(),
    }
    return render(request, "dashboards/mayor/mayor.html", context)


def _verdict(city: City, newest: StrategyVersion | None) -> str:
    """What a submitted or signed version says about the city; "" if there is none, or the city has paused or left."""
    if newest is None or newest.state not in IN_SIGN_OFF or progress.absence(city):
        return ""
    if newest.state == State.SIGNED:
        return _("%(city)s’s data strategy is in effect.") % {"city": city.name}
    return _("%(city)s’s data strategy is waiting for signature.") % {"city": city.name}


def _sentence(
    request: CityRequest,
    figures: progress.Progress,
    newest: StrategyVersion | None,
    sign_off_on: date | None,
    today: date,
) -> str:
    if newest is None or newest.state not in {*IN_SIGN_OFF, State.RETURNED}:
        return f"{figures.sentence} {progress.sign_off_sentence(sign_off_on, today)}"
    if newest.state == State.WITH_APPROVERS:
        return turns.version_sentence(newest, request.user, today)
    values = {"number": newest.number, "day": formats.day(newest.state_on, today)}
    if newest.state == State.SIGNED:
        return _("Version %(number)s is signed and has been in effect since %(day)s.") % values
    returned = _("Version %(number)s was returned with comments on %(day)s. The team is preparing the next version.")
    return f"{figures.sentence} {returned % values}"


def _signature(request: CityRequest, city: City) -> tuple[Step | None, str]:
    """The approver's step that is pending, if it is the mayor's or the reader's, and the reader's role in it."""
    steps = city.step_set.waiting().select_related("version__submitted_by", "person").defer("version__tree")
    step = steps.order_by("position").first()
    if step is None:
        return None, ""
    signer = approvers.signer_of(step)
    if step.office != Office.MAYOR and (signer is None or signer.user_id != request.user.pk):
        return None, ""
    role = next(iter(request.roles), "")
    return step, signoff.part_in(step, request.user, role) if Permission.SIGN_STRATEGY in request.can else ""


def _most_urgent(city: City) -> Decision | None:
    # The same query counts the open questions.
    waiting = city.decision_set.waiting().annotate(waiting_count=Window(Count("pk")))
    return waiting.select_related("asked_by").first()


def _overdue(city: City, today: date) -> tuple[list[Overdue], int]:
    """The oldest late sections and commitments, and how many there are in total."""
    fields = ["city", "due_on", "state", "template__titles", "assignee__name", "assignee__email"]
    late = city.section_set.open().filter(due_on__lt=today).select_related("template", "assignee")
    sections = list(late.only(*fields).annotate(count=Window(Count("pk"))).order_by("due_on", "position")[:TOP])
    commitments = city.commitment_set.open().filter(due_on__lt=today).select_related("owner")
    promises = list(commitments.annotate(count=Window(Count("pk")))[:TOP])
    rows = [
        Overdue(str(row.template.title), row.due_on, row.assignee, with_coach=row.state == SectionState.IN_REVIEW)
        for row in sections
    ]
    rows += [Overdue(row.what, row.due_on, row.owner, city.language) for row in promises]
    count = sum(vars(late_rows[0])["count"] for late_rows in (sections, promises) if late_rows)
    return sorted(rows, key=lambda row: row.due_on)[:TOP], count


def _items(cohort: Cohort, city: City) -> tuple[list[ProgramItem], bool]:
    """The curriculum's items for the mayor's page, and whether a signature may be pending."""
    chosen = Q(kind__in=[ItemKind.MAYOR, ItemKind.CONVENING]) | ~Q(role="")
    items = ProgramItem.objects.filter(chosen, version__cohortprogram__cohort=cohort)
    # In the same query, so that a page without a pending signature costs nothing extra.
    rows = list(items.annotate(has_signature=Exists(city.step_set.waiting())).order_by("week", "weekday", "pk"))
    return [*rows], not rows or rows[0].has_signature


def _moments(cohort: Cohort, items: Sequence[ProgramItem], today: date) -> list[Moment]:
    """The mayor's upcoming dates, the next one first."""
    moments = [_moment(item, cohort) for item in items if item.kind == ItemKind.MAYOR]
    for convening in cohort.convening_set.filter(audience=Convening.Audience.MAYORS).upcoming(today):
        title = convening.title_among(items)
        moments.append(Moment(title, convening.starts_on, convening.ends_on, place=convening.place))
    return sorted((m for m in moments if m.ends_on >= today), key=lambda m: (m.starts_on, m.place is None))


def _moment(item: ProgramItem, cohort: Cohort) -> Moment:
    starts_on = cohort.date_of(item.week, item.weekday)
    ends_on = starts_on + timedelta(days=item.days - 1)
    return Moment(str(item.title), starts_on, ends_on, item.minutes, str(item.note))


def _leads(city: City) -> list[Membership]:
    leads = city.membership_set.active().filter(role=Role.CITY_LEAD)
    return list(leads.select_related("user").order_by("user__sort_name", "pk"))
