"""The cities in the top bar's menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accelerator import rls
from accelerator.web import is_script
from cities.models import City

if TYPE_CHECKING:
    from cities.access import PersonRequest


def menu_cities(request: PersonRequest, cohort: str = "", here: int | None = None) -> list[City]:
    """The reader's other cities: those a coach is assigned to; for a program admin, those of the cohort.

    GovEx staff get the menu inside a city; elsewhere, the top bar has its own entries. A member outside a city's pages
    gets the cities of their memberships, even a single one, because the page frame stays in it.
    """
    # Read before the view opens its own, often narrower scope. A fragment has no top bar, so it needs none.
    reach = request.reach
    if request.method not in {"GET", "POST"} or "HX-Request" in request.headers or is_script(request):
        return []
    if reach.is_admin and here:
        with rls.every_city():
            return list(City.objects.defer("outcomes").filter(enrollment__cohort__slug=cohort))
    if reach.cities in ([], [here]) or (reach.staff and not here):
        return []
    with rls.scope(reach.cities, reach.side):
        return list(City.objects.defer("outcomes").filter(pk__in=reach.cities))
