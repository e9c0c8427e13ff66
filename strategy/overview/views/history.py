from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accelerator.texts.desk.history import index_context
from accelerator.texts.desk.kinds import TextKind
from cities.access import CityRequest
from cities.models import City
from strategy.signoff import lapse


@require_safe
def index(request: CityRequest, city: City, kind: TextKind, **place: Any) -> HttpResponse:
    """The text's history, with the strategy versions in which each revision was signed."""
    desk = kind.open(request, city, place)
    context = index_context(desk)
    signed = lapse.signed_revisions(city, place["section"])
    changes = reverse("strategy:section-changes", args=[city.slug, place["section"]])
    for revision in context["revisions"]:
        revision.changes_url = f"{changes}?from={revision.before}&to={revision.number}"
        revision.signed_in = signed.get(revision.number, [])
    return render(request, "strategy/overview/history.html", context)
