"""Who approves the strategy: the offices in their order."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import find_row, save_form
from accelerator.languages import phrase, written_in
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.signoff import actions as signoff
from strategy.signoff import approvers
from strategy.signoff.forms import ApproverForm, ReaddressForm
from strategy.signoff.models import Approver, Step

RECENT = 20


@require_safe
@city_view(Permission.SET_APPROVERS)
def index(request: CityRequest, city: City) -> HttpResponse:
    rows = approvers.of(city)
    context = {
        "city": city,
        "approvers": rows,
        "is_default": rows[0].pk is None,
        "open": signoff.open_version(city),
        "changes": city.approverchange_set.all()[:RECENT],
    }
    return render(request, "strategy/signoff/approvers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SET_APPROVERS)
def new(request: CityRequest, city: City) -> HttpResponse:
    # The first office replaces the default, so its form starts with the default's values.
    first = Approver(city=city) if city.approver_set.exists() else approvers.default(city)
    form = ApproverForm(request.POST or None, instance=first, city=city)
    if form.is_bound and form.is_valid():
        approver = approvers.add(city=city, by=request.user, **form.values())
        sentence = _("%(title)s will be an approver starting with the next submission.")
        messages.success(request, phrase(sentence, title=written_in(approver.title, city.language)).html)
        return redirect("strategy:approvers", city=city.slug)
    context = {"city": city, "form": form}
    return render(request, "strategy/signoff/approver.html", context, status=form.status_code)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SET_APPROVERS)
def edit(request: CityRequest, city: City, pk: int) -> HttpResponse:
    approver = find_row(request, city.approver_set, pk)
    form = ApproverForm(request.POST or None, instance=approver or Approver(city=city), city=city)
    form, is_saved = save_form(form, approver and partial(approvers.change, approver=approver, by=request.user))
    if is_saved:
        messages.success(
            request, phrase(_("Changes saved: %(title)s."), title=written_in(approver.title, city.language)).html
        )
        return redirect("strategy:approvers", city=city.slug)
    context = {"city": city, "form": form, "approver": approver}
    return render(request, "strategy/signoff/approver.html", context, status=form.status_code)


@require_POST
@city_view(Permission.SET_APPROVERS)
def move(request: CityRequest, city: City, pk: int) -> HttpResponse:
    approver = get_object_or_404(city.approver_set, pk=pk)
    if approvers.move(approver=approver, up=request.POST.get("to") == "up", by=request.user):
        messages.success(
            request, phrase(_("Order updated: %(title)s."), title=written_in(approver.title, city.language)).html
        )
    return redirect("strategy:approvers", city=city.slug)


@require_POST
@city_view(Permission.SET_APPROVERS)
def remove(request: CityRequest, city: City, pk: int) -> HttpResponse:
    approver = get_object_or_404(city.approver_set, pk=pk)
    approvers.remove(approver=approver, by=request.user)
    messages.success(
        request, phrase(_("%(title)s is no longer an approver."), title=written_in(approver.title, city.language)).html
    )
    return redirect("strategy:approvers", city=city.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SET_APPROVERS)
def readdress(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Who is asked in a version that is already waiting for signature."""
    step = find_row(request, signoff.open_steps(city), pk)
    form = ReaddressForm(request.POST or None, instance=step or Step(city=city), city=city)
    form, is_saved = save_form(form, step and partial(signoff.readdress, step=step, by=request.user))
    if is_saved:
        messages.success(
            request, phrase(_("Changes saved: %(title)s."), title=written_in(step.title, city.language)).html
        )
        return redirect("strategy:version", city=city.slug, number=step.version.number)
    context = {"city": city, "form": form, "step": step}
    return render(request, "strategy/signoff/readdress.html", context, status=form.status_code)
