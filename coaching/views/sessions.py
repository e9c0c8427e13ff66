"""Sessions: the city's list, a new one, one with its notes, and its facts."""

from __future__ import annotations

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
from coaching.views.commitments import for_reader

# Keeps a form that is not sent yet in its writer's browser.
KEEPER = "js/keep_form.js"
PER_PAGE = 20
# Open commitments at the head of the list; the others are a click away.
HEAD = 12


@require_safe
@city_view(Permission.VIEW_COACHING)
def index(request: CityRequest, city: City) -> HttpResponse:
    """Open commitments, the longest overdue first; then the sessions, newest first."""
    sessions = city.coachingsession_set.order_by("-starts_at", "-pk").prefetch_related("people")
    tally = summary.tally(city)
    context = {
        "city": city,
        "commitments": for_reader(request, city.commitment_set.open().in_rows()[:HEAD]),
        "more": max(0, tally["still_open"] - HEAD),
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
    """Log a session with its notes and commitments, or plan one. Who will read each note stands beside it."""
    participants = people_of(city)
    private = Permission.PRIVATE_NOTES in request.can
    fresh = partial(LogForm, city=city, participants=participants, by=request.user, private=private)
    form = fresh(request.POST or None)
    if request.method == "POST" and not {"more", "redraw"}.isdisjoint(request.POST):
        rows = len(form.row_numbers) + (ROWS if "more" in request.POST else 0)
        typed = form.values_as_typed() | {"rows": min(rows, MOST_ROWS)}
        form = fresh(initial=typed)
    elif request.method == "POST" and form.is_valid():
        return _log(request, city, form)
    context = {
        "city": city,
        "form": form,
        "clock": _clock_of(form),
        "keeper": scripts(request, KEEPER),
        **audiences(request, participants),
    }
    return render(request, "coaching/session_new.html", context)


def _log(request: CityRequest, city: City, form: LogForm) -> HttpResponse:
    """Store it and go to its page, which tells the browser that the form that it keeps has been sent."""
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
    messages.success(request, _("Planned.") if session.is_planned else _("Logged."))
    page = reverse("coaching:session", args=[city.slug, session.pk])
    return redirect(f"{page}?{urlencode({'sent': data['form_key']})}")


def audiences(request: CityRequest, participants: list[Participant]) -> dict[str, object]:
    """Who reads a shared and who a private note today, by name."""
    return {
        "shared_readers": readers(participants, Permission.VIEW_COACHING),
        "private_readers": readers(participants, Permission.PRIVATE_NOTES)
        if Permission.PRIVATE_NOTES in request.can
        else [],
    }


@require_safe
@never_cache
@city_view(Permission.VIEW_COACHING)
def show(request: CityRequest, city: City, session: int) -> HttpResponse:
    """One session: when and who, the shared note, what was promised; for GovEx the private note too."""
    row = find(city, session)
    may_log, may_private = Permission.LOG_COACHING in request.can, Permission.PRIVATE_NOTES in request.can
    earlier = city.commitment_set.open().exclude(session=row).in_rows()[:HEAD] if row.is_planned else []
    context = {
        "city": city,
        "session": row,
        "people": list(row.people.all()),
        "commitments": for_reader(request, row.commitments.in_rows()),
        "earlier": for_reader(request, earlier),
        "may_log": may_log,
        "may_private": may_private,
        "private_note": city.privatenote_set.filter(session=row).first() if may_private else None,
    }
    if may_log:
        context |= audiences(request, people_of(city))
        context["keeper"] = scripts(request, KEEPER)
    return render(request, "coaching/session.html", context)


def find(city: City, pk: int) -> CoachingSession:
    """A session of this city with its shared note; 404 for another city's."""
    return get_object_or_404(city.coachingsession_set.select_related("shared_note__written_by", "logged_by"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@city_view(Permission.LOG_COACHING)
def edit(request: CityRequest, city: City, session: int) -> HttpResponse:
    """Correct the facts of a session, or move a planned one. Its zone stays the one that it was agreed in."""
    row = find(city, session)
    form = SessionForm(request.POST or None, instance=row, city=city, participants=people_of(city), by=request.user)
    form, is_saved = save_form(form, partial(actions.change_session, session=row, by=request.user))
    if is_saved:
        messages.success(request, _("Saved."))
        return redirect("coaching:session", city=city.slug, session=row.pk)
    context = {"city": city, "session": row, "form": form, "clock": _clock_of(form)}
    return render(request, "coaching/session_edit.html", context, status=form.conflict_code)


@require_safe
@city_view(Permission.LOG_COACHING)
def clock(request: CityRequest, city: City, session: int | None = None) -> HttpResponse:
    """What the wall time in the form is on the reader's own clock: the line beside the fields."""
    zone = find(city, session).time_zone if session else city.time_zone
    words = _clock_words(request.GET.get("on"), request.GET.get("at"), zone)
    return render(request, "coaching/clock.html", {"clock": words})


def _clock_of(form: SessionForm) -> str:
    if form.is_bound and "at" in form.errors:
        return ""
    return _clock_words(form["on"].value(), form["at"].value(), form.instance.time_zone)


def _clock_words(on: object, at: object, zone: str) -> str:
    try:
        return own_clock(forms.DateField().clean(on), forms.TimeField().clean(at), zone)
    except forms.ValidationError:
        return ""
