"""Conversations about a section or a passage of it: open, answer, close, reopen."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accelerator import formats
from accelerator.models import User
from accelerator.refusals import Refused
from accelerator.templatetags.page import in_zone
from accelerator.web import is_script, number_in, refusal_as_message
from cities.access import CityRequest, Permission, city_view
from cities.models import City
from strategy.review import conversations
from strategy.review.forms import CommentForm, EndForm, ReplyForm, label_of
from strategy.review.models import Comment, Outcome, Thread
from strategy.review.views.conversation import conversation, may_settle
from strategy.review.views.section import page_of
from strategy.sections.access import all_sections_of, sections_of
from strategy.sections.models import Section

# A longer list would be impractical to choose from.
MOST_EDITS = 50


def _answer(
    request: CityRequest,
    city: City,
    section: Section,
    thread: Thread | None = None,
    *,
    posted: bool = False,
    **more: Any,
) -> HttpResponse:
    """The threads as a fragment for htmx, which focuses the thread, else a redirect to the desk, at the thread."""
    if request.htmx:
        threads = conversation(request, city, section, in_place=thread.pk if thread else 0)
        response = render(
            request, "strategy/review/threads.html", {"city": city, "section": section, **threads, **more}
        )
        if posted:
            response["HX-Trigger"] = "commented"
        if thread:
            response["HX-Trigger-After-Settle"] = json.dumps({"thread-shown": thread.pk})
        return response
    for warning in more.get("warnings", []):
        messages.warning(request, warning)
    anchor = f"#thread-{thread.pk}" if thread else "#comments"
    return redirect(reverse("strategy:section", args=[city.slug, section.key]) + anchor)


def _refused(request: CityRequest, city: City, section: Section, **more: Any) -> HttpResponse:
    """The form again, with what was typed and what is wrong with it."""
    if request.htmx:
        return _answer(request, city, section, **more)
    return page_of(request, city, _section(request, city, section.key), **more)


def _people_to_notify(form: ReplyForm, people: list[User]) -> tuple[list[User], list[str]]:
    """The people the comment notifies, and a message for each name that no reader has."""
    mentioned = conversations.mentions_in(form.cleaned_data["body"], people)
    chosen = form.cleaned_data["tell"]
    warning = _(
        "No one with access to this section is named “%(name)s,” so no one was notified. Choose a person "
        "under “Notify.”"
    )
    return [*mentioned.people, *([chosen] if chosen else [])], [warning % {"name": name} for name in mentioned.unknown]


@require_POST
@city_view(Permission.COMMENT)
def open_thread(request: CityRequest, city: City, section: str) -> HttpResponse:
    row = _section(request, city, section)
    people = list(conversations.readers(row))
    form = CommentForm(request.POST, readers=people)
    if not form.is_valid():
        return _refused(request, city, row, comment_form=form)
    notify, warnings = _people_to_notify(form, people)
    values = {name: form.cleaned_data[name] for name in ("body", "quote", "revision", "replacement")}
    try:
        thread = conversations.open_thread(section=row, by=request.user, notify=notify, **values)
    except Refused as refused:
        form.add_error("quote", str(refused))
        return _refused(request, city, row, comment_form=form)
    return _answer(request, city, row, thread, posted=True, warnings=warnings)


@require_POST
@city_view(Permission.COMMENT)
def reply(request: CityRequest, city: City, section: str, pk: int) -> HttpResponse:
    thread = _thread(request, city, section, pk)
    people = list(conversations.readers(thread.section))
    form = ReplyForm(request.POST, readers=people)
    if not form.is_valid():
        return _refused(request, city, thread.section, reply_form=form, reply_to=thread.pk)
    notify, warnings = _people_to_notify(form, people)
    conversations.reply(thread=thread, body=form.cleaned_data["body"], by=request.user, notify=notify)
    return _answer(request, city, thread.section, thread, posted=True, warnings=warnings)


@require_POST
@city_view(Permission.COMMENT)
def draft(request: CityRequest, city: City, section: str) -> HttpResponse:
    """Store a comment that isn't posted yet."""
    # Include omitted sections: what was typed before someone omitted one is stored like any other text.
    row = get_object_or_404(all_sections_of(request, city).only("city", "key"), key=section)
    pk = number_in(request, "thread")
    thread = get_object_or_404(city.thread_set, section=row, pk=pk) if pk else None
    # Stored as typed, even if too long to post; only NUL, which PostgreSQL can't store, is removed.
    texts = {name: request.POST.get(name, "").replace("\0", "")[:20_000] for name in ("quote", "replacement", "body")}
    texts["quote"] = texts["quote"][: conversations.LONGEST_QUOTE]
    conversations.save_draft(
        section=row, thread=thread, by=request.user, texts=texts, revision=number_in(request, "revision") or 0
    )
    return HttpResponse(status=204)


@require_POST
@city_view(Permission.COMMENT)
def seen(request: CityRequest, city: City, section: str) -> HttpResponse:
    row = get_object_or_404(sections_of(request, city).only("city", "key"), key=section)
    conversations.mark_seen(section=row, by=request.user)
    if is_script(request):
        return HttpResponse(status=204)
    return redirect(reverse("strategy:section", args=[city.slug, row.key]) + "#comments")


@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.COMMENT)
def end(request: CityRequest, city: City, section: str, pk: int) -> HttpResponse:
    """Close a conversation with the edit that resolved it, a reason, or a later version."""
    thread = _thread(request, city, section, pk)
    if not may_settle(request, thread):
        raise PermissionDenied
    chosen = request.GET.get("outcome", "")
    initial = {"outcome": chosen if chosen in Outcome.values else None}
    form = EndForm(request.POST or None, revisions=_edits(city, thread), initial=initial)
    if request.method == "POST" and form.is_valid():
        if request.htmx:  # one click in place, without a reason; if someone was faster, their outcome is shown
            _end(thread, form, by=request.user)
            return _answer(request, city, thread.section, thread)
        if _end(thread, form, by=request.user):
            messages.success(request, _("Thread closed: %(how)s.") % {"how": thread.get_outcome_display()})
        else:
            # Someone else closed it first: the reason that was typed becomes a reply draft.
            conversations.save_unposted(thread=thread, body=form.cleaned_data["reason"], by=request.user)
            messages.error(request, _("No change was made because someone has already closed this thread."))
            if form.cleaned_data["reason"]:
                messages.info(request, _("Your reason was saved as a draft reply."))
        return redirect(reverse("strategy:section", args=[city.slug, section]) + "?settled=1#comments")
    prefetch_related_objects([thread], Prefetch("comments", Comment.objects.for_page()))
    context = {"city": city, "section": thread.section, "thread": thread, "form": form}
    return render(request, "strategy/review/thread_end.html", context)


def _end(thread: Thread, form: EndForm, *, by: User) -> bool:
    data = form.cleaned_data
    match data["outcome"]:
        case Outcome.ACCEPTED:
            return thread.accept(revision=data["revision"], by=by)
        case Outcome.DECLINED:
            return thread.decline(reason=data["reason"], by=by)
        case Outcome.CARRIED:
            return thread.carry(to=data["reason"], by=by)
    return thread.resolve(by=by)


def _edits(city: City, thread: Thread) -> list[tuple[int, str]]:
    """The numbers and labels of the revisions since the conversation started, newest first."""
    later = city.sectionrevision_set.filter(text=thread.section, number__gt=thread.revision)
    rows = list(later.only("number", "author_id", "created_at").order_by("-number")[:MOST_EDITS])
    people = User.objects.in_bulk({row.author_id for row in rows if row.author_id})
    return [(row.number, label_of(row, people.get(row.author_id), _when(row.created_at, city))) for row in rows]


def _when(at: datetime, city: City) -> str:
    moment = in_zone(at, city.time_zone)
    day = formats.day(moment.date(), city.today(), weekday=True)
    return f"{day}, {formats.time_in_zone(moment, city.time_zone)}"


@require_POST
@city_view(Permission.EDIT_STRATEGY)
def accept(request: CityRequest, city: City, section: str, pk: int) -> HttpResponse:
    """Replace the passage with the suggested text, if it is still there."""
    thread = _thread(request, city, section, pk)
    with refusal_as_message(request):
        number = conversations.accept_suggestion(thread=thread, by=request.user)
        messages.success(
            request, _("The suggestion is now in the text, saved as version %(number)d.") % {"number": number}
        )
    return redirect(reverse("strategy:section", args=[city.slug, section]) + f"?settled=1#thread-{pk}")


@require_POST
@city_view(Permission.COMMENT)
def reopen(request: CityRequest, city: City, section: str, pk: int) -> HttpResponse:
    thread = _thread(request, city, section, pk)
    if not may_settle(request, thread):
        raise PermissionDenied
    thread.reopen(by=request.user)
    return _answer(request, city, thread.section, thread)


def _section(request: CityRequest, city: City, key: str) -> Section:
    # Include omitted sections: what was typed before someone omitted one is stored like any other text.
    rows = all_sections_of(request, city).select_related("template", "assignee", "written_by", "claimed_by")
    return get_object_or_404(rows, key=key)


def _thread(request: CityRequest, city: City, section: str, pk: int) -> Thread:
    row = _section(request, city, section)
    thread = get_object_or_404(city.thread_set.for_page(), section=row, pk=pk)
    # Reuse the loaded row instead of querying for it again.
    thread.section = row
    return thread
