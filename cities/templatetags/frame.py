"""The frame of a page: whose entries stand at the left, and the way to the other cities that one works with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse

from accelerator.models import Cohort
from cities.access import Access, Permission, PersonRequest, Reach, allowed
from cities.models import City

register = template.Library()
MOST = 40  # cities in one menu; beyond that it has the coached ones, and leads to the cohort's list


@dataclass(frozen=True, slots=True)
class Frame:
    """The city or the cohort that a page belongs to, and what the reader may do in it."""

    city: City | None = None
    cohort: Cohort | None = None
    can: frozenset[Permission] = frozenset()


@dataclass(frozen=True, slots=True)
class Door:
    """One city of the menu, and the address there that one goes to."""

    name: str
    url: str
    here: bool


@register.simple_tag(takes_context=True)
def frame_of_page(context: dict[str, Any]) -> Frame:
    """The page's own city or cohort. Pages about oneself and the cohort's stay in a person's one city."""
    request: PersonRequest | None = context.get("request")
    city, cohort = getattr(request, "city", None), getattr(request, "cohort", None)
    match getattr(request, "cities", []):
        case [own] if request and city is None and own.pk in request.reach.memberships and not _is_public(request):
            return Frame(own, cohort or _cohort(own), allowed(request.reach.roles_in(own.pk)))
    return Frame(city, cohort, getattr(request, "can", frozenset()))


def _cohort(city: City) -> Cohort | None:
    enrollment = city.enrollment_set.select_related("cohort").order_by("-pk").first()
    return enrollment.cohort if enrollment else None


def _is_public(request: PersonRequest) -> bool:
    access: Access | None = getattr(request.resolver_match and request.resolver_match.func, "access", None)
    return access is not None and access.kind == "public"


@register.inclusion_tag("components/cities_menu.html", takes_context=True)
def cities_menu(context: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """Where one is, and as a menu where else one works."""
    request: PersonRequest | None = context.get("request")
    cities: list[City] = getattr(request, "cities", [])
    reach: Reach | None = getattr(request, "reach", None)
    if reach and len(cities) > MOST:
        cities = [city for city in cities if city.pk in reach.coached]
    board = frame.cohort if reach and reach.is_admin else None
    return {"frame": frame, "doors": list(_doors(request, cities, frame)) if request else [], "board": board}


def _doors(request: PersonRequest, cities: list[City], frame: Frame) -> Iterator[Door]:
    """The same page of each city where only the city names it and one may open it there, else the city's first page."""
    page, permission = "", None
    match = getattr(request, "resolver_match", None)
    if frame.city and request.method == "GET" and match and list(match.captured_kwargs) == ["city"]:
        page, permission = match.view_name, match.func.access.permission
    for city in cities:
        may = allowed(request.reach.roles_in(city.pk))
        first = "dashboards:city" if Permission.VIEW_CITY in may else "strategy:strategy"
        here = frame.city is not None and city.pk == frame.city.pk
        yield Door(city.name, reverse(page if permission in may else first, args=[city.slug]), here)
