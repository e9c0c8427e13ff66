"""A strategy written elsewhere: upload, a preview of its pieces, and the tray."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accelerator import web
from accelerator.intake.files import UnreadableFile
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.sections.access import sections_of
from strategy.sections.models import Section
from strategy.uploads import actions as uploads
from strategy.uploads import leftovers
from strategy.uploads.forms import SortForm, UploadForm
from strategy.uploads.models import UploadPiece

PER_PAGE = 40
State = UploadPiece.State


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.EDIT_STRATEGY)
def index(request: CityRequest, city: City) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        data, name = form.cleaned_data["file"], str(form.files["file"])
        try:
            upload = uploads.import_file(city=city, data=data, name=name, by=request.user)
        except UnreadableFile as error:
            form.add_error("file", str(error))
        else:
            return redirect("strategy:upload", city=city.slug, pk=upload.pk)
    rows = city.upload_set.select_related("uploaded_by").annotate(
        parts=Count("pieces"), words=Sum("pieces__words"), waiting=Count("pieces", filter=Q(pieces__state=State.TRAY))
    )
    page = Paginator(rows.order_by("-uploaded_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"city": city, "form": form, "page": page, "tray_count": _waiting_pieces(city).count()}
    return render(request, "strategy/uploads/uploads.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.EDIT_STRATEGY)
def show(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Each piece with its proposal; POST applies the choices."""
    upload = get_object_or_404(city.upload_set.select_related("uploaded_by"), pk=pk)
    form = _sort_form(request, city, _waiting_pieces(city).filter(upload=upload))
    if request.method == "POST" and form.is_valid():
        return _apply(request, city, form, redirect("strategy:upload", city=city.slug, pk=pk))
    context = {
        "city": city,
        "upload": upload,
        "form": form,
        "handled": list(_handled_pieces(city).filter(upload=upload)),
        "count": uploads.count_words(upload),
        "report": leftovers.rows_of_report(upload.report),
    }
    return render(request, "strategy/uploads/upload.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.EDIT_STRATEGY)
def tray(request: CityRequest, city: City) -> HttpResponse:
    """All uploads' pieces in the tray, and those that were set aside."""
    page = Paginator(_waiting_pieces(city), PER_PAGE).get_page(request.GET.get("page"))
    form = _sort_form(request, city, page)
    if request.method == "POST" and form.is_valid():
        return _apply(request, city, form, redirect("strategy:upload-tray", city=city.slug))
    aside = _handled_pieces(city).filter(state=State.ASIDE)
    context = {"city": city, "form": form, "page": page, "handled": aside[:PER_PAGE], "with_upload": True}
    return render(request, "strategy/uploads/upload_tray.html", context)


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def return_to_tray(request: CityRequest, city: City, pk: int) -> HttpResponse:
    piece = get_object_or_404(city.uploadpiece_set.select_related("section__template"), pk=pk)
    was_used, section = piece.state == State.USED, piece.section
    if uploads.return_to_tray(piece, by=request.user) and was_used and section:
        sentence = _(
            "The passage is unplaced again. Its text is still in “%(section)s”; remove it there if you don’t need it."
        )
        messages.success(request, sentence % {"section": section})
    else:
        messages.success(request, _("The passage is unplaced again."))
    if request.POST.get("back") == "tray":
        return redirect("strategy:upload-tray", city=city.slug)
    return redirect("strategy:upload", city=city.slug, pk=piece.upload_id)


def _waiting_pieces(city: City) -> QuerySet[UploadPiece]:
    rows = city.uploadpiece_set.filter(state=State.TRAY).select_related("upload", "section__template", "state_by")
    return rows.order_by("-upload", "position")


def _handled_pieces(city: City) -> QuerySet[UploadPiece]:
    rows = city.uploadpiece_set.exclude(state=State.TRAY).select_related("upload", "section__template", "state_by")
    return rows.order_by("-upload", "position")


def _sort_form(request: CityRequest, city: City, pieces: Iterable[UploadPiece]) -> SortForm:
    """The form for these pieces; after POST, for those it contains."""
    sections = list(sections_of(request, city).select_related("template").defer("html").order_by("position"))
    if request.method == "POST":
        numbers = (name.removeprefix("piece-") for name in request.POST if name.startswith("piece-"))
        pks = [pk for pk in (web.whole_number(number, digits=18) for number in numbers) if pk is not None]
        pieces = city.uploadpiece_set.filter(pk__in=pks).select_related("upload", "section__template", "state_by")
        return SortForm(request.POST, pieces=pieces, sections=sections)
    return SortForm(pieces=pieces, sections=sections)


def _apply(request: CityRequest, city: City, form: SortForm, back: HttpResponse) -> HttpResponse:
    """Apply the choices and redirect to the texts to compare, or back."""
    result = uploads.apply_choices(city=city, choices=form.choices, bases=form.bases, by=request.user)
    _add_messages(request, result)
    if len(result.drafts) == 1:
        draft = result.drafts[0]
        return redirect("strategy:draft", city=city.slug, section=draft.text.key, pk=draft.pk)
    if result.drafts:
        sentence = ngettext(
            "One passage is ready to compare with its section. It stays unplaced until you set it aside.",
            "%(number)d passages are ready to compare with their sections. Compare them one by one. They stay "
            "unplaced until you set them aside.",
            len(result.drafts),
        )
        messages.info(request, sentence % {"number": len(result.drafts)})
        return redirect("strategy:my-drafts")
    return back


def _add_messages(request: CityRequest, result: uploads.SortResult) -> None:
    if result.written:
        messages.success(request, _("Text added to: %(sections)s.") % {"sections": _names(result.written)})
    if result.set_aside:
        sentence = ngettext("One passage was set aside.", "%(number)d passages were set aside.", result.set_aside)
        messages.success(request, sentence % {"number": result.set_aside})
    if result.stale:
        sentence = _(
            "Someone else edited these sections while you were working, so the passages for them are "
            "still unplaced: %(sections)s."
        )
        messages.warning(request, sentence % {"sections": _names(result.stale)})
    if result.too_long:
        sentence = _("These sections would become too long, so the passages for them are still unplaced: %(sections)s.")
        messages.warning(request, sentence % {"sections": _names(result.too_long)})
    if not (result.written or result.set_aside or result.stale or result.too_long or result.drafts):
        messages.info(request, _("There were no changes to apply. Every passage is still where it was."))


def _names(sections: list[Section]) -> str:
    return ", ".join(str(section) for section in sections)
