"""Which sections a reader sees: the document's, and of these a guest reviewer only the named ones."""

from __future__ import annotations

from django.http import HttpRequest

from cities.access import Permission
from cities.models import City
from strategy.sections.models import SectionQuerySet


def sections_of(request: HttpRequest, city: City) -> SectionQuerySet:
    """The sections of the city's document that this reader may see; every page starts here."""
    present = city.section_set.present()
    if Permission.READ_WHOLE in request.can:
        return present
    return present.filter(reviewers__membership__user=request.user)


def kept_sections_of(request: HttpRequest, city: City) -> SectionQuerySet:
    """The same with those that stand apart: for words that were typed before somebody left the section out."""
    return city.section_set.all() if Permission.READ_WHOLE in request.can else sections_of(request, city)
