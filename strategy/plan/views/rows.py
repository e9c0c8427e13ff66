"""Objectives, measures and actions of the plan, one at a time: a page each, adding, removing, moving."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator import web
from cities.access import Permission, city_view
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan.forms import ActionForm, MeasureForm, ObjectiveForm, PlanForm
from strategy.plan.models import Action, Objective, ObjectiveMeasure
from strategy.plan.views.plan import strategy_of

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def take(form: Any, write: Callable[..., Any]) -> tuple[Any, bool]:
    """Save a valid form by its verb: the form to show, and whether it was saved. Nothing is half saved."""
    if not form.is_valid():
        return form, False
    try:
        with transaction.atomic():
            write(**form.values())
    except plan.Stale as stale:
        return form.stale(stale.row), False
    except plan.Refused as refused:
        form.refuse(refused)
        return form, False
    return form, True


def find_or_gone(request: HttpRequest, rows: Any, pk: int) -> Any:
    """A row to be edited; None for one that somebody removed while the form that comes now was filled in, else 404."""
    row = rows.filter(pk=pk).first()
    if row is None and request.method != "POST":
        raise Http404
    return row


def hand_back(form: Any) -> Any:
    """The form of a row that is gone, with what was typed and a sentence that says so."""
    form.is_valid()
    form.add_error(None, plan.gone_words())
    form.is_gone = True
    return form


def status_of(form: Any) -> int:
    """404 for the form of a row that is gone, 409 beside a colleague's words, 422 where something is wrong."""
    if getattr(form, "is_gone", False):
        return 404
    return 409 if form.theirs else 422 if form.is_bound else 200


def to_plan(city: City, row: Objective | Action | None = None) -> HttpResponse:
    anchor = f"#{row.code}" if row else ""
    return redirect(reverse("strategy:plan", args=[city.slug]) + anchor)


def _form(request: HttpRequest, city: City, kind: type[PlanForm], instance: Any) -> PlanForm:
    data = request.POST if request.method == "POST" else None
    return kind(data, instance=instance, city=city, strategy=strategy_of(city))


def _page(request: HttpRequest, city: City, name: str, form: PlanForm, **context: Any) -> HttpResponse:
    cancel = reverse("strategy:plan", args=[city.slug])
    status = status_of(form)
    context = {"city": city, "form": form, "row": form.row, "cancel_url": cancel, **context}
    return render(request, f"strategy/plan/{name}.html", context, status=status)


# Objectives


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def objective_add(request: HttpRequest, city: City) -> HttpResponse:
    """A new objective at the end of the plan."""
    form, added = _form(request, city, ObjectiveForm, Objective(city=city)), []
    if form.is_bound:
        form, saved = take(
            form, lambda **values: added.append(plan.add_objective(city=city, by=request.user, **values))
        )
        if saved:
            messages.success(
                request, _("%(code)s added. Give it a measure and actions.") % {"code": added[0].code}
            )
            return to_plan(city, added[0])
    return _page(request, city, "objective", form)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def objective_edit(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """An objective's words, and its measures."""
    row = find_or_gone(request, city.objective_set.prefetch_related("measures"), pk)
    form = _form(request, city, ObjectiveForm, row or Objective(city=city))
    if row is None:
        return _page(request, city, "objective", hand_back(form))
    if form.is_bound:
        stamp, by = _stamp(form), request.user
        form, saved = take(
            form, lambda **values: plan.change_objective(objective=row, stamp=stamp, by=by, **values)
        )
        if saved:
            messages.success(request, _("%(code)s saved.") % {"code": row.code})
            return to_plan(city, row)
    return _page(request, city, "objective", form, measures=row.measures.all())


def _stamp(form: PlanForm) -> int:
    """What was read; a missing one is never the present one."""
    stamp = web.whole_number(form.data.get("stamp", ""))
    return -1 if stamp is None else stamp


@require_POST
@city_view(Permission.EDIT_PLAN)
def objective_remove(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """Remove an objective that has no actions."""
    row = get_object_or_404(city.objective_set, pk=pk)
    try:
        plan.remove_objective(objective=row, by=request.user)
    except plan.Refused as refused:
        messages.error(request, str(refused))
        return to_plan(city, row)
    messages.success(request, _("%(code)s removed.") % {"code": row.code})
    return to_plan(city)


@require_POST
@city_view(Permission.EDIT_PLAN)
def objective_move(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """One place up or down."""
    row = get_object_or_404(city.objective_set.select_related("city"), pk=pk)
    plan.move(row, up=request.POST.get("to") == "up", by=request.user)
    return to_plan(city, row)


# Measures


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def measure_add(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """A new measure of an objective."""
    objective = get_object_or_404(city.objective_set, pk=pk)
    form = _form(request, city, MeasureForm, ObjectiveMeasure(city=city, objective=objective))
    if form.is_bound:
        form, saved = take(
            form, lambda **values: plan.add_measure(objective=objective, by=request.user, **values)
        )
        if saved:
            messages.success(request, _("Measure of %(code)s added.") % {"code": objective.code})
            return to_plan(city, objective)
    return _page(request, city, "measures", form, objective=objective)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def measure_edit(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """A measure of an objective."""
    row = find_or_gone(request, city.objectivemeasure_set.select_related("objective"), pk)
    form = _form(request, city, MeasureForm, row or ObjectiveMeasure(city=city))
    if row is None:
        return _page(request, city, "measures", hand_back(form))
    if form.is_bound:
        stamp, by = _stamp(form), request.user
        form, saved = take(
            form, lambda **values: plan.change_measure(measure=row, stamp=stamp, by=by, **values)
        )
        if saved:
            messages.success(request, _("Measure of %(code)s saved.") % {"code": row.objective.code})
            return to_plan(city, row.objective)
    return _page(request, city, "measures", form, objective=row.objective)


@require_POST
@city_view(Permission.EDIT_PLAN)
def measure_remove(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """Remove a measure of an objective."""
    row = get_object_or_404(city.objectivemeasure_set.select_related("objective"), pk=pk)
    plan.remove_measure(measure=row, by=request.user)
    messages.success(request, _("Measure of %(code)s removed.") % {"code": row.objective.code})
    return to_plan(city, row.objective)


# Actions


def _actions(city: City) -> QuerySet[Action]:
    rows = city.action_set.select_related("objective", "owner", "policy", "updated_by", "city")
    return rows.prefetch_related("dependencies__on", "dependents__action")


def _action(city: City, pk: int) -> Action:
    return get_object_or_404(_actions(city), pk=pk)


@require_safe
@city_view(Permission.READ_WHOLE)
def action_show(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """Everything about one action, and how it has stood."""
    action, strategy = _action(city, pk), strategy_of(city)
    context = {
        "city": city,
        "action": action,
        "starts": plan.quarter_words(strategy, city, action.starts),
        "due": plan.quarter_words(strategy, city, action.due),
        "updates": action.updates.select_related("person")[:50],
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
    return render(request, "strategy/plan/action.html", context)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def action_add(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """A new action of an objective, with all its fields."""
    objective, added = get_object_or_404(city.objective_set.select_related("city"), pk=pk), []
    new = Action(city=city, objective=objective, component=objective.component, priority=objective.priority)
    form = _form(request, city, ActionForm, new)
    if form.is_bound:
        form, saved = take(
            form,
            lambda **values: added.append(plan.add_action(objective=objective, by=request.user, **values)),
        )
        if saved:
            messages.success(request, _("%(code)s added.") % {"code": added[0].code})
            return to_plan(city, added[0])
    return _page(request, city, "action_form", form, objective=objective)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def action_edit(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """All fields of an action."""
    row = find_or_gone(request, _actions(city), pk)
    form = _form(request, city, ActionForm, row or Action(city=city))
    if row is None:
        return _page(request, city, "action_form", hand_back(form))
    if form.is_bound:
        stamp, by = _stamp(form), request.user
        form, saved = take(
            form, lambda **values: plan.change_action(action=row, stamp=stamp, by=by, **values)
        )
        if saved:
            messages.success(request, _("%(code)s saved.") % {"code": row.code})
            return redirect("strategy:action", city=city.slug, pk=pk)
    return _page(request, city, "action_form", form, objective=row.objective)


@require_POST
@city_view(Permission.EDIT_PLAN)
def action_remove(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """Delete a new action; one with a past is cancelled and stays to be seen."""
    row = _action(city, pk)
    objective = row.objective
    if plan.remove_action(action=row, by=request.user):
        messages.success(request, _("%(code)s removed.") % {"code": row.code})
    else:
        words = _("%(code)s is cancelled: what has been reported about it stays in the plan.")
        messages.success(request, words % {"code": row.code})
    return to_plan(city, objective)


@require_POST
@city_view(Permission.EDIT_PLAN)
def action_move(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """One place up or down within its objective."""
    row = _action(city, pk)
    plan.move(row, up=request.POST.get("to") == "up", by=request.user)
    return to_plan(city, row)
