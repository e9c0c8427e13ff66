"""The page for a writer's own text and the current one: what merges automatically, and what to choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from accelerator.texts.desk.kinds import Desk
from accelerator.texts.difference import compare
from accelerator.texts.merge import Choice, Merge, Origin, Place, merge
from accelerator.texts.models import Draft, Text

# The most other drafts that the page lists.
OTHERS = 20


def page(
    desk: Desk, draft: Draft, *, choices: Mapping[int, Choice] | None = None, missing: int = 0, problem: str = ""
) -> HttpResponse:
    """Both texts; only the reader's own if they can no longer see the other."""
    text, is_shown = desk.text, desk.is_shown
    merged = merge(desk.revision(draft.base), draft.html, text.html) if is_shown else Merge([])
    others = desk.drafts().filter(base=draft.base).exclude(pk=draft.pk).defer("html").order_by("-created_at")
    context = desk.context(
        draft=draft,
        mine=_safe(text, draft.html),
        theirs=_safe(text, text.html) if is_shown else "",
        merge=merged,
        places=_places(merged, choices or {}, text, asked=bool(missing)),
        missing=missing,
        problem=problem,
        others=[(other, desk.url("draft", pk=other.pk)) for other in others[:OTHERS]],
        verbs={verb: desk.url(f"draft-{verb}", pk=draft.pk) for verb in ("merge", "use", "settle")},
    )
    return render(desk.request, desk.template("merge"), context, status=422 if missing or problem else 200)


def choices_in(request: HttpRequest, merged: Merge) -> dict[int, Choice]:
    """The choice for each conflict, or for all the rest (`rest`)."""
    # A missing or unknown choice is dropped and asked for again: no side wins by accident.
    chosen: dict[int, Choice] = {}
    for place in merged.conflicts:
        values = [request.POST.get(f"c{place.number}", ""), request.POST.get("rest", "")]
        if valid := [value for value in values if value in set(Choice)]:
            chosen[place.number] = Choice(valid[0])
    return chosen


def _places(merged: Merge, choices: Mapping[int, Choice], text: Text, *, asked: bool) -> list[dict[str, Any]]:
    """The places as the page shows them, with unchanged neighbors joined."""
    shown_places: list[dict[str, Any]] = []
    for place in merged.places:
        if place.origin == Origin.SAME and shown_places and shown_places[-1]["origin"] == "same":
            shown_places[-1]["html"] += _safe(text, place.html("theirs"))
            shown_places[-1]["count"] += 1
            continue
        shown_place: dict[str, Any] = {"origin": place.origin.value, "count": 1, "number": place.number}
        if place.origin == Origin.CONFLICT:
            shown_place |= {"options": _options(place, text), "choice": choices.get(place.number, "")}
            shown_place["missing"] = asked and place.number not in choices
        else:
            side = "theirs" if place.origin in {Origin.SAME, Origin.THEIRS} else "mine"
            same = place.origin == Origin.SAME
            html = place.html(side) if same else compare(place.html("base"), place.html(side)).html
            shown_place["html"] = _safe(text, html)
        shown_places.append(shown_place)
    return shown_places


def _options(place: Place, text: Text) -> list[dict[str, Any]]:
    """The options for a conflict, each side shown as a difference from the common base."""
    base = place.html("base")
    sides = {side: _safe(text, compare(base, place.html(side)).html) for side in ("mine", "theirs")}
    has = {"mine": bool(place.mine), "theirs": bool(place.theirs)}
    return [
        {"value": choice.value, "html": sides.get(choice.value, ""), "has": has.get(choice.value, True)}
        for choice in place.choices
    ]


def _safe(text: Text, html: str) -> SafeString:
    return mark_safe(text.for_page(html))  # noqa: S308 - sanitized before it was stored
