"""Which sections a strategy has: omitted, no longer in the template, moved to another version."""

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
from strategy.sections import outline
from strategy.sections.models import Section, Standing
from strategy.template.forms import CopyForm
from strategy.template.models import TemplateVersion


@require_safe
@city_view(Permission.READ_WHOLE)
def index(request: CityRequest, city: City) -> HttpResponse:
    """The sections inside and outside the document, and the moves between template versions."""
    strategy = city.strategy
    hidden, removed = outline.sections_outside(city)
    present = city.section_set.present().select_related("template").defer("html").order_by("position")
    rows = city.templatemove_set.select_related("from_version", "to_version", "moved_by", "undone_by")
    moves = list(rows.order_by("-pk")[:20])
    context = {
        "city": city,
        "version": strategy.version,
        "newer": outline.newer_version(city),
        "present": list(present),
        "hidden": hidden,
        # One that was never written has nothing to show.
        "removed": [row for row in removed if row.revision],
        "moves": moves,
        # Moves are undone in reverse order, the latest first.
        "undoable": next((row.pk for row in moves if not row.undone_at), None),
        "may_shape": Permission.SHAPE_STRATEGY in request.can,
    }
    return render(request, "strategy/sections/sections.html", context)


def _section_outside(city: City, key: str) -> Section:
    rows = city.section_set.exclude(standing=Standing.PRESENT)
    return get_object_or_404(rows.select_related("template__version", "written_by"), key=key)


@require_safe
@city_view(Permission.READ_WHOLE)
def show(request: CityRequest, city: City, outside: str) -> HttpResponse:
    """A section outside the document, with its comments and revisions; read-only."""
    if city.section_set.present().filter(key=outside).exists():
        return redirect("strategy:section", city=city.slug, section=outside)
    return render(
        request, "strategy/sections/section_left_out.html", _context(request, city, _section_outside(city, outside))
    )


def _context(request: CityRequest, city: City, section: Section) -> dict[str, object]:
    revisions = list(city.sectionrevision_set.filter(text=section).defer("html").order_by("-number")[:50])
    people = User.objects.in_bulk({row.author_id for row in revisions if row.author_id})
    for row in revisions:
        row.author = people.get(row.author_id)
    version = web.whole_number(request.GET.get("version", ""))
    older = get_object_or_404(city.sectionrevision_set, text=section, number=version) if version else None
    threads = city.thread_set.filter(section=section).for_list().order_by("opened_at")
    return {
        "city": city,
        "section": section,
        "html": older.html if older else section.html,
        "number": older.number if older else section.revision,
        "revisions": revisions,
        "threads": list(threads),
        "form": CopyForm(city=city) if section.words and Permission.EDIT_STRATEGY in request.can else None,
        "may_take_in": section.standing == Standing.HIDDEN and Permission.SHAPE_STRATEGY in request.can,
    }


@require_POST
@city_view(Permission.SHAPE_STRATEGY)
def leave_out(request: CityRequest, city: City, outside: str) -> HttpResponse:
    section = get_object_or_404(city.section_set.select_related("template"), key=outside)
    if outline.leave_out(section, by=request.user):
        messages.success(
            request, _("“%(section)s” is now left out. Its text and comments are kept.") % {"section": section}
        )
    elif section.template.required:
        message = _("The program requires “%(section)s,” so you can’t leave it out.")
        messages.error(request, message % {"section": section})
    else:
        messages.info(
            request, _("“%(section)s” was no longer in the strategy, so nothing changed.") % {"section": section}
        )
    return redirect("strategy:sections", city.slug)


@require_POST
@city_view(Permission.SHAPE_STRATEGY)
def restore(request: CityRequest, city: City, outside: str) -> HttpResponse:
    section = get_object_or_404(city.section_set.select_related("template"), key=outside)
    if outline.restore(section, by=request.user):
        messages.success(request, _("“%(section)s” is included in the strategy again.") % {"section": section})
    else:
        messages.info(request, _("“%(section)s” wasn’t left out, so nothing changed.") % {"section": section})
    return redirect("strategy:sections", city.slug)


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def copy(request: CityRequest, city: City, outside: str) -> HttpResponse:
    """Append the text of a section outside the document to one inside."""
    source = _section_outside(city, outside)
    form = CopyForm(request.POST, city=city)
    if not form.is_valid():
        messages.error(
            request,
            _(
                "Nothing was copied. The section’s text may have changed since you opened this "
                "page. Choose the section again."
            ),
        )
        return redirect("strategy:section-apart", city=city.slug, outside=source.key)
    # The choice includes the revision that the person saw, so that a newer text isn't overwritten.
    pk, base = form.cleaned_data["target"].split(":")
    target = get_object_or_404(city.section_set.present().select_related("template"), pk=int(pk))
    try:
        saved = outline.copy_into(target, source=source, base=int(base), by=request.user)
    except saving.TooLong:
        messages.error(
            request, _("Nothing was copied. Together, the two texts would exceed the maximum length of a section.")
        )
        return redirect("strategy:section-apart", city=city.slug, outside=source.key)
    # Someone saved a newer text: show both, to be merged.
    if saved.draft:
        return redirect("strategy:draft", city=city.slug, section=target.key, pk=saved.draft.pk)
    messages.success(request, _("The text is now at the end of “%(section)s.”") % {"section": target})
    return redirect("strategy:section", city=city.slug, section=target.key)


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SHAPE_STRATEGY)
def move(request: CityRequest, city: City, edition: int) -> HttpResponse:
    """Preview a move to another version, and make it."""
    strategy = city.strategy
    rows = TemplateVersion.objects.published().filter(slug=strategy.version.slug)
    version = get_object_or_404(rows, number=edition)
    if version.pk == strategy.version_id:
        messages.info(request, _("The strategy already uses template version %(number)d.") % {"number": edition})
        return redirect("strategy:sections", city.slug)
    if request.method == "POST":
        with web.refusal_as_message(request):
            outline.move(strategy=strategy, to=version, seen=number_in(request, "seen") or 0, by=request.user)
            message = _(
                "The strategy now uses template version %(number)d. No text was lost, and you can undo the switch."
            )
            messages.success(request, message % {"number": edition})
            return redirect("strategy:sections", city.slug)
        return redirect("strategy:sections-move", city.slug, edition)
    steps = outline.preview(strategy, version)
    context = {"city": city, "strategy": strategy, "version": version, "steps": steps, **_grouped(steps)}
    return render(request, "strategy/sections/sections_move.html", context)


def _grouped(steps: list[outline.Step]) -> dict[str, list[outline.Step]]:
    return {
        "gone": [step for step in steps if step.kind == "removed"],
        "fresh": [step for step in steps if step.kind in {"new", "back", "forced"}],
        "changed": [step for step in steps if step.kind == "kept" and step.touched],
        "same": [step for step in steps if not step.touched],
    }


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.SHAPE_STRATEGY)
def undo(request: CityRequest, city: City, pk: int) -> HttpResponse:
    """Undo the latest move; texts written since stay."""
    rows = city.templatemove_set.select_related("from_version", "to_version", "strategy", "moved_by")
    template_move = get_object_or_404(rows, pk=pk)
    if request.method == "POST":
        if outline.undo(template_move, by=request.user):
            message = _(
                "The switch was undone. The strategy uses template version %(number)d again, and no text was lost."
            )
            messages.success(request, message % {"number": template_move.from_version.number})
        else:
            messages.error(request, _("You can undo only the latest switch. Nothing was changed."))
        return redirect("strategy:sections", city.slug)
    added = city.section_set.filter(pk__in=template_move.before["added"]).select_related("template").defer("html")
    context = {"city": city, "template_move": template_move, "written": [row for row in added if row.revision]}
    return render(request, "strategy/sections/sections_undo.html", context)
