"""The audit log for GovEx: who signed in, failed or was denied, and every change on record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.models import AuditEvent, User
from accelerator.web import whole_number
from cities.access import Permission, PersonRequest, staff_view
from cities.models import City
from dashboards.audit.forms import ACCESS, AuditFilter

A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    event: AuditEvent
    person: User | None  # None: no one known, or erased since
    city: City | None
    access: object  # the verb's label, if it is about access
    details: list[tuple[str, str]]


@require_safe
@staff_view(Permission.VIEW_AUDIT)
def index(request: PersonRequest) -> HttpResponse:
    filters = AuditFilter(request.GET)
    page = Paginator(filters.rows(), A_PAGE).get_page(request.GET.get("page"))
    context = {"filters": filters, "page": page, "page_rows": list(_entries(page))}
    return render(request, "dashboards/audit/audit.html", context)


def _entries(events: Iterable[AuditEvent]) -> Iterator[Entry]:
    events = list(events)
    # The log has no foreign keys: it outlives its subjects.
    people = User.objects.in_bulk({_person_in(event) for event in events})
    cities = City.objects.in_bulk({event.city_id for event in events if event.city_id})
    for event in events:
        person, city = people.get(_person_in(event)), cities.get(event.city_id or 0)
        details = [(name, str(value)) for name, value in event.data.items() if value not in (None, "", [])]
        yield Entry(event, person, city, ACCESS.get(event.verb, ""), details)


def _person_in(event: AuditEvent) -> int:
    """Who did it; for a failed sign-in, whose account it was; 0 for no one."""
    if event.actor_id is None and event.kind == "user":
        return whole_number(event.object_id) or 0
    return event.actor_id or 0
