"""Sessions: the city's list, a new one, one with its notes, and its date, people and title."""

from functools import partial
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accelerator.conflicts import save_form
from accelerator.texts.desk.media import scripts
from accelerator.walltime import own_clock
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from coaching import actions, summary
from coaching.forms import FACTS, MOST_ROWS, ROWS, LogForm, SessionForm
from coaching.models import CoachingSession
from coaching.people import Participant, people_of, readers
from coaching.views.commitments import mark_for_reader

# Keeps an unsent form in its writer's browser: an hour's notes must survive a closed tab.
FORM_SCRIPT = "js/keep_form.js"
PER_PAGE = 20
FIRST_COMMITMENTS = 12  # open ones above the list of sessions; the others are one click away


@require_safe
@city_view(Permission.VIEW_COACHING)
def index(request: CityRequest, city: City) -> HttpResponse:
    """Open commitments, the longest overdue first; then sessions, newest first."""
    sessions = city.coachingsession_set.order_by("-starts_at", "-pk").prefetch_related("people")
    tally = summary.tally(city)
    context = {
        "city": city,
        "commitments": mark_for_reader(request, city.commitment_set.open().in_rows()[:FIRST_COMMITMENTS]),
        "more": max(0, tally["still_open"] - FIRST_COMMITMENTS),
        "tally": tally,
        "sentence": summary.sentence(city, tally),
        "page": Paginator(sessions, PER_PAGE).get_page(request.GET.get("page")),
        "may_log": Permission.LOG_COACHING in request.can,
    }
    return render(request, "coaching/coaching.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.LOG_COACHING)
def new(request: CityRequest, city: City) -> HttpResponse:
    """Log a session with its notes and commitments, or plan one."""
    participants = people_of(city)
    private = Permission.PRIVATE_NOTES in request.can
    log_form = partial(LogForm, city=city, participants=participants, by=request.user, private=private)
    form = log_form(request.POST or None)
    # Without JavaScript, another row needs a round trip; "redraw" is the script that restores a saved form.
    if request.method == "POST" and not {"more", "redraw"}.isdisjoint(request.POST):
        rows = len(form.row_numbers) + (ROWS if "more" in request.POST else 0)
        typed = form.values_as_typed() | {"rows": min(rows, MOST_ROWS)}
        form = log_form(initial=typed)
    elif request.method == "POST" and form.is_valid():
        return _log(request, city, form)
    context = {
        "city": city,
        "form": form,
        "clock": _clock_of_form(form),
        "form_script": scripts(request, FORM_SCRIPT),
        **audiences(request, participants),
    }
    return render(request, "coaching/session_new.html", context, status=form.status_code)


def _log(request: CityRequest, city: City, form: LogForm) -> HttpResponse:
    data = form.cleaned_data
    session = actions.log_session(
        city=city,
        facts={name: data[name] for name in FACTS},
        people=data["people"],
        shared=data["shared"],
        private=data.get("private"),
        commitments=data["commitments"],
        done=data["done"],
        by=request.user,
    )
    messages.success(request, _("Session scheduled.") if session.is_planned else _("Session logged."))
    # `sent` tells the browser that it can discard its copy of the form.
    page = reverse("coaching:session", args=[city.slug, session.pk])
    return redirect(f"{page}?{urlencode({'sent': data['form_key']})}")


def audiences(request: CityRequest, participants: list[Participant]) -> dict[str, object]:
    may_private = Permission.PRIVATE_NOTES in request.can
    return {
        "shared_readers": readers(participants, Permission.VIEW_COACHING),
        "private_readers": readers(participants, Permission.PRIVATE_NOTES) if may_private else [],
    }


@require_safe
@never_cache
@city_view(Permission.VIEW_COACHING)
def show(request: CityRequest, city: City, session: int) -> HttpResponse:
    row = get_session(city, session)
    may_log, may_private = Permission.LOG_COACHING in request.can, Permission.PRIVATE_NOTES in request.can
    # Earlier open commitments are on the agenda of an upcoming session; on a past one they are irrelevant.
    earlier = city.commitment_set.open().exclude(session=row).in_rows()[:FIRST_COMMITMENTS] if row.is_planned else []
    context = {
        "city": city,
        "session": row,
        "people": list(row.people.all()),
        "commitments": mark_for_reader(request, row.commitments.in_rows()),
        "earlier": mark_for_reader(request, earlier),
        "may_log": may_log,
        "may_private": may_private,
        "private_note": city.privatenote_set.filter(session=row).first() if may_private else None,
    }
    if may_log:
        context |= audiences(request, people_of(city))
        context["form_script"] = scripts(request, FORM_SCRIPT)
    return render(request, "coaching/session.html", context)


def get_session(city: City, pk: int) -> CoachingSession:
    return get_object_or_404(city.coachingsession_set.select_related("shared_note__written_by", "logged_by"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.LOG_COACHING)
def edit(request: CityRequest, city: City, session: int) -> HttpResponse:
    """Correct the facts of a session, or move a planned one; it keeps the zone in which it was agreed."""
    row = get_session(city, session)
    form = SessionForm(request.POST or None, instance=row, city=city, participants=people_of(city), by=request.user)
    form, is_saved = save_form(form, partial(actions.change_session, session=row, by=request.user))
    if is_saved:
        messages.success(request, _("Saved."))
        return redirect("coaching:session", city=city.slug, session=row.pk)
    context = {"city": city, "session": row, "form": form, "clock": _clock_of_form(form)}
    return render(request, "coaching/session_edit.html", context, status=form.status_code)


@require_safe
@city_view(Permission.LOG_COACHING)
def clock(request: CityRequest, city: City, session: int | None = None) -> HttpResponse:
    """The line next to the fields: their wall time on the reader's own clock."""
    zone = get_session(city, session).time_zone if session else city.time_zone
    text = _clock_text(request.GET.get("on"), request.GET.get("at"), zone)
    return render(request, "coaching/clock.html", {"clock": text})


def _clock_of_form(form: SessionForm) -> str:
    # The error next to the field already mentions a skipped hour.
    if form.is_bound and "at" in form.errors:
        return ""
    return _clock_text(form["on"].value(), form["at"].value(), form.instance.time_zone)


def _clock_text(on: object, at: object, zone: str) -> str:
    try:
        return own_clock(forms.DateField().clean(on), forms.TimeField().clean(at), zone)
    except forms.ValidationError:
        return ""
