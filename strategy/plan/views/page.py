"""The action plan's page."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accelerator import formats
from accelerator.conflicts import save_form
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.plan import completeness, quarters
from strategy.plan.choices import Status
from strategy.plan.forms import YearForm
from strategy.plan.models import Objective
from strategy.sections.models import Strategy


@require_safe
@city_view(Permission.READ_WHOLE)
def show(request: CityRequest, city: City) -> HttpResponse:
    return _page(request, city, YearForm(instance=quarters.strategy_of(city), city=city))


def _page(request: CityRequest, city: City, year_form: YearForm) -> HttpResponse:
    strategy: Strategy = year_form.row
    objectives = list(city.objective_set.with_actions())
    _describe_actions(strategy, city, objectives)
    current_quarter = quarters.quarter_on(strategy, city, city.today())
    context = {
        "city": city,
        "objectives": objectives,
        "sentence": completeness.headline(objectives),
        "gaps": completeness.gaps(city, objectives),
        "warnings": [gap.message for gap in completeness.warnings(city, objectives)],
        "current_quarter": quarters.quarter_label(strategy, city, current_quarter),
        "year": quarters.year_label(city, quarters.first_day(strategy, city).year),
        "year_is_set": strategy.plan_year is not None,
        "year_form": year_form,
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
    return render(request, "strategy/plan/plan.html", context, status=year_form.status_code)


def _describe_actions(strategy: Strategy, city: City, objectives: list[Objective]) -> None:
    """Set each action's quarters ("Y1Q1–Y1Q2"), months ("Jul–Dec 2027"), what it depends on and what is missing."""
    start = quarters.first_day(strategy, city)
    for action in (action for objective in objectives for action in objective.actions.all()):
        if action.due:
            first = action.starts or action.due
            action.quarters = "–".join(dict.fromkeys([formats.quarter(first), formats.quarter(action.due)]))
            first_day, _end = quarters.dates_from(start, first)
            _begin, last_day = quarters.dates_from(start, action.due)
            action.months = formats.months(first_day, last_day)
        action.needs = ", ".join(row.on.code for row in action.dependencies.all())
        action.missing_fields = completeness.missing_fields(action)
        action.is_closed = action.status in (Status.COMPLETED, Status.CANCELLED)


@require_POST
@city_view(Permission.EDIT_PLAN)
def year(request: CityRequest, city: City) -> HttpResponse:
    strategy = quarters.strategy_of(city)
    form = YearForm(request.POST, instance=strategy, city=city)
    form, is_saved = save_form(form, partial(quarters.set_year, strategy=strategy, city=city, by=request.user))
    if not is_saved:
        return _page(request, city, form)
    sentence = _("Year 1 of the plan is %(year)s.")
    present = quarters.first_day(form.row, city).year
    messages.success(request, sentence % {"year": quarters.year_label(city, present)})
    return redirect("strategy:plan", city=city.slug)
