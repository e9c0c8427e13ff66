"""Which sections a reader sees: the document's, and of these a guest reviewer only the assigned ones."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from accelerator.web import Request
from cities.access import Permission
from cities.models import City
from strategy.sections.models import Section, SectionQuerySet


def sections_of(request: Request, city: City) -> SectionQuerySet:
    """The sections of the city's document that this reader may see; every page starts here."""
    present = city.section_set.present()
    if Permission.READ_WHOLE in request.can:
        return present
    # Being a guest reviewer opens no section by itself: each is assigned.
    return present.filter(reviewers__membership__user=request.user)


def section_or_404(request: Request, city: City, section: str) -> Section:
    """The section with this key, with all that its pages show; 404 where this reader may not see it."""
    rows = sections_of(request, city).select_related("template", "assignee", "written_by", "claimed_by")
    return get_object_or_404(rows, key=section)


def all_sections_of(request: Request, city: City) -> SectionQuerySet:
    """Also those outside the document: a text typed before someone left its section out is still stored."""
    return city.section_set.all() if Permission.READ_WHOLE in request.can else sections_of(request, city)
