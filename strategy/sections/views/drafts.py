"""A writer's own drafts in all their cities."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cities.access import PersonRequest, person_view
from strategy.sections.models import SectionDraft, SectionRevision

PAGE = 20


@require_safe
@person_view()
def mine(request: PersonRequest) -> HttpResponse:
    """The reader's drafts, open ones first."""
    # Saving a draft again adds a row; rows from the same base revision are versions of one draft.
    same_draft: list[Any] = ["text", "base", Q(settled_at=None)]
    # Why the draft isn't the section's text: another revision was saved before it.
    newer = SectionRevision.objects.filter(
        text=OuterRef("text"), number=OuterRef("base") + 1, created_at__lte=OuterRef("created_at")
    )
    newest = (
        SectionDraft.objects.filter(author=request.user)
        .annotate(place=Window(RowNumber(), order_by=["-created_at", "-pk"], partition_by=same_draft))
        .annotate(versions=Window(Count("pk"), partition_by=same_draft))
        .filter(place=1)
        .annotate(overtaken=Exists(newer))
        .select_related("city", "text__template")
        .order_by(F("settled_at").desc(nulls_first=True), "-created_at", "-pk")
    )
    page = Paginator(newest, PAGE).get_page(request.GET.get("page"))
    return render(request, "strategy/sections/my_drafts.html", {"page": page, "drafts": page.object_list})
