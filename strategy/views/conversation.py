"""What a section's page shows of its conversations."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest

from accelerator import richtext
from cities.access import Permission
from cities.models import City
from strategy.forms import CommentForm
from strategy.models import Comment, Section, Thread


def conversation(request: HttpRequest, city: City, section: Section) -> dict[str, Any]:
    """A section's threads: open ones, those about words that are gone, and the settled ones on request."""
    comments = Prefetch("comments", Comment.objects.select_related("author"))
    threads = city.thread_set.filter(section=section).prefetch_related(comments).order_by("opened_at")
    still_open = list(threads.open())
    settled = threads.exclude(resolved_at=None)
    shown = list(settled.select_related("resolved_by")) if "settled" in request.GET else []
    words = richtext.text(section.html)
    for thread in [*still_open, *shown]:
        thread.may_settle = may_settle(request, thread)
        thread.is_here = thread.stands_in(words)
    return {
        "threads": [thread for thread in still_open if thread.is_here],
        "about_changed": [thread for thread in still_open if not thread.is_here],
        "settled": shown,
        "settled_count": len(shown) or settled.count(),
        "may_comment": Permission.COMMENT in request.can,
        "comment_form": CommentForm(initial={"revision": section.revision}),
    }


def may_settle(request: HttpRequest, thread: Thread) -> bool:
    """The city's team, the lead's side and the coach settle any thread; everybody else their own."""
    settlers = {Permission.EDIT_STRATEGY, Permission.REVIEW_STRATEGY, Permission.ASSIGN_SECTIONS}
    return bool(settlers & request.can) or thread.opened_by_id == request.user.pk
