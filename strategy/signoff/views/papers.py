"""Signatures on paper: the city uploads the document, GovEx compares it."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accelerator.middleware import takes_file
from accelerator.refusals import Refused
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.signoff import actions as signoff
from strategy.signoff import papers
from strategy.signoff.forms import DeclineForm, PaperForm
from strategy.signoff.paper_models import SignedPaper
from strategy.signoff.views.versions import find_version, stored_file


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.SUBMIT_STRATEGY)
@takes_file
def upload(request: CityRequest, city: City, number: int) -> HttpResponse:
    row = find_version(city, number)
    step = signoff.current_step(row)
    initial = {"sha256": row.sha256, "step": step.pk if step else 0}
    form = PaperForm(request.POST or None, request.FILES or None, city=city, step=step, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            papers.record(version=row, by=request.user, paper=form.paper, **form.target)
            messages.success(request, _("The signed document was uploaded. It will count once GovEx has checked it."))
            return redirect("strategy:version", city=city.slug, number=number)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    elif request.method != "POST" and step is None:
        return redirect("strategy:version", city=city.slug, number=number)
    context = {"city": city, "version": row, "form": form, "step": step}
    return render(request, "strategy/signoff/sign_paper.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.CHECK_PAPERS)
def check(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """GovEx looks at the scan: it matches, or it doesn't and the city is told why."""
    row, verdict, refused = _find(city, pk), request.POST.get("verdict", ""), ""
    form = DeclineForm(request.POST if verdict == "declined" else None)
    try:
        if verdict == "matches":
            papers.accept(paper=row, by=request.user)
            messages.success(request, _("The paper signature now counts."))
            return redirect("strategy:version", city=city.slug, number=row.step.version.number)
        if verdict == "declined" and form.is_valid():
            papers.decline(paper=row, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("We’ve let the city know what doesn’t match."))
            return redirect("strategy:version", city=city.slug, number=row.step.version.number)
    except Refused as refusal:
        refused = str(refusal)
    is_open = row.pk in {paper.pk for paper in papers.waiting(city).values()}
    context = {"city": city, "paper": row, "version": row.step.version, "form": form, "is_open": is_open}
    status = 409 if refused else 422 if form.errors else 200
    context["is_image"] = not row.paper.endswith(".pdf")
    return render(request, "strategy/signoff/paper_check.html", {**context, "refused": refused}, status=status)


def _find(city: City, pk: int) -> SignedPaper:
    return get_object_or_404(city.signedpaper_set.select_related("city", "step__version__city"), pk=pk)


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def uploaded_file(request: CityRequest, city: City, pk: int) -> FileResponse:
    row = _find(city, pk)
    name = f"{slugify(city.name)}-version-{row.step.version.number}-paper-{row.pk}"
    return stored_file(row.paper, name, "view" not in request.GET)


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def signature_file(request: CityRequest, city: City, pk: int) -> FileResponse:
    row = get_object_or_404(city.signature_set.select_related("version"), pk=pk)
    return stored_file(row.paper, f"{slugify(city.name)}-version-{row.version.number}-signature-{row.pk}", True)
