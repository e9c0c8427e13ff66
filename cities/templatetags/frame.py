"""The page frame: which place's entries the navigation shows, and the menu of the reader's other cities."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from accelerator.models import Cohort
from cities.access import Access, Permission, PersonRequest, Reach, allowed
from cities.models import City

register = template.Library()
MOST = 40  # cities in one menu; with more, it lists the coached ones and links to the cohort


@dataclass(frozen=True, slots=True)
class Frame:
    """The city or cohort that a page belongs to, and what the reader can do in it."""

    city: City | None = None
    cohort: Cohort | None = None
    can: frozenset[Permission] = frozenset()


@dataclass(frozen=True, slots=True)
class CityLink:
    name: str
    url: str
    is_current: bool


@register.simple_tag(takes_context=True)
def frame_of_page(context: dict[str, Any]) -> Frame:
    """The page's own city or cohort."""
    request: PersonRequest | None = context.get("request")
    city, cohort = getattr(request, "city", None), getattr(request, "cohort", None)
    match getattr(request, "cities", []):
        # A member of one city stays in it on personal pages and cohort pages, which have no city of their own.
        case [own] if request and city is None and own.pk in request.reach.memberships and not _is_public(request):
            return Frame(own, cohort or _cohort(own), allowed(request.reach.roles_in(own.pk)))
    return Frame(city, cohort, getattr(request, "can", frozenset()))


def _cohort(city: City) -> Cohort | None:
    enrollment = city.running_enrollment()
    return enrollment.cohort if enrollment else None


def _is_public(request: PersonRequest) -> bool:
    access: Access | None = getattr(request.resolver_match and request.resolver_match.func, "access", None)
    return access is not None and access.kind == "public"


@register.inclusion_tag("components/cities_menu.html", takes_context=True)
def cities_menu(context: dict[str, Any], frame: Frame) -> dict[str, Any]:
    request: PersonRequest | None = context.get("request")
    cities: list[City] = getattr(request, "cities", [])
    reach: Reach | None = getattr(request, "reach", None)
    if reach and len(cities) > MOST:
        cities = [city for city in cities if city.pk in reach.coached]
    board = frame.cohort if frame.city and reach and reach.is_admin else None
    return {"frame": frame, "links": list(_city_links(request, cities, frame)) if request else [], "board": board}


def _city_links(request: PersonRequest, cities: list[City], frame: Frame) -> Iterator[CityLink]:
    """Links to the current page in each city where the reader can open it; else to the city's first page."""
    # Only a page whose URL contains nothing but the city exists in every city; a session or comment doesn't.
    page, permission = "", None
    match = getattr(request, "resolver_match", None)
    if frame.city and request.method == "GET" and match and list(match.captured_kwargs) == ["city"]:
        page, permission = match.view_name, match.func.access.permission
    for city in cities:
        can = allowed(request.reach.roles_in(city.pk))
        start = "dashboards:city" if Permission.VIEW_CITY in can else "strategy:strategy"
        is_current = frame.city is not None and city.pk == frame.city.pk
        yield CityLink(city.name, reverse(page if permission in can else start, args=[city.slug]), is_current)
