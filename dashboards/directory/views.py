"""Everyone in a cohort: search, filter, invite again, correct, export."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import save_form
from accelerator.models import Cohort, User
from cities.access import Permission, PersonRequest, staff_view
from cities.people.colleagues import without_coach
from dashboards.directory import actions, export
from dashboards.directory.forms import DirectoryFilter, PersonCorrectionForm
from dashboards.directory.listing import as_entries, belongs, entries

PAGE = 50
FORMATS = {
    "csv": (export.as_csv, "text/csv; charset=utf-8"),
    "xlsx": (export.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def directory(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    filters = DirectoryFilter(request.GET, cohort=cohort)
    page = Paginator(entries(cohort, filters.chosen()), PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "cohort": cohort,
        "filters": filters,
        "page": page,
        "people": as_entries(page.object_list),
        "query": query.urlencode(),
        "without_coach": without_coach(cohort),
    }
    return render(request, "dashboards/directory/directory.html", context)


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def invite(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    """Invite the selected people again, or everyone whom the filters show, if they have never signed in and their city
    takes part.
    """
    url = reverse("dashboards:directory", args=[cohort.slug])
    query = request.GET.urlencode()
    back = redirect(f"{url}?{query}" if query else url)
    if not cohort.is_live:
        messages.error(request, _("Nothing was sent. Invitations go out when the cohort goes live."))
        return back
    chosen = set(request.POST.getlist("who"))
    found = as_entries(entries(cohort, DirectoryFilter(request.GET, cohort=cohort).chosen()))
    people = [entry for entry in found if "everyone" in request.POST or entry.token in chosen]
    count = actions.invite_again(cohort, people, by=request.user)
    text = ngettext("%(count)d invitation sent.", "%(count)d invitations sent.", count)
    if count:
        messages.success(request, text % {"count": count})
    else:
        text = _(
            "No one was invited. Select people who haven’t signed in yet and whose city hasn’t paused or left the "
            "cohort."
        )
        messages.info(request, text)
    return back


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def download(request: PersonRequest, cohort: Cohort, ending: str) -> HttpResponse:
    if ending not in FORMATS:
        raise Http404
    write, content_type = FORMATS[ending]
    rows = as_entries(entries(cohort, DirectoryFilter(request.GET, cohort=cohort).chosen()))
    response = HttpResponse(write(rows, cohort.time_zone), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="people-{cohort.slug}.{ending}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def person(request: PersonRequest, cohort: Cohort, pk: int) -> HttpResponse:
    user = get_object_or_404(User, pk=pk)
    if not belongs(cohort, user):
        raise Http404
    done: list[str] = []
    form = PersonCorrectionForm(request.POST if request.method == "POST" else None, instance=user)
    form, is_saved = save_form(form, partial(_correct, user, done, request.user))
    if is_saved:
        text = {
            "sent": _("Saved. The invitation was sent to the new address."),
            "asked": _("Saved. The new address takes effect once the person confirms it."),
        }
        messages.success(request, text.get("".join(done), _("Changes saved.")))
        return redirect("dashboards:directory", cohort.slug)
    context = {"cohort": cohort, "form": form, "person": user}
    return render(request, "dashboards/directory/person.html", context, status=form.status_code)


def _correct(user: User, done: list[str], by: User, **values: Any) -> None:
    done.append(actions.correct(user, values, by=by))
