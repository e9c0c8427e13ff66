"""Staff pages about cohorts: list, create, change, go live; cities and their coaches."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import save_form
from accelerator.models import Cohort, User
from accelerator.web import whole_number
from cities import world
from cities.access import Permission, PersonRequest, staff_view
from cities.actions import assign_coach
from cities.models import Enrollment
from cities.people.colleagues import without_coach
from cities.roles import Role
from dashboards.board.status import statuses
from dashboards.cohorts import actions
from dashboards.cohorts.forms import Coaches, CoachForm, CohortForm
from dashboards.invitations.actions import uninvited

PAGE = 25
MOST_PLACES = 12  # cities in a search result


@require_safe
@staff_view(Permission.VIEW_COHORT_BOARD)
def index(request: PersonRequest) -> HttpResponse:
    # Coaches see the cohorts in which they coach a city.
    cohorts = Cohort.objects.annotate(cities=Count("enrollment")).order_by("-kickoff", "name")
    if not request.reach.is_admin:
        cohorts = cohorts.filter(pk__in=set(request.reach.coached.values()))
    page = Paginator(cohorts, PAGE).get_page(request.GET.get("page"))
    may_create = Permission.MANAGE_COHORT in request.can
    return render(request, "dashboards/cohorts/cohorts.html", {"page": page, "may_create": may_create})


def _data(request: PersonRequest) -> QueryDict | None:
    """The submitted form; the button of a suggested Monday fills in the date field."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    if monday := data.get("monday"):
        data["kickoff"] = monday
    return data


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def new(request: PersonRequest) -> HttpResponse:
    form = CohortForm(_data(request), instance=Cohort())

    def write(**_values: Any) -> None:
        actions.create_cohort(form.instance, pins=form.pins, by=request.user)

    form, is_saved = save_form(form, write)
    if is_saved:
        message = _(
            "%(name)s has been created, along with its dates. No emails will go out until the cohort goes live."
        )
        messages.success(request, message % {"name": form.instance})
        return redirect("dashboards:cohort-cities", form.instance.slug)
    return render(request, "dashboards/cohorts/cohort_form.html", {"form": form}, status=form.status_code)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def edit(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    form, moved = CohortForm(_data(request), instance=cohort), dict[str, int]()

    def write(**values: Any) -> None:
        pins = None if cohort.is_live else form.pins
        moved.update(actions.change_cohort(cohort, values=values, pins=pins, by=request.user))

    form, is_saved = save_form(form, write)
    if is_saved:
        messages.success(request, _saved_message(cohort, moved))
        return redirect("dashboards:cohort", cohort.slug)
    context = {"form": form, "cohort": cohort}
    return render(request, "dashboards/cohorts/cohort_form.html", context, status=form.status_code)


def _saved_message(cohort: Cohort, moved: dict[str, int]) -> str:
    if not any(moved.values()):
        return _("Changes to %(name)s have been saved.") % {"name": cohort}
    sessions, due, convenings = moved["sessions"], moved["due"], moved["convenings"]
    phrases = [
        (sessions, ngettext("%(n)d session", "%(n)d sessions", sessions)),
        (due, ngettext("%(n)d section due date", "%(n)d section due dates", due)),
        (convenings, ngettext("%(n)d convening without a venue", "%(n)d convenings without a venue", convenings)),
    ]
    dates = ", ".join(phrase % {"n": count} for count, phrase in phrases if count)
    return _("Changes to %(name)s have been saved. Because the kickoff changed, these moved too: %(dates)s.") % {
        "name": cohort,
        "dates": dates,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def live(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    if request.method == "POST":
        invited = actions.go_live(cohort=cohort, by=request.user)
        if invited is None:
            messages.info(request, _("%(name)s is already live.") % {"name": cohort})
        else:
            message = ngettext(
                "%(name)s is live. %(count)d invitation is on its way.",
                "%(name)s is live. %(count)d invitations are on their way.",
                invited,
            )
            messages.success(request, message % {"name": cohort, "count": invited})
        return redirect("dashboards:cohort", cohort.slug)
    rows = statuses(cohort, cohort.enrollment_set.values_list("city", flat=True))
    waiting = uninvited(cohort)
    context = {
        "cohort": cohort,
        "cities": len(rows),
        "gaps": [row for row in rows if not row.leads or not row.coaches],
        "waiting": waiting[:200],
        "count": len(waiting),
    }
    return render(request, "dashboards/cohorts/cohort_live.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def add(request: PersonRequest, cohort: Cohort) -> HttpResponse:
    if request.method == "POST":
        _add(request, cohort)
        return redirect("dashboards:cohort-cities", cohort.slug)
    template = "dashboards/cohorts/cohort_cities.html"
    return render(request, f"{template}#found" if request.htmx else template, _context(request, cohort))


def _context(request: PersonRequest, cohort: Cohort) -> dict[str, Any]:
    text = request.GET.get("q", "").strip()[:80]
    places = world.search(text, MOST_PLACES) if len(text) > 1 else []
    enrolled = cohort.enrollment_set.filter(city__geoname_id__in=[place.geoname_id for place in places])
    enrolled_ids = set(enrolled.values_list("city__geoname_id", flat=True))
    context: dict[str, Any] = {
        "cohort": cohort,
        "q": text,
        "places": [
            (place, world.country_name(place.country, request.user.language), place.geoname_id in enrolled_ids)
            for place in places
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
    coaches = _coaches()
    rows = []
    for enrollment in page:
        initial = {"starts_on": enrollment.city.today()}
        form = CoachForm(coaches=coaches, auto_id=f"{enrollment.slug}_%s", initial=initial)
        assignments = sorted(enrollment.coachassignment_set.all(), key=lambda row: row.starts_on)
        rows.append((enrollment, assignments, form))
    return {"page": page, "rows": rows, "without_coach": without_coach(cohort)}


def _coaches() -> Coaches:
    people = User.objects.filter(staffrole__role=Role.COACH, is_active=True).order_by("sort_name")
    return [(person.pk, str(person)) for person in people]


def _add(request: PersonRequest, cohort: Cohort) -> None:
    number = whole_number(request.POST.get("city", ""), digits=11)
    place = world.by_id(number) if number is not None else None
    if place is None:
        raise Http404
    if cohort.enrollment_set.filter(city__geoname_id=place.geoname_id).exists():
        messages.info(request, _("%(city)s is already in this cohort.") % {"city": place.label})
    else:
        actions.add_city(cohort=cohort, world=place, by=request.user)
        messages.success(
            request, _("%(city)s has been added. Next, assign a coach and add people.") % {"city": place.label}
        )


def _enrollment(cohort: Cohort, city: str) -> Enrollment:
    return get_object_or_404(cohort.enrollment_set.select_related("city", "cohort"), slug=city)


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def coach(request: PersonRequest, cohort: Cohort, city: str) -> HttpResponse:
    # A form with mistakes is shown again on its own page: the list has one per city.
    enrollment = _enrollment(cohort, city)
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


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def remove(request: PersonRequest, cohort: Cohort, city: str) -> HttpResponse:
    """Undo adding a city by mistake."""
    enrollment = _enrollment(cohort, city)
    try:
        actions.remove_city(enrollment=enrollment, by=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, _("%(city)s has been removed from this cohort.") % {"city": enrollment.city})
    return redirect("dashboards:cohort-cities", cohort.slug)
