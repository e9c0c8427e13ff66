"""An approver's actions: request a code, sign, return with comments, endorse."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accelerator import stepup
from accelerator.refusals import Refused
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.signoff import actions as signoff
from strategy.signoff.forms import CodeForm, ReadForm, ReturnForm
from strategy.signoff.models import Step, StrategyVersion
from strategy.signoff.views.versions import find_version, page


def _turn(request: CityRequest, row: StrategyVersion) -> tuple[Step | None, str]:
    """The step whose turn it is, and the reader's part in it: "own", "behalf" or ""."""
    step = signoff.current_step(row)
    return step, signoff.part_in(step, request.user, next(iter(request.roles), ""))


def _act(request: CityRequest, row: StrategyVersion) -> str:
    """What this reader can confirm with a code now: "sign", "endorse" or ""."""
    if _turn(request, row)[1]:
        return "sign"
    return "endorse" if signoff.may_endorse(row, request.user) else ""


@require_POST
@city_view(Permission.SIGN_STRATEGY)
def code(request: CityRequest, city: City, number: int) -> HttpResponse:
    """Email a code for what this reader can confirm, and redirect to the page where it is entered."""
    row = find_version(city, number)
    act = _act(request, row)
    if not act:
        return page(request, city, row, 409, refused=_("You have nothing to sign here."))
    step, _part = _turn(request, row)
    if act == "sign" and (refused := signoff.other_mayor(row, step)):
        return page(request, city, row, 409, refused=refused)
    # Don't send a code for a text other than the one on the page where it was requested.
    form = ReadForm(request.POST)
    if not form.is_valid() or form.cleaned_data["sha256"] != row.sha256:
        message = _("This isn’t the text you read. Open the version again and read it.")
        return page(request, city, row, 409, refused=message)
    names = {"number": number, "city": city.name}
    sentence = (
        _("You’re about to sign version %(number)d of the Citywide Data Strategy for %(city)s.")
        if act == "sign"
        else _("You’re about to endorse version %(number)d of the Citywide Data Strategy for %(city)s.")
    ) % names
    refused = stepup.send(person=request.user, purpose=signoff.purpose(act, row), sentence=sentence)
    if refused:
        messages.warning(request, refused)
    return redirect(f"strategy:version-{act}", city=city.slug, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.SIGN_STRATEGY)
def sign(request: CityRequest, city: City, number: int) -> HttpResponse:
    return _confirm(request, city, number, "sign", _("You’ve signed version %(number)d. Thank you."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.SIGN_STRATEGY)
def endorse(request: CityRequest, city: City, number: int) -> HttpResponse:
    return _confirm(request, city, number, "endorse", _("You’ve endorsed version %(number)d."))


def _confirm(request: CityRequest, city: City, number: int, act: str, success: str) -> HttpResponse:
    """The page where the emailed code is entered; "sign" or "endorse" once it is correct."""
    row = find_version(city, number)
    step, _part = _turn(request, row)
    form = CodeForm(request.POST or None, initial={"sha256": row.sha256, "step": step.pk if step else 0})
    version_page = redirect("strategy:version", city=city.slug, number=number)
    if request.method != "POST":
        return _code_page(request, city, row, form, act) if _act(request, row) == act else version_page
    if not form.is_valid():
        return _code_page(request, city, row, form, act, status=422)
    data = form.cleaned_data
    try:
        if act == "sign":
            signoff.sign(version=row, by=request.user, **data)
        else:
            signoff.endorse(version=row, by=request.user, sha256=data["sha256"], code=data["code"])
    except Refused as refusal:
        return _refused(request, city, number, form, act, str(refusal))
    messages.success(request, success % {"number": number})
    return version_page


def _refused(request: CityRequest, city: City, number: int, form: CodeForm, act: str, reason: str) -> HttpResponse:
    row = find_version(city, number)
    step, _part = _turn(request, row)
    is_outdated = _act(request, row) != act or form.cleaned_data["sha256"] != row.sha256
    # Another code wouldn't help: the version's page shows what has happened.
    if is_outdated or (act == "sign" and (step is None or form.cleaned_data["step"] != step.pk)):
        return page(request, city, row, 409, refused=reason)
    form.add_error("code", reason)
    return _code_page(request, city, row, form, act, status=422)


def _code_page(
    request: CityRequest, city: City, row: StrategyVersion, form: CodeForm, act: str, status: int = 200
) -> HttpResponse:
    step, part = _turn(request, row)
    context: dict[str, Any] = {
        "city": city,
        "version": row,
        "form": form,
        "act": act,
        "step": step,
        "part": part,
        "sent_code": stepup.open_code(person=request.user, purpose=signoff.purpose(act, row)),
        "minutes": int(stepup.LASTS.total_seconds() // 60),
    }
    return render(request, "strategy/signoff/sign.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.SIGN_STRATEGY)
def send_back(request: CityRequest, city: City, number: int) -> HttpResponse:
    row = find_version(city, number)
    step, part = _turn(request, row)
    sections = [(item["key"], f"{item['number']}. {item['title']}") for item in row.tree["sections"]]
    initial = {"sha256": row.sha256, "step": step.pk if step else 0}
    form = ReturnForm(request.POST or None, sections=sections, initial=initial)
    if request.method == "POST" and form.is_valid():
        remarks = {"comment": form.cleaned_data["comment"], "sections": form.section_comments}
        try:
            signoff.send_back(version=row, by=request.user, **remarks, **form.target)
            messages.success(
                request, _("Version %(number)d has been returned with your comments.") % {"number": number}
            )
            return redirect("strategy:version", city=city.slug, number=number)
        except Refused as refusal:  # the form keeps what was typed
            form.add_error(None, str(refusal))
    elif request.method != "POST" and not part:
        return redirect("strategy:version", city=city.slug, number=number)
    context = {"city": city, "version": row, "form": form, "step": step, "part": part}
    return render(request, "strategy/signoff/sign_return.html", context, status=422 if form.errors else 200)
