"""A roster from a file: upload, look at every row's verdict, take all of it in or nothing."""

import csv
import hashlib
import json
from collections import Counter

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.models import User
from cities.access import Permission, staff_view
from cities.models import City
from cities.roles import CITY_ROLES, SUGGESTED_TITLES, Role
from cities.roster.file import COLUMNS, Roster
from cities.roster.forms import RosterForm
from cities.roster.judging import Kind, Known, Member, judge, places
from cities.roster.teams import summarize
from dashboards import actions
from dashboards.views.cohorts import take_cohort

KEPT = "roster"
ROWS = 100


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.MANAGE_COHORT)
def upload(request, cohort):
    """The parsed file is kept in the session, so that what is confirmed is what was shown."""
    cohort = take_cohort(request, cohort)
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if form.is_bound and form.is_valid():
        kept = form.cleaned_data["file"].as_json()
        digest = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
        name = request.FILES["file"].name[:100]
        request.session[KEPT] = {"cohort": cohort.pk, "name": name, "digest": digest, **kept}
        return redirect("dashboards:roster-preview", cohort.slug)
    context = {
        "form": form,
        "cohort": cohort,
        "columns": COLUMNS.values(),
        "roles": [role.label for role in CITY_ROLES],
        "titles": SUGGESTED_TITLES,
    }
    return render(request, "dashboards/roster/roster.html", context)


def _kept(request, cohort):
    """The roster kept for this cohort, its name and digest; None where there is none any more."""
    kept = request.session.get(KEPT)
    return kept if kept and kept["cohort"] == cohort.pk else None


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def preview(request, cohort):
    cohort = take_cohort(request, cohort)
    kept = _kept(request, cohort)
    if kept is None:
        messages.info(request, _("Choose the file again: there is none waiting."))
        return redirect("dashboards:roster", cohort.slug)
    verdicts, known = _judge(cohort, Roster.from_json(kept))
    counts = Counter(verdict.kind for verdict in verdicts)
    errors_first = sorted(verdicts, key=lambda v: (v.kind != Kind.ERROR, v.kind != Kind.CHECK, v.row.line))
    summary = summarize(verdicts, known)
    context = {
        "cohort": cohort,
        "kept": kept,
        "page": Paginator(errors_first, ROWS).get_page(request.GET.get("page")),
        "counts": [(kind, counts[kind]) for kind in Kind if counts[kind]],
        "errors": counts[Kind.ERROR],
        "all": len(verdicts),
        "cities": summary,
        **_buttons(verdicts, summary, cohort),
    }
    return render(request, "dashboards/roster/roster_preview.html", context)


def _judge(cohort, roster):
    known = _known(cohort, roster.rows)
    return judge(roster.rows, known), known


def _known(cohort, rows):
    """What is known about a roster's people and cities, in a fixed number of queries."""
    people = User.objects.filter(email__in={row.email for row in rows if row.email})
    people = people.prefetch_related("membership_set__city", "membership_set__user", "staffrole_set")
    cities = City.objects.filter(geoname_id__in=places(rows))
    enrolled = cities.filter(enrollment__cohort=cohort).prefetch_related("membership_set__user")
    named = cities.exclude(enrollment__cohort=cohort).values_list("geoname_id", "enrollment__cohort__name")
    return Known(
        staff=frozenset(person.email for person in people if person.staffrole_set.all()),
        shut_out=frozenset(person.email for person in people if not person.is_active),
        members={p.email: [_member(m) for m in p.membership_set.all()] for p in people},
        enrolled=frozenset(city.geoname_id for city in enrolled),
        elsewhere={geoname_id: name for geoname_id, name in named if name},
        teams={c.geoname_id: Counter(m.role for m in c.membership_set.all() if _active(m)) for c in enrolled},
    )


def _member(membership):
    return Member(
        membership.city.geoname_id, membership.city.name, membership.role, active=_active(membership)
    )


def _active(membership):
    over = membership.until is not None and membership.until < timezone.localdate()
    return membership.user.is_active and not over


def _buttons(verdicts, cities, cohort):
    """What the buttons say: the one that invites, and the one that does not; "" for none."""
    people = sum(verdict.takes_person and verdict.adds_person for verdict in verdicts)
    changes = sum(verdict.takes_person and verdict.changes_role for verdict in verdicts)
    new = sum(city.is_new for city in cities)
    words = {
        "cities": ngettext("%(n)d city", "%(n)d cities", new) % {"n": new},
        "people": ngettext("%(n)d person", "%(n)d people", people) % {"n": people},
    }
    send = ""
    if people and cohort.is_live:
        send = (
            _("Add %(cities)s and send invitations to %(people)s")
            if new
            else _("Send invitations to %(people)s")
        )
    if people:
        keep = _("Add %(cities)s and %(people)s") if new else _("Add %(people)s")
    elif new:
        keep = _("Add %(cities)s")
    else:
        keep = (
            ngettext("Change %(n)d role", "Change %(n)d roles", changes) % {"n": changes} if changes else ""
        )
    if send:
        keep = _("%(add)s, send no invitations yet") % {"add": keep}
    return {"send_words": send % words, "keep_words": keep % words}


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def confirm(request, cohort):
    """Take in exactly the rows that were shown, or nothing."""
    cohort = take_cohort(request, cohort)
    kept = _kept(request, cohort)
    if kept is None or kept["digest"] != request.POST.get("digest"):
        messages.error(
            request, _("Nothing was changed: another file was chosen since. Look at this one first.")
        )
        return redirect("dashboards:roster-preview", cohort.slug)
    verdicts, _known_now = _judge(cohort, Roster.from_json(kept))
    send = request.POST.get("send") == "1" and cohort.is_live
    try:
        taken = actions.take_roster(cohort=cohort, verdicts=verdicts, send=send, by=request.user)
    except ValidationError as stale:
        messages.error(request, stale.messages[0])
        return redirect("dashboards:roster-preview", cohort.slug)
    del request.session[KEPT]
    messages.success(request, _taken_words(taken, cohort))
    return redirect("dashboards:cohort-cities", cohort.slug)


def _taken_words(taken, cohort):
    words = _("Added: %(cities)s, %(people)s.") % {
        "cities": ngettext("%(n)d city", "%(n)d cities", taken.cities) % {"n": taken.cities},
        "people": ngettext("%(n)d person", "%(n)d people", taken.people) % {"n": taken.people},
    }
    if taken.invited:
        return words + " " + ngettext(
            "%(n)d invitation is on its way.", "%(n)d invitations are on their way.", taken.invited
        ) % {"n": taken.invited}  # fmt: skip
    if taken.people and not cohort.is_live:
        return words + " " + _("Their invitations go out when the cohort goes live.")
    return words


@require_POST
@staff_view(Permission.MANAGE_COHORT)
def discard(request, cohort):
    cohort = take_cohort(request, cohort)
    if _kept(request, cohort):
        del request.session[KEPT]
    return redirect("dashboards:roster", cohort.slug)


@require_safe
@staff_view(Permission.MANAGE_COHORT)
def template(request, cohort):
    """A file to fill in: the column names, and a lead's row for each city that is here."""
    cohort = take_cohort(request, cohort)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="roster-{cohort.slug}.csv"'
    response.write("\ufeff")  # so that Excel reads the accents
    sheet = csv.writer(response)
    sheet.writerow([str(word) for word in COLUMNS.values()])
    for city in City.objects.filter(enrollment__cohort=cohort):
        sheet.writerow(
            [city.name, city.region, city.country, "", "", Role.CITY_LEAD.label, city.language, ""]
        )
    return response
