"""The desk: one section, written, moved on and assigned."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accelerator.texts import saving
from accelerator.texts.saving import Outcome, Saved
from accelerator.web import is_script, number_in
from cities.access import Permission, city_view
from cities.models import City
from strategy.sections import looks
from strategy.sections.forms import AssignForm
from strategy.sections.reading import find, sections_of
from strategy.sections.views.desk import refuse


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def save(request: HttpRequest, city: City, section: str) -> HttpResponse:
    """Save the section. A script gets a fragment and a status; a plain form is sent on, nothing lost."""
    # Words typed while somebody left the section out are saved like any other.
    row = get_object_or_404(city.section_set.only("city", "key"), key=section)
    if request.POST.get("person", "") not in {"", str(request.user.pk)}:
        return refuse(request, city, row, "other-person", status=409)
    try:
        saved = saving.save(
            row, html=request.POST.get("html", ""), base=number_in(request, "base"), by=request.user,
            clear=bool(request.POST.get("clear")),
        )  # fmt: skip
    except saving.MissingBase:
        return refuse(request, city, row, "missing-base")
    except saving.TooLong:
        return refuse(request, city, row, "too-long")
    if saved.ok and (draft := number_in(request, "draft")):
        for kept in city.sectiondraft_set.filter(author=request.user, text=row, pk=draft).defer("html"):
            kept.settle()
    return _answer(request, city, saved)


STATUS = {Outcome.SAVED: 200, Outcome.SAME: 200, Outcome.STALE: 409, Outcome.WOULD_EMPTY: 422}


def _answer(request: HttpRequest, city: City, saved: Saved) -> HttpResponse:
    if is_script(request):
        context = {"city": city, "section": saved.text, "saved": saved, "outcome": saved.outcome.value}
        context["beside"] = saved.text.writer_beside(request.user)
        return render(request, "strategy/sections/desk_answer.html", context, status=STATUS[saved.outcome])
    where = {"city": city.slug, "section": saved.text.key}
    if saved.dropped or saved.removed:
        said = {"left_out": saved.left_out, "removed": saved.removed}
        messages.info(request, render_to_string("strategy/sections/left_out.html", said).strip())
    if saved.draft:
        return redirect("strategy:draft", **where, pk=saved.draft.pk)
    if saved.ok:
        messages.success(request, _("Saved."))
    elif saved.outcome == Outcome.WOULD_EMPTY:
        messages.error(
            request, _("Nothing was saved: the text was empty. To empty the section, check “Clear”.")
        )
    else:
        messages.error(request, _("Somebody saved a newer text meanwhile, so the section was not cleared."))
    return redirect("strategy:section", **where)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.EDIT_STRATEGY)
def here(request: HttpRequest, city: City, section: str) -> HttpResponse:
    """Who is here and which revision is current. POST with `writing` renews the writer's claim.

    Either way the answer carries a fresh CSRF cookie, for a desk whose reader signed in again elsewhere.
    """
    row = get_object_or_404(
        sections_of(request, city).select_related("claimed_by", "written_by"), key=section
    )
    if request.method == "POST" and request.POST.get("writing"):
        row.claim(by=request.user)
    get_token(request)
    base = number_in(request, "base")
    if request.method == "POST" and base is not None:
        looks.mark(sections=[(row, base)], by=request.user)
    beside = row.writer_beside(request.user)
    outcome = "newer" if base is not None and base < row.revision else "here"
    context = {
        "city": city,
        "section": row,
        "outcome": outcome,
        "beside": beside,
        "taken_over": beside is not None and bool(request.POST.get("held")),
    }
    return render(request, "strategy/sections/desk_answer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.ASSIGN_SECTIONS)
def assign(request: HttpRequest, city: City, section: str) -> HttpResponse:
    """Say who writes the section and until when."""
    row = find(request, city, section)
    form = AssignForm(request.POST or None, city=city, section=row)
    if request.method == "POST" and form.is_valid():
        row.assign(to=form.cleaned_data["assignee"], due_on=form.cleaned_data["due_on"], by=request.user)
        messages.success(request, _("Saved: %(section)s.") % {"section": row})
        if request.POST.get("back") == "contents":
            return redirect("strategy:strategy", city=city.slug)
        return redirect("strategy:section", city=city.slug, section=row.key)
    back = "contents" if request.GET.get("back") == "contents" else ""
    return render(
        request, "strategy/sections/assign.html", {"city": city, "section": row, "form": form, "back": back}
    )
