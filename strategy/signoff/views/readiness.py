"""What must be fixed before the strategy is submitted, and what is worth a look."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.signoff import actions as signoff
from strategy.signoff import readiness, returned


@require_safe
@city_view(Permission.READ_WHOLE)
def show(request: CityRequest, city: City) -> HttpResponse:
    may_answer = Permission.SUBMIT_STRATEGY in request.can
    findings = [*returned.findings(city, may_answer=may_answer), *readiness.findings(city)]
    blocking = readiness.blocking(findings)
    advice = [finding for finding in findings if not finding.is_blocking]
    context = {
        "city": city,
        "blocking": by_place(blocking),
        "advice": by_place(advice),
        "sentence": sentence(len(blocking), len(advice)),
        "may_submit": may_answer and not signoff.open_version(city),
    }
    return render(request, "strategy/signoff/readiness.html", context)


def by_place(findings: list[readiness.Finding]) -> list[tuple[str, list[readiness.Finding]]]:
    """Findings grouped by the section or action they are about, in order."""
    places: dict[str, list[readiness.Finding]] = {}
    for finding in findings:
        places.setdefault(finding.place, []).append(finding)
    return list(places.items())


def sentence(blocking: int, advice: int) -> str:
    if blocking:
        first = ngettext(
            "One required fix remains before the strategy can be submitted.",
            "%(number)d required fixes remain before the strategy can be submitted.",
            blocking,
        ) % {"number": blocking}
    else:
        first = _("The strategy is ready to submit. No required fixes remain.")
    if not advice:
        return first
    second = ngettext("One fix is also recommended.", "%(number)d fixes are also recommended.", advice)
    return f"{first} {second % {'number': advice}}"
