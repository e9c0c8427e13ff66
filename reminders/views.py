"""Reminders as staff see them: what became of each, what comes, and what the next turn of the clock would do."""

from collections import Counter
from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from accelerator import audit
from accelerator.state_marks import describe
from accelerator.templatetags.page import day_label
from cities.access import Permission, staff_view
from reminders import clock
from reminders import forecast as ahead
from reminders.forms import LedgerFilter
from reminders.models import Due, Envelope
from reminders.rules import registry
from reminders.rules.kinds import date_of, step_words

A_PAGE = 50
# What the clock would do, drawn as the state that follows.
KINDS = {"leave": "sent", "wait": "planned", "skip": "skipped"}
# How many are shown on top, and how long.
TROUBLES, TROUBLES_LAST = 10, timedelta(days=30)


@require_safe
@staff_view(Permission.VIEW_LEDGER)
def ledger(request):
    """Every reminder, planned or settled and why; what went wrong stands on top."""
    now, filters = timezone.now(), LedgerFilter(request.GET)
    rows = filters.rows(now)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    if filters.state_chosen:
        rows = rows.filter(state=filters.state_chosen)
    rows = rows.select_related("person", "city", "envelope").order_by("-due_at", "-pk")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    troubles = Due.objects.trouble(since=now - TROUBLES_LAST).select_related("person", "city", "envelope")
    troubles = list(troubles[: TROUBLES + 1])
    known = registry.subjects([*page, *troubles])
    context = {
        "filters": filters,
        "page": page,
        "entries": [_entry(row, known) for row in page],
        "troubles": [_entry(row, known) for row in troubles[:TROUBLES]],
        "more_troubles": len(troubles) > TROUBLES,
        "tallies": [
            (state, counts.get(state, 0), _tally(describe(state)[0], counts.get(state, 0)))
            for state in Due.State.values
        ],
        "overdue": ahead.overdue(now),
    }
    return render(request, "reminders/ledger.html", context)


def _tally(word, number):
    """A word and its number, which a page links to the list that it counts."""
    return _("%(word)s: %(number)s") % {"word": word, "number": number or pgettext("number", "none")}


def _entry(row, known):
    """A row with the name and the page of what it is about; a deleted subject has neither."""
    title, path = known.get((row.rule, row.object_id), (_("Something that was deleted"), ""))
    return {
        "row": row,
        "title": title,
        "path": path,
        "step": step_words(row.occurrence),
        "date": date_of(row.occurrence),
    }


@require_safe
@staff_view(Permission.VIEW_LEDGER)
def forecast(request):
    """The mails of the next 14 days, by day; a day's number opens that day alone."""
    now = timezone.now()
    mails = ahead.forecast(now)
    counts = Counter(mail.day for mail in mails)
    chosen, today = _day(request.GET.get("day", "")), timezone.localdate(now)
    shown = [mail for mail in mails if chosen in (None, mail.day)]
    page = Paginator(shown, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "tallies": [
            (day, _tally(day_label(day, today, weekday=True), number)) for day, number in sorted(counts.items())
        ],
        "chosen": chosen,
        "total": len(mails),
        "people": len({mail.person for mail in mails}),
    }
    return render(request, "reminders/forecast.html", context)


def _day(text):
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@require_safe
@staff_view(Permission.VIEW_LEDGER)
def dry_run(request):
    """What the clock would do if its turn were now; nothing is sent and nothing changes."""
    now = timezone.now()
    rehearsal = ahead.rehearse(now)
    kinds = {"leave": rehearsal.leave, "wait": rehearsal.wait, "skip": rehearsal.skip}
    words = {"leave": _("Mails that leave"), "wait": _("Mails that wait"), "skip": _("Reminders not sent")}
    chosen = request.GET.get("kind", "")
    rows = [(kind, row) for kind, rows in kinds.items() if chosen not in kinds or chosen == kind for row in rows]
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "leaving": len(rehearsal.leave),
        "tallies": [(kind, KINDS[kind], len(rows), _tally(words[kind], len(rows))) for kind, rows in kinds.items()],
        "chosen": chosen,
        "now": now,
    }
    return render(request, "reminders/dry_run.html", context)


@require_POST
@staff_view(Permission.VIEW_LEDGER)
def send_now(request, pk):
    """Ask the clock to send one reminder at its next turn, whatever the hour; once."""
    row, now = get_object_or_404(Due.objects.select_related("person"), pk=pk), timezone.now()
    if clock.had_todays_mail(row.person, now):
        words = _("%(person)s has had today’s mail. This one goes out with the next, on a working day.")
        messages.warning(request, words % {"person": row.person})
    elif row.press(now):
        audit.record("reminder sent now", by=request.user, about=row, person=row.person_id)
        messages.success(request, _("It goes to %(person)s within a minute.") % {"person": row.person})
    else:
        messages.warning(request, _("Nothing was done: this reminder is settled or was sent on its way before."))
    back = request.POST.get("back", "")
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else "reminders:ledger")


@require_safe
@staff_view(Permission.VIEW_LEDGER)
def envelope(request, pk):
    """One mail as it was sent, and the reminders in it."""
    mail = get_object_or_404(Envelope.objects.select_related("person"), pk=pk)
    rows = list(mail.dues.select_related("person", "city", "envelope"))
    known = registry.subjects(rows)
    return render(request, "reminders/envelope.html", {"mail": mail, "entries": [_entry(row, known) for row in rows]})
