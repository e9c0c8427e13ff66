from __future__ import annotations

from datetime import date

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.overview.forms import ContentsForm, is_due
from strategy.review.views.reviewers import start
from strategy.sections import outline as shape
from strategy.sections.access import sections_of
from strategy.sections.models import READY, Section
from strategy.signoff import lapse

# Only the desk shows these; for 18 sections they are most of the data in the query.
UNUSED_COLUMNS = ["html", "template__purposes", "template__prompts", "template__goods", "template__parts"]


@require_safe
@city_view(Permission.VIEW_STRATEGY)
def show(request: CityRequest, city: City) -> HttpResponse:
    if Permission.READ_WHOLE not in request.can:
        return start(request, city)  # guest reviewers have their own start page
    sections = list(
        sections_of(request, city)
        .select_related("template", "assignee")
        .defer(*UNUSED_COLUMNS)
        .annotate(open_threads=Count("threads", filter=Q(threads__resolved_at=None)))
        .order_by("position")
    )
    filters = ContentsForm(request.GET)
    may_write = Permission.EDIT_STRATEGY in request.can
    drafts = may_write and city.sectiondraft_set.filter(author=request.user, settled_at=None).exists()
    return render(
        request,
        "strategy/overview/contents.html",
        {
            "city": city,
            "sections": filters.apply(sections, person=request.user, today=city.today()),
            "all_sections": sections,
            "filters": filters,
            "due": [section for section in sections if is_due(section, city.today())],
            "sentence": headline(sections, city.today()),
            "may_assign": Permission.ASSIGN_SECTIONS in request.can,
            "drafts": drafts,
            "hidden": shape.left_out(city),
            "newer": shape.newer_version(city),
            "lapse": lapse.of(city),
        },
    )


def headline(sections: list[Section], today: date) -> str:
    """How far along the strategy is, what is late and what is next, in one or two sentences."""
    if not sections:
        return ""
    ready = sum(section.state in READY for section in sections)
    unfinished = [section for section in sections if section.state not in READY]
    late = sum(section.due_on < today for section in unfinished)
    sentence = ngettext("%(ready)d of %(all)d sections is ready.", "%(ready)d of %(all)d sections are ready.", ready)
    sentences = [sentence % {"ready": ready, "all": len(sections)}]
    if late:
        sentences.append(ngettext("%(late)d is late.", "%(late)d are late.", late) % {"late": late})
    following = min((s for s in unfinished if s.due_on >= today), key=lambda s: (s.due_on, s.position), default=None)
    if following is not None:
        sentences.append(_("Next: %(title)s.") % {"title": following.template.title})
    return " ".join(sentences)
