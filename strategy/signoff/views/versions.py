"""Versions: what is submitted and signed, one version's page, its files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.refusals import Refused
from cities.access import CityRequest, Permission, city_view
from cities.models import City, Export, Role
from strategy.document.parts import changed_parts
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, lapse, readiness
from strategy.signoff.forms import SubmitForm, WithdrawForm
from strategy.signoff.models import Signature, Step, StrategyVersion
from strategy.signoff.views.readiness import by_place, sentence

State = StrategyVersion.State
MEDIA = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def index(request: CityRequest, city: City) -> HttpResponse:
    """Where sign-off stands: the version with the approvers, the one in force, and all the others."""
    versions = list(
        city.strategyversion_set.defer("tree")
        .select_related("submitted_by")
        .prefetch_related("steps__person", "signatures")
    )
    waiting = next((row for row in versions if row.state == State.WITH_APPROVERS), None)
    in_force = next((row for row in versions if row.state == State.SIGNED), None)
    context = {
        "city": city,
        "versions": versions,
        "waiting": waiting,
        "in_force": in_force,
        "steps": steps_of(waiting) if waiting else [],
        "signatures": signatures_of(in_force) if in_force else [],
        "lapsed": lapsed_rows(city) if in_force else [],
        "approvers": approvers.of(city),
        "may_submit": Permission.SUBMIT_STRATEGY in request.can,
        "may_set": Permission.SET_APPROVERS in request.can,
    }
    return render(request, "strategy/signoff/versions.html", context)


def steps_of(version: StrategyVersion) -> list[Step]:
    """The steps in order; each knows its signature (`given`) and whether its turn is now (`is_now`)."""
    rows = list(version.steps.all())
    given = {row.step_id: row for row in version.signatures.all()}
    now = next((row for row in rows if row.state == Step.State.WAITING), None)
    for row in rows:
        row.given = given.get(row.pk)
        row.is_now = row is now and version.state == State.WITH_APPROVERS
    return rows


def signatures_of(version: StrategyVersion) -> list[Signature]:
    return [row for row in version.signatures.all() if row.kind != Signature.Kind.RETURN]


def lapsed_rows(city: City) -> list[tuple[str, str]]:
    """(label, section's key or "") of the parts that have changed since the version in force was signed."""
    found = lapse.of(city)
    return found.rows if found else []


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SUBMIT_STRATEGY)
def submit(request: CityRequest, city: City) -> HttpResponse:
    """Show what is frozen and to whom it goes, then freeze it."""
    form = SubmitForm(request.POST if request.method == "POST" else None)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            version = signoff.submit(city=city, by=request.user, note=form.cleaned_data["note"])
        except Refused as why:
            refused = str(why)
        else:
            messages.success(request, _("Version %(number)d is with the approvers.") % {"number": version.number})
            return redirect("strategy:version", city=city.slug, number=version.number)
    found = readiness.findings(city)
    must = readiness.blocking(found)
    sections = list(city.section_set.present().filter(words__gt=0).select_related("template").defer("html"))
    context = {
        "city": city,
        "form": form,
        "refused": refused,
        "must": by_place(must),
        "look": len(found) - len(must),
        "sentence": sentence(len(must), len(found) - len(must)),
        "approvers": approvers.of(city),
        "open": signoff.open_version(city),
        "sections": sections,
        "words": sum(row.words for row in sections),
        "actions": city.action_set.count(),
    }
    return render(request, "strategy/signoff/version_submit.html", context, status=409 if refused else 200)


def find(city: City, number: int) -> StrategyVersion:
    """One version of this city with what its pages show."""
    rows = city.strategyversion_set.select_related("submitted_by", "city")
    return get_object_or_404(rows.prefetch_related("steps__person", "signatures"), number=number)


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def version(request: CityRequest, city: City, number: int) -> HttpResponse:
    """One version: what is asked, the document, who has signed, and what the reader may do."""
    return page(request, city, find(city, number))


def page(request: CityRequest, city: City, row: StrategyVersion, status: int = 200, **more: Any) -> HttpResponse:
    """The version's page; `more` adds what an act that was refused has to say."""
    role = next(iter(request.roles), "")
    now = signoff.turn(row)
    may_sign = Permission.SIGN_STRATEGY in request.can
    former, differs = since(city, row)
    may_submit = Permission.SUBMIT_STRATEGY in request.can
    context = {
        "city": city,
        "version": row,
        "steps": steps_of(row),
        "now": now,
        "former": former,
        "differs": differs,
        "part": signoff.part_in(now, request.user, role) if may_sign else "",
        "endorses": may_sign and Role.MAYOR in request.roles and signoff.may_endorse(row, request.user),
        "endorsements": [s for s in row.signatures.all() if s.kind == Signature.Kind.ENDORSE],
        "returned": next((s for s in row.signatures.all() if s.kind == Signature.Kind.RETURN), None),
        "sections": [part for part in row.tree["sections"] if part["html"]],
        "words": sum(part["words"] for part in row.tree["sections"]),
        "may_submit": may_submit,
        "withdraw_form": WithdrawForm(),
        "lapsed": [],
        "making": None if row.pdf else _making(city, row.number),
        **more,
    }
    if row.state == State.SIGNED:
        context["in_force"] = city.strategyversion_set.in_force().filter(pk=row.pk).exists()
        context["lapsed"] = lapsed_rows(city) if context["in_force"] else []
    return render(request, "strategy/signoff/version.html", context, status=status)


def since(city: City, row: StrategyVersion) -> tuple[StrategyVersion | None, list[str]]:
    """The last version before this one that was signed or returned, and the titles of the parts that differ."""
    decided = city.strategyversion_set.filter(state__in=[State.SIGNED, State.RETURNED], number__lt=row.number)
    former = decided.order_by("-number").first()
    if former is None:
        return None, []
    return former, [part.label for part in changed_parts(former.parts.all(), row.parts.all())]


def _making(city: City, number: int) -> Export | None:
    return city.export_set.filter(kind=Export.Kind.VERSION_PDF, options={"version": number}).first()


@require_POST
@city_view(Permission.SUBMIT_STRATEGY)
def withdraw(request: CityRequest, city: City, number: int) -> HttpResponse:
    """Take the version back, with a reason."""
    row, form = find(city, number), WithdrawForm(request.POST)
    if not form.is_valid():
        return page(request, city, row, 422, withdraw_form=form)
    try:
        signoff.withdraw(version=row, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as why:
        return page(request, city, find(city, number), 409, refused=str(why), withdraw_form=form)
    messages.success(request, _("Version %(number)d is withdrawn.") % {"number": number})
    return redirect("strategy:version", city=city.slug, number=number)


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def pdf(request: CityRequest, city: City, number: int) -> FileResponse:
    """The version's one PDF, byte for byte as it was made; `?view` shows it in the browser."""
    row = get_object_or_404(city.strategyversion_set.defer("tree"), number=number)
    return _file(row.pdf, f"{slugify(city.name)}-data-strategy-version-{number}", "view" not in request.GET)


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def paper_file(request: CityRequest, city: City, pk: int) -> FileResponse:
    """The signed paper as it was uploaded."""
    row = get_object_or_404(city.signature_set.select_related("version"), pk=pk)
    return _file(row.paper, f"{slugify(city.name)}-version-{row.version.number}-signature-{row.pk}", True)


def _file(name: str, shown: str, attached: bool) -> FileResponse:
    if not name or not default_storage.exists(name):
        raise Http404
    ending = name[name.rfind(".") :]
    return FileResponse(
        default_storage.open(name),
        as_attachment=attached,
        filename=shown + ending,
        content_type=MEDIA.get(ending, "application/octet-stream"),
    )


@require_POST
@city_view(Permission.SUBMIT_STRATEGY)
def pdf_again(request: CityRequest, city: City, number: int) -> HttpResponse:
    """Have the PDF made where the first attempt failed; one that stands is never made again."""
    row = get_object_or_404(city.strategyversion_set.defer("tree"), number=number)
    if not row.pdf:
        signoff.ask_pdf(row, by=request.user)
    return redirect("strategy:version", city=city.slug, number=number)
