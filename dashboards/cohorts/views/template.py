"""The page that pins a strategy template version in a cohort, after it has named the cities that move and stay."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accelerator.models import Cohort
from accelerator.web import number_in, refusal_as_message
from cities.access import Permission, PersonRequest, staff_view
from dashboards.cohorts.forms import TemplateForm
from strategy.models import TemplateVersion
from strategy.sections import following


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def template(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    """Choose a version; with `version` in the query, the confirmation page."""
    pinned: TemplateVersion = cohort.cohorttemplate.version
    if request.method == "POST":
        return _pin(request, cohort, pinned)
    form = TemplateForm(request.GET if "version" in request.GET else None, initial={"version": pinned})
    context = {"cohort": cohort, "form": form, "pinned": pinned}
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"]
        context |= {"version": version, "cities": following.following(cohort, version)}
        return render(request, "dashboards/cohorts/cohort_template_confirm.html", context)
    status = 422 if form.is_bound else 200
    return render(request, "dashboards/cohorts/cohort_template.html", context, status=status)


def _pin(request: PersonRequest, cohort: Cohort, pinned: TemplateVersion) -> HttpResponse:
    form = TemplateForm(request.POST)
    if not form.is_valid():
        context = {"cohort": cohort, "form": form, "pinned": pinned}
        return render(request, "dashboards/cohorts/cohort_template.html", context, status=422)
    version = form.cleaned_data["version"]
    with refusal_as_message(request):
        cities = following.pin_and_move(
            cohort=cohort, version=version, seen=number_in(request, "seen") or 0, by=request.user
        )
        messages.success(request, _done(cohort, version, cities))
        return redirect("dashboards:cohort", cohort.slug)
    return redirect("dashboards:cohort-template", cohort.slug)


def _done(cohort: Cohort, version: TemplateVersion, cities: following.Following) -> str:
    sentences = [_("%(cohort)s now uses %(version)s.") % {"cohort": cohort, "version": version.label}]
    moved, stayed = len(cities.moving), len(cities.staying)
    if moved:
        text = ngettext("%(count)d city moved to this version.", "%(count)d cities moved to this version.", moved)
        sentences.append(text % {"count": moved})
    if stayed:
        text = ngettext("%(count)d city kept its version.", "%(count)d cities kept their versions.", stayed)
        sentences.append(text % {"count": stayed})
    return " ".join(sentences)
