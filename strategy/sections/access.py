"""Which sections a reader sees: those of the document; for a guest reviewer, only the assigned ones."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from accelerator.web import Request
from cities.access import Permission
from cities.models import City
from strategy.sections.models import Section, SectionQuerySet


def sections_of(request: Request, city: City) -> SectionQuerySet:
    """The sections of the city's document that this reader can see; every page starts here."""
    present = city.section_set.present()
    if Permission.READ_WHOLE in request.can:
        return present
    # The guest reviewer role alone gives access to no section: each is assigned.
    return present.filter(reviewers__membership__user=request.user)


def section_or_404(request: Request, city: City, section: str) -> Section:
    """The section with this key, with everything its pages show; 404 if this reader can't see it."""
    rows = sections_of(request, city).select_related("template", "assignee", "written_by", "claimed_by")
    return get_object_or_404(rows, key=section)


def all_sections_of(request: Request, city: City) -> SectionQuerySet:
    """Includes sections outside the document: text typed before a section was omitted is still stored."""
    return city.section_set.all() if Permission.READ_WHOLE in request.can else sections_of(request, city)
