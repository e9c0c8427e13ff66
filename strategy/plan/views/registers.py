"""The registers: policies and standards, the city's uses of AI, and risks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accelerator.languages import phrase, written_in
from accelerator.web import text_in
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan import quarters, registers
from strategy.plan.choices import Level
from strategy.plan.editing import GET_OR_POST, edit_row
from strategy.plan.forms import AiUseForm, PlanForm, PolicyForm, RiskForm
from strategy.plan.models import AiUse, Policy, Risk

# Keyed by the name of the page that lists a register: the form for its rows, and the heading for a new one.
REGISTERS: dict[str, tuple[type[PlanForm], Promise]] = {
    "policies": (PolicyForm, gettext_lazy("Add a policy or standard")),
    "ai-uses": (AiUseForm, gettext_lazy("Add a use of AI")),
    "risks": (RiskForm, gettext_lazy("Add a risk")),
}
# The shape for a gate's state (accelerator/state_marks.py).
_GATES: dict[str, str] = {
    AiUse.Gate.WAITING: "waiting",
    AiUse.Gate.REVIEW: "under_review",
    AiUse.Gate.APPROVED: "adopted",
    AiUse.Gate.CONDITIONS: "accepted",
    AiUse.Gate.REFUSED: "bad",
    AiUse.Gate.RETIRED: "closed",
}


@require_safe
@city_view(Permission.READ_WHOLE)
def policies(request: CityRequest, city: City) -> HttpResponse:
    rows = list(city.policy_set.select_related("type").prefetch_related("actions"))
    due_labels = dict(quarters.quarter_choices(quarters.strategy_of(city), city))
    for row in rows:
        row.due_label = due_labels.get(row.due or 0, "")
        row.shape = "cancelled" if row.state == Policy.State.DROPPED else row.state
    sentence = ngettext(
        "%(adopted)d of %(all)d policy or standard has been adopted.",
        "%(adopted)d of %(all)d policies and standards have been adopted.",
        len(rows),
    )
    adopted = sum(row.state == Policy.State.ADOPTED for row in rows)
    context = {
        "city": city,
        "rows": rows,
        "missing": registers.missing_types(city),
        "sentence": sentence % {"adopted": adopted, "all": len(rows)} if rows else _("The register is empty."),
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
    return render(request, "strategy/plan/policies.html", context)


@require_safe
@city_view(Permission.READ_WHOLE)
def ai_uses(request: CityRequest, city: City) -> HttpResponse:
    rows = list(city.aiuse_set.all())
    for row in rows:
        row.shape = _GATES[row.gate]
    context = {
        "city": city,
        "rows": rows,
        "sentence": _ai_uses_sentence(rows),
        "may_edit": Permission.EDIT_PLAN in request.can,
        "today": city.today(),
    }
    return render(request, "strategy/plan/ai_uses.html", context)


def _ai_uses_sentence(rows: list[AiUse]) -> str:
    if not rows:
        return _("The register doesn’t list any uses of AI yet.")
    total = ngettext("The register lists one use of AI.", "The register lists %(all)d uses of AI.", len(rows)) % {
        "all": len(rows)
    }
    waiting = sum(row.gate in (AiUse.Gate.WAITING, AiUse.Gate.REVIEW) for row in rows)
    rest = ngettext("One hasn’t been fully reviewed yet.", "%(count)d haven’t been fully reviewed yet.", waiting)
    reviewed = rest % {"count": waiting} if waiting else _("All have been reviewed.")
    return f"{total} {reviewed}"


@require_safe
@city_view(Permission.READ_WHOLE)
def risks(request: CityRequest, city: City) -> HttpResponse:
    rows = list(city.risk_set.select_related("owner"))
    for number, row in enumerate(rows, 1):
        row.code = str(number)
    context = {
        "city": city,
        "rows": rows,
        "grid": registers.risk_grid(rows),
        "impacts": list(Level),
        "sentence": _risks_sentence(rows),
        "most": registers.MOST_RISKS,
        "too_many": len(rows) > registers.MOST_RISKS,
        "may_edit": Permission.EDIT_PLAN in request.can,
    }
    return render(request, "strategy/plan/risks.html", context)


def _risks_sentence(rows: list[Risk]) -> str:
    if not rows:
        return _("The register doesn’t list any risks yet.")
    total = ngettext("The register lists one risk.", "The register lists %(all)d risks.", len(rows)) % {
        "all": len(rows)
    }
    unowned = sum(not (row.owner_id or row.owner_role) for row in rows)
    rest = ngettext("One has no owner.", "%(count)d have no owner.", unowned)
    owned = rest % {"count": unowned} if unowned else _("Every risk has an owner.")
    return f"{total} {owned}"


# A row of any register


def _rows(city: City, register: str) -> QuerySet[Any]:
    rows: QuerySet[Any] = REGISTERS[register][0]._meta.model._default_manager.filter(city=city)
    return rows


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def add(request: CityRequest, city: City, register: str) -> HttpResponse:
    kind, heading = REGISTERS[register]
    new = kind._meta.model(city=city)
    # `?type=` comes from the list of types that the register doesn't have yet.
    if isinstance(new, Policy) and (
        policy_type := registers.policy_types().filter(key=text_in(request, "type")).first()
    ):
        new.type = policy_type
    form, row = edit_row(request, kind, new)
    return _redirect_or_form(request, city, register, form, row, heading=heading)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def edit(request: CityRequest, city: City, register: str, pk: int) -> HttpResponse:
    kind, _heading = REGISTERS[register]
    form, row = edit_row(request, kind, kind._meta.model(city=city), _rows(city, register), pk)
    heading = _("Nothing was saved") if form.is_removed else str(form.row)
    return _redirect_or_form(request, city, register, form, row, heading=heading)


def _redirect_or_form(
    request: CityRequest, city: City, register: str, form: PlanForm, row: Any, *, heading: str | Promise
) -> HttpResponse:
    if row:
        messages.success(request, phrase(_("Saved: %(what)s."), what=written_in(row, city.language)).html)
        return redirect(f"strategy:{register}", city=city.slug)
    context = {
        "city": city,
        "form": form,
        "row": form.row,
        "register": register,
        "heading": heading,
        "cancel_url": reverse(f"strategy:{register}", args=[city.slug]),
    }
    return render(request, "strategy/plan/register_form.html", context, status=form.status_code)


@require_POST
@city_view(Permission.EDIT_PLAN)
def remove(request: CityRequest, city: City, register: str, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(city, register), pk=pk)
    plan.remove(row, by=request.user)
    messages.success(request, phrase(_("Removed: %(what)s."), what=written_in(row, city.language)).html)
    return redirect(f"strategy:{register}", city=city.slug)


@require_POST
@city_view(Permission.EDIT_PLAN)
def risk_move(request: CityRequest, city: City, pk: int) -> HttpResponse:
    row = get_object_or_404(city.risk_set, pk=pk)
    plan.move(row, up=request.POST.get("to") == "up", by=request.user)
    return redirect("strategy:risks", city=city.slug)
