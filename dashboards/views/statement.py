"""The accessibility statement: for everybody, signed in or not."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cities.access import public_view


@require_safe
@public_view
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the program promises, how it is checked, what is known to fall short."""
    return render(request, "dashboards/accessibility.html")
