"""The plan as a file: out as XLSX or CSV, in through a preview that writes nothing."""

from __future__ import annotations

from dataclasses import asdict

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import Conflict, Refused
from accelerator.intake.files import UnreadableFile
from cities.access import Permission, city_view
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan import importing as plan_import
from strategy.plan import sheets as plan_sheets
from strategy.plan import workbook as plan_book
from strategy.plan.quarters import strategy_of
from strategy.plan.vocabulary import ACTION_COLUMNS, COLUMNS, header

KEPT = "plan-import"
TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
SHOWN = 200  # rows of one kind on the preview


class FileForm(forms.Form):
    """A plan's file; `cleaned_data["file"]` is its Sheets."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        help_text=gettext_lazy("An Excel workbook (.xlsx) or CSV, at most 4 MB and 2,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv,.txt,text/csv"}),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )

    def clean_file(self) -> plan_sheets.Sheets:
        file = self.cleaned_data["file"]
        try:
            # One byte more than allowed is enough to refuse the rest.
            return plan_sheets.read(file.read(plan_sheets.LIMITS.size + 1))
        except UnreadableFile as bad:
            raise forms.ValidationError("%(name)s: %(why)s", params={"name": file.name, "why": bad}) from bad


@require_safe
@city_view(Permission.READ_WHOLE)
def export(request: HttpRequest, city: City) -> HttpResponse:
    """The plan as a workbook with its registers, or its actions as CSV, in the reader's language."""
    kind = "csv" if request.GET.get("as") == "csv" else "xlsx"
    objectives, language = list(city.objective_set.with_actions()), get_language() or "en"
    if kind == "csv":
        content = plan_book.actions_csv(objectives, language)
    else:
        content = plan_book.write(city, objectives, language)
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = (
        f'attachment; filename="plan-{city.slug}-{city.today():%Y-%m-%d}.{kind}"'
    )
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.EDIT_PLAN)
def upload(request: HttpRequest, city: City) -> HttpResponse:
    """Take a file and keep its rows in the session, so that what is applied is what was shown."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        name = request.FILES["file"].name[:100]
        request.session[KEPT] = {"city": city.pk, "name": name, **asdict(form.cleaned_data["file"])}
        return redirect("strategy:plan-preview", city=city.slug)
    language = get_language() or "en"
    context = {
        "city": city,
        "form": form,
        "columns": [header(name, language) for name in COLUMNS if name in ACTION_COLUMNS],
        "cancel_url": reverse("strategy:plan", args=[city.slug]),
    }
    return render(request, "strategy/plan/import_form.html", context, status=422 if form.is_bound else 200)


def _look(request: HttpRequest, city: City) -> plan_import.Preview | None:
    """What the kept file would do now; None where none is kept for this city."""
    kept = request.session.get(KEPT)
    if not kept or kept["city"] != city.pk:
        return None
    sheets = plan_sheets.Sheets(kept["actions"], kept["measures"], kept["unused"])
    return plan_import.Judge(city, strategy_of(city), get_language() or "en").look(sheets)


def _none(request: HttpRequest, city: City) -> HttpResponse:
    messages.info(request, _("Choose the file again: there is none waiting."))
    return redirect("strategy:plan-import", city=city.slug)


@require_safe
@never_cache
@city_view(Permission.EDIT_PLAN)
def preview(request: HttpRequest, city: City) -> HttpResponse:
    """Every row's verdict; nothing is written."""
    found = _look(request, city)
    if found is None:
        return _none(request, city)
    kinds = (plan_import.REFUSED, plan_import.CHANGED, plan_import.ADDED, plan_import.SAME)
    groups = [(kind, found.count(kind), [v for v in found.all if v.kind == kind][:SHOWN]) for kind in kinds]
    ready = found.count(plan_import.ADDED) + found.count(plan_import.CHANGED)
    context = {
        "city": city,
        "name": request.session[KEPT]["name"],
        "unused": ", ".join(request.session[KEPT]["unused"]),
        "groups": [group for group in groups if group[1]],
        "absent": found.absent,
        "ready": ready,
        "refused": found.count(plan_import.REFUSED),
        "seen": found.seen,
    }
    return render(request, "strategy/plan/import_preview.html", context)


@require_POST
@city_view(Permission.EDIT_PLAN)
def apply(request: HttpRequest, city: City) -> HttpResponse:
    """Write what was shown, all of it or nothing; a plan that changed meanwhile is shown again first."""
    plan.lock(city)
    found = _look(request, city)
    if found is None:
        return _none(request, city)
    try:
        if request.POST.get("seen") != found.seen:
            raise Conflict(strategy_of(city))
        with transaction.atomic():
            done = plan_import.apply(found, city=city, by=request.user)
    except (Conflict, Refused):
        messages.warning(
            request, _("The plan has changed since this was shown. Nothing was written; look again.")
        )
        return redirect("strategy:plan-preview", city=city.slug)
    del request.session[KEPT]
    words = ngettext("%(count)d row taken into the plan.", "%(count)d rows taken into the plan.", done)
    messages.success(request, words % {"count": done})
    return redirect("strategy:plan", city=city.slug)
