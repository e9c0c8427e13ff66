"""The merge page: one's own text and the section's present one, paragraph by paragraph."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accelerator.texts import saving
from accelerator.texts.differences import compare
from accelerator.texts.merging import Choice, Merge, Origin, Place, merge
from accelerator.texts.saving import Outcome
from accelerator.web import number_in
from cities.access import Permission, city_view
from cities.models import City
from strategy.sections import pictures
from strategy.sections.models import Section, SectionDraft
from strategy.sections.reading import find, sections_of
from strategy.sections.views.desk import refuse

OTHERS = 20


@require_safe
@city_view(Permission.VIEW_STRATEGY)
def show(request: HttpRequest, city: City, section: str, pk: int) -> HttpResponse:
    """The writer's own text and the present one: what is taken in by itself, and what to choose."""
    row, draft = _mine(request, city, section, pk)
    return _page(request, city, row, draft)


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def take(request: HttpRequest, city: City, section: str, pk: int) -> HttpResponse:
    """Save the merged text, or take it to the desk as one's own draft over the present text."""
    row = find(request, city, section)
    draft = get_object_or_404(city.sectiondraft_set.filter(author=request.user, text=row), pk=pk)
    base = number_in(request, "base")
    if base is None or base > row.revision:
        return refuse(request, city, row, "missing-base")
    merged = merge(
        _revision(city, row, draft.base),
        draft.html,
        row.html if base == row.revision else _revision(city, row, base),
    )
    choices = _choices(request, merged)
    if len(choices) < len(merged.conflicts):
        return _page(request, city, row, draft, choices=choices, missing=len(merged.conflicts) - len(choices))
    html = merged.result(choices)
    try:
        if request.POST.get("then") == "desk":
            return _to_desk(request, city, row, draft, html, base)
        saved = saving.save(row, html=html, base=base, by=request.user)
    except saving.TooLong:
        return _page(request, city, row, draft, choices=choices, problem="too-long")
    if saved.outcome == Outcome.WOULD_EMPTY:
        return _page(request, city, row, draft, choices=choices, problem="empty")
    draft.settle()
    if saved.draft:
        messages.warning(
            request, _("Somebody saved again meanwhile. Your choices are kept; please look once more.")
        )
        return redirect("strategy:draft", city=city.slug, section=row.key, pk=saved.draft.pk)
    messages.success(
        request, _("The merged text is the section’s text now. The one before it is in the history.")
    )
    return redirect("strategy:section", city=city.slug, section=row.key)


def _mine(request: HttpRequest, city: City, key: str, pk: int) -> tuple[Section, SectionDraft]:
    """The reader's own text; the section's words only where the reader may see the section."""
    drafts = city.sectiondraft_set.filter(author=request.user, text__key=key)
    draft = get_object_or_404(drafts.select_related("text__template", "text__written_by"), pk=pk)
    draft.text.is_shown = sections_of(request, city).filter(pk=draft.text_id).exists()
    return draft.text, draft


def _to_desk(
    request: HttpRequest, city: City, row: Section, draft: SectionDraft, html: str, base: int
) -> HttpResponse:
    """The merged text as one's own draft, opened for writing on."""
    kept = saving.keep(row, html=html, base=base, by=request.user)
    if kept is None:
        return _page(request, city, row, draft, problem="empty")
    if kept.pk != draft.pk:
        draft.settle()
    return redirect(f"{reverse('strategy:section', args=[city.slug, row.key])}?draft={kept.pk}")


def _choices(request: HttpRequest, merged: Merge) -> dict[int, Choice]:
    """What was chosen for each conflict, or for all that are left; what is missing or nonsense is left out."""
    chosen: dict[int, Choice] = {}
    for place in merged.conflicts:
        given = [request.POST.get(f"c{place.number}", ""), request.POST.get("rest", "")]
        if found := [value for value in given if value in set(Choice)]:
            chosen[place.number] = Choice(found[0])
    return chosen


def _revision(city: City, row: Section, number: int) -> str:
    """The words of a saved version; none before the first."""
    html = city.sectionrevision_set.filter(text=row, number=number).values_list("html", flat=True).first()
    return html or ""


def _page(
    request: HttpRequest, city: City, row: Section, draft: SectionDraft, *,
    choices: dict[int, Choice] | None = None, missing: int = 0, problem: str = "",
) -> HttpResponse:  # fmt: skip
    is_shown = getattr(row, "is_shown", True)
    merged = merge(_revision(city, row, draft.base), draft.html, row.html) if is_shown else Merge([])
    sitting = city.sectiondraft_set.filter(author=request.user, text=row, base=draft.base)
    context: dict[str, Any] = {
        "city": city,
        "section": row,
        "draft": draft,
        "mine": pictures.shown(draft.html, city),
        "theirs": pictures.shown(row.html, city) if is_shown else "",
        "is_shown": is_shown,
        "merge": merged,
        "places": _shown(merged, choices or {}, city, asked=bool(missing)),
        "missing": missing,
        "problem": problem,
        "longest": saving.LONGEST,
        "others": sitting.exclude(pk=draft.pk).defer("html").order_by("-created_at")[:OTHERS],
        "may_write": is_shown and Permission.EDIT_STRATEGY in request.can,
    }
    return render(request, "strategy/sections/draft.html", context, status=422 if missing or problem else 200)


def _shown(merged: Merge, choices: dict[int, Choice], city: City, *, asked: bool) -> list[dict[str, Any]]:
    """The places as the page shows them, neighbors that nobody changed as one."""
    shown: list[dict[str, Any]] = []
    for place in merged.places:
        if place.origin == Origin.SAME and shown and shown[-1]["origin"] == "same":
            shown[-1]["html"] += pictures.shown(place.html("theirs"), city)
            shown[-1]["count"] += 1
            continue
        one: dict[str, Any] = {"origin": place.origin.value, "count": 1, "number": place.number}
        if place.origin == Origin.CONFLICT:
            one |= {"options": _options(place, city), "choice": choices.get(place.number, "")}
            one["missing"] = asked and place.number not in choices
        else:
            side = "theirs" if place.origin in {Origin.SAME, Origin.THEIRS} else "mine"
            words = (
                place.html(side)
                if place.origin == Origin.SAME
                else compare(place.html("base"), place.html(side)).html
            )
            one["html"] = pictures.shown(words, city)
        shown.append(one)
    return shown


def _options(place: Place, city: City) -> list[dict[str, Any]]:
    """What can be chosen at a conflict, with the words of each side as they differ from what both began with."""
    base = place.html("base")
    words = {side: pictures.shown(compare(base, place.html(side)).html, city) for side in ("mine", "theirs")}
    has = {"mine": bool(place.mine), "theirs": bool(place.theirs)}
    return [
        {"value": choice.value, "html": words.get(choice.value, ""), "has": has.get(choice.value, True)}
        for choice in place.choices
    ]
