"""A cohort's page: the board for GovEx, the calendar for everyone, aggregate figures for the funder."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accelerator.models import Cohort
from cities import world
from cities.access import CohortRequest, Permission, cohort_view
from cities.models import City
from convenings.models import Convening
from curriculum import timeline
from curriculum.models import ItemKind, ProgramItem
from dashboards.board.status import CityStatus, Level, cells, headline, statuses, week_sentence
from strategy.models import READY, CohortTemplate, TemplateSection

# The week chart has its own three kinds.
_CHART_KINDS: dict[str, str] = {
    **dict.fromkeys([ItemKind.ONBOARDING, ItemKind.KEYNOTE, ItemKind.WORKSHOP, ItemKind.PEER], "session"),
    ItemKind.DELIVERABLE: "deliverable",
    ItemKind.CONVENING: "convening",
}
PAGE = 25
MOST_COHORTS = 5  # other cohorts to switch to; the list of cohorts has them all
NEAR = 4  # weeks shown expanded to readers who come for the figures
_AUDIENCES = {"leads": "lead", "mayors": "mayor"}


@require_safe
@cohort_view(Permission.VIEW_COHORT)
def cohort(request: CohortRequest, cohort: Cohort) -> HttpResponse:
    context = _calendar(request, cohort)
    if Permission.VIEW_COHORT_BOARD in request.can:
        context |= _board(request, cohort)
    if Permission.VIEW_REACH in request.can:
        context |= _reach(request, cohort, context.pop("cities", None))
    context["may_manage"] = Permission.MANAGE_COHORT in request.can
    return render(request, "dashboards/board/cohort.html", context)


def _calendar(request: CohortRequest, cohort: Cohort) -> dict[str, Any]:
    """The curriculum on the cohort's dates, with its convenings as currently planned."""
    today, convenings, items = cohort.today(), list(cohort.convening_set.all()), _items(request, cohort)
    for convening in convenings:
        convening.name = convening.title_among(items)  # for display, not saved
    entries = _entries(items, cohort) + [_entry(convening, cohort) for convening in convenings]
    entries.sort(key=lambda entry: entry.order)
    weeks = timeline.weeks(entries, cohort, today)
    coming = [week for week in weeks if week.ends_on >= today]
    reads_figures = request.can & {Permission.VIEW_COHORT_BOARD, Permission.VIEW_REACH}
    near = NEAR if reads_figures else len(coming)
    ahead = [entry for entry in entries if not entry.is_over(today) and not entry.cancelled]
    return {
        "cohort": cohort,
        "today": today,
        "past": [week for week in weeks if week.ends_on < today],
        "weeks": coming[:near],
        "later": coming[near:],
        "convenings": convenings,
        "events": [_event(entry, today) for entry in entries if entry.kind in _CHART_KINDS],
        "sentence": week_sentence(cohort),
        "next": next((entry for entry in ahead if entry.starts_on >= today and not entry.is_break), None),
    }


def _items(request: CohortRequest, cohort: Cohort) -> list[ProgramItem]:
    """The pinned curriculum's items; internal ones only for staff."""
    items = ProgramItem.objects.filter(version__cohortprogram__cohort=cohort)
    if Permission.VIEW_COHORT_BOARD not in request.can:
        items = items.exclude(kind=ItemKind.STAFF)
    return list(items)


def _entries(items: list[ProgramItem], cohort: Cohort) -> list[timeline.Entry]:
    # The cohort's own convenings replace the curriculum's.
    sessions = {session.item_id: session for session in cohort.session_set.all()}
    return timeline.entries((i for i in items if i.kind != ItemKind.CONVENING), cohort, sessions)


def _entry(convening: Convening, cohort: Cohort) -> timeline.Entry:
    return timeline.Entry(
        kind=ItemKind.CONVENING,
        title=convening.name,
        week=cohort.week_on(convening.starts_on),
        starts_on=convening.starts_on,
        ends_on=convening.ends_on,
        in_person=True,
        place=convening.place,
        audience=_AUDIENCES[convening.audience],
    )


def _event(entry: timeline.Entry, today: date) -> dict[str, Any]:
    return {
        "week": entry.week,
        "title": entry.title,
        "date": entry.starts_on,
        "kind": _CHART_KINDS[entry.kind],
        # A date that is over was not necessarily kept: that is for each city to record.
        "passed": entry.is_over(today),
    }


def _board(request: CohortRequest, cohort: Cohort) -> dict[str, Any]:
    # The headline counts every city; only one page of them is shown with sections.
    rows = statuses(cohort, request.cohort_cities)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    pinned = CohortTemplate.objects.filter(cohort=cohort).select_related("version").first()
    columns = list(pinned.version.sections.all()) if pinned else []
    states = cells([row.city.pk for row in page])
    return {
        "page": page,
        "sentence": headline(rows, cohort),
        "columns": columns,
        "heat": [(row, _heat(row, columns, states[row.city.pk])) for row in page],
        "has_board": True,
        "may_check": request.reach.is_admin,
        "levels": list(Level),
        "switch": _other_cohorts(request, cohort),
        "cities": [row.city for row in rows],
    }


def _other_cohorts(request: CohortRequest, cohort: Cohort) -> list[Cohort]:
    """The latest of the other cohorts that the reader can open."""
    rows = Cohort.objects.exclude(pk=cohort.pk)
    if not request.reach.is_admin:
        rows = rows.filter(pk__in={in_cohort for _city, in_cohort in request.reach.assignments})
    return list(rows[:MOST_COHORTS])


def _heat(
    row: CityStatus, columns: list[TemplateSection], states: dict[str, tuple[str, date]]
) -> list[tuple[str, str, str, bool]]:
    """A city's cells: (state or "", section name, URL, late)."""
    base = reverse("strategy:strategy", args=[row.city.slug])
    line = []
    for column in columns:
        state, due_on = states.get(column.key, ("", row.today))
        late = state not in READY and due_on < row.today
        line.append((state, str(column.title), f"{base}{column.key}/", late))
    return line


def _reach(request: CohortRequest, cohort: Cohort, cities: Iterable[City] | None) -> dict[str, Any]:
    # A funder reads these: figures only, no text from any city.
    if cities is None:
        cities = City.objects.filter(pk__in=request.cohort_cities)
    cities = sorted(cities, key=lambda city: city.sort_name)
    language = request.user.language
    countries = sorted({world.country_name(city.country, language) for city in cities})
    residents = sum(city.population or 0 for city in cities)
    context: dict[str, Any] = {
        "has_reach": True,
        "residents": residents,
        "countries": countries,
        "reach_cities": [(city, world.country_name(city.country, language)) for city in cities],
        "elapsed": min(max(cohort.week, 0), cohort.weeks),
    }
    if Permission.VIEW_COHORT_BOARD not in request.can:
        context["sentence"] = f"{week_sentence(cohort)} {_reach_sentence(len(cities), len(countries))}"
    return context


def _reach_sentence(cities: int, countries: int) -> str:
    """ "15 cities in 8 countries." """
    if not cities:
        return _("There are no cities in this cohort yet.")
    return _("%(cities)s in %(countries)s.") % {
        "cities": ngettext("%(n)d city", "%(n)d cities", cities) % {"n": cities},
        "countries": ngettext("%(n)d country", "%(n)d countries", countries) % {"n": countries},
    }
