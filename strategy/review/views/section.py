"""A section's page with its conversations and opinions, and its state changes."""

from __future__ import annotations

from typing import TypedDict

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accelerator.texts.desk.media import scripts
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.review import workflow
from strategy.review.views.conversation import conversation
from strategy.sections.access import section_or_404
from strategy.sections.desk import page_context
from strategy.sections.models import Section, SectionState


@require_safe
@never_cache
@city_view(Permission.VIEW_STRATEGY)
def show(request: CityRequest, city: City, section: str) -> HttpResponse:
    try:
        row = section_or_404(request, city, section)
    except Http404:
        # A link from before the section was omitted leads to its current page.
        if Permission.READ_WHOLE in request.can and city.section_set.filter(key=section).exists():
            return redirect("strategy:section-apart", city=city.slug, outside=section)
        raise
    return page_of(request, city, row)


def page_of(request: CityRequest, city: City, section: Section, **more: object) -> HttpResponse:
    """The whole page; `more` replaces parts of it, such as a comment form with errors."""
    state = SectionState(section.state)
    targets = workflow.moves(section, **parts_of(request))
    may_write = Permission.EDIT_STRATEGY in request.can
    context = {
        **page_context(request, city, section),
        "scripts": scripts(request, "js/desk_comments.js", "js/mark_read.js", editor=may_write),
        "moves": [(target.value, workflow.LABELS[state, target], workflow.MEANINGS[target]) for target in targets],
        **conversation(request, city, section),
        **more,
    }
    return render(request, "strategy/review/section.html", context)


class Parts(TypedDict):
    team: bool
    coach: bool
    lead: bool


def parts_of(request: CityRequest) -> Parts:
    return {
        # One person may have several roles: a lead is also on the team.
        "team": Permission.EDIT_STRATEGY in request.can,
        "coach": Permission.REVIEW_STRATEGY in request.can,
        "lead": Permission.ASSIGN_SECTIONS in request.can,
    }


@require_POST
@city_view(Permission.VIEW_STRATEGY)
def move(request: CityRequest, city: City, section: str) -> HttpResponse:
    parts = parts_of(request)
    if not any(parts.values()):
        raise PermissionDenied
    row = section_or_404(request, city, section)
    if workflow.move(row, request.POST.get("to", ""), by=request.user, **parts):
        messages.success(request, _("Status updated: %(state)s.") % {"state": row.get_state_display()})
    # Why the change was refused: there is no text, or someone else was faster.
    elif not row.has_content:
        messages.error(request, _("This section is still empty. Write something first."))
    else:
        messages.error(
            request,
            _("No change was made because someone has already changed this section’s status. It’s now “%(state)s.”")
            % {"state": row.get_state_display()},
        )
    return redirect("strategy:section", city=city.slug, section=row.key)
