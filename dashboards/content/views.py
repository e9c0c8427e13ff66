"""The program's content for staff: strategy template, curriculum, rubric, target families."""

from collections import defaultdict
from itertools import groupby
from typing import Any, TypeVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accelerator import formats
from accelerator.content_versions import ContentVersion, in_language
from cities.access import Permission, PersonRequest, staff_view
from curriculum import timeline
from curriculum.models import ProgramVersion, RubricVersion
from strategy.models import Component, TemplateVersion

AUDIENCES = {"team": _("team"), "lead": _("city lead"), "mayor": _("mayor"), "staff": _("GovEx")}
LEVELS = [_("Starting"), _("Building"), _("Established"), _("Leading")]
Version = TypeVar("Version", bound=ContentVersion)
_TRANSLATED = {"title": "title", "purpose": "purpose", "questions": "prompts", "good": "good"}


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def index(request: PersonRequest) -> HttpResponse:
    models = {"templates": TemplateVersion, "programs": ProgramVersion, "rubrics": RubricVersion}
    context = {name: model._default_manager.exclude(published_at=None) for name, model in models.items()}
    return render(request, "dashboards/content/content.html", context)


def _published(model: type[Version], slug: str, number: int) -> Version:
    return get_object_or_404(model._default_manager.exclude(published_at=None), slug=slug, number=number)


def _part(part: dict[str, Any]) -> dict[str, Any]:
    """A named part of a section in the reader's language."""
    return part | {name: in_language(part[key]) for name, key in _TRANSLATED.items()}


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def template(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    version = _published(TemplateVersion, slug, number)
    sections = [(section, [_part(part) for part in section.parts]) for section in version.sections.all()]
    context = {"version": version, "sections": sections, "required": sum(s.required for s, _parts in sections)}
    return render(request, "dashboards/content/content_template.html", context)


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def program(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    # Weeks and weekdays instead of dates, which differ by cohort.
    version = _published(ProgramVersion, slug, number)
    weekdays = formats.weekday_names()
    items = [
        (item, weekdays[item.weekday], AUDIENCES.get(item.audience, item.audience)) for item in version.items.all()
    ]
    by_week = groupby(items, key=lambda row: row[0].week)
    context = {
        "version": version,
        "weeks": [(timeline.week_label(week), list(rows)) for week, rows in by_week],
        "count": len(items),
        "families": version.target_families.all(),
    }
    return render(request, "dashboards/content/content_program.html", context)


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def rubric(request: PersonRequest, slug: str, number: int) -> HttpResponse:
    version = _published(RubricVersion, slug, number)
    criteria = list(version.criteria.all())
    names = dict(Component.choices)
    groups = defaultdict(list)
    for row in criteria:
        groups[names.get(row.component, row.component)].append((row, list(zip(LEVELS, row.texts, strict=True))))
    context = {"version": version, "groups": list(groups.items()), "levels": LEVELS, "count": len(criteria)}
    return render(request, "dashboards/content/content_rubric.html", context)
