"""The cities that the top bar of a page leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accelerator import rls
from accelerator.web import is_script
from cities.models import City

if TYPE_CHECKING:
    from cities.access import PersonRequest


def menu_cities(request: PersonRequest, cohort: str = "", here: int | None = None) -> list[City]:
    """Where else the reader works: a coach's other cities, and for a program admin those of the cohort.

    GovEx gets them inside a city; everywhere else the top bar has its own entries. A member outside any city gets the
    cities of the membership, even if it is one: the frame stays there.
    """
    # Read before the view's own scope opens, which is often narrower. A fragment has no top bar, so it needs none.
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
