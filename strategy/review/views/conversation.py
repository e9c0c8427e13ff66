"""What a section's page shows of its conversations, and who may end them."""

from __future__ import annotations

from collections.abc import Iterable
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
from strategy.review.reviews import words_on
from strategy.sections.models import Section


def conversation(request: CityRequest, city: City, section: Section) -> dict[str, Any]:
    """A section's threads: open ones, those about words that are gone, and those that ended on request."""
    threads = list(city.thread_set.filter(section=section).select_related("resolved_by").order_by("opened_at"))
    still_open = [thread for thread in threads if not thread.is_over]
    carried = [thread for thread in threads if thread.outcome == Outcome.CARRIED]
    ended = [thread for thread in threads if thread.is_over and thread.outcome != Outcome.CARRIED]
    shown = ended if "settled" in request.GET else []
    people = list(readers(section)) if Permission.COMMENT in request.can else []
    drafts = {draft.thread_id: draft for draft in _drafts(request, city, section)}
    prepared = [*still_open, *carried, *shown]
    _prepare(request, section, prepared, drafts)
    return {
        "threads": [thread for thread in still_open if thread.is_here],
        "about_changed": [thread for thread in still_open if not thread.is_here],
        "carried": carried,
        "settled": shown,
        "settled_count": len(ended),
        "may_comment": Permission.COMMENT in request.can,
        "may_take": Permission.EDIT_STRATEGY in request.can,
        "readers": people,
        "named": [comment for thread in prepared for comment in thread.comments.all() if _names_reader(comment)],
        "comment_form": _form(section, people, drafts.get(None)),
        "comment_draft": drafts.get(None),
        "review_words": words_on(city, section),
        "may_judge": may_judge(request),
        "may_ask": Permission.EDIT_STRATEGY in request.can,
    }


def _names_reader(comment: Comment) -> bool:
    return bool(comment.names_me)  # type: ignore[attr-defined] # annotated by _prepare


def _drafts(request: CityRequest, city: City, section: Section) -> Iterable[CommentDraft]:
    if Permission.COMMENT not in request.can:
        return []
    return city.commentdraft_set.filter(section=section, author=request.user)


def _prepare(
    request: CityRequest, section: Section, shown: list[Thread], drafts: dict[int | None, CommentDraft]
) -> None:
    """What each thread's fragment reads: its comments, whether its words stand, what the reader may do."""
    names_me = Mention.objects.filter(comment=OuterRef("pk"), person=request.user, seen_at=None)
    comments = Comment.objects.select_related("author").annotate(names_me=Exists(names_me))
    prefetch_related_objects(shown, Prefetch("comments", comments))
    words = richtext.text(section.html)
    for thread in shown:
        thread.may_settle = may_settle(request, thread)
        thread.is_here = thread.stands_in(words)
        thread.fits = thread.is_suggestion and passages.count(section.html, thread.quote) == 1
        thread.draft = drafts.get(thread.pk)


def _form(section: Section, people: list[User], draft: CommentDraft | None) -> CommentForm:
    initial: dict[str, object] = {"revision": section.revision}
    if draft:
        initial |= {"quote": draft.quote, "replacement": draft.replacement, "body": draft.body}
    return CommentForm(initial=initial, readers=people)


def may_settle(request: CityRequest, thread: Thread) -> bool:
    """The city's team, the lead's side and the coach end any thread; everybody else their own."""
    settlers = {Permission.EDIT_STRATEGY, Permission.REVIEW_STRATEGY, Permission.ASSIGN_SECTIONS}
    return bool(settlers & request.can) or thread.opened_by_id == request.user.pk


def may_judge(request: CityRequest) -> bool:
    """The coach, and reviewers from outside on the sections named for them; never the city's own people."""
    return Permission.REVIEW_STRATEGY in request.can or Permission.READ_WHOLE not in request.can
