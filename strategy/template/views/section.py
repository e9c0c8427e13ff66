"""Sections of a template draft: edit, move, remove and restore."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accelerator import web
from accelerator.conflicts import save_form
from cities.access import Permission, PersonRequest, staff_view
from strategy.template import completeness
from strategy.template import editing as templates
from strategy.template.forms import NewSectionForm, PartFormSet, SectionForm
from strategy.template.models import TemplateSection, TemplateVersion
from strategy.template.views.templates import find_draft, stamp_in


def _section_or_404(draft: TemplateVersion, key: str) -> TemplateSection:
    return get_object_or_404(draft.sections.select_related("version"), key=key)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.EDIT_CONTENT)
def edit(request: PersonRequest, template: str, template_section: str) -> HttpResponse:
    """Edit a section; if someone else was faster, the form keeps what was typed."""
    sections = TemplateSection.objects.filter(version__slug=template, version__published_at=None)
    section = sections.select_related("version").filter(key=template_section).first()
    if section is None:
        return _removed_page(request, template, template_section)
    form = SectionForm(request.POST or None, instance=section)
    form, is_saved = save_form(form, partial(templates.change_section, section, by=request.user))
    if is_saved:
        messages.success(request, _("Saved: %(section)s.") % {"section": section.titles.get("en") or section.key})
        if "stay" in request.POST:
            return redirect("strategy:template-section", template, section.key)
        return redirect("strategy:template-draft", template)
    if form.is_removed:
        return _removed_page(request, template, template_section)
    missing = [] if form.conflict else completeness.untranslated(section)
    context = {"slug": template, "section": form.row, "form": form, "missing": missing}
    return render(request, "strategy/template/section.html", context, status=form.status_code)


def _removed_page(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """The section or the draft is gone: show what was typed, so it can be copied or added again."""
    # Nothing was typed that could be lost.
    if request.method != "POST" or "titles_en" not in request.POST:
        raise Http404
    draft = TemplateVersion.objects.filter(slug=slug, published_at=None).first()
    # An unchecked checkbox isn't posted.
    typed = {**request.POST.dict(), "required": "required" in request.POST}
    form = SectionForm(instance=TemplateSection(), initial=typed)
    parts = PartFormSet(request.POST, prefix="parts")
    context = {"draft": draft, "slug": slug, "key": key, "form": form, "parts": parts}
    return render(request, "strategy/template/gone.html", context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.EDIT_CONTENT)
def add(request: PersonRequest, template: str) -> HttpResponse:
    draft = find_draft(template)
    form = NewSectionForm(request.POST or None, draft=draft)

    def write(content: dict[str, Any]) -> None:
        place = {name: form.cleaned_data[name] for name in ("key", "after")}
        templates.add_section(draft, content=content, by=request.user, **place)

    form, is_saved = save_form(form, write)
    if is_saved:
        messages.success(request, _("The section was added."))
        return redirect("strategy:template-section", template, form.cleaned_data["key"])
    context = {"draft": draft, "slug": template, "form": form}
    return render(request, "strategy/template/add.html", context, status=form.status_code)


@require_POST
@staff_view(Permission.EDIT_CONTENT)
def move(request: PersonRequest, template: str, template_section: str) -> HttpResponse:
    """One position up or down, or to a position counted from 1."""
    section = _section_or_404(find_draft(template), template_section)
    place = web.whole_number(request.POST.get("place", ""), digits=3)
    step = {"up": -1, "down": 1}.get(request.POST.get("way", ""), 0)
    # Both numbers can be outside the list: move_section() uses the nearest position.
    to = section.position + step if place is None else place - 1
    with web.refusal_as_message(request):
        templates.move_section(section, to=to, stamp=stamp_in(request), by=request.user)
    response = redirect("strategy:template-draft", template)
    response["Location"] += f"#{section.key}"
    return response


@require_POST
@staff_view(Permission.EDIT_CONTENT)
def remove(request: PersonRequest, template: str, template_section: str) -> HttpResponse:
    section = _section_or_404(find_draft(template), template_section)
    with web.refusal_as_message(request):
        templates.remove_section(section, stamp=stamp_in(request), by=request.user)
        message = _("“%(section)s” was removed from the draft. You can include it again at the bottom of this page.")
        messages.success(request, message % {"section": section})
    return redirect("strategy:template-draft", template)


@require_POST
@staff_view(Permission.EDIT_CONTENT)
def bring_back(request: PersonRequest, template: str, template_section: str) -> HttpResponse:
    draft = find_draft(template)
    with web.refusal_as_message(request):
        if templates.return_section(draft, key=template_section, by=request.user):
            messages.success(request, _("The section is back in the draft, just as it was."))
        else:
            messages.info(request, _("This section can’t be included again. It may already be in the draft."))
    return redirect("strategy:template-draft", template)
