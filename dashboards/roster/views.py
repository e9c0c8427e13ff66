"""A roster from a file: upload, look at every row's verdict, import all of it or nothing."""

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
    """The parsed file is stored in the session, so that what is confirmed is what was shown."""
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if form.is_bound and form.is_valid():
        data = form.cleaned_data["file"].as_json()
        name = str(form.files["file"])[:100]
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
    """The roster stored for this cohort, its name and digest; None where there is none any more."""
    stored = request.session.get(STORED)
    return stored if stored and stored["cohort"] == cohort.pk else None


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def preview(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    stored = _stored(request, cohort)
    if stored is None:
        messages.info(request, _("Choose the file again: there is none waiting."))
        return redirect("dashboards:roster", cohort.slug)
    shown = preview_of(Roster.from_json(stored), cohort)
    context = {
        "cohort": cohort,
        "kept": stored,
        "remarks": stored["remarks"],
        "all": len(shown.verdicts),
        "cities": shown.cities,
        "send_words": shown.send_label,
        "keep_words": shown.keep_label,
        **preview_context(request, shown.verdicts),
    }
    return render(request, "dashboards/roster/roster_preview.html", context)


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def confirm(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    """Import exactly the rows that were shown, or nothing."""
    stored = _stored(request, cohort)
    if stored is None or stored["digest"] != request.POST.get("digest"):
        messages.error(request, _("Nothing was changed: another file was chosen since. Look at this one first."))
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
    """A file to fill in: the column names, and a lead's row for each city that is here."""
    response = HttpResponse(
        blank_file(City.objects.filter(enrollment__cohort=cohort)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="roster-{cohort.slug}.csv"'
    return response
