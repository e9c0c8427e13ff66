"""A section of a template's draft: its words in three languages, its place, taking it out and in again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accelerator import web
from accelerator.refusals import Conflict, Refused
from cities.access import Permission, PersonRequest, staff_view
from strategy.template import comparison as template_changes
from strategy.template import completeness
from strategy.template import editing as templates
from strategy.template.forms import NewSectionForm, PartFormSet, SectionForm
from strategy.template.models import TemplateSection, TemplateVersion
from strategy.template.views.templates import find_draft, stamp_in


def _find(draft: TemplateVersion, key: str) -> TemplateSection:
    return get_object_or_404(draft.sections.select_related("version"), key=key)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.EDIT_CONTENT)
def edit(request: PersonRequest, template: str, template_section: str) -> HttpResponse:
    """Write a section. Where somebody was faster, nothing is saved and the typed words stay in the form."""
    sections = TemplateSection.objects.filter(version__slug=template, version__published_at=None)
    section = sections.select_related("version").filter(key=template_section).first()
    if section is None:
        return _gone(request, template, template_section)
    form = SectionForm(request.POST or None, initial=SectionForm.initial_for(section))
    parts = PartFormSet(request.POST or None, prefix="parts", initial=PartFormSet.initial_for(section.parts))
    context = {"slug": template, "section": section, "form": form, "parts": parts}
    if request.method == "POST" and form.is_valid() and parts.is_valid():
        content = {**form.content, "parts": parts.content}
        try:
            seen = request.POST.get("seen", "")
            templates.change_section(section, content=content, seen=seen, by=request.user)
        except Conflict as conflict:
            return _hand_back(request, section.pk, conflict, content, context)
        except Refused as refused:
            web.add_problems(form, refused.problems)
        else:
            words = _("Saved: %(section)s.")
            messages.success(request, words % {"section": form.content["titles"].get("en") or section.key})
            if "stay" in request.POST:
                return redirect("strategy:template-section", template, section.key)
            return redirect("strategy:template-draft", template)
    context["missing"] = completeness.untranslated(section)
    context["seen"] = request.POST.get("seen") or templates.mark(section)
    status = 422 if request.method == "POST" else 200
    return render(request, "strategy/template/section.html", context, status=status)


def _hand_back(
    request: PersonRequest, pk: int, conflict: Conflict, content: dict[str, Any], context: dict[str, Any]
) -> HttpResponse:
    """The form with what was typed, and how it differs from what stands there now."""
    section = TemplateSection.objects.select_related("version").filter(pk=pk).first()
    if section is None:
        return _gone(request, context["slug"], context["section"].key)
    typed = TemplateSection(key=section.key, number=section.number, **content)
    templates.number_parts(typed)
    context |= {
        "section": section,
        "stale": True,
        "who": conflict.row.changed_by,
        "missing": [],
        "seen": templates.mark(section),
        "changes": template_changes.changes(section, typed),
    }
    return render(request, "strategy/template/section.html", context, status=409)


def _gone(request: PersonRequest, slug: str, key: str) -> HttpResponse:
    """The section or the whole draft is not there any more: what was typed is handed back, to be kept."""
    if request.method != "POST" or "titles_en" not in request.POST:
        raise Http404
    draft = TemplateVersion.objects.filter(slug=slug, published_at=None).first()
    form = SectionForm(initial={**request.POST.dict(), "required": "required" in request.POST})
    parts = PartFormSet(request.POST, prefix="parts")
    context = {"draft": draft, "slug": slug, "key": key, "form": form, "parts": parts}
    return render(request, "strategy/template/gone.html", context, status=409)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.EDIT_CONTENT)
def add(request: PersonRequest, template: str) -> HttpResponse:
    """A new section with its key and place; its named parts are written afterwards."""
    draft = find_draft(template)
    form = NewSectionForm(request.POST or None, draft=draft)
    if request.method == "POST" and form.is_valid():
        content, key = {**form.content, "parts": []}, form.cleaned_data["key"]
        try:
            templates.add_section(draft, key=key, content=content, after=form.cleaned_data["after"], by=request.user)
        except Refused as refused:
            web.add_problems(form, refused.problems)
        else:
            messages.success(request, _("The section is added."))
            return redirect("strategy:template-section", template, key)
    context = {"draft": draft, "slug": template, "form": form}
    return render(request, "strategy/template/add.html", context, status=422 if request.POST else 200)


@require_POST
@staff_view(Permission.EDIT_CONTENT)
def move(request: PersonRequest, template: str, template_section: str) -> HttpResponse:
    """One place up or down, or to the place that was named, counted from 1."""
    section = _find(find_draft(template), template_section)
    place = web.whole_number(request.POST.get("place", ""), digits=3)
    step = {"up": -1, "down": 1}.get(request.POST.get("way", ""), 0)
    to = section.position + step if place is None else place - 1
    with web.refusal_as_message(request):
        templates.move_section(section, to=to, stamp=stamp_in(request), by=request.user)
    response = redirect("strategy:template-draft", template)
    response["Location"] += f"#{section.key}"
    return response


@require_POST
@staff_view(Permission.EDIT_CONTENT)
def remove(request: PersonRequest, template: str, template_section: str) -> HttpResponse:
    """Take the section out; the draft's page offers to take it in again."""
    section = _find(find_draft(template), template_section)
    with web.refusal_as_message(request):
        templates.remove_section(section, stamp=stamp_in(request), by=request.user)
        words = _("“%(section)s” is taken out. It stands at the end of this page, to be taken in again.")
        messages.success(request, words % {"section": section})
    return redirect("strategy:template-draft", template)


@require_POST
@staff_view(Permission.EDIT_CONTENT)
def bring_back(request: PersonRequest, template: str, template_section: str) -> HttpResponse:
    """Take a removed section in again, as it was."""
    draft = find_draft(template)
    with web.refusal_as_message(request):
        if templates.return_section(draft, key=template_section, by=request.user):
            messages.success(request, _("The section is in the draft again, as it was."))
        else:
            messages.info(request, _("There is no such section to take in; it may be in the draft already."))
    return redirect("strategy:template-draft", template)
