"""`/`, the reader's home page, the glossary and the accessibility statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accelerator.glossary import terms
from accelerator.models import Cohort
from accelerator.web import text_in
from cities.access import PersonRequest, Reach, person_view, public_view
from cities.models import City, Role

FIRST_PAGES = {
    Role.MAYOR: "dashboards:mayor",
    Role.MAYORS_DELEGATE: "dashboards:mayor",
    Role.CITY_LEAD: "dashboards:city",
    Role.CITY_MEMBER: "dashboards:city",
    Role.GUEST_REVIEWER: "strategy:strategy",
}


@dataclass(frozen=True, slots=True)
class Place:
    url: str
    name: str
    role: str


@require_safe
@never_cache
@person_view()
def home(request: PersonRequest) -> HttpResponse:
    """Redirect to the reader's only place, or offer several, or say whom to contact if there is none."""
    reach = request.reach
    if reach.staff:
        return redirect(_desk(reach))
    places = _cities(reach) + _cohorts(reach)
    if len(places) == 1:
        return redirect(places[0].url)
    return render(request, "dashboards/home/home.html", {"places": places})


def _desk(reach: Reach) -> str:
    """The coach's home page; for other staff the running cohort, else the list of cohorts."""
    if reach.is_coach and (reach.coached or not reach.is_admin):
        return reverse("dashboards:my-cities")
    running = running_cohort(Cohort.objects.exclude(live_at=None))
    return reverse("dashboards:cohort", args=[running.slug]) if running else reverse("dashboards:cohorts")


def running_cohort(cohorts: Iterable[Cohort]) -> Cohort | None:
    """The one under way, the latest of several; else the next to start; else the last that ended."""

    def order(cohort: Cohort) -> tuple[int, int]:
        today, start = cohort.today(), cohort.kickoff.toordinal()
        if today < cohort.kickoff:
            return 1, start
        return (0 if today <= cohort.ends_on else 2), -start

    return min(cohorts, key=order, default=None)


def _cities(reach: Reach) -> list[Place]:
    roles = {city: Role(membership.role) for city, membership in reach.memberships.items()}
    return [
        Place(reverse(FIRST_PAGES[roles[city.pk]], args=[city.slug]), city.name, str(roles[city.pk].label))
        for city in City.objects.filter(pk__in=roles)
    ]


def _cohorts(reach: Reach) -> list[Place]:
    return [
        Place(reverse("dashboards:cohort", args=[cohort.slug]), cohort.name, _("cohort figures"))
        for cohort in Cohort.objects.filter(pk__in=reach.granted)
    ]


@require_safe
@person_view()
def glossary(request: PersonRequest) -> HttpResponse:
    words = text_in(request, "q")[:100].strip()
    # All of them, some hidden: the script shows them again while the reader types.
    rows = [(term, term.matches(words)) for term in terms()]
    context = {"rows": rows, "words": words, "shown": sum(is_shown for _term, is_shown in rows)}
    return render(request, "dashboards/home/glossary.html", context)


@require_safe
@public_view
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboards/home/accessibility.html")
