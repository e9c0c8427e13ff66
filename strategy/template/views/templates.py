"""Strategy templates for GovEx: versions, the draft of the next one, preview, comparison, publishing."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator import web
from accelerator.conflicts import NO_STAMP, save_form
from accelerator.content_versions import in_language
from cities.access import Permission, PersonRequest, staff_view
from strategy.template import comparison as template_changes
from strategy.template import completeness
from strategy.template import editing as templates
from strategy.template.forms import CompareForm, NameForm
from strategy.template.models import TemplateVersion


def find_draft(slug: str) -> TemplateVersion:
    rows = TemplateVersion.objects.select_related("based_on", "changed_by")
    return get_object_or_404(rows, slug=slug, published_at=None)


def stamp_in(request: PersonRequest) -> int:
    """The stamp when the page was rendered; a missing one never equals the current one."""
    stamp = web.whole_number(request.POST.get("stamp", ""))
    return NO_STAMP if stamp is None else stamp


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def index(request: PersonRequest) -> HttpResponse:
    entries: dict[str, dict[str, object]] = {}
    for version in TemplateVersion.objects.select_related("changed_by").order_by("slug", "-number"):
        entry = entries.setdefault(version.slug, {"slug": version.slug, "name": "", "draft": None, "last": None})
        # The newest version comes first, so the first of each kind is the current one.
        entry["name"] = entry["name"] or in_language(version.name)
        kind = "last" if version.published_at else "draft"
        entry[kind] = entry[kind] or version
    return render(request, "strategy/template/list.html", {"templates": list(entries.values())})


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def compare(request: PersonRequest, template: str) -> HttpResponse:
    """Two versions, section by section; by default, the last two."""
    versions = list(TemplateVersion.objects.filter(slug=template).order_by("-number"))
    if not versions:
        raise Http404
    last_two = {"after": versions[0].number, "before": versions[min(1, len(versions) - 1)].number}
    form = CompareForm({**last_two, **request.GET.dict()}, versions=versions)
    # A URL that names a nonexistent version shows the last two.
    chosen = form.cleaned_data if form.is_valid() else last_two
    by_number = {version.number: version for version in versions}
    before, after = by_number[chosen["before"]], by_number[chosen["after"]]
    rows = template_changes.compare(before.sections.all(), after.sections.all())
    touched = [row for row in rows if row.kinds != ["same"]]
    context = {
        "slug": template,
        "heading": in_language(after.name),
        "form": form,
        "before": before,
        "after": after,
        "rows": touched,
        "same": len(rows) - len(touched),
        "total": len(rows),
        "single": len(versions) == 1,
    }
    return render(request, "strategy/template/compare.html", context)


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def preview(request: PersonRequest, template: str, edition: int) -> HttpResponse:
    version = get_object_or_404(TemplateVersion, slug=template, number=edition)
    code = request.GET.get("language", "") or get_language() or "en"
    language = code if code in templates.LANGUAGES else "en"
    sections = list(version.sections.all())
    for section in sections:
        section.untranslated = dict(completeness.untranslated(section)).get(str(completeness.NAMES[language]), [])
    context = {
        "slug": template,
        "version": version,
        "heading": in_language(version.name, language),
        "language": language,
        "sections": sections,
        "languages": settings.LANGUAGES,
        "missing": sum(1 for section in sections if section.untranslated),
    }
    return render(request, "strategy/template/preview.html", context)


@require_POST
@staff_view(Permission.EDIT_CONTENT)
def begin(request: PersonRequest, template: str, edition: int) -> HttpResponse:
    """Start the draft of the next version as a copy of this one, or go to the existing draft."""
    version = get_object_or_404(TemplateVersion.objects.published(), slug=template, number=edition)
    templates.open_draft(version=version, by=request.user)
    return redirect("strategy:template-draft", template)


@require_safe
@staff_view(Permission.EDIT_CONTENT)
def draft(request: PersonRequest, template: str) -> HttpResponse:
    version = find_draft(template)
    sections = list(version.sections.all())
    for section in sections:
        section.missing = completeness.untranslated(section)
        section.guide = template_changes.guide(section)
    gaps = completeness.gaps(version, sections)
    context = {
        "slug": template,
        "heading": in_language(version.name),
        "draft": version,
        "sections": sections,
        "gaps": gaps,
        "gap_keys": {gap.key for gap in gaps},
        "last": len(sections) - 1,
        "returnable": templates.removed_sections(version),
        "untranslated": sum(1 for section in sections if section.missing),
    }
    return render(request, "strategy/template/draft.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.EDIT_CONTENT)
def name(request: PersonRequest, template: str) -> HttpResponse:
    version = find_draft(template)
    form = NameForm(request.POST or None, instance=version)

    def write(**_changed: object) -> None:
        templates.rename(version, name=form.texts["name"], stamp=form.stamp_read, by=request.user)

    form, is_saved = save_form(form, write)
    if is_saved:
        return redirect("strategy:template-draft", template)
    context = {"slug": template, "draft": version, "form": form}
    return render(request, "strategy/template/name.html", context, status=form.status_code)


@require_POST
@staff_view(Permission.EDIT_CONTENT)
def publish(request: PersonRequest, template: str) -> HttpResponse:
    version = find_draft(template)
    gaps = completeness.gaps(version, list(version.sections.all()))
    with web.refusal_as_message(request):
        templates.publish(version, gaps=gaps, stamp=stamp_in(request), by=request.user)
        message = _(
            "Version %(number)d is published. Each city decides when to switch to it. To use it for a cohort’s "
            "new strategies, select it in the cohort’s settings."
        )
        messages.success(request, message % {"number": version.number})
        return redirect("strategy:template", template)
    return redirect("strategy:template-draft", template)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_view(Permission.EDIT_CONTENT)
def discard(request: PersonRequest, template: str) -> HttpResponse:
    """Delete the draft, after a page that lists the changes that go with it."""
    version = find_draft(template)
    if request.method == "POST":
        with web.refusal_as_message(request):
            templates.discard(version, stamp=stamp_in(request), by=request.user)
            messages.success(request, _("The draft was discarded. The published versions haven’t changed."))
            return redirect("strategy:template", template)
        return redirect("strategy:template-draft", template)
    # Without a base version, the whole draft is new.
    before = version.based_on.sections.all() if version.based_on else []
    rows = template_changes.compare(before, version.sections.all())
    context = {
        "slug": template,
        "heading": in_language(version.name),
        "draft": version,
        "rows": [row for row in rows if row.kinds != ["same"]],
    }
    return render(request, "strategy/template/discard.html", context)
