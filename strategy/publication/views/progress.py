"""After sign-off: the one-minute status form, the quarter's progress, and yearly reviews."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accelerator.languages import phrase, written_in
from accelerator.models import User
from accelerator.refusals import Refused
from cities.access import CityRequest, Permission, city_view, token_view
from cities.models import City
from strategy.plan.models import StatusRequest, StatusRequestQuerySet
from strategy.publication import progress
from strategy.publication.forms import StatusForm, YearlyReviewForm
from strategy.signoff import status_requests

RECENT = 8


def _requests(city: City) -> StatusRequestQuerySet:
    return city.statusrequest_set.select_related("action__objective", "asked", "update", "city__strategy").filter(
        withdrawn_at=None
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@token_view(status_requests.PURPOSE, days=status_requests.LINK_DAYS)
def status(request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
    """The form behind an emailed link, without sign-in."""
    rows = StatusRequest.objects.select_related("action", "asked", "update", "city__strategy")
    row = rows.filter(pk=data["request"], city=data["city"]).first()
    if row is None:
        raise Http404
    person: User | None = data["person"]
    is_asked = person is not None and status_requests.is_asked(row, person)
    with translation.override(person.language if person else row.city.language), timezone.override(row.city.zone):
        if row.withdrawn_at or person is None or not is_asked:
            typed = [request.POST.get(name, "")[:1000] for name in ("reason", "words")]
            context = {"row": row, "is_void": not is_asked, "typed": "\n\n".join(filter(None, typed))}
            return render(request, "strategy/publication/status_over.html", context, status=410)
        # Whoever is signed in here: the link answers as the person to whom it was sent.
        return _status_form(request, row, person, lambda: redirect(request.path + "?thanks=1"))


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.EDIT_PLAN)
def status_answer(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """The same form for the city's team."""
    row = get_object_or_404(_requests(city), pk=pk)

    def respond() -> HttpResponse:
        action = written_in(row.action, city.language)
        messages.success(request, phrase(_("Status update recorded: %(action)s."), action=action).html)
        return redirect("strategy:upkeep", city=city.slug)

    return _status_form(request, row, request.user, respond)


def _status_form(
    request: HttpRequest, row: StatusRequest, by: User, respond: Callable[[], HttpResponse]
) -> HttpResponse:
    form = StatusForm(request.POST or None, action=row.action)
    if request.method == "POST" and form.is_valid():
        progress.record_answer(request=row, by=by, **form.cleaned_data)
        return respond()
    latest = row.action.updates.select_related("person").first()
    context = {
        "row": row,
        "city": row.city,
        "form": form,
        "latest": latest,
        "thanks": "thanks" in request.GET and row.answered_at is not None,
        "quarter": status_requests.quarter_label(row.city, row.quarter),
        "cancel_url": reverse("strategy:upkeep", args=[row.city.slug]) if hasattr(request, "can") else "",
    }
    return render(request, "strategy/publication/status.html", context)


@require_safe
@city_view(Permission.READ_WHOLE)
def index(request: CityRequest, city: City) -> HttpResponse:
    """The latest quarter with who has answered and what is late, and the yearly reviews."""
    version = city.strategyversion_set.in_force().defer("tree").first()
    requests = list(_requests(city).asked_by(city.today()).order_by("-quarter", "due_on", "action__code"))
    newest = requests[0].quarter if requests else None
    rows = [row for row in requests if row.quarter == newest]
    earlier = [row for row in requests if row.quarter != newest and row.answered_at is None]
    context = {
        "city": city,
        "version": version,
        "rows": rows,
        "earlier": earlier,
        "today": city.today(),
        "quarter": status_requests.quarter_label(city, newest) if newest else "",
        "sentence": _headline(city, version, rows),
        "reviews": city.yearlyreview_set.filter(withdrawn_at=None).select_related("done_by").defer("version__tree"),
        "next": _requests(city).filter(asks_on__gt=city.today()).order_by("asks_on").first(),
        "may_answer": Permission.EDIT_PLAN in request.can,
        "may_review": Permission.SUBMIT_STRATEGY in request.can,
    }
    return render(request, "strategy/publication/progress.html", context)


def _headline(city: City, version: object, rows: list[StatusRequest]) -> str:
    if version is None:
        return _("Status requests and yearly reviews start once the strategy is signed.")
    if not rows:
        return _("The strategy has been signed, but no quarter has ended since then.")
    answered = sum(row.answered_at is not None for row in rows)
    late = sum(row.answered_at is None and row.due_on < city.today() for row in rows)
    sentence = ngettext(
        "%(answered)d of %(all)d status request has been answered.",
        "%(answered)d of %(all)d status requests have been answered.",
        len(rows),
    ) % {"answered": answered, "all": len(rows)}
    if late:
        sentence += " " + ngettext("One response is overdue.", "%(late)d responses are overdue.", late) % {"late": late}
    return sentence


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SUBMIT_STRATEGY)
def yearly_review(request: CityRequest, city: City, pk: int) -> HttpResponse:
    rows = city.yearlyreview_set.select_related("done_by", "version").defer("version__tree")
    row = get_object_or_404(rows.filter(withdrawn_at=None), pk=pk)
    form = YearlyReviewForm(request.POST or None)
    if request.method == "POST" and row.done_at is None and form.is_valid():
        try:
            if progress.record_review(row=row, by=request.user, **form.cleaned_data):
                messages.success(request, _("The review has been recorded."))
                return redirect("strategy:upkeep", city=city.slug)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        row.refresh_from_db()
    is_too_late = request.method == "POST" and row.done_at is not None
    if is_too_late:
        messages.error(request, _("Someone else recorded this review while you were working. Read it below."))
    context = {"city": city, "row": row, "form": form, "cancel_url": reverse("strategy:upkeep", args=[city.slug])}
    context["too_early"] = progress.too_early(row)
    return render(request, "strategy/publication/yearly_review.html", context, status=409 if is_too_late else 200)
