"""Versions: what was submitted and signed, one version's page, its files."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import find_row, save_form
from accelerator.refusals import Refused
from cities.access import CityRequest, Permission, city_view
from cities.models import City, Export, Role
from strategy.document import exports, tables, web
from strategy.document.parts import changed_parts
from strategy.signoff import actions as signoff
from strategy.signoff import approvers, lapse, left_out, papers, readiness, returned, submission, turns
from strategy.signoff.forms import AnswerForm, SubmitForm, WithdrawForm
from strategy.signoff.models import ReturnComment, Signature, Step, StrategyVersion
from strategy.signoff.views.readiness import by_place, sentence
from strategy.template.models import label_of

State = StrategyVersion.State
MEDIA = {".pdf": "application/pdf", ".jpg": "image/jpeg", ".png": "image/png"}


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def index(request: CityRequest, city: City) -> HttpResponse:
    # A tree is a whole document: don't load one per listed version.
    versions = list(
        city.strategyversion_set.defer("tree")
        .select_related("submitted_by")
        .prefetch_related("steps__person", "signatures")
    )
    waiting = next((row for row in versions if row.state == State.WITH_APPROVERS), None)
    in_force = next((row for row in versions if row.state == State.SIGNED), None)
    signatures = in_force.signatures.all() if in_force else []
    steps = steps_of(waiting) if waiting else []
    current = next((step for step in steps if step.is_current), None)
    context = {
        "city": city,
        "versions": versions,
        "waiting": waiting,
        "in_force": in_force,
        "steps": steps,
        "turn": turns.waiting_sentence(current, city.language) if current else "",
        "signatures": [row for row in signatures if row.kind != Signature.Kind.RETURN],
        "lapsed": lapsed_rows(city) if in_force else [],
        "approvers": approvers.of(city),
        "may_submit": Permission.SUBMIT_STRATEGY in request.can,
        "may_set": Permission.SET_APPROVERS in request.can,
    }
    return render(request, "strategy/signoff/versions.html", context)


def steps_of(version: StrategyVersion) -> list[Step]:
    """The steps in order, each with its signature and whether it is its turn."""
    # In Python, not with queries: the list of versions has steps and signatures prefetched.
    steps, uploaded = approvers.find_signers(version.steps.all()), papers.waiting(version.city)
    signatures = {row.step_id: row for row in version.signatures.all()}
    current = next((step for step in steps if step.state == Step.State.WAITING), None)
    for step in steps:
        step.signature, step.uploaded = signatures.get(step.pk), uploaded.get(step.pk)
        step.is_current = step is current and version.state == State.WITH_APPROVERS
    return steps


def lapsed_rows(city: City) -> list[tuple[str, str]]:
    """(label, section key or "") of the parts changed since the version in force was signed."""
    lapsed = lapse.of(city)
    return lapsed.rows if lapsed else []


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SUBMIT_STRATEGY)
def submit(request: CityRequest, city: City) -> HttpResponse:
    form = SubmitForm(request.POST if request.method == "POST" else None, city=city)
    refused = ""
    if request.method == "POST" and form.is_valid():
        try:
            version = submission.submit(city=city, by=request.user, **form.cleaned_data)
        except Refused as refusal:
            refused = str(refusal)
        else:
            messages.success(
                request, _("Version %(number)d has been submitted for signature.") % {"number": version.number}
            )
            return redirect("strategy:version", city=city.slug, number=version.number)
    # Checked again on every request: a blocked submission shows what to fix instead of the form.
    findings = readiness.findings(city)
    asked = returned.findings(city, may_answer=True)
    blocking = [*asked, *readiness.blocking(findings)]
    advice_count = sum(not finding.is_blocking for finding in findings)
    sections = list(city.section_set.in_document().select_related("template").defer("html"))
    absent = city.section_set.present().exclude(pk__in=[row.pk for row in sections]).select_related("template")
    titles = [str(row.template.title) for row in absent.defer("html").order_by("position")]
    context = {
        "city": city,
        "left_out": left_out.sentence(titles) if titles else "",
        "form": form,
        "refused": refused,
        "blocking": by_place(blocking),
        "advice_count": advice_count,
        "sentence": "" if refused and not blocking else sentence(len(blocking), advice_count),
        "approvers": approvers.of(city),
        "open": signoff.open_version(city),
        "sections": sections,
        "words": sum(row.words for row in sections),
        "actions": city.action_set.count(),
        "comments": returned.of(city),
    }
    return render(request, "strategy/signoff/version_submit.html", context, status=409 if refused else 200)


def find_version(city: City, number: int) -> StrategyVersion:
    rows = city.strategyversion_set.select_related("submitted_by", "city")
    return get_object_or_404(rows.prefetch_related("steps__person", "signatures"), number=number)


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def version(request: CityRequest, city: City, number: int) -> HttpResponse:
    return page(request, city, find_version(city, number))


def page(request: CityRequest, city: City, row: StrategyVersion, status: int = 200, **extra: Any) -> HttpResponse:
    """The version's page; `extra` is added to its context, such as a refusal's message."""
    role = next(iter(request.roles), "")
    step = signoff.current_step(row)
    may_sign = Permission.SIGN_STRATEGY in request.can
    previous, changed = changes_since_previous(city, row)
    files = city.export_set.filter(kind=Export.Kind.VERSION_PDF, options={"version": row.number})
    steps = steps_of(row)
    context = {
        "city": city,
        "version": row,
        "template": label_of(row.template),
        "steps": steps,
        "step": step,
        "uploaded": next((other.uploaded for other in steps if other.is_current), None),
        "previous": previous,
        "changed": changed,
        "other_mayor": signoff.other_mayor(row, step),
        "part": signoff.part_in(step, request.user, role) if may_sign else "",
        "comments": returned.on(row),
        "may_readdress": Permission.SET_APPROVERS in request.can,
        "may_check": Permission.CHECK_PAPERS in request.can,
        "may_withdraw": Permission.WITHDRAW_VERSION in request.can,
        "may_endorse": may_sign and Role.MAYOR in request.roles and signoff.may_endorse(row, request.user),
        "endorsements": [s for s in row.signatures.all() if s.kind == Signature.Kind.ENDORSE],
        "returned": next((s for s in row.signatures.all() if s.kind == Signature.Kind.RETURN), None),
        "sections": tables.written_sections(row.tree),
        "words": sum(part["words"] for part in row.tree["sections"]),
        "may_submit": Permission.SUBMIT_STRATEGY in request.can,
        "withdraw_form": WithdrawForm(),
        "lapsed": [],
        "export": None if row.pdf else files.first(),
        **extra,
    }
    if row.state == State.SIGNED:
        context["in_force"] = city.strategyversion_set.in_force().filter(pk=row.pk).exists()
        context["lapsed"] = lapsed_rows(city) if context["in_force"] else []
    return render(request, "strategy/signoff/version.html", context, status=status)


def changes_since_previous(city: City, row: StrategyVersion) -> tuple[StrategyVersion | None, list[str]]:
    """The previous version that the approvers decided on, and the labels of the parts that differ."""
    decided = city.strategyversion_set.filter(state__in=[State.SIGNED, State.RETURNED], number__lt=row.number)
    previous = decided.order_by("-number").first()
    if previous is None:
        return None, []
    return previous, [part.label for part in changed_parts(previous.parts.all(), row.parts.all())]


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def read(request: CityRequest, city: City, number: int) -> HttpResponse:
    """The frozen text as a page: what is signed can be read on a phone, also before its PDF exists."""
    row = find_version(city, number)
    shown = set(city.picture_set.values_list("pk", flat=True))
    with exports.as_in(row.tree):
        edition = exports.Edition(row.tree, row.submitted_at, row.number, row.code)
        context = web.page(edition, lambda pk: reverse("strategy:picture", args=[city.slug, pk]), shown)
        return render(request, "strategy/signoff/version_read.html", {**context, "here": city, "version": row})


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SUBMIT_STRATEGY)
def answer(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """What was done about a comment with which an approver returned a version."""
    comment = find_row(request, returned.of(city), pk)
    form = AnswerForm(request.POST or None, instance=comment or ReturnComment(city=city))
    form, is_saved = save_form(form, comment and partial(returned.answer, comment=comment, by=request.user))
    if is_saved:
        messages.success(request, _("Changes saved."))
        return redirect("strategy:version-submit", city=city.slug)
    context = {"city": city, "form": form, "comment": comment}
    return render(request, "strategy/signoff/return_comment.html", context, status=form.status_code)


@require_POST
@city_view(Permission.WITHDRAW_VERSION)
def withdraw(request: CityRequest, city: City, number: int) -> HttpResponse:
    row, form = find_version(city, number), WithdrawForm(request.POST)
    if not form.is_valid():
        return page(request, city, row, 422, withdraw_form=form)
    try:
        signoff.withdraw(version=row, by=request.user, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        return page(request, city, find_version(city, number), 409, refused=str(refusal), withdraw_form=form)
    messages.success(request, _("Version %(number)d has been withdrawn.") % {"number": number})
    return redirect("strategy:version", city=city.slug, number=number)


@require_safe
@never_cache
@city_view(Permission.READ_WHOLE)
def pdf(request: CityRequest, city: City, number: int) -> FileResponse:
    """The version's one PDF, byte for byte as created; `?view` displays it in the browser."""
    row = get_object_or_404(city.strategyversion_set.defer("tree"), number=number)
    return stored_file(row.pdf, f"{slugify(city.name)}-data-strategy-version-{number}", "view" not in request.GET)


def stored_file(name: str, filename: str, is_attached: bool) -> FileResponse:
    # The media folder may come from an older backup than the database.
    if not name or not default_storage.exists(name):
        raise Http404
    ending = name[name.rfind(".") :]
    return FileResponse(
        default_storage.open(name),
        as_attachment=is_attached,
        filename=filename + ending,
        content_type=MEDIA.get(ending, "application/octet-stream"),
    )


@require_POST
@city_view(Permission.SUBMIT_STRATEGY)
def pdf_again(request: CityRequest, city: City, number: int) -> HttpResponse:
    row = get_object_or_404(city.strategyversion_set.defer("tree"), number=number)
    if not row.pdf:  # the one PDF is never rendered again: its hash is public
        submission.ask_pdf(row, by=request.user)
    return redirect("strategy:version", city=city.slug, number=number)
