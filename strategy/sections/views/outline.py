"""The shape of a city's strategy: what is left out, what is not in the template any more, another version."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator import web
from accelerator.models import User
from accelerator.texts import saving
from accelerator.web import number_in
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.sections import outline as shape
from strategy.sections.models import Section, Standing
from strategy.template.forms import CopyForm
from strategy.template.models import TemplateVersion


@require_safe
@city_view(Permission.READ_WHOLE)
def index(request: CityRequest, city: City) -> HttpResponse:
    """Which sections make up the document, which stand apart, and the moves between versions."""
    strategy = city.strategy
    hidden, removed = shape.apart(city)
    present = city.section_set.present().select_related("template").defer("html").order_by("position")
    made = city.templatemove_set.select_related("from_version", "to_version", "moved_by", "undone_by")
    moves = list(made.order_by("-pk")[:20])
    context = {
        "city": city,
        "version": strategy.version,
        "newer": shape.newer(city),
        "present": list(present),
        "hidden": hidden,
        "removed": [row for row in removed if row.revision],
        "moves": moves,
        "undoable": next((row.pk for row in moves if not row.undone_at), None),
        "may_shape": Permission.SHAPE_STRATEGY in request.can,
    }
    return render(request, "strategy/sections/sections.html", context)


def _apart(city: City, key: str) -> Section:
    rows = city.section_set.exclude(standing=Standing.PRESENT)
    return get_object_or_404(rows.select_related("template__version", "written_by"), key=key)


@require_safe
@city_view(Permission.READ_WHOLE)
def show(request: CityRequest, city: City, apart: str) -> HttpResponse:
    """A section that stands apart: its words, its comments, every saved text; one of the document has its desk."""
    if city.section_set.present().filter(key=apart).exists():
        return redirect("strategy:section", city=city.slug, section=apart)
    return render(request, "strategy/sections/section_left_out.html", _about(request, city, _apart(city, apart)))


def _about(request: CityRequest, city: City, section: Section) -> dict[str, object]:
    revisions = list(city.sectionrevision_set.filter(text=section).defer("html").order_by("-number")[:50])
    people = User.objects.in_bulk({row.author_id for row in revisions if row.author_id})
    for row in revisions:
        row.author = people.get(row.author_id)
    asked = web.whole_number(request.GET.get("version", ""))
    older = get_object_or_404(city.sectionrevision_set, text=section, number=asked) if asked else None
    threads = city.thread_set.filter(section=section).prefetch_related("comments__author").order_by("opened_at")
    return {
        "city": city,
        "section": section,
        "html": older.html if older else section.html,
        "shown": older.number if older else section.revision,
        "revisions": revisions,
        "threads": list(threads),
        "form": CopyForm(city=city) if section.words and Permission.EDIT_STRATEGY in request.can else None,
        "may_take_in": section.standing == Standing.HIDDEN and Permission.SHAPE_STRATEGY in request.can,
    }


@require_POST
@city_view(Permission.SHAPE_STRATEGY)
def leave_out(request: CityRequest, city: City, apart: str) -> HttpResponse:
    """Leave an optional section out; its words and comments are kept."""
    section = get_object_or_404(city.section_set.select_related("template"), key=apart)
    if shape.leave_out(section, by=request.user):
        messages.success(
            request, _("“%(section)s” is left out. Its words and comments are kept.") % {"section": section}
        )
    elif section.template.required:
        words = _("“%(section)s” is required by the program, so it cannot be left out.")
        messages.error(request, words % {"section": section})
    else:
        messages.info(request, _("“%(section)s” was not part of the strategy any more.") % {"section": section})
    return redirect("strategy:sections", city.slug)


@require_POST
@city_view(Permission.SHAPE_STRATEGY)
def take_in(request: CityRequest, city: City, apart: str) -> HttpResponse:
    """Make a section that was left out part of the strategy again."""
    section = get_object_or_404(city.section_set.select_related("template"), key=apart)
    if shape.take_in(section, by=request.user):
        messages.success(request, _("“%(section)s” is part of the strategy again.") % {"section": section})
    else:
        messages.info(request, _("“%(section)s” was not left out, so nothing changed.") % {"section": section})
    return redirect("strategy:sections", city.slug)


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def copy(request: CityRequest, city: City, apart: str) -> HttpResponse:
    """Add the words of a section that stands apart to one of the document."""
    source = _apart(city, apart)
    form = CopyForm(request.POST, city=city)
    if not form.is_valid():
        messages.error(request, _("Nothing was copied: choose the section again, its text may have changed meanwhile."))
        return redirect("strategy:section-apart", city=city.slug, apart=source.key)
    pk, base = form.cleaned_data["target"].split(":")
    target = get_object_or_404(city.section_set.present().select_related("template"), pk=int(pk))
    try:
        saved = shape.copy_into(target, source=source, base=int(base), by=request.user)
    except saving.TooLong:
        messages.error(request, _("Nothing was copied: both texts together are longer than a section can be."))
        return redirect("strategy:section-apart", city=city.slug, apart=source.key)
    if saved.draft:
        return redirect("strategy:draft", city=city.slug, section=target.key, pk=saved.draft.pk)
    messages.success(request, _("The words stand at the end of “%(section)s” now.") % {"section": target})
    return redirect("strategy:section", city=city.slug, section=target.key)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SHAPE_STRATEGY)
def move(request: CityRequest, city: City, edition: int) -> HttpResponse:
    """What moving the strategy to another version would do, and the button that does it."""
    strategy = city.strategy
    rows = TemplateVersion.objects.published().filter(slug=strategy.version.slug)
    version = get_object_or_404(rows, number=edition)
    if version.pk == strategy.version_id:
        messages.info(request, _("The strategy stands on version %(number)d.") % {"number": edition})
        return redirect("strategy:sections", city.slug)
    if request.method == "POST":
        with web.refusal_as_message(request):
            shape.move(strategy=strategy, to=version, seen=number_in(request, "seen") or 0, by=request.user)
            words = _(
                "The strategy stands on version %(number)d now. "
                "Nothing that was written is lost; the move can be undone."
            )
            messages.success(request, words % {"number": edition})
            return redirect("strategy:sections", city.slug)
        return redirect("strategy:sections-move", city.slug, edition)
    steps = shape.preview(strategy, version)
    context = {"city": city, "strategy": strategy, "version": version, "steps": steps, **_sorted(steps)}
    return render(request, "strategy/sections/sections_move.html", context)


def _sorted(steps: list[shape.Step]) -> dict[str, list[shape.Step]]:
    """The steps by what a reader asks: what is gone, what is new, what changes, what stays."""
    return {
        "gone": [step for step in steps if step.kind == "removed"],
        "fresh": [step for step in steps if step.kind in {"new", "back", "forced"}],
        "changed": [step for step in steps if step.kind == "kept" and step.touched],
        "same": [step for step in steps if not step.touched],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SHAPE_STRATEGY)
def undo(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Bring back what was before the latest move; what was written meanwhile stays."""
    rows = city.templatemove_set.select_related("from_version", "to_version", "strategy", "moved_by")
    made = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        if shape.undo(made, by=request.user):
            words = _("The move is undone: the strategy stands on version %(number)d again. Every word is kept.")
            messages.success(request, words % {"number": made.from_version.number})
        else:
            messages.error(request, _("Only the latest move can be undone; nothing was changed."))
        return redirect("strategy:sections", city.slug)
    added = city.section_set.filter(pk__in=made.before["added"]).select_related("template").defer("html")
    context = {"city": city, "made": made, "written": [row for row in added if row.revision]}
    return render(request, "strategy/sections/sections_undo.html", context)
