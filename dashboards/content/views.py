"""The program's content for its own people: strategy template, curriculum, rubric, target families."""

from collections import defaultdict
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accelerator.content_versions import in_language
from cities.access import Permission, PersonRequest, staff_view
from curriculum import timeline
from curriculum.models import ProgramVersion, RubricVersion
from strategy.models import Component, TemplateVersion

KINDS = {"templates": TemplateVersion, "programs": ProgramVersion, "rubrics": RubricVersion}
AUDIENCES = {"team": _("team"), "lead": _("city lead"), "mayor": _("mayor"), "staff": _("GovEx")}
LEVELS = [_("Starting"), _("Building"), _("Established"), _("Leading")]
_READ = {"title": "title", "purpose": "purpose", "questions": "prompts", "good": "good"}


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def index(request: PersonRequest) -> HttpResponse:
    """Every published version of every kind."""
    return render(
        request,
        "dashboards/content/content.html",
        {
            name: [_titled(version) for version in model.objects.exclude(published_at=None)]
            for name, model in KINDS.items()
        },
    )


def _titled(version):
    """The version with its name in the reader's language."""
    version.title = in_language(version.name)
    return version


def _published(model, slug, number):
    return get_object_or_404(model.objects.exclude(published_at=None), slug=slug, number=number)


def _part(part):
    """A named part of a section in the reader's language."""
    read = {name: in_language(part[key]) for name, key in _READ.items()}
    return {**part, **read}


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def template(request: PersonRequest, slug, number: int) -> HttpResponse:
    version = _published(TemplateVersion, slug, number)
    sections = [(section, [_part(part) for part in section.parts]) for section in version.sections.all()]
    context = {"version": _titled(version), "sections": sections, "required": sum(s.required for s, _parts in sections)}
    return render(request, "dashboards/content/content_template.html", context)


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def program(request: PersonRequest, slug, number: int) -> HttpResponse:
    """The curriculum as offsets, week by week, and the target families."""
    version = _published(ProgramVersion, slug, number)
    items = list(version.items.all())
    for item in items:
        item.weekday_name = WEEKDAYS[item.weekday]
        item.audience_name = AUDIENCES.get(item.audience, item.audience)
    context = {
        "version": _titled(version),
        "weeks": [(timeline.week_words(week), list(rows)) for week, rows in groupby(items, key=lambda item: item.week)],
        "count": len(items),
        "families": version.target_families.all(),
    }
    return render(request, "dashboards/content/content_program.html", context)


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def rubric(request: PersonRequest, slug, number: int) -> HttpResponse:
    """Criteria by component, four levels each."""
    version = _published(RubricVersion, slug, number)
    criteria = list(version.criteria.all())
    names = dict(Component.choices)
    groups = defaultdict(list)
    for row in criteria:
        groups[names.get(row.component, row.component)].append((row, list(zip(LEVELS, row.texts, strict=True))))
    context = {"version": _titled(version), "groups": list(groups.items()), "levels": LEVELS, "count": len(criteria)}
    return render(request, "dashboards/content/content_rubric.html", context)
