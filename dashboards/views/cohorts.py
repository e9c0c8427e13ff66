"""Staff's own pages about cohorts: the list, creating, changing, going live."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accelerator.models import Cohort
from cities.access import Permission, staff_view
from dashboards import actions
from dashboards.forms import CohortForm
from dashboards.standing import standings

PAGE = 25


def take_cohort(request, slug):
    """The cohort of a staff page's address, also as `request.cohort` for the navigation."""
    request.cohort = get_object_or_404(Cohort, slug=slug)
    return request.cohort


@require_safe
@staff_view(Permission.VIEW_COHORT_BOARD)
def index(request):
    """All cohorts; a coach's are those in which the coach has a city."""
    cohorts = Cohort.objects.annotate(cities=Count("enrollment")).order_by("-kickoff", "name")
    if not request.reach.is_admin:
        cohorts = cohorts.filter(pk__in=set(request.reach.coached.values()))
    page = Paginator(cohorts, PAGE).get_page(request.GET.get("page"))
    may_create = Permission.MANAGE_COHORT in request.can
    return render(request, "dashboards/cohorts.html", {"page": page, "may_create": may_create})


def _data(request):
    """What was sent; a button that offers a Monday stands for the date field."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    if data.get("monday"):
        data["kickoff"] = data["monday"]
    return data


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def new(request):
    form = CohortForm(_data(request))
    if form.is_bound and form.is_valid():
        cohort = actions.create_cohort(form.save(commit=False), pins=form.pins, by=request.user)
        words = _("%(name)s is created with its dates. Nothing is mailed until it goes live.")
        messages.success(request, words % {"name": cohort})
        return redirect("dashboards:cohort-cities", cohort.slug)
    return render(request, "dashboards/cohort_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def edit(request, cohort):
    cohort = take_cohort(request, cohort)
    form = CohortForm(_data(request), instance=cohort)
    if form.is_bound and form.is_valid():
        pins = None if cohort.is_live else form.pins
        moved = actions.change_cohort(
            form.save(commit=False), changed=form.changed_data, pins=pins, by=request.user
        )
        messages.success(request, _moved_words(cohort, moved))
        return redirect("dashboards:cohort", cohort.slug)
    context = {"form": form, "cohort": Cohort.objects.get(pk=cohort.pk)}
    return render(request, "dashboards/cohort_form.html", context)


def _moved_words(cohort, moved):
    if not moved:
        return _("%(name)s is saved.") % {"name": cohort}
    return _(
        "%(name)s is saved. With the kick-off moved %(sessions)d sessions, %(due)d due dates of sections and "
        "%(convenings)d convenings whose place is open."
    ) % {"name": cohort, **moved}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def live(request, cohort):
    """What going live does, and the button that does it."""
    cohort = take_cohort(request, cohort)
    if request.method == "POST":
        invited = actions.go_live(cohort=cohort, by=request.user)
        if invited is None:
            messages.info(request, _("%(name)s is live already.") % {"name": cohort})
        else:
            words = ngettext(
                "%(name)s is live. %(count)d invitation is on its way.",
                "%(name)s is live. %(count)d invitations are on their way.",
                invited,
            )
            messages.success(request, words % {"name": cohort, "count": invited})
        return redirect("dashboards:cohort", cohort.slug)
    rows = standings(cohort, cohort.enrollment_set.values_list("city", flat=True))
    waiting = actions.uninvited(cohort)
    context = {
        "cohort": cohort,
        "cities": len(rows),
        "gaps": [row for row in rows if not row.leads or not row.coaches],
        "waiting": waiting[:200],
        "count": len(waiting),
    }
    return render(request, "dashboards/cohort_live.html", context)
