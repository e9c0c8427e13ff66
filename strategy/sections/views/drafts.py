"""A writer's own texts that did not become the section's: kept for good, dealt with on these pages."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accelerator.texts import richtext, saving
from accelerator.texts.saving import Outcome
from accelerator.web import is_script, number_in
from cities.access import Permission, city_view, person_view
from cities.models import City
from strategy.sections.models import SectionDraft, SectionRevision
from strategy.sections.reading import find, kept_sections_of
from strategy.sections.views.desk import refuse

PAGE = 20
EXCERPT = 160


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def use(request: HttpRequest, city: City, section: str, pk: int) -> HttpResponse:
    """Make the writer's own text the section's; what stood there stays in the history."""
    row = find(request, city, section)
    draft = get_object_or_404(city.sectiondraft_set.filter(author=request.user, text=row), pk=pk)
    try:
        saved = saving.save(row, html=draft.html, base=number_in(request, "base"), by=request.user)
    except saving.MissingBase:
        return refuse(request, city, row, "missing-base")
    draft.settle()
    if saved.outcome == Outcome.STALE:
        messages.warning(request, _("Somebody saved again meanwhile. Please compare once more."))
        return redirect("strategy:draft", city=city.slug, section=row.key, pk=saved.draft.pk)
    messages.success(request, _("Your text is the section’s text now. The one before it is in the history."))
    return redirect("strategy:section", city=city.slug, section=row.key)


@require_POST
@city_view(Permission.VIEW_STRATEGY)
def settle(request: HttpRequest, city: City, section: str, pk: int) -> HttpResponse:
    """Leave the section as it is. The writer's own text stays among their unsaved texts."""
    row = get_object_or_404(kept_sections_of(request, city).only("city", "key"), key=section)
    draft = get_object_or_404(
        city.sectiondraft_set.filter(author=request.user, text=row).defer("html"), pk=pk
    )
    draft.settle()
    messages.success(request, _("The section stays as it is. Your own text stays among your unsaved texts."))
    return redirect("strategy:section", city=city.slug, section=row.key)


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def aside(request: HttpRequest, city: City, section: str) -> HttpResponse:
    """Put a text that a browser kept aside as the writer's own draft, also where the section was left out."""
    row = get_object_or_404(kept_sections_of(request, city).only("city", "key"), key=section)
    try:
        draft = saving.keep(
            row, html=request.POST.get("html", ""), base=number_in(request, "base"), by=request.user
        )
    except saving.MissingBase:
        return refuse(request, city, row, "missing-base")
    except saving.TooLong:
        return refuse(request, city, row, "too-long")
    if is_script(request):
        context = {"city": city, "section": row, "outcome": "aside", "draft": draft}
        return render(request, "strategy/sections/desk_answer.html", context)
    return redirect("strategy:my-drafts")


@require_safe
@person_view()
def mine(request: HttpRequest) -> HttpResponse:
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
