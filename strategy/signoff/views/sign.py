"""What an approver does: ask for a code, sign, return with comments, endorse; and a signature from paper."""

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
from strategy.signoff.forms import CodeForm, PaperForm, ReadForm, ReturnForm
from strategy.signoff.models import Step, StrategyVersion
from strategy.signoff.views.versions import find, page


def _turn(request: CityRequest, row: StrategyVersion) -> tuple[Step | None, str]:
    """Whose turn it is, and the reader's part in it."""
    now = signoff.turn(row)
    return now, signoff.part_in(now, request.user, next(iter(request.roles), ""))


def _act(request: CityRequest, row: StrategyVersion) -> str:
    """What this reader may confirm by a code now: "sign", "endorse" or nothing."""
    if _turn(request, row)[1]:
        return "sign"
    return "endorse" if signoff.may_endorse(row, request.user) else ""


@require_POST
@city_view(Permission.SIGN_STRATEGY)
def code(request: CityRequest, city: City, number: int) -> HttpResponse:
    """Mail a code for the act that waits for this reader, and go on to the page that takes it."""
    row = find(city, number)
    act = _act(request, row)
    if not act:
        return page(request, city, row, 409, refused=_("Nothing waits for your signature here."))
    form = ReadForm(request.POST)
    if not form.is_valid() or form.cleaned_data["sha256"] != row.sha256:
        return page(
            request,
            city,
            row,
            409,
            refused=_("This is not the text that you read. Open the version again and read it."),
        )
    names = {"number": number, "city": city.name}
    what = (
        _("Sign version %(number)d of the Citywide Data Strategy of %(city)s")
        if act == "sign"
        else _("Endorse version %(number)d of the Citywide Data Strategy of %(city)s")
    ) % names
    refused = stepup.send(person=request.user, purpose=signoff.purpose(act, row), act=what)
    if refused:
        messages.warning(request, refused)
    return redirect(f"strategy:version-{act}", city=city.slug, number=number)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.SIGN_STRATEGY)
def sign(request: CityRequest, city: City, number: int) -> HttpResponse:
    """Sign with the code from the mail."""
    row = find(city, number)
    now, part = _turn(request, row)
    form = CodeForm(request.POST or None, initial={"sha256": row.sha256, "step": now.pk if now else 0})
    if request.method == "POST":
        if not form.is_valid():
            return _code_page(request, city, row, form, "sign", now, part, status=422)
        try:
            signoff.sign(version=row, by=request.user, **form.cleaned_data)
        except Refused as why:
            return _refused(request, city, number, form, "sign", str(why))
        messages.success(request, _("You have signed version %(number)d. Thank you.") % {"number": number})
        return redirect("strategy:version", city=city.slug, number=number)
    if not part:
        return redirect("strategy:version", city=city.slug, number=number)
    return _code_page(request, city, row, form, "sign", now, part)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.SIGN_STRATEGY)
def endorse(request: CityRequest, city: City, number: int) -> HttpResponse:
    """A new office-holder confirms the signed version with a code."""
    row = find(city, number)
    form = CodeForm(request.POST or None, initial={"sha256": row.sha256, "step": 0})
    if request.method == "POST":
        if not form.is_valid():
            return _code_page(request, city, row, form, "endorse", status=422)
        data = form.cleaned_data
        try:
            signoff.endorse(version=row, by=request.user, sha256=data["sha256"], code=data["code"])
        except Refused as why:
            return _refused(request, city, number, form, "endorse", str(why))
        messages.success(request, _("You have endorsed version %(number)d.") % {"number": number})
        return redirect("strategy:version", city=city.slug, number=number)
    if not signoff.may_endorse(row, request.user):
        return redirect("strategy:version", city=city.slug, number=number)
    return _code_page(request, city, row, form, "endorse")


def _refused(request: CityRequest, city: City, number: int, form: CodeForm, act: str, why: str) -> HttpResponse:
    """A wrong code comes back to its field; where nothing waits any more, the version's page says why."""
    row = find(city, number)
    now, part = _turn(request, row)
    if _act(request, row) != act or form.cleaned_data["sha256"] != row.sha256:
        return page(request, city, row, 409, refused=why)
    if act == "sign" and (now is None or form.cleaned_data["step"] != now.pk):
        return page(request, city, row, 409, refused=why)
    form.add_error("code", why)
    return _code_page(request, city, row, form, act, now, part, status=422)


def _code_page(
    request: CityRequest,
    city: City,
    row: StrategyVersion,
    form: CodeForm,
    act: str,
    now: Step | None = None,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    waits = stepup.open_code(person=request.user, purpose=signoff.purpose(act, row))
    context: dict[str, Any] = {
        "city": city,
        "version": row,
        "form": form,
        "act": act,
        "now": now,
        "part": part,
        "waits": waits,
        "minutes": int(stepup.LASTS.total_seconds() // 60),
    }
    return render(request, "strategy/signoff/sign.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.SIGN_STRATEGY)
def send_back(request: CityRequest, city: City, number: int) -> HttpResponse:
    """Return the version with comments; those on a section become conversations there."""
    row = find(city, number)
    now, part = _turn(request, row)
    sections = [(part["key"], f"{part['number']}. {part['title']}") for part in row.tree["sections"]]
    form = ReturnForm(
        request.POST or None, sections=sections, initial={"sha256": row.sha256, "step": now.pk if now else 0}
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            signoff.send_back(
                version=row,
                step=data["step"],
                by=request.user,
                sha256=data["sha256"],
                comment=data["comment"],
                sections=form.named,
            )
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("Version %(number)d went back with your comments.") % {"number": number})
            return redirect("strategy:version", city=city.slug, number=number)
    elif request.method != "POST" and not part:
        return redirect("strategy:version", city=city.slug, number=number)
    context = {"city": city, "version": row, "form": form, "now": now, "part": part}
    return render(request, "strategy/signoff/sign_return.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.SUBMIT_STRATEGY)
def paper(request: CityRequest, city: City, number: int) -> HttpResponse:
    """Record a signature that stands on paper, for the office whose turn it is."""
    row = find(city, number)
    now = signoff.turn(row)
    initial = {"sha256": row.sha256, "step": now.pk if now else 0, "name": str(now.person or "") if now else ""}
    form = PaperForm(request.POST or None, request.FILES or None, city=city, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            signoff.sign_on_paper(
                version=row, step=data["step"], by=request.user, sha256=data["sha256"], paper=form.paper
            )
        except Refused as why:
            form.add_error(None, str(why))
        else:
            messages.success(request, _("The signature on paper is recorded."))
            return redirect("strategy:version", city=city.slug, number=number)
    elif request.method != "POST" and now is None:
        return redirect("strategy:version", city=city.slug, number=number)
    context = {"city": city, "version": row, "form": form, "now": now}
    return render(request, "strategy/signoff/sign_paper.html", context, status=422 if form.errors else 200)
