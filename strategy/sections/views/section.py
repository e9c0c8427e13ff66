"""Assigning a section and marking it as read. `desk.SECTION` has the pages that write its text."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accelerator.conflicts import save_form
from accelerator.web import is_script, number_in
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.sections import last_read
from strategy.sections.access import section_or_404
from strategy.sections.forms import AssignForm


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.ASSIGN_SECTIONS)
def assign(request: CityRequest, city: City, section: str) -> HttpResponse:
    row = section_or_404(request, city, section)
    form = AssignForm(request.POST or None, instance=row, city=city)

    def write(**_changed: object) -> None:
        row.assign(to=form.cleaned_data["assignee"], due_on=form.cleaned_data["due_on"], by=request.user)

    form, is_saved = save_form(form, write)
    if is_saved:
        messages.success(request, _("Saved: %(section)s.") % {"section": row})
        # The list of contents links here too; return its reader there.
        if request.POST.get("back") == "contents":
            return redirect("strategy:strategy", city=city.slug)
        return redirect("strategy:section", city=city.slug, section=row.key)
    back = "contents" if request.GET.get("back") == "contents" else ""
    context = {"city": city, "section": row, "form": form, "back": back}
    return render(request, "strategy/sections/assign.html", context, status=form.status_code)


@require_POST
@city_view(Permission.VIEW_STRATEGY)
def looked(request: CityRequest, city: City, section: str) -> HttpResponse:
    """Mark the section as read: up to the revision a script reports, or all of it for the plain form."""
    row = section_or_404(request, city, section)
    if is_script(request):
        revision = number_in(request, "revision")
        last_read.mark(sections=[(row, row.revision if revision is None else revision)], by=request.user)
        return HttpResponse(status=204)
    last_read.finish(sections=[row], by=request.user)
    messages.success(request, _("Marked as read: %(section)s.") % {"section": row})
    return redirect("strategy:section", city=city.slug, section=row.key)
