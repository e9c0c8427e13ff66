"""Who is at a section: taking over from somebody who writes, and saying that one has read it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accelerator.web import is_script, number_in
from cities.access import Permission, city_view
from cities.models import City
from strategy.sections import looks
from strategy.sections.reading import find


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def take_over(request: HttpRequest, city: City, section: str) -> HttpResponse:
    """Say that oneself writes here now. Nobody needs this to write; it tells the other one."""
    row = find(request, city, section)
    if former := row.take_over(by=request.user):
        messages.info(
            request,
            _("You are writing here now; %(person)s is told. Both of you can still save.")
            % {"person": former},
        )
    return redirect("strategy:section", city=city.slug, section=row.key)


@require_POST
@city_view(Permission.VIEW_STRATEGY)
def looked(request: HttpRequest, city: City, section: str) -> HttpResponse:
    """The reader has seen the section up to a revision; a plain form says that all of it is read."""
    row = find(request, city, section)
    if is_script(request):
        revision = number_in(request, "revision")
        looks.mark(sections=[(row, row.revision if revision is None else revision)], by=request.user)
        return HttpResponse(status=204)
    looks.finish(sections=[row], by=request.user)
    messages.success(request, _("Marked as read: %(section)s.") % {"section": row})
    return redirect("strategy:section", city=city.slug, section=row.key)
