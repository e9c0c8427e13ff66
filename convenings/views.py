"""A cohort's convenings: everyone in the cohort can read them, staff plan them."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator import audit
from accelerator.conflicts import find_row, save_form
from accelerator.models import Cohort
from cities.access import CohortRequest, Permission, PersonRequest, cohort_view, staff_view
from convenings import actions
from convenings.forms import ConveningForm
from convenings.models import Convening
from curriculum.models import ItemKind, ProgramItem


@require_safe
@cohort_view(Permission.VIEW_COHORT)
def convenings(request: CohortRequest, cohort: Cohort) -> HttpResponse:
    today = cohort.today()
    rows = list(cohort.convening_set.all())
    items = list(ProgramItem.objects.filter(version__cohortprogram__cohort=cohort, kind=ItemKind.CONVENING))
    for row in rows:
        row.name = row.title_among(items)  # for display, not saved
    context = {
        "cohort": cohort,
        "upcoming": [row for row in rows if row.ends_on >= today],
        "past": [row for row in rows if row.ends_on < today],
        "may_plan": Permission.MANAGE_COHORT in request.can,
    }
    return render(request, "convenings/convenings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def new(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    form = ConveningForm(request.POST or None, instance=Convening(cohort=cohort))
    form, is_saved = save_form(form, lambda **_values: actions.add(form.instance, by=request.user))
    if is_saved:
        messages.success(request, _("%(name)s was added to the timeline.") % {"name": form.instance})
        return redirect("convenings:convenings", cohort.slug)
    context = {"form": form, "cohort": cohort}
    return render(request, "convenings/convening_form.html", context, status=form.status_code)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def edit(request: PersonRequest, cohort: Cohort, pk: int) -> HttpResponse:
    convening = find_row(request, cohort.convening_set, pk)
    form = ConveningForm(request.POST or None, instance=convening or Convening(cohort=cohort))
    form, is_saved = save_form(form, convening and partial(actions.change, convening, by=request.user))
    if is_saved:
        messages.success(request, _("Changes to %(name)s have been saved.") % {"name": convening})
        return redirect("convenings:convenings", cohort.slug)
    context = {"form": form, "cohort": cohort, "convening": convening}
    return render(request, "convenings/convening_form.html", context, status=form.status_code)


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def remove(request: PersonRequest, cohort: Cohort, pk: int) -> HttpResponse:
    convening = get_object_or_404(cohort.convening_set, pk=pk)
    # Audit before deleting the row, which has the ID that the audit log needs.
    audit.record("convening removed", by=request.user, about=convening, cohort=cohort.slug)
    messages.success(request, _("%(name)s was removed from the timeline.") % {"name": convening})
    convening.delete()
    return redirect("convenings:convenings", cohort.slug)
