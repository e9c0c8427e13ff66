"""A roster from a file: upload, preview every row, import all of it or nothing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator import content_versions
from accelerator.intake.verdicts import preview_context
from accelerator.models import Cohort
from accelerator.web import refusal_as_message
from cities.access import Permission, PersonRequest, staff_view
from cities.models import City
from cities.roles import CITY_ROLES, SUGGESTED_TITLES
from cities.roster.file import COLUMNS, Roster, blank_file
from cities.roster.forms import RosterForm
from cities.roster.preview import preview_of
from dashboards.roster import actions

STORED = "roster"  # in the session


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def upload(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if form.is_bound and form.is_valid():
        data = form.cleaned_data["file"].as_json()
        name = str(form.files["file"])[:100]
        # Kept in the session, so that the import matches the preview.
        request.session[STORED] = {"cohort": cohort.pk, "name": name, "digest": content_versions.digest(data), **data}
        return redirect("dashboards:roster-preview", cohort.slug)
    context = {
        "form": form,
        "cohort": cohort,
        "columns": COLUMNS.values(),
        "roles": [role.label for role in CITY_ROLES],
        "titles": SUGGESTED_TITLES,
    }
    return render(request, "dashboards/roster/roster.html", context)


def _stored(request: PersonRequest, cohort: Cohort) -> dict[str, Any] | None:
    """This cohort's uploaded roster with its name and digest; None if the session has none."""
    stored = request.session.get(STORED)
    return stored if stored and stored["cohort"] == cohort.pk else None


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def preview(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    stored = _stored(request, cohort)
    if stored is None:
        messages.info(request, _("There’s no uploaded file to review. Choose the file again."))
        return redirect("dashboards:roster", cohort.slug)
    roster_preview = preview_of(Roster.from_json(stored), cohort)
    context = {
        "cohort": cohort,
        "stored": stored,
        "remarks": stored["remarks"],
        "row_count": len(roster_preview.verdicts),
        "cities": roster_preview.cities,
        "send_label": roster_preview.send_label,
        "keep_label": roster_preview.keep_label,
        **preview_context(request, roster_preview.verdicts),
    }
    return render(request, "dashboards/roster/roster_preview.html", context)


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def confirm(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    stored = _stored(request, cohort)
    # Another tab may have uploaded another file since.
    if stored is None or stored["digest"] != request.POST.get("digest"):
        messages.error(
            request,
            _(
                "Nothing was imported because a different file was uploaded before you confirmed. Review the new "
                "file, then confirm."
            ),
        )
        return redirect("dashboards:roster-preview", cohort.slug)
    verdicts = preview_of(Roster.from_json(stored), cohort).verdicts
    send = request.POST.get("send") == "1" and cohort.is_live
    with refusal_as_message(request):
        done = actions.import_roster(cohort=cohort, verdicts=verdicts, send=send, by=request.user)
        del request.session[STORED]
        messages.success(request, done.message(cohort))
        return redirect("dashboards:cohort-cities", cohort.slug)
    return redirect("dashboards:roster-preview", cohort.slug)


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def discard(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    if _stored(request, cohort):
        del request.session[STORED]
    return redirect("dashboards:roster", cohort.slug)


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def template(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    """A template to fill in: column names, and a row for the lead of each city in the cohort."""
    content = blank_file(City.objects.filter(enrollment__cohort=cohort))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="roster-{cohort.slug}.csv"'
    return response
