"""The page of the action plan."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.plan import completeness, quarters
from strategy.plan.forms import YearForm
from strategy.plan.models import Objective, Status, quarter_name
from strategy.sections.models import Strategy


@require_safe
@city_view(Permission.READ_WHOLE)
def show(request: CityRequest, city: City) -> HttpResponse:
    strategy = quarters.strategy_of(city)
    objectives = list(city.objective_set.with_actions())
    _describe_actions(strategy, city, objectives)
    current_quarter = quarters.quarter_on(strategy, city, city.today())
    context = {
        "city": city,
        "objectives": objectives,
        "sentence": completeness.headline(objectives),
        "gaps": completeness.gaps(city, objectives),
        "warnings": list(completeness.early_starts(objectives)),
        "current_quarter": quarters.quarter_label(strategy, city, current_quarter),
        "year": quarters.year_label(city, quarters.first_day(strategy, city).year),
        "year_is_set": strategy.plan_year is not None,
        "year_form": YearForm(city=city, strategy=strategy),
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
    return render(request, "strategy/plan/plan.html", context)


def _describe_actions(strategy: Strategy, city: City, objectives: list[Objective]) -> None:
    """Set each action's quarters ("Y1Q1–Y1Q2"), months ("Jul–Dec 2027") and missing fields."""
    start = quarters.first_day(strategy, city)
    for action in (action for objective in objectives for action in objective.actions.all()):
        if action.due:
            first = action.starts or action.due
            action.quarters = "–".join(dict.fromkeys([quarter_name(first), quarter_name(action.due)]))
            first_day, _end = quarters.dates_from(start, first)
            _begin, last_day = quarters.dates_from(start, action.due)
            action.months = quarters.months_label(first_day, last_day)
        action.missing_fields = completeness.missing_fields(action)
        action.is_closed = action.status in (Status.COMPLETED, Status.CANCELLED)


@require_POST
@city_view(Permission.EDIT_PLAN)
def year(request: CityRequest, city: City) -> HttpResponse:
    strategy = quarters.strategy_of(city)
    form = YearForm(request.POST, city=city, strategy=strategy)
    if form.is_valid():
        chosen = form.cleaned_data["year"]
        quarters.set_year(strategy=strategy, city=city, year=chosen, by=request.user)
        sentence = _("Year 1 of the plan is %(year)s.") % {"year": quarters.year_label(city, chosen)}
        messages.success(request, sentence)
    else:
        messages.error(request, _("Choose one of the years in the list."))
    return redirect("strategy:plan", city=city.slug)
