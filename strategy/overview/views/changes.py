"""What changed in one section between two revisions, and in the whole strategy since a point in time."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accelerator import formats
from accelerator.models import User
from accelerator.templatetags.page import day
from accelerator.texts.difference import compare
from accelerator.web import number_in
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.overview import changes
from strategy.sections import last_read, pictures
from strategy.sections.access import section_or_404, sections_of
from strategy.sections.models import Section
from strategy.signoff.models import StrategyVersion

MOST_REVISIONS = 200  # in the dropdowns; older ones are available from the history


@require_safe
@city_view(Permission.VIEW_STRATEGY)
def index(request: CityRequest, city: City) -> HttpResponse:
    """Since the reader's last visit, the coach's review, a date, or a submitted version."""
    sections = list(sections_of(request, city).select_related("template").order_by("position"))
    versions = _versions(request, city)
    since = _since(request, city, versions)
    until = next((v for v in versions if request.GET.get("until") == f"version-{v.number}"), None)
    changed, unread = _changes(request, city, sections, since, until)
    for change in changed:
        change.html = pictures.with_addresses(change.difference.brief, city)
    context = {
        "city": city,
        "versions": versions,
        "since": since,
        "until": until,
        "headline": _headline(since, until, len(changed)),
        "changes": changed,
        "unread": unread,
        "added": sum(change.difference.added for change in changed),
        "removed": sum(change.difference.removed for change in changed),
    }
    return render(request, "strategy/overview/changes.html", context)


def _headline(since: dict[str, Any], until: StrategyVersion | None, count: int) -> str:
    """How many sections changed, and in which period."""
    values: dict[str, Any] = {"number": count}
    if since["kind"] == "review":
        none = _("No sections changed since the coach’s review.")
        some = ngettext(
            "One section changed since the coach’s review.",
            "%(number)s sections changed since the coach’s review.",
            count,
        )
    elif since["kind"] == "date":
        values["day"] = formats.day(since["on"])
        none = _("No sections changed since %(day)s.")
        some = ngettext("One section changed since %(day)s.", "%(number)s sections changed since %(day)s.", count)
    elif since["kind"] == "version":
        version = since["version"]
        values |= {"start": version.number, "day": day(version.submitted_at), "end": until and until.number}
        if until:
            none = _("No sections changed from version %(start)s (%(day)s) to version %(end)s.")
            some = ngettext(
                "One section changed from version %(start)s (%(day)s) to version %(end)s.",
                "%(number)s sections changed from version %(start)s (%(day)s) to version %(end)s.",
                count,
            )
        else:
            none = _("No sections changed since version %(start)s (%(day)s).")
            some = ngettext(
                "One section changed since version %(start)s (%(day)s).",
                "%(number)s sections changed since version %(start)s (%(day)s).",
                count,
            )
    else:
        none = _("No sections changed since your last visit.")
        some = ngettext(
            "One section changed since your last visit.", "%(number)s sections changed since your last visit.", count
        )
    return (some if count else none) % values


@require_POST
@city_view(Permission.VIEW_STRATEGY)
def read(request: CityRequest, city: City) -> HttpResponse:
    """Mark all sections as read."""
    last_read.finish(sections=sections_of(request, city).select_related("template"), by=request.user)
    messages.success(request, _("All sections marked as read."))
    return redirect("strategy:changes", city=city.slug)


@require_safe
@city_view(Permission.VIEW_STRATEGY)
def section(request: CityRequest, city: City, section: str) -> HttpResponse:
    row = section_or_404(request, city, section)
    rows = city.sectionrevision_set.filter(text=row)
    start, basis = _start(request, city, row)
    end = _end(request, row)
    texts = dict(rows.filter(number__in={start, end}).order_by().values_list("number", "html"))
    newest = rows.order_by("-number").values("number", "created_at", "author_id")[:MOST_REVISIONS]
    revisions: list[dict[str, Any]] = [dict(revision) for revision in newest]
    people = User.objects.in_bulk({revision["author_id"] for revision in revisions if revision["author_id"]})
    for revision in revisions:
        revision["person"] = people.get(revision["author_id"])
    difference = compare(texts.get(start, ""), texts.get(end, ""))
    context = {
        "city": city,
        "section": row,
        "start": start,
        "end": end,
        "basis": basis,
        "revisions": revisions,
        "people": [str(people[p]) for p in dict.fromkeys(_authors(revisions, start, end)) if p in people],
        "difference": difference,
        "html": pictures.with_addresses(difference.html, city),
    }
    return render(request, "strategy/sections/difference.html", context)


def _authors(revisions: list[dict[str, Any]], start: int, end: int) -> list[int]:
    low, high = sorted((start, end))
    return [revision["author_id"] for revision in revisions if low < revision["number"] <= high]


def _start(request: CityRequest, city: City, row: Section) -> tuple[int, str]:
    """The revision to start from, and its source: look, review, no-review, or "" for a number."""
    since = request.GET.get("since", "")
    if since == "look":
        return changes.revisions_read([row], request.user).get(row.pk, row.revision), "look"
    if since == "review":
        read = changes.revisions_reviewed(city, [row])
        return (read[row.pk], "review") if row.pk in read else (row.revision, "no-review")
    number = number_in(request, "from")
    if number is not None and number <= row.revision:
        return number, ""
    return max(_end(request, row) - 1, 0), ""


def _end(request: CityRequest, row: Section) -> int:
    return min(number_in(request, "to") or row.revision, row.revision)


def _versions(request: CityRequest, city: City) -> list[StrategyVersion]:
    """The submitted versions, for people who can read the whole strategy."""
    if Permission.READ_WHOLE not in request.can:
        return []
    return list(city.strategyversion_set.only("city", "number", "submitted_at", "state").order_by("-number"))


def _since(request: CityRequest, city: City, versions: list[StrategyVersion]) -> dict[str, Any]:
    """`kind` is date, review, version or look (the last visit), which is the default."""
    since = request.GET.get("since", "")
    if since == "date" and (day := _parse_day(request.GET.get("on", ""))):
        return {"kind": "date", "on": day, "moment": datetime.combine(day, time(), tzinfo=city.zone)}
    if since == "review":
        return {"kind": "review"}
    for version in versions:
        if since == f"version-{version.number}":
            return {"kind": "version", "version": version}
    return {"kind": "look", "bad_date": since == "date"}


def _parse_day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # well-formed, but not a real date
        return None


def _changes(
    request: CityRequest, city: City, sections: list[Section], since: dict[str, Any], until: StrategyVersion | None
) -> tuple[list[changes.SectionChange], list[Section]]:
    """The changes, and the sections the reader has never opened."""
    if since["kind"] == "version":
        return _between_versions(city, sections, since["version"], until), []
    if since["kind"] == "review":
        start = changes.revisions_reviewed(city, sections)
        return changes.since(city, sections, start), []
    if since["kind"] == "date":
        start = changes.revisions_at(city, dict.fromkeys((row.pk for row in sections), since["moment"]))
        return changes.since(city, sections, start), []
    start = changes.revisions_read(sections, request.user)
    unread = [row for row in sections if row.pk not in start and row.revision]
    return changes.since(city, sections, start, excluding=request.user), unread


def _between_versions(
    city: City, sections: list[Section], start: StrategyVersion, until: StrategyVersion | None
) -> list[changes.SectionChange]:
    """Between a submitted version and another one, or the current texts."""
    numbers = [start.number, *([until.number] if until else [])]
    rows = city.strategyversion_set.filter(number__in=numbers).values_list("number", "tree")
    texts = {number: changes.section_texts(tree) for number, tree in rows}
    current = {row.key: row.html for row in sections}
    return changes.between(sections, texts[start.number], texts[until.number] if until else current)
