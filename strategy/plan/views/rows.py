"""Objectives, measures and actions in the plan, one at a time: their pages, adding, removing, moving."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accelerator.web import refusal_as_message
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan.editing import GET_OR_POST, edit_row
from strategy.plan.forms import ActionForm, MeasureForm, ObjectiveForm, PlanForm
from strategy.plan.models import Action, Objective, ObjectiveMeasure
from strategy.plan.quarters import quarter_label, strategy_of


def _to_plan(city: City, row: Objective | Action | None = None) -> HttpResponse:
    anchor = f"#{row.code}" if row else ""
    return redirect(reverse("strategy:plan", args=[city.slug]) + anchor)


def _form_page(request: CityRequest, name: str, form: PlanForm, **context: Any) -> HttpResponse:
    city = form.city
    cancel = reverse("strategy:plan", args=[city.slug])
    context = {"city": city, "form": form, "row": form.row, "cancel_url": cancel, **context}
    return render(request, f"strategy/plan/{name}.html", context, status=form.status_code)


# Objectives


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def objective_add(request: CityRequest, city: City) -> HttpResponse:
    form, row = edit_row(request, ObjectiveForm, Objective(city=city))
    if row:
        messages.success(request, _("%(code)s added. Next, add a measure and actions.") % {"code": row.code})
        return _to_plan(city, row)
    return _form_page(request, "objective_form", form)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def objective_edit(request: CityRequest, city: City, pk: int) -> HttpResponse:
    rows = city.objective_set.prefetch_related("measures")
    form, row = edit_row(request, ObjectiveForm, Objective(city=city), rows, pk)
    if row:
        messages.success(request, _("%(code)s saved.") % {"code": row.code})
        return _to_plan(city, row)
    measures = [] if form.is_removed else form.row.measures.all()
    return _form_page(request, "objective_form", form, measures=measures)


@require_POST
@city_view(Permission.EDIT_PLAN)
def objective_remove(request: CityRequest, city: City, pk: int) -> HttpResponse:
    row = get_object_or_404(city.objective_set, pk=pk)
    with refusal_as_message(request):
        plan.remove(row, by=request.user)
        messages.success(request, _("%(code)s removed.") % {"code": row.code})
        return _to_plan(city)
    return _to_plan(city, row)


@require_POST
@city_view(Permission.EDIT_PLAN)
def objective_move(request: CityRequest, city: City, pk: int) -> HttpResponse:
    row = get_object_or_404(city.objective_set, pk=pk)
    plan.move(row, up=request.POST.get("to") == "up", by=request.user)
    return _to_plan(city, row)


# Measures


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def measure_add(request: CityRequest, city: City, pk: int) -> HttpResponse:
    objective = get_object_or_404(city.objective_set, pk=pk)
    form, row = edit_row(request, MeasureForm, ObjectiveMeasure(city=city, objective=objective))
    if row:
        messages.success(request, _("Measure added to %(code)s.") % {"code": objective.code})
        return _to_plan(city, objective)
    return _form_page(request, "measure_form", form, objective=objective)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def measure_edit(request: CityRequest, city: City, pk: int) -> HttpResponse:
    rows = city.objectivemeasure_set.select_related("objective")
    form, row = edit_row(request, MeasureForm, ObjectiveMeasure(city=city), rows, pk)
    if row:
        messages.success(request, _("Measure for %(code)s saved.") % {"code": row.objective.code})
        return _to_plan(city, row.objective)
    objective = None if form.is_removed else form.row.objective
    return _form_page(request, "measure_form", form, objective=objective)


@require_POST
@city_view(Permission.EDIT_PLAN)
def measure_remove(request: CityRequest, city: City, pk: int) -> HttpResponse:
    row = get_object_or_404(city.objectivemeasure_set.select_related("objective"), pk=pk)
    plan.remove(row, by=request.user)
    messages.success(request, _("Measure removed from %(code)s.") % {"code": row.objective.code})
    return _to_plan(city, row.objective)


# Actions


def _actions(city: City) -> QuerySet[Action]:
    rows = city.action_set.select_related("objective", "owner", "policy", "updated_by")
    return rows.prefetch_related("dependencies__on", "dependents__action")


@require_safe
@city_view(Permission.READ_WHOLE)
def action_show(request: CityRequest, city: City, pk: int) -> HttpResponse:
    action, strategy = get_object_or_404(_actions(city), pk=pk), strategy_of(city)
    context = {
        "city": city,
        "action": action,
        "starts": quarter_label(strategy, city, action.starts),
        "due": quarter_label(strategy, city, action.due),
        "updates": action.updates.select_related("person")[:50],
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
    return render(request, "strategy/plan/action.html", context)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def action_add(request: CityRequest, city: City, pk: int) -> HttpResponse:
    objective = get_object_or_404(city.objective_set, pk=pk)
    new = Action(city=city, objective=objective, component=objective.component, priority=objective.priority)
    form, row = edit_row(request, ActionForm, new)
    if row:
        messages.success(request, _("%(code)s added.") % {"code": row.code})
        return _to_plan(city, row)
    return _form_page(request, "action_form", form, objective=objective)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def action_edit(request: CityRequest, city: City, pk: int) -> HttpResponse:
    form, row = edit_row(request, ActionForm, Action(city=city), _actions(city), pk)
    if row:
        messages.success(request, _("%(code)s saved.") % {"code": row.code})
        return redirect("strategy:action", city=city.slug, pk=pk)
    objective = None if form.is_removed else form.row.objective
    return _form_page(request, "action_form", form, objective=objective)


@require_POST
@city_view(Permission.EDIT_PLAN)
def action_remove(request: CityRequest, city: City, pk: int) -> HttpResponse:
    row = get_object_or_404(_actions(city), pk=pk)
    if plan.remove(row, by=request.user):
        sentence = _("%(code)s removed.")
    else:
        sentence = _("%(code)s is now canceled. Everything reported about it stays in the plan.")
    messages.success(request, sentence % {"code": row.code})
    return _to_plan(city, row.objective)


@require_POST
@city_view(Permission.EDIT_PLAN)
def action_move(request: CityRequest, city: City, pk: int) -> HttpResponse:
    row = get_object_or_404(_actions(city), pk=pk)
    plan.move(row, up=request.POST.get("to") == "up", by=request.user)
    return _to_plan(city, row)
