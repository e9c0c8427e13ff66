"""The living style guide: every component and the five page archetypes; only if DEBUG or DEMO is on."""

import datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accelerator import state_marks
from cities.access import public_view

ARCHETYPES = {
    "board": _("Dashboard"),
    "desk": _("Editor"),
    "form": _("Form"),
    "letter": _("Letter"),
    "document": _("Document"),
}
COLORS = [
    ("page", _("page")),
    ("surface", _("surface")),
    ("sunken", _("sunken")),
    ("ink", _("ink")),
    ("secondary", _("secondary text")),
    ("muted", _("muted text")),
    ("accent", _("accent")),
    ("good", _("good")),
    ("warn", _("warn")),
    ("bad", _("bad")),
    ("hairline", _("hairline")),
    ("control", _("control border")),
]
_NAMES = (
    "Mayor’s letter|Vision|Why now|Baseline|Who we listened to|Principles|Data governance|Data quality|Data use|"
    "Transparency|People and culture|Platforms|Resources|Action plan|Measures|Policies|Risks|Oversight"
)
SECTION_NAMES = _NAMES.split("|")
# One letter per section; L is drafting and late.
STATES = ["not_started", "drafting", "in_review", "changes_suggested", "reviewed", "final", "drafting"]
LETTERS = dict(zip("ndrcvfL", STATES, strict=True))
CITIES = [
    ("Mérida", "Yucatán", "MX", "nffffvvvdrnddnndnn", "On track", -2),
    ("Rosario", "Santa Fe", "AR", "nfvvLccrdndnnnnnnn", "Baseline is late", 5),
    ("Tulsa", "Oklahoma", "US", "dfffvvvrrdddnddnnn", "On track", 3),
    ("São Bernardo do Campo", "São Paulo", "BR", "nvvLLdndnnnnnnnnnn", "No text for 16 days", 12),
]


class SampleForm(forms.Form):
    name = forms.CharField(label=_("Cohort name"), help_text=_("As it appears in emails and on the timeline."))
    kickoff = forms.DateField(
        label=_("Kickoff"), help_text=_("The Monday of week 1."), widget=forms.DateInput(attrs={"type": "date"})
    )
    zone = forms.ChoiceField(
        label=_("Time zone"), choices=[("America/New_York", "New York"), ("America/Sao_Paulo", "São Paulo")]
    )
    note = forms.CharField(label=_("Note to coaches"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    size = forms.ChoiceField(
        label=_("Paper size"),
        choices=[("letter", _("Letter")), ("a4", "A4")],
        widget=forms.RadioSelect,
        initial="letter",
    )
    silent = forms.BooleanField(
        label=_("Don’t send emails until the cohort goes live"),
        required=False,
        initial=True,
        help_text=_("Reminders start once you click “Go live.”"),
    )


class SampleFilter(forms.Form):
    state = forms.ChoiceField(label=_("Status"), choices=[("", _("All statuses")), ("late", _("Late"))], required=False)
    coach = forms.ChoiceField(
        label=_("Coach"), choices=[("", _("All coaches")), ("1", "Dana Whitfield")], required=False
    )


def sample_cities() -> list[dict[str, Any]]:
    # The cities are real, the figures invented.
    today = timezone.localdate()
    return [
        {
            "city": {"name": name, "region": region, "country": country},
            "cells": [
                (LETTERS[letter], title, letter == "L") for letter, title in zip(row, SECTION_NAMES, strict=True)
            ],
            "ready": sum(letter in "vf" for letter in row),
            "verdict": verdict,
            "due": today + datetime.timedelta(days=3 - days),
            "edited": today - datetime.timedelta(days=abs(days)),
        }
        for name, region, country, row, verdict, days in CITIES
    ]


def sample_events(start: datetime.date) -> list[dict[str, Any]]:
    """Dates for a cohort in week 15, for the week_line tag."""
    plan = [
        (1, "convening", "CDA Lead Convening"),
        (2, "session", "Keynote: leading with data"),
        (4, "session", "Workshop: why now"),
        (5, "deliverable", "Why now"),
        (7, "deliverable", "Vision and baseline"),
        (9, "session", "Keynote: governance"),
        (11, "deliverable", "Data governance"),
        (13, "session", "Workshop: data quality"),
        (14, "deliverable", "Who we listened to"),
        (16, "deliverable", "Data quality"),
        (18, "session", "Workshop: people and platforms"),
        (20, "deliverable", "Mayor’s letter"),
        (21, "deliverable", "Action plan"),
        (23, "session", "Dress rehearsal"),
        (26, "convening", "Mayoral Convening"),
    ]
    return [
        {
            "week": week,
            "kind": kind,
            "title": title,
            "date": start + datetime.timedelta(weeks=week - 1, days=2),
            "done": week < 15 and week != 14,
            "late": week == 14,
        }
        for week, kind, title in plan
    ]


def sample_context() -> dict[str, Any]:
    today = timezone.localdate()
    start = today - datetime.timedelta(weeks=14, days=today.weekday())
    return {
        "archetypes": ARCHETYPES.items(),
        "colors": COLORS,
        "states": list(state_marks.STATES),
        "city": {"name": "Tulsa", "region": "Oklahoma", "country": "US"},
        "author": SimpleNamespace(name="Marisol Reyes"),
        "coach": SimpleNamespace(name="Dana Whitfield"),
        "cities": sample_cities(),
        "section_names": list(enumerate(SECTION_NAMES, 1)),
        "events": sample_events(start),
        "start": start,
        "week": 15.4,
        "call": datetime.datetime.combine(today + datetime.timedelta(days=2), datetime.time(14)),
        "late": today - datetime.timedelta(days=5),
        "soon": today + datetime.timedelta(days=3),
        "later": today + datetime.timedelta(days=40),
        "today": today,
        "page": Paginator(range(60), 20).page(2),
        "filters": SampleFilter(),
        "step_names": [_("Cities"), _("People"), _("Check"), _("Send")],
        "city_data": True,
    }


def only_in_demo() -> None:
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404


@require_safe
@public_view
def index(request: HttpRequest) -> HttpResponse:
    only_in_demo()
    refused = SampleForm({"name": "", "kickoff": "2026-13-01", "zone": "America/New_York", "size": "letter"})
    return render(request, "styleguide.html", {**sample_context(), "form": SampleForm(), "refused": refused})


@require_safe
@public_view
def archetype(request: HttpRequest, name: str) -> HttpResponse:
    only_in_demo()
    if name not in ARCHETYPES:
        raise Http404
    return render(request, f"styleguide/{name}.html", {**sample_context(), "form": SampleForm()})
