"""Files made in the background: ask for one, watch it being made, fetch it."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cities import exports
from cities.access import Permission, city_view
from cities.models import City, Export

RECENT = 10


@require_POST
@city_view(Permission.EXPORT)
def ask(request: HttpRequest, city: City) -> HttpResponse:
    """Start the strategy's PDF, or show the one that is being made."""
    export = exports.ask(city=city, kind=Export.Kind.STRATEGY_PDF, by=request.user)
    if export.attempt == 0:
        exports.start(export)
    return redirect("cities:export", city=city.slug, pk=export.pk)


@require_safe
@never_cache
@city_view(Permission.EXPORT)
def show(request: HttpRequest, city: City, pk: int) -> HttpResponse:
    """How far the file is; the fragment asks for itself again while work goes on."""
    export = get_object_or_404(city.export_set.select_related("requested_by"), pk=pk)
    template = "cities/export.html#progress" if request.htmx else "cities/export.html"
    recent = [] if request.htmx else city.export_set.exclude(pk=pk).select_related("requested_by")[:RECENT]
    return render(request, template, {"city": city, "export": export, "recent": recent})


@require_safe
@never_cache
@city_view(Permission.EXPORT)
def fetch(request: HttpRequest, city: City, pk: int) -> FileResponse:
    """The file itself, after the access check; `?view` shows it in the browser."""
    export = get_object_or_404(city.export_set, pk=pk, state=Export.State.DONE)
    if not default_storage.exists(export.file):
        raise Http404
    name = f"{slugify(city.name)}-data-strategy-{export.finished_at:%Y-%m-%d}.pdf"
    return FileResponse(
        default_storage.open(export.file), as_attachment="view" not in request.GET, filename=name,
        content_type="application/pdf",
    )  # fmt: skip
