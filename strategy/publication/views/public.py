"""Public pages without sign-in: published strategies, their files, and the index."""

from __future__ import annotations

import hashlib
from pathlib import Path

from csp.decorators import csp_exempt
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.views.decorators.http import require_safe

from accelerator.walltime import local_day
from cities.access import public_view
from strategy.document import web
from strategy.document.exports import Edition, as_in
from strategy.publication import pages as public_pages
from strategy.publication import signers
from strategy.publication.models import PublicFile, PublicStrategy
from strategy.signoff.models import PublicSeal

PER_PAGE = 20
SCHEMA = Path(settings.BASE_DIR) / "strategy" / "defaults" / "strategy.schema.json"
FILE_ORDER = ["pdf", "docx", "json", "xlsx"]


@require_safe
@public_view
def index(request: HttpRequest) -> HttpResponse:
    context = public_pages.search(request.GET)
    page = Paginator(context["rows"], PER_PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.country_label = public_pages.filter_label("country", row.country)
        row.language_label = public_pages.filter_label("language", row.language)
    return render(request, "strategy/publication/public_index.html", context | {"page": page})


@require_safe
@public_view
def show(request: HttpRequest, place: str, number: int | None = None) -> HttpResponseBase:
    """The current version or the one with this number; 410 with the reason if it was withdrawn."""
    versions = list(PublicStrategy.objects.filter(slug=place).defer("tree", "search").order_by("-number"))
    row = _select_version(versions, number)
    if row.withdrawn_at:
        context = {"row": row, "versions": [v for v in versions if v.pk != row.pk and not v.withdrawn_at]}
        zone = row.tree["city"]["time_zone"]  # as signed
        context["withdrawn_on"] = local_day(row.withdrawn_at, zone)
        return render(request, "strategy/publication/public_withdrawn.html", context, status=410)
    seals = list(PublicSeal.objects.filter(city=row.city_id, number__gte=row.number).order_by("number"))
    seal = next((each for each in seals if each.number == row.number), None)
    newer = _newer(row, versions, seals)
    signed = seal.signatures if seal else []
    parts = [row.sha256, row.published_at, row.progress, row.reviews, [v.withdrawn_at for v in versions], signed, newer]
    tag = _etag(request, parts)
    if unchanged := get_conditional_response(request, etag=tag):
        return csp_exempt()(lambda request: unchanged)(request)  # the browser's cached page has its own nonce
    with as_in(row.tree):  # screen readers mispronounce a page in two languages
        context = _page_context(row, versions, seal) | {"newer": newer}
        response = render(request, "strategy/publication/public.html", context)
    response["ETag"] = tag
    patch_vary_headers(response, ["Cookie", "Accept-Language"])
    patch_cache_control(response, private=True, max_age=0, must_revalidate=True)
    return response


def _select_version(versions: list[PublicStrategy], number: int | None) -> PublicStrategy:
    """The version with this number, else the current one, else the last one withdrawn."""
    if number is not None:
        versions = [row for row in versions if row.number == number]
    readable = [row for row in versions if not row.withdrawn_at and (number or not row.superseded_at)]
    if not versions:
        raise Http404
    return (readable or versions)[0]


def _newer(row: PublicStrategy, versions: list[PublicStrategy], seals: list[PublicSeal]) -> dict[str, object] | None:
    """What came after this version: published or only signed, also where the city has since withdrawn it."""
    published = next((v for v in versions if v.number > row.number and not v.withdrawn_at), None)
    signed = seals[-1] if seals and seals[-1].number > row.number else None
    if published is None and signed is None and row.superseded_at is None:
        return None
    return {
        "number": published.number if published else None,
        "code": signed.code if signed else "",
        "is_published": published is not None or row.superseded_at is not None,
    }


def _page_context(row: PublicStrategy, versions: list[PublicStrategy], seal: PublicSeal | None) -> dict[str, object]:
    files = list(row.files.all())
    images = {int(file.kind.partition(":")[2]) for file in files if file.kind.startswith("picture:")}

    def address(pk: int) -> str:
        return reverse("strategy:public-picture", args=[row.slug, row.number, pk])

    edition = Edition(row.tree, row.signed_at, row.number, row.code)
    return web.page(edition, address, images) | {
        "row": row,
        "signatures": signers.approvals(seal),
        "earlier": [v for v in versions if v.number < row.number and not v.withdrawn_at],
        "files": sorted((f for f in files if f.kind in FILE_ORDER), key=lambda f: FILE_ORDER.index(f.kind)),
        "progress": public_pages.progress(row),
        "reviews": public_pages.reviews(row),
        "canonical": settings.BASE_URL + reverse("strategy:public", args=[row.slug]),
    }


def _etag(request: HttpRequest, parts: list[object]) -> str:
    # The page frame names the person and follows the theme, so both are part of the ETag.
    cities = [str(city) for city in getattr(request, "cities", [])]
    frame = [request.user.pk, cities, request.COOKIES.get("theme", ""), translation.get_language(), settings.BASE_URL]
    return f'"{hashlib.sha256(repr([*parts, *frame]).encode()).hexdigest()[:32]}"'


@require_safe
@public_view
def file(request: HttpRequest, place: str, number: int, kind: str) -> HttpResponseBase:
    row = _public_file(place, number, kind)
    return _file_response(request, row, f"{place}-data-strategy-v{number}.{kind}")


@require_safe
@public_view
def picture(request: HttpRequest, place: str, number: int, pk: int) -> HttpResponseBase:
    return _file_response(request, _public_file(place, number, f"picture:{pk}"), "")


def _public_file(place: str, number: int, kind: str) -> PublicFile:
    return get_object_or_404(
        PublicFile, strategy__slug=place, strategy__number=number, strategy__withdrawn_at=None, kind=kind
    )


def _file_response(request: HttpRequest, row: PublicFile, name: str) -> HttpResponseBase:
    if unchanged := get_conditional_response(request, etag=f'"{row.sha256}"'):
        return unchanged
    if not default_storage.exists(row.file):
        raise Http404
    response = FileResponse(
        default_storage.open(row.file),
        as_attachment=bool(name) and "view" not in request.GET,
        filename=name,
        content_type=row.media_type,
    )
    response["ETag"] = f'"{row.sha256}"'
    # Caches revalidate each time, so that a withdrawn file is gone immediately.
    patch_cache_control(response, public=True, no_cache=True)
    return response


@require_safe
@public_view
def schema(request: HttpRequest) -> HttpResponse:
    return HttpResponse(SCHEMA.read_bytes(), content_type="application/schema+json")
