"""Staff pages about one city's part in a cohort: its state and record, and the pages that change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accelerator.models import AuditEvent, Cohort, User
from accelerator.web import refusal_as_message
from cities import participation
from cities.access import Permission, PersonRequest, staff_view
from cities.enrollments import RUNNING_RULE, EnrollmentState
from cities.models import Enrollment
from cities.participation import CHANGES as CHANGES
from cities.participation import state_sentence
from dashboards.board.others import others_of
from dashboards.cohorts import actions
from dashboards.cohorts.forms import ChangeForm, JoinedForm
from dashboards.cohorts.touched import touched_by, touched_by_joining
from dashboards.cohorts.views.cities import enrollment_in

MOST_EVENTS = 20


@dataclass(frozen=True, slots=True)
class Label:
    heading: str | Promise
    button: str | Promise


LABELS = {
    "await": Label(gettext_lazy("Mark %(city)s as not confirmed"), gettext_lazy("Mark as not confirmed")),
    "confirm": Label(gettext_lazy("Confirm %(city)s’s participation"), gettext_lazy("Confirm participation")),
    "pause": Label(gettext_lazy("Pause %(city)s’s participation"), gettext_lazy("Pause participation")),
    "resume": Label(gettext_lazy("Resume %(city)s’s participation"), gettext_lazy("Resume participation")),
    "withdraw": Label(gettext_lazy("Withdraw %(city)s"), gettext_lazy("Withdraw the city")),
    "complete": Label(gettext_lazy("Mark the program as completed for %(city)s"), gettext_lazy("Mark as completed")),
}
_EVENTS = {
    "enrollment invited": EnrollmentState.INVITED.label,
    "enrollment active": EnrollmentState.ACTIVE.label,
    "enrollment paused": EnrollmentState.PAUSED.label,
    "enrollment withdrawn": EnrollmentState.WITHDRAWN.label,
    "enrollment completed": EnrollmentState.COMPLETED.label,
    "enrollment joined": gettext_lazy("Join date set"),
    "enrollment change undone": gettext_lazy("Last change undone"),
}


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def enrollment(request: PersonRequest, cohort: Cohort, city: str) -> HttpResponse:
    row = enrollment_in(cohort, city)
    possible = [change for change in CHANGES.values() if row.state in change.before]
    context = {
        "cohort": cohort,
        "city": row.city,
        "enrollment": row,
        "sentence": state_sentence(row),
        "changes": [
            (reverse(f"dashboards:cohort-city-{change.name}", args=[cohort.slug, city]), LABELS[change.name].button)
            for change in possible
        ],
        "others": others_of(cohort, [row.city_id])[row.city_id].sentences,
        "rule": RUNNING_RULE,
        "may_remove": not actions.why_not_removed(row),
        "events": _events(row),
    }
    return render(request, "dashboards/cohorts/cohort_city.html", context)


def _events(row: Enrollment) -> list[dict[str, Any]]:
    """The record of this enrollment, the latest first."""
    rows = AuditEvent.objects.filter(kind="enrollment", object_id=str(row.pk), verb__in=_EVENTS)
    events = list(rows.order_by("-at", "-pk")[:MOST_EVENTS])
    people = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    return [
        {
            "at": event.at,
            "label": _EVENTS[event.verb],
            "person": people.get(event.actor_id or 0),
            "reason": event.data.get("reason", ""),
            "on": participation.day_in(event.data.get("on")),
        }
        for event in events
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def change(request: PersonRequest, cohort: Cohort, city: str, change: str) -> HttpResponse:
    row, how = enrollment_in(cohort, city), CHANGES[change]
    page = redirect("dashboards:cohort-city", cohort.slug, city)
    if row.state not in how.before:
        messages.info(request, state_sentence(row))
        return page
    form = ChangeForm(request.POST or None, enrollment=row, needs_reason=how.needs_reason)
    if request.method == "POST" and form.is_valid():
        with refusal_as_message(request):
            row = participation.change_state(row, how, by=request.user, **form.cleaned_data)
            messages.success(request, _("%(state)s You can undo this.") % {"state": state_sentence(row)})
        return page
    label = LABELS[change]
    context = {
        "cohort": cohort,
        "city": row.city,
        "form": form,
        "heading": label.heading % {"city": row.city},
        "button": label.button,
        "touched": touched_by(how, row),
    }
    return render(request, "dashboards/cohorts/cohort_city_change.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def joined(request: PersonRequest, cohort: Cohort, city: str) -> HttpResponse:
    row = enrollment_in(cohort, city)
    form = JoinedForm(request.POST or None, enrollment=row)
    if request.method == "POST" and form.is_valid():
        participation.set_joined_on(row, by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved. You can undo this."))
        return redirect("dashboards:cohort-city", cohort.slug, city)
    context = {
        "cohort": cohort,
        "city": row.city,
        "form": form,
        "heading": _("When %(city)s joined") % {"city": row.city},
        "button": _("Save the join date"),
        "touched": touched_by_joining(row),
    }
    return render(request, "dashboards/cohorts/cohort_city_change.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def undo(request: PersonRequest, cohort: Cohort, city: str) -> HttpResponse:
    row = enrollment_in(cohort, city)
    if request.method == "POST":
        with refusal_as_message(request):
            row = participation.undo(row, by=request.user)
            messages.success(request, _("The last change was undone. %(state)s") % {"state": state_sentence(row)})
        return redirect("dashboards:cohort-city", cohort.slug, city)
    restored = None
    if row.former is not None:
        joined_on = participation.day_in(row.former["joined_on"]) or row.joined_on
        restored = Enrollment(
            city=row.city, cohort=cohort, state=row.former["state"], time_zone=row.time_zone, joined_on=joined_on
        )
    context = {
        "cohort": cohort,
        "city": row.city,
        "enrollment": row,
        "sentence": state_sentence(row),
        "restored": state_sentence(restored) if restored else "",
        "joined_on": row.former and participation.day_in(row.former["joined_on"]),
        "coaching": len(participation.coaching_restored(row)),
    }
    return render(request, "dashboards/cohorts/cohort_city_undo.html", context)
