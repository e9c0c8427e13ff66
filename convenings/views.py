"""A cohort's convenings: everybody of the cohort reads them, staff plan them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator import audit
from accelerator.models import Cohort
from cities.access import CohortRequest, Permission, PersonRequest, cohort_view, staff_view
from convenings.forms import ConveningForm


@require_safe
@cohort_view(Permission.VIEW_COHORT)
def convenings(request: CohortRequest, cohort: Cohort) -> HttpResponse:
    """Those to come, then those that are over."""
    today = cohort.today()
    rows = list(cohort.convening_set.all())
    return render(
        request,
        "convenings/convenings.html",
        {
            "cohort": cohort,
            "upcoming": [row for row in rows if row.ends_on >= today],
            "past": [row for row in rows if row.ends_on < today],
            "may_plan": Permission.MANAGE_COHORT in request.can,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def new(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    form = ConveningForm(request.POST or None, cohort=cohort)
    if request.method == "POST" and form.is_valid():
        convening = form.save()
        audit.record("convening planned", by=request.user, about=convening, cohort=cohort.slug)
        messages.success(request, _("%(name)s is planned.") % {"name": convening})
        return redirect("convenings:convenings", cohort.slug)
    return render(request, "convenings/convening_form.html", {"form": form, "cohort": cohort})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def edit(request: PersonRequest, cohort: Cohort, pk: int) -> HttpResponse:
    convening = get_object_or_404(cohort.convening_set, pk=pk)
    form = ConveningForm(request.POST or None, instance=convening, cohort=cohort)
    if request.method == "POST" and form.is_valid():
        form.save()
        audit.record(
            "convening changed", by=request.user, about=convening, cohort=cohort.slug, fields=form.changed_data
        )
        messages.success(request, _("%(name)s is saved.") % {"name": convening})
        return redirect("convenings:convenings", cohort.slug)
    context = {"form": form, "cohort": cohort, "convening": convening}
    return render(request, "convenings/convening_form.html", context)


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def remove(request: PersonRequest, cohort: Cohort, pk: int) -> HttpResponse:
    convening = get_object_or_404(cohort.convening_set, pk=pk)
    audit.record("convening removed", by=request.user, about=convening, cohort=cohort.slug)
    messages.success(request, _("%(name)s is no longer planned.") % {"name": convening})
    convening.delete()
    return redirect("convenings:convenings", cohort.slug)
