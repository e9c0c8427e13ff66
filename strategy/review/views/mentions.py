"""Comments that mention the reader, in all their cities."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cities.access import Permission, PersonRequest, Reach, allowed, person_view
from strategy.review.models import Mention, MentionQuerySet, language_of

PAGE = 30


def _mine(reach: Reach) -> MentionQuerySet:
    """Mentions in sections that the person can still read."""
    # A guest reviewer who loses a section also loses its comments.
    guest = [city for city in reach.cities if Permission.READ_WHOLE not in allowed(reach.roles_in(city))]
    return Mention.objects.of(reach.user).readable(reach.user, guest_in=guest)


@require_safe
@person_view()
def mine(request: PersonRequest) -> HttpResponse:
    rows = _mine(request.reach).select_related("city", "comment__author", "comment__thread__section__template")
    # The page shows comments, not whole sections.
    rows = rows.defer("comment__thread__section__html").annotate(language=language_of("comment__author"))
    rows = rows.order_by(F("seen_at").desc(nulls_first=True), "-comment__created_at")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    new = sum(row.seen_at is None for row in page.object_list)
    headline = ngettext("One new comment mentions you.", "%(new)d new comments mention you.", new)
    context = {"page": page, "mentions": page.object_list, "new": new, "sentence": headline % {"new": new}}
    return render(request, "strategy/review/mentions.html", context)


@require_POST
@person_view()
def seen(request: PersonRequest) -> HttpResponse:
    _mine(request.reach).filter(seen_at=None).update(seen_at=timezone.now())
    return redirect("strategy:my-mentions")
