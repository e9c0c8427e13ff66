"""Email pages for staff: the ledger, the reminders, a forecast, and a preview of the clock's next tick."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from accelerator import audit, formats
from accelerator.models import Email
from accelerator.state_marks import describe
from cities.access import Permission, PersonRequest, staff_view
from reminders import clock
from reminders import forecast as ahead
from reminders.forms import DueFilter, EmailFilter
from reminders.models import Due
from reminders.rules import registry
from reminders.rules.rule import date_of, step_label

A_PAGE = 50
# What the clock would do, drawn as the resulting state.
KINDS = {"leave": "sent", "wait": "planned", "skip": "skipped"}
MOST_TROUBLES, TROUBLES_LAST = 10, timedelta(days=30)


@require_safe
@staff_view(Permission.VIEW_LEDGER)
def ledger(request: PersonRequest) -> HttpResponse:
    now, filters = timezone.now(), EmailFilter(request.GET)
    # The texts are long, and only a daily email's is ever shown: the others hold codes and links.
    rows = filters.rows().select_related("person").defer("text", "html")
    trouble = Email.objects.filter(state__in=Email.TROUBLE, created_at__gt=now - TROUBLES_LAST)
    troubles = list(trouble.select_related("person").defer("text", "html")[: MOST_TROUBLES + 1])
    context = {
        "filters": filters,
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "troubles": troubles[:MOST_TROUBLES],
        "more_troubles": len(troubles) > MOST_TROUBLES,
        "overdue": ahead.overdue(now),
    }
    return render(request, "reminders/ledger.html", context)


@require_safe
@staff_view(Permission.VIEW_LEDGER)
def dues(request: PersonRequest) -> HttpResponse:
    filters = DueFilter(request.GET)
    rows = filters.rows("state")  # the counts of all states stay visible while one is selected
    state = filters.cleaned_data.get("state", "")
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    rows = (rows.filter(state=state) if state else rows).order_by("-due_at", "-pk")
    page = Paginator(rows.select_related("person", "city", "email"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "state_chosen": state,
        "page": page,
        "entries": _entries(page, ahead.send_times(page, timezone.now())),
        "tallies": [
            (value, counts.get(value, 0), _tally(describe(value)[0], counts.get(value, 0)))
            for value in Due.State.values
        ],
    }
    return render(request, "reminders/dues.html", context)


def _tally(label: object, number: int) -> str:
    return _("%(word)s: %(number)s") % {
        "word": label,
        "number": formats.number(number) if number else pgettext("number", "none"),
    }


def _entries(rows: Iterable[Due], send_times: Mapping[int, datetime] | None = None) -> list[dict[str, Any]]:
    """Each row with its subject's name and page, and when it was or will be sent."""
    rows, send_times = list(rows), send_times or {}
    subjects = registry.subjects(rows)
    deleted, today = (_("Deleted item"), ""), timezone.localdate()
    return [
        {
            "row": row,
            "title": title,
            "path": path,
            "step": step_label(row.occurrence, today),
            "at": _sent_at(row, send_times),
        }
        for row in rows
        for title, path in [subjects.get((row.rule, row.object_id), deleted)]
    ]


def _sent_at(row: Due, send_times: Mapping[int, datetime]) -> datetime:
    return (row.email and row.email.sent_at) or send_times.get(row.pk, row.due_at)


@require_safe
@staff_view(Permission.VIEW_LEDGER)
def forecast(request: PersonRequest) -> HttpResponse:
    now = timezone.now()
    emails = ahead.forecast(now)
    counts = Counter(email.day for email in emails)
    chosen, today = date_of(request.GET.get("day", "")), timezone.localdate(now)
    page = Paginator([email for email in emails if chosen in (None, email.day)], A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": page,
        "tallies": [
            (day, _tally(formats.day(day, today, weekday=True), number)) for day, number in sorted(counts.items())
        ],
        "chosen": chosen,
        "total": len(emails),
        "people": len({email.person for email in emails}),
    }
    return render(request, "reminders/forecast.html", context)


@require_safe
@staff_view(Permission.VIEW_LEDGER)
def dry_run(request: PersonRequest) -> HttpResponse:
    now = timezone.now()
    rehearsal = ahead.rehearse(now)
    kinds: dict[str, Sequence[Any]] = {"leave": rehearsal.leave, "wait": rehearsal.wait, "skip": rehearsal.skip}
    labels = {"leave": _("Emails to send"), "wait": _("Pending emails"), "skip": _("Reminders not sent")}
    chosen = request.GET.get("kind", "")
    rows = [(kind, row) for kind, rows in kinds.items() if chosen not in kinds or chosen == kind for row in rows]
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "leaving": len(rehearsal.leave),
        "tallies": [(kind, KINDS[kind], len(rows), _tally(labels[kind], len(rows))) for kind, rows in kinds.items()],
        "chosen": chosen,
        "now": now,
    }
    return render(request, "reminders/dry_run.html", context)


@require_POST
@staff_view(Permission.VIEW_LEDGER)
def send_now(request: PersonRequest, pk: int) -> HttpResponse:
    row, now = get_object_or_404(Due.objects.select_related("person"), pk=pk), timezone.now()
    if clock.had_todays_email(row.person, now):
        message = _(
            "%(person)s has already received today’s email. This reminder will go out with the next one, on a "
            "business day."
        )
        messages.warning(request, message % {"person": row.person})
    elif row.press(now):
        audit.record("reminder sent now", by=request.user, about=row, person=row.person_id)
        messages.success(request, _("The reminder will go out to %(person)s within a minute.") % {"person": row.person})
    else:
        messages.warning(request, _("No change made. This reminder has already been handled or sent."))
    back = request.POST.get("back", "")
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else "reminders:dues")


@require_safe
@staff_view(Permission.VIEW_LEDGER)
def email(request: PersonRequest, pk: UUID) -> HttpResponse:
    row = get_object_or_404(Email.objects.select_related("person"), pk=pk)
    entries = _entries(row.dues.select_related("person", "city", "email"))
    # Other emails hold codes and links that sign their recipient in.
    is_readable = row.kind == Email.Kind.DAILY
    return render(request, "reminders/email.html", {"email": row, "entries": entries, "is_readable": is_readable})
