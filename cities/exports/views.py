"""Files made in the background: ask for one, watch it being made, fetch it."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accelerator.templatetags.page import iso_day
from accelerator.web import whole_number
from cities.access import CityRequest, Permission, city_view
from cities.exports import actions
from cities.models import City, Export

RECENT = 10
# What may be asked for here; a publication's files are asked for where it is published.
KINDS = [Export.Kind.STRATEGY_PDF, Export.Kind.STRATEGY_DOCX, Export.Kind.STRATEGY_JSON, Export.Kind.PLAN_XLSX]
OWN = [*KINDS, Export.Kind.VERSION_PDF]
MEDIA_TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
NAMES = {Export.Kind.PLAN_XLSX: "action-plan"}


@city_view(Permission.EXPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: CityRequest, city: City) -> HttpResponse:
    """The files of the city; POST starts one, the strategy's PDF unless another kind or version is named."""
    if request.method != "POST":
        return _index(request, city)
    kind, number = request.POST.get("kind", Export.Kind.STRATEGY_PDF), request.POST.get("version", "")
    if kind not in KINDS:
        raise Http404
    options: dict[str, object] = {}
    if number:
        version = get_object_or_404(city.strategyversion_set, number=whole_number(number, digits=7) or 0)
        options = {"version": version.number}
        kind = Export.Kind.VERSION_PDF if kind == Export.Kind.STRATEGY_PDF else kind
    export = actions.request_export(city=city, kind=kind, by=request.user, options=options)
    # An open export that has begun is not sent a second time.
    if export.attempt == 0:
        actions.start(export)
    return redirect("cities:export", city=city.slug, pk=export.pk)


def _index(request: HttpRequest, city: City) -> HttpResponse:
    rows = city.export_set.filter(kind__in=OWN).select_related("requested_by")[: 2 * RECENT]
    # A version's tree is the whole strategy; a list needs its number and date.
    versions = city.strategyversion_set.defer("tree")
    return render(
        request,
        "cities/exports/exports.html",
        {"city": city, "rows": rows, "versions": versions, "kinds": [(kind, kind.label) for kind in KINDS]},
    )


@require_safe
@never_cache
@city_view(Permission.EXPORT)
def show(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """How far the file is; the fragment asks for itself again while work goes on."""
    export = get_object_or_404(city.export_set.select_related("requested_by"), pk=pk)
    template = "cities/exports/export.html#progress" if request.htmx else "cities/exports/export.html"
    others = city.export_set.filter(kind__in=OWN).exclude(pk=pk).select_related("requested_by")
    recent = [] if request.htmx else others[:RECENT]
    again = Export.Kind.STRATEGY_PDF if export.kind == Export.Kind.VERSION_PDF else export.kind
    context = {"city": city, "export": export, "recent": recent, "again": again, "repeats": again in KINDS}
    return render(request, template, context)


@require_safe
@never_cache
@city_view(Permission.EXPORT)
def fetch(request: CityRequest, city: City, pk: int) -> FileResponse:
    """The file itself, after the access check; `?view` shows it in the browser."""
    export = get_object_or_404(city.export_set, pk=pk, state=Export.State.DONE)
    # A restored database can be older or newer than the media folder.
    if not default_storage.exists(export.file):
        raise Http404
    suffix = PurePosixPath(export.file).suffix
    subject = NAMES.get(Export.Kind(export.kind), "data-strategy")
    edition = f"v{export.options['version']}" if "version" in export.options else iso_day(export.finished_at)
    return FileResponse(
        default_storage.open(export.file),
        as_attachment="view" not in request.GET,
        filename=f"{slugify(city.name)}-{subject}-{edition}{suffix}",
        content_type=MEDIA_TYPES.get(suffix, "application/octet-stream"),
    )
