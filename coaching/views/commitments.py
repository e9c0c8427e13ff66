"""Commitments: a city's list, a new one, a correction, and completion."""

from collections.abc import Iterable
from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import save_form
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from coaching import actions, summary
from coaching.actions import NewCommitment
from coaching.forms import CommitmentForm
from coaching.models import Commitment
from coaching.people import people_of

PER_PAGE = 25


def mark_for_reader(request: CityRequest, rows: Iterable[Commitment]) -> list[Commitment]:
    """The rows as a list, each with `is_own` and `may_complete`."""
    marked = list(rows)
    may_complete = Permission.KEEP_COMMITMENTS in request.can
    for row in marked:
        row.is_own = row.owner_id == request.user.pk
        row.may_complete = may_complete and row.may_be_completed_by(request.user, request.roles)
    return marked


@require_safe
@city_view(Permission.VIEW_COACHING)
def index(request: CityRequest, city: City) -> HttpResponse:
    """All of the city's open commitments, or all completed ones, page by page."""
    is_done = request.GET.get("show") == "kept"
    rows = city.commitment_set.done() if is_done else city.commitment_set.open()
    page = Paginator(rows.in_rows(), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "city": city,
        "page": page,
        "commitments": mark_for_reader(request, page),
        "is_done": is_done,
        "sentence": summary.sentence(city, summary.tally(city)),
        "may_log": Permission.LOG_COACHING in request.can,
    }
    return render(request, "coaching/commitments.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.LOG_COACHING)
def new(request: CityRequest, city: City, session: int) -> HttpResponse:
    """Add a commitment to a session that is already logged."""
    row = get_object_or_404(city.coachingsession_set, pk=session)
    form = CommitmentForm(
        request.POST or None,
        instance=Commitment(city=city, session=row),
        city=city,
        participants=people_of(city),
        by=request.user,
    )
    if request.method == "POST" and form.is_valid():
        actions.add_commitment(session=row, new=NewCommitment(**form.values()), by=request.user)
        messages.success(request, _("Commitment added: %(what)s") % {"what": form.instance.what})
        return redirect("coaching:session", city=city.slug, session=row.pk)
    context = {"city": city, "session": row, "form": form}
    return render(request, "coaching/commitment_form.html", context, status=form.status_code)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.LOG_COACHING)
def edit(request: CityRequest, city: City, commitment: int) -> HttpResponse:
    row = get_object_or_404(city.commitment_set.in_rows(), pk=commitment)
    form = CommitmentForm(request.POST or None, instance=row, city=city, participants=people_of(city), by=request.user)
    form, is_saved = save_form(form, partial(actions.change_commitment, commitment=row, by=request.user))
    if is_saved:
        messages.success(request, _("Commitment saved: %(what)s") % {"what": row.what})
        return redirect("coaching:session", city=city.slug, session=row.session_id)
    context = {"city": city, "session": row.session, "commitment": row, "form": form}
    return render(request, "coaching/commitment_form.html", context, status=form.status_code)


@require_POST
@city_view(Permission.KEEP_COMMITMENTS)
def done(request: CityRequest, city: City, commitment: int) -> HttpResponse:
    row = _get_completable(request, city, commitment)
    row.mark_done(by=request.user)
    return _answer(request, city, row)


@require_POST
@city_view(Permission.KEEP_COMMITMENTS)
def reopen(request: CityRequest, city: City, commitment: int) -> HttpResponse:
    row = _get_completable(request, city, commitment)
    row.reopen(by=request.user)
    return _answer(request, city, row)


def _get_completable(request: CityRequest, city: City, pk: int) -> Commitment:
    """404 for another city's commitment, 403 for a colleague's."""
    row = get_object_or_404(city.commitment_set.in_rows(), pk=pk)
    if not row.may_be_completed_by(request.user, request.roles):
        raise PermissionDenied
    return row


def _answer(request: CityRequest, city: City, row: Commitment) -> HttpResponse:
    """For htmx the saved row with the page's headline; else a redirect to the page the row is on."""
    back = request.POST.get("back", "")
    if request.htmx:
        mark_for_reader(request, [row])
        # A session's page has no headline to update.
        sentence = "" if back == "session" else summary.sentence(city, summary.tally(city))
        context = {"city": city, "commitment": row, "back": back, "new_sentence": sentence}
        return render(request, "coaching/commitment_answer.html", context)
    page = {
        "session": reverse("coaching:session", args=[city.slug, row.session_id]),
        "all": reverse("coaching:commitments", args=[city.slug]),
    }.get(back, reverse("coaching:coaching", args=[city.slug]))
    messages.success(
        request,
        (_("Commitment completed: %(what)s") if row.done_at else _("Commitment reopened: %(what)s"))
        % {"what": row.what},
    )
    return redirect(f"{page}#commitments")
