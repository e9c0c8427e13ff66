"""What a section's page shows of its conversations, and who can close them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

from accelerator.models import User
from accelerator.texts import richtext
from cities.access import CityRequest, Permission
from cities.models import City
from strategy.review import passages
from strategy.review.conversations import readers
from strategy.review.forms import CommentForm
from strategy.review.models import Comment, CommentDraft, Mention, Outcome, Thread
from strategy.review.reviews import review_entries
from strategy.sections.models import Section


def conversation(request: CityRequest, city: City, section: Section, *, in_place: int = 0) -> dict[str, Any]:
    """Template context: open threads, those about changed text, and closed ones if the query string asks for them.

    The thread `in_place`, which may just have been closed, stays among the open ones.
    """
    threads = list(city.thread_set.filter(section=section).for_page().order_by("opened_at"))
    open_threads = [thread for thread in threads if not thread.is_closed or thread.pk == in_place]
    others = [thread for thread in threads if thread not in open_threads]
    carried = [thread for thread in others if thread.outcome == Outcome.CARRIED]
    closed = [thread for thread in others if thread.outcome != Outcome.CARRIED]
    settled = closed if "settled" in request.GET else []
    may_comment = Permission.COMMENT in request.can
    people = list(readers(section)) if may_comment else []
    own_drafts = city.commentdraft_set.filter(section=section, author=request.user) if may_comment else []
    drafts = {draft.thread_id: draft for draft in own_drafts}
    prepared = [*open_threads, *carried, *settled]
    _prepare(request, section, prepared, drafts)
    return {
        "threads": [thread for thread in open_threads if thread.is_here],
        "about_changed": [thread for thread in open_threads if not thread.is_here],
        "carried": carried,
        "settled": settled,
        "settled_count": len(closed),
        "may_comment": may_comment,
        "may_accept": Permission.EDIT_STRATEGY in request.can,
        "readers": people,
        "mentions": [comment for thread in prepared for comment in thread.comments.all() if comment.names_me],  # type: ignore[attr-defined]
        "comment_form": _form(section, people, drafts.get(None)),
        "comment_draft": drafts.get(None),
        "review_entries": review_entries(city, section),
        "may_judge": may_judge(request),
        "may_ask": Permission.EDIT_STRATEGY in request.can,
    }


def _prepare(
    request: CityRequest, section: Section, threads: list[Thread], drafts: dict[int | None, CommentDraft]
) -> None:
    names_me = Mention.objects.filter(comment=OuterRef("pk"), person=request.user, seen_at=None)
    comments = Comment.objects.for_page().annotate(names_me=Exists(names_me))
    prefetch_related_objects(threads, Prefetch("comments", comments))
    text = richtext.text(section.html)
    for thread in threads:
        thread.may_settle = may_settle(request, thread)
        thread.is_here = thread.is_quoted_from(text)
        # A suggestion can be applied only while its passage occurs exactly once.
        thread.fits = thread.is_suggestion and passages.count(section.html, thread.quote) == 1
        thread.draft = drafts.get(thread.pk)


def _form(section: Section, people: list[User], draft: CommentDraft | None) -> CommentForm:
    initial: dict[str, object] = {"revision": section.revision}
    if draft:
        initial |= {"quote": draft.quote, "replacement": draft.replacement, "body": draft.body}
    return CommentForm(initial=initial, readers=people)


def may_settle(request: CityRequest, thread: Thread) -> bool:
    """The city's team, its lead and the coach can close any thread; everyone else only their own."""
    settlers = {Permission.EDIT_STRATEGY, Permission.REVIEW_STRATEGY, Permission.ASSIGN_SECTIONS}
    return bool(settlers & request.can) or thread.opened_by_id == request.user.pk


def may_judge(request: CityRequest) -> bool:
    """The coach, and guest reviewers on their sections; never the city's own people."""
    return Permission.REVIEW_STRATEGY in request.can or Permission.READ_WHOLE not in request.can
