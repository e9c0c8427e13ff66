"""A strategy template's versions, with the cohorts and cities that use each."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accelerator.content_versions import in_language
from accelerator.models import Cohort
from cities.access import Permission, PersonRequest, staff_view
from cities.models import City
from strategy.sections.models import Strategy
from strategy.template.models import CohortTemplate, TemplateVersion


@require_safe
@staff_view(Permission.VIEW_CONTENT)
def show(request: PersonRequest, template: str) -> HttpResponse:
    counted = TemplateVersion.objects.filter(slug=template).annotate(size=Count("sections"))
    versions = list(counted.order_by("-number"))
    if not versions:
        raise Http404
    _name_users(versions)
    published = [version for version in versions if version.published_at]
    context = {
        "slug": template,
        "heading": in_language(versions[0].name),
        "versions": published,
        "draft": next((version for version in versions if not version.published_at), None),
        "last": published[0] if published else None,
        "may_edit": Permission.EDIT_CONTENT in request.can,
    }
    return render(request, "strategy/sections/template_versions.html", context)


def _name_users(versions: list[TemplateVersion]) -> None:
    """Set on each version the cohorts pinned to it and the cities whose strategy follows it."""
    # Two queries for all versions, however many there are.
    cohorts: dict[int, list[Cohort]] = defaultdict(list)
    cities: dict[int, list[City]] = defaultdict(list)
    pins = CohortTemplate.objects.filter(version__in=versions).select_related("cohort")
    for pin in pins.order_by("cohort__kickoff"):
        cohorts[pin.version_id].append(pin.cohort)
    strategies = Strategy.objects.filter(version__in=versions).select_related("city")
    for strategy in strategies.order_by("city__sort_name"):
        cities[strategy.version_id].append(strategy.city)
    for version in versions:
        version.cohorts, version.cities = cohorts[version.pk], cities[version.pk]
