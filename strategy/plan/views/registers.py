"""The registers: policies and standards, the city's uses of AI, and risks."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accelerator.web import word_in
from cities.access import Permission, city_view
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan import registers
from strategy.plan.models import AiUse, Level, Policy, Risk
from strategy.plan.register_forms import AiUseForm, PolicyForm, RegisterForm, RiskForm
from strategy.plan.views.plan import strategy_of
from strategy.plan.views.rows import GET_OR_POST, find_or_gone, hand_back, status_of, take

# The shape of a gate's state (accelerator/states.py).
_GATES = {
    AiUse.Gate.WAITING: "waiting", AiUse.Gate.REVIEW: "under_review", AiUse.Gate.APPROVED: "adopted",
    AiUse.Gate.CONDITIONS: "accepted", AiUse.Gate.REFUSED: "bad", AiUse.Gate.RETIRED: "closed",
}  # fmt: skip


def _edited(
    request: HttpRequest, city: City, form: RegisterForm, page: str, heading: str, *, is_gone: bool = False
) -> HttpResponse:
    """The form of a row, new or not; saved, back to its register. One that is gone is only handed back."""
    row, by = form.row, request.user

    def write(**values: Any) -> None:
        if row.pk:
            registers.change(row, stamp=form.cleaned_data["stamp"] or 0, by=by, **values)
        else:
            registers.add(row, by=by, **values)

    if is_gone:
        form, heading = hand_back(form), heading or _("Nothing was saved")
    elif form.is_bound:
        form, saved = take(form, write)
        if saved:
            messages.success(request, _("Saved: %(what)s.") % {"what": row})
            return redirect(f"strategy:{page}", city=city.slug)
    context = {
        "city": city, "form": form, "row": row, "part": page, "heading": heading,
        "cancel_url": reverse(f"strategy:{page}", args=[city.slug]),
    }  # fmt: skip
    return render(request, "strategy/plan/register_form.html", context, status=status_of(form))


def _removed(request: HttpRequest, city: City, row: registers.Row, page: str) -> HttpResponse:
    registers.remove(row, by=request.user)
    messages.success(request, _("Removed: %(what)s.") % {"what": row})
    return redirect(f"strategy:{page}", city=city.slug)


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _may_edit(request: HttpRequest) -> bool:
    return Permission.EDIT_PLAN in request.can


# Policies and standards


@require_safe
@city_view(Permission.READ_WHOLE)
def policies(request: HttpRequest, city: City) -> HttpResponse:
    """What is adopted, drafted and planned, and the types of which there is nothing yet."""
    rows = list(city.policy_set.select_related("type").prefetch_related("actions"))
    words, adopted = dict(plan.quarter_choices(strategy_of(city), city)), 0
    for row in rows:
        row.due_words, row.state_words = words.get(row.due, ""), capfirst(row.get_state_display())
        row.shape = "cancelled" if row.state == Policy.State.DROPPED else row.state
        adopted += row.state == Policy.State.ADOPTED
    sentence = ngettext(
        "%(adopted)d of %(all)d policy or standard is adopted.",
        "%(adopted)d of %(all)d policies and standards are adopted.",
        len(rows),
    )
    context = {
        "city": city, "rows": rows, "missing": registers.missing_types(city), "may_edit": _may_edit(request),
        "sentence": sentence % {"adopted": adopted, "all": len(rows)} if rows else _("The register is empty."),
    }  # fmt: skip
    return render(request, "strategy/plan/policies.html", context)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def policy_add(request: HttpRequest, city: City) -> HttpResponse:
    """A policy or standard that the strategy leads to; `?type=` chooses its type."""
    found = registers.policy_types().filter(key=word_in(request, "type")).first()
    row = Policy(city=city, type=found) if found else Policy(city=city)
    form = PolicyForm(_data(request), instance=row, city=city, strategy=strategy_of(city))
    return _edited(request, city, form, "policies", _("Add a policy or standard"))


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def policy_edit(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    row = find_or_gone(request, city.policy_set.select_related("type"), pk)
    kept = row or Policy(city=city)
    form = PolicyForm(_data(request), instance=kept, city=city, strategy=strategy_of(city))
    return _edited(request, city, form, "policies", kept.title, is_gone=row is None)


@require_POST
@city_view(Permission.EDIT_PLAN)
def policy_remove(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    return _removed(request, city, get_object_or_404(city.policy_set, pk=pk), "policies")


# Uses of AI


@require_safe
@city_view(Permission.READ_WHOLE)
def ai_uses(request: HttpRequest, city: City) -> HttpResponse:
    """What the city uses AI for, who answers for it, and whether it passed the review."""
    rows = list(city.aiuse_set.all())
    for row in rows:
        row.shape, row.state_words = _GATES[row.gate], capfirst(row.get_gate_display())
    waiting = sum(row.gate in (AiUse.Gate.WAITING, AiUse.Gate.REVIEW) for row in rows)
    sentence = _("No use of AI is in the register.")
    if rows:
        sentence = ngettext("%(all)d use of AI is known.", "%(all)d uses of AI are known.", len(rows)) % {
            "all": len(rows)
        }
        if waiting:
            words = ngettext(
                "%(count)d has not passed the review.", "%(count)d have not passed the review.", waiting
            )
            sentence = f"{sentence} {words % {'count': waiting}}"
        else:
            sentence = f"{sentence} {_('All have been reviewed.')}"
    context = {
        "city": city,
        "rows": rows,
        "sentence": sentence,
        "may_edit": _may_edit(request),
        "today": city.today(),
    }
    return render(request, "strategy/plan/ai_uses.html", context)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def ai_use_add(request: HttpRequest, city: City) -> HttpResponse:
    form = AiUseForm(_data(request), instance=AiUse(city=city), city=city)
    return _edited(request, city, form, "ai-uses", _("Add a use of AI"))


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def ai_use_edit(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    row = find_or_gone(request, city.aiuse_set, pk)
    kept = row or AiUse(city=city)
    form = AiUseForm(_data(request), instance=kept, city=city)
    return _edited(request, city, form, "ai-uses", kept.name, is_gone=row is None)


@require_POST
@city_view(Permission.EDIT_PLAN)
def ai_use_remove(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    return _removed(request, city, get_object_or_404(city.aiuse_set, pk=pk), "ai-uses")


# Risks


@require_safe
@city_view(Permission.READ_WHOLE)
def risks(request: HttpRequest, city: City) -> HttpResponse:
    """The risks in their order, with the small table of likelihood by impact."""
    rows = list(city.risk_set.select_related("owner"))
    for number, row in enumerate(rows, 1):
        row.code = str(number)
    alone = sum(not (row.owner_id or row.owner_role) for row in rows)
    sentence = _("No risk is named yet.")
    if rows:
        sentence = ngettext("%(all)d risk is named.", "%(all)d risks are named.", len(rows)) % {
            "all": len(rows)
        }
        words = ngettext("%(count)d has no owner.", "%(count)d have no owner.", alone) % {"count": alone}
        sentence = f"{sentence} {words if alone else _('Each has an owner.')}"
    context = {
        "city": city, "rows": rows, "grid": registers.grid(rows), "impacts": list(Level), "sentence": sentence,
        "most": registers.MOST_RISKS, "too_many": len(rows) > registers.MOST_RISKS, "may_edit": _may_edit(request),
    }  # fmt: skip
    return render(request, "strategy/plan/risks.html", context)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def risk_add(request: HttpRequest, city: City) -> HttpResponse:
    form = RiskForm(_data(request), instance=Risk(city=city), city=city)
    return _edited(request, city, form, "risks", _("Add a risk"))


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def risk_edit(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    row = find_or_gone(request, city.risk_set, pk)
    kept = row or Risk(city=city)
    form = RiskForm(_data(request), instance=kept, city=city)
    return _edited(request, city, form, "risks", kept.title, is_gone=row is None)


@require_POST
@city_view(Permission.EDIT_PLAN)
def risk_remove(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    return _removed(request, city, get_object_or_404(city.risk_set, pk=pk), "risks")


@require_POST
@city_view(Permission.EDIT_PLAN)
def risk_move(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """One place up or down."""
    row = get_object_or_404(city.risk_set.select_related("city"), pk=pk)
    registers.move_risk(row, up=request.POST.get("to") == "up", by=request.user)
    return redirect("strategy:risks", city=city.slug)
