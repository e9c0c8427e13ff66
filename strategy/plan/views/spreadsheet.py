"""The plan as a file: export as XLSX or CSV, import after a read-only preview."""

from __future__ import annotations

import base64
from contextlib import suppress

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accelerator.intake.fields import ContentField
from accelerator.intake.verdicts import preview_context
from accelerator.middleware import takes_file
from accelerator.refusals import Conflict, Refused
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.plan import actions as plan
from strategy.plan.editing import GET_OR_POST
from strategy.plan.importing import apply_preview
from strategy.plan.quarters import strategy_of
from strategy.plan.sheets import LIMITS
from strategy.plan.uploaded import ReadingForm, UploadedPlan, check
from strategy.plan.vocabulary import ACTION_COLUMNS, COLUMNS, header
from strategy.plan.workbook import write_actions_csv, write_workbook

SESSION_KEY = "plan-import"
FILES = {
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_workbook),
    "csv": ("text/csv; charset=utf-8", write_actions_csv),
}


class FileForm(forms.Form):
    # `cleaned_data["file"]` is the content.
    file = ContentField(
        label=gettext_lazy("File"),
        read=check,
        megabytes=LIMITS.megabytes,
        accept=".xlsx,.csv,.txt,text/csv",
        help_text=gettext_lazy("An Excel workbook (.xlsx) or CSV file, up to 4 MB and 2,000 rows."),
    )


@require_safe
@city_view(Permission.READ_WHOLE)
def export(request: CityRequest, city: City) -> HttpResponse:
    kind = "csv" if request.GET.get("as") == "csv" else "xlsx"
    content_type, write = FILES[kind]
    response = HttpResponse(write(city, get_language() or "en"), content_type=content_type)
    name = f"plan-{city.slug}-{city.today()}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
@takes_file
def upload(request: CityRequest, city: City) -> HttpResponse:
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_bound and form.is_valid():
        # Kept in the session: what is applied is what was shown.
        content = base64.b64encode(form.cleaned_data["file"]).decode("ascii")
        name = str(request.FILES["file"])[:100]
        request.session[SESSION_KEY] = {"city": city.pk, "name": name, "content": content, "answers": {}}
        return redirect("strategy:plan-preview", city=city.slug)
    language = get_language() or "en"
    context = {
        "city": city,
        "form": form,
        "columns": [header(name, language) for name in COLUMNS if name in ACTION_COLUMNS],
        "cancel_url": reverse("strategy:plan", args=[city.slug]),
    }
    return render(request, "strategy/plan/import_form.html", context, status=422 if form.is_bound else 200)


def _uploaded(request: CityRequest, city: City) -> UploadedPlan | None:
    """None if no file was uploaded for this city."""
    stored = request.session.get(SESSION_KEY)
    if not stored or stored["city"] != city.pk or "content" not in stored:
        return None
    return UploadedPlan(city, strategy_of(city), base64.b64decode(stored["content"]), stored["answers"])


def _choose_again(request: CityRequest, city: City) -> HttpResponse:
    messages.info(request, _("There’s no uploaded file to review. Choose the file again."))
    return redirect("strategy:plan-import", city=city.slug)


@GET_OR_POST
@never_cache
@city_view(Permission.EDIT_PLAN)
def preview(request: CityRequest, city: City) -> HttpResponse:
    """What the file would change; POST answers the questions about it and matches its columns."""
    uploaded = _uploaded(request, city)
    if uploaded is None:
        return _choose_again(request, city)
    data = request.POST if request.method == "POST" else None
    form = ReadingForm(data, uploaded=uploaded)
    if form.is_valid():
        plan.match_columns(strategy=uploaded.strategy, names=form.names, by=request.user)
        request.session[SESSION_KEY] = {**request.session[SESSION_KEY], "answers": form.answers}
        return redirect("strategy:plan-preview", city=city.slug)
    context = {"city": city, "form": form, "name": request.session[SESSION_KEY]["name"]}
    if not uploaded.is_readable:
        status = 422 if form.is_bound else 200
        return render(request, "strategy/plan/import_columns.html", context, status=status)
    judged = uploaded.judge(get_language() or "en")
    context |= {
        "remarks": uploaded.remarks,
        "is_settled": uploaded.understood.is_settled,
        "absent": judged.absent,
        "ready": sum(verdict.is_written for verdict in judged.all),
        "seen": judged.digest,
        **preview_context(request, judged.all),
    }
    return render(request, "strategy/plan/import_preview.html", context, status=422 if form.is_bound else 200)


@require_POST
@city_view(Permission.EDIT_PLAN)
def apply(request: CityRequest, city: City) -> HttpResponse:
    plan.lock(city)  # no one changes the plan between comparing and writing
    uploaded = _uploaded(request, city)
    if uploaded is None:
        return _choose_again(request, city)
    if not uploaded.is_readable or not uploaded.understood.is_settled:
        messages.warning(request, _("Answer the questions about the file first. Nothing was imported."))
        return redirect("strategy:plan-preview", city=city.slug)
    judged, count = uploaded.judge(get_language() or "en"), None
    # If the plan has changed since the preview, show it again before writing anything.
    if request.POST.get("seen") == judged.digest:
        with suppress(Conflict, Refused):
            count = apply_preview(judged, city=city, by=request.user)
    if count is None:
        messages.warning(
            request,
            _("The plan has changed since this preview was made, so nothing was imported. Check the updated preview."),
        )
        return redirect("strategy:plan-preview", city=city.slug)
    del request.session[SESSION_KEY]
    sentence = ngettext("%(count)d row imported into the plan.", "%(count)d rows imported into the plan.", count)
    messages.success(request, sentence % {"count": count})
    return redirect("strategy:plan", city=city.slug)
