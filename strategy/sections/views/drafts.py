"""A writer's own texts that did not become a section's, of all their cities: kept for good."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from accelerator.texts import richtext
from cities.access import PersonRequest, person_view
from strategy.sections.models import SectionDraft, SectionRevision

PAGE = 20
EXCERPT = 160


@require_safe
@person_view()
def mine(request: PersonRequest) -> HttpResponse:
    """All texts of one's own that did not become a section's: the last of each sitting, open ones first."""
    sitting = {"partition_by": ["text", "base", Q(settled_at=None)]}
    newer = SectionRevision.objects.filter(
        text=OuterRef("text"), number=OuterRef("base") + 1, created_at__lte=OuterRef("created_at")
    )
    newest = (
        SectionDraft.objects.filter(author=request.user)
        .annotate(place=Window(RowNumber(), order_by=["-created_at", "-pk"], **sitting))
        .annotate(versions=Window(Count("pk"), **sitting))
        .filter(place=1)
        .annotate(overtaken=Exists(newer))
        .select_related("city", "text__template")
        .order_by(F("settled_at").desc(nulls_first=True), "-created_at", "-pk")
    )
    page = Paginator(newest, PAGE).get_page(request.GET.get("page"))
    drafts = list(page.object_list)
    for draft in drafts:
        draft.is_settled = draft.settled_at is not None
        draft.words = richtext.count_words(draft.html)
        draft.excerpt = Truncator(richtext.text(draft.html).replace("\n", " ")).chars(EXCERPT)
    return render(request, "strategy/sections/my_drafts.html", {"page": page, "drafts": drafts})
