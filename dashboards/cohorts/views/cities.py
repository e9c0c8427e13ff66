"""Staff pages about a cohort's cities: add, remove, assign a coach."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accelerator.models import Cohort, User
from accelerator.web import refusal_as_message, whole_number
from cities import world
from cities.access import Permission, PersonRequest, staff_view
from cities.actions import assign_coach
from cities.models import City, Enrollment
from cities.participation import state_sentence
from cities.people.colleagues import without_coach
from cities.roles import Role
from cities.world import WorldCity
from dashboards.board.others import others_of
from dashboards.cohorts import actions
from dashboards.cohorts.forms import Coaches, CoachForm

PAGE = 25
MOST_PLACES = 12  # cities in a search result


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def add(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    if request.method == "POST":
        return _add(request, cohort)
    template = "dashboards/cohorts/cohort_cities.html"
    return render(request, f"{template}#found" if request.htmx else template, _context(request, cohort))


def _context(request: PersonRequest, cohort: Cohort) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:80]
    places = world.search(text, MOST_PLACES) if len(text) > 1 else []
    known = City.objects.filter(geoname_id__in=[place.geoname_id for place in places]).in_bulk(field_name="geoname_id")
    enrolled = set(cohort.enrollment_set.filter(city__in=known.values()).values_list("city", flat=True))
    others = others_of(cohort, [city.pk for city in known.values()])
    context: dict[str, Any] = {
        "cohort": cohort,
        "q": text,
        "places": [
            {
                "city": place,
                "country": world.country_name(place.country, request.user.language),
                "is_enrolled": city is not None and city.pk in enrolled,
                "others": others[city.pk].sentences if city else [],
            }
            for place in places
            for city in [known.get(place.geoname_id)]
        ],
        "city_data": True,
    }
    # Typing in the search replaces the search results, not the cities below.
    return context if request.htmx else context | _page(request, cohort)


def _page(request: PersonRequest, cohort: Cohort) -> dict[str, Any]:
    """Enrollments by name, each with its coaches and a form to assign another."""
    enrollments = cohort.enrollment_set.select_related("city").order_by("city__sort_name", "pk")
    enrollments = enrollments.prefetch_related("coachassignment_set__user").annotate(people=Count("city__membership"))
    page = Paginator(enrollments, PAGE).get_page(request.GET.get("page"))
    coaches, rows = _coaches(), []
    others = others_of(cohort, [enrollment.city_id for enrollment in page])
    for enrollment in page:
        initial = {"starts_on": enrollment.city.today()}
        form = CoachForm(coaches=coaches, auto_id=f"{enrollment.slug}_%s", initial=initial)
        assignments = sorted(enrollment.coachassignment_set.all(), key=lambda row: row.starts_on)
        rows.append((enrollment, assignments, form, others[enrollment.city_id]))
    return {"page": page, "rows": rows, "without_coach": without_coach(cohort)}


def _coaches() -> Coaches:
    people = User.objects.filter(staffrole__role=Role.COACH, is_active=True).order_by("sort_name")
    return [(person.pk, str(person)) for person in people]


def _add(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    number = whole_number(request.POST.get("city", ""), digits=11)
    place = world.by_id(number) if number is not None else None
    if place is None:
        raise Http404
    city = City.objects.filter(geoname_id=place.geoname_id).first()
    if city and cohort.enrollment_set.filter(city=city).exists():
        messages.info(request, _("%(city)s is already in this cohort.") % {"city": place.label})
        return redirect("dashboards:cohort-cities", cohort.slug)
    elsewhere = city.enrollment_set.open().select_related("cohort", "city").running_first() if city else ()
    if elsewhere and "confirmed" not in request.POST:
        return _ask_first(request, cohort, place, list(elsewhere))
    actions.add_city(cohort=cohort, world=place, by=request.user)
    message = _("%(city)s has been added. Next, assign a coach and add people.")
    messages.success(request, message % {"city": place.label})
    return redirect("dashboards:cohort-cities", cohort.slug)


def _ask_first(request: PersonRequest, cohort: Cohort, place: WorldCity, elsewhere: list[Enrollment]) -> HttpResponse:
    context = {
        "cohort": cohort,
        "place": place,
        "running": elsewhere[0],
        "sentences": [state_sentence(enrollment) for enrollment in elsewhere],
    }
    return render(request, "dashboards/cohorts/cohort_city_add.html", context)


def enrollment_in(cohort: Cohort, city: str) -> Enrollment:
    row: Enrollment = get_object_or_404(cohort.enrollment_set.select_related("city", "cohort"), slug=city)
    return row


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def coach(request: PersonRequest, cohort: Cohort, city: str) -> HttpResponse:
    # A form with mistakes is shown again on its own page: the list has one per city.
    enrollment = enrollment_in(cohort, city)
    form = CoachForm(request.POST, coaches=_coaches(), auto_id=f"{city}_%s")
    if form.is_valid():
        values = form.cleaned_data
        person = User.objects.get(pk=values.pop("coach"))
        if enrollment.coachassignment_set.filter(user=person, ends_on=None).exists():
            message = _("%(name)s already coaches %(city)s.")
        else:
            message = _("%(name)s has been assigned to coach %(city)s.")
            assign_coach(enrollment=enrollment, coach=person, by=request.user, **values)
        messages.success(request, message % {"name": person, "city": enrollment.city})
        return redirect("dashboards:cohort-cities", cohort.slug)
    context = {"form": form, "cohort": cohort, "city": enrollment.city}
    return render(request, "dashboards/cohorts/cohort_coach.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def remove(request: PersonRequest, cohort: Cohort, city: str) -> HttpResponse:
    """Undo adding a city by mistake: the page says first what goes and what stays."""
    enrollment = enrollment_in(cohort, city)
    if request.method == "POST":
        with refusal_as_message(request):
            actions.remove_city(enrollment=enrollment, by=request.user)
            messages.success(request, _("%(city)s has been removed from this cohort.") % {"city": enrollment.city})
        return redirect("dashboards:cohort-cities", cohort.slug)
    context = {
        "cohort": cohort,
        "city": enrollment.city,
        "problem": actions.why_not_removed(enrollment),
        "coaching": enrollment.coachassignment_set.select_related("user"),
        "is_only": not enrollment.city.enrollment_set.exclude(pk=enrollment.pk).exists(),
    }
    return render(request, "dashboards/cohorts/cohort_city_remove.html", context)
