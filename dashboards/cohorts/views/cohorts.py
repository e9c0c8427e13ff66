"""Staff pages about cohorts: list, create, change, go live."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accelerator.conflicts import save_form
from accelerator.models import Cohort
from cities.access import Permission, PersonRequest, staff_view
from dashboards.board.status import statuses
from dashboards.cohorts import actions
from dashboards.cohorts.forms import CohortForm
from dashboards.invitations.actions import uninvited

PAGE = 25


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
