"""A city's pictures: uploaded first, then referenced in texts by number."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.conflicts import save_form
from accelerator.middleware import takes_file
from accelerator.texts import saving
from accelerator.web import is_script, number_in, text_in
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.sections import pictures
from strategy.sections.access import sections_of
from strategy.sections.forms import DescriptionForm, PictureForm
from strategy.sections.models import Section

PER_PAGE = 24


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.EDIT_STRATEGY)
@takes_file
def index(request: CityRequest, city: City) -> HttpResponse:
    """The city's pictures and the form that adds one; scripts get JSON."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PictureForm(*sent)
    section = _section(request, city)
    if request.method == "POST" and form.is_valid():
        picture = pictures.store(
            city=city,
            image=form.cleaned_data["picture"],
            name=str(form.files["picture"]),
            alt=form.cleaned_data["alt"],
            by=request.user,
        )
        if is_script(request):
            address = reverse("strategy:picture", args=[city.slug, picture.pk])
            return JsonResponse({"number": picture.pk, "address": address, "alt": picture.alt}, status=201)
        messages.success(request, _("Image uploaded: %(name)s.") % {"name": picture})
        back = f"?section={section.key}" if section else ""
        return redirect(reverse("strategy:pictures", args=[city.slug]) + f"{back}#picture-{picture.pk}")
    refused = 422 if request.method == "POST" else 200
    if refused and is_script(request):
        problems = [str(error) for errors in form.errors.values() for error in errors]
        return JsonResponse({"problem": " ".join(problems)}, status=refused)
    rows = Paginator(city.picture_set.select_related("uploaded_by"), PER_PAGE).get_page(request.GET.get("page"))
    context = {"city": city, "form": form, "page": rows, "section": section}
    return render(request, "strategy/sections/pictures.html", context, status=refused)


def _section(request: CityRequest, city: City) -> Section | None:
    key = text_in(request, "section")
    return sections_of(request, city).select_related("template").filter(key=key).first() if key else None


@require_safe
@city_view(Permission.VIEW_STRATEGY)
def show(request: CityRequest, city: City, pk: int) -> FileResponse:
    """The image; a guest reviewer gets only those in their sections."""
    picture = get_object_or_404(city.picture_set, pk=pk)
    shown_in = sections_of(request, city).filter(html__contains=f'src="media:{picture.pk}"')
    may_read = Permission.READ_WHOLE in request.can or shown_in.exists()
    if not may_read or not default_storage.exists(picture.file):
        raise Http404
    response = FileResponse(default_storage.open(picture.file), filename=picture.name, content_type=picture.kind)
    # Behind sign-in: only the reader's own browser may cache it, and never run it as something else.
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.EDIT_STRATEGY)
def describe(request: CityRequest, city: City, pk: int) -> HttpResponse:
    picture = get_object_or_404(city.picture_set, pk=pk)
    form = DescriptionForm(request.POST or None, instance=picture)
    form, is_saved = save_form(form, partial(pictures.describe, picture, by=request.user))
    if is_saved:
        messages.success(request, _("Saved: %(section)s.") % {"section": picture})
        return redirect(reverse("strategy:pictures", args=[city.slug]) + f"#picture-{picture.pk}")
    context = {"city": city, "picture": picture, "form": form}
    return render(request, "strategy/sections/picture_description.html", context, status=form.status_code)


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def insert(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Append the picture to a section, for people who write without JavaScript."""
    picture = get_object_or_404(city.picture_set, pk=pk)
    section = get_object_or_404(sections_of(request, city), key=text_in(request, "section"))
    back = redirect("strategy:section", city=city.slug, section=section.key)
    try:
        saved = saving.save(section, html=section.html + picture.line, base=number_in(request, "base"), by=request.user)
    except saving.MissingBase:
        messages.error(
            request,
            _("The image wasn’t inserted because the page hadn’t loaded completely. Reload the page and try again."),
        )
        return back
    except saving.TooLong:
        messages.error(request, _("The image wasn’t inserted because the section has reached its maximum length."))
        return back
    # Someone saved a newer text: show both, to be merged.
    if saved.draft:
        return redirect("strategy:draft", city=city.slug, section=section.key, pk=saved.draft.pk)
    messages.success(request, _("The image is now at the end of the section."))
    return back
