"""Conversations about a section or a passage of it."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cities.access import Permission, city_view
from cities.models import City
from strategy import actions
from strategy.forms import CommentForm, ReplyForm
from strategy.models import Section, Thread
from strategy.reading import sections_of
from strategy.views.conversation import conversation, may_settle
from strategy.views.desk import desk, find


def _answer(request: HttpRequest, city: City, section: Section, thread: Thread | None = None, **more: object):
    """The threads as a fragment for htmx, else back to the desk, at the thread."""
    if request.htmx:
        context = {"city": city, "section": section, **conversation(request, city, section), **more}
        response = render(request, "strategy/threads.html", context)
        if thread:
            response["HX-Trigger"] = "commented"
        return response
    anchor = f"#thread-{thread.pk}" if thread else "#comments"
    return redirect(reverse("strategy:section", args=[city.slug, section.key]) + anchor)


def _refused(request: HttpRequest, city: City, section: Section, **more: object) -> HttpResponse:
    """Nothing was posted: the form comes back with its words and what is wrong."""
    if request.htmx:
        return _answer(request, city, section, **more)
    return desk(request, city, find(request, city, section.key), **more)


@require_POST
@city_view(Permission.COMMENT)
def open_thread(request: HttpRequest, city: City, section: str) -> HttpResponse:
    """Begin a conversation about the section, or about a passage that was read."""
    row = get_object_or_404(sections_of(request, city), key=section)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return _refused(request, city, row, comment_form=form)
    thread = actions.open_thread(section=row, by=request.user, **form.cleaned_data)
    return _answer(request, city, row, thread)


@require_POST
@city_view(Permission.COMMENT)
def reply(request: HttpRequest, city: City, section: str, pk: int) -> HttpResponse:
    """Add to a conversation."""
    thread = _thread(request, city, section, pk)
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _refused(request, city, thread.section, reply_form=form, reply_to=thread.pk)
    actions.reply(thread=thread, body=form.cleaned_data["body"], by=request.user)
    return _answer(request, city, thread.section, thread)


@require_POST
@city_view(Permission.COMMENT)
def resolve(request: HttpRequest, city: City, section: str, pk: int) -> HttpResponse:
    """Settle a conversation; it stays readable."""
    thread = _thread(request, city, section, pk)
    if not may_settle(request, thread):
        raise PermissionDenied
    thread.resolve(by=request.user)
    return _answer(request, city, thread.section)


@require_POST
@city_view(Permission.COMMENT)
def reopen(request: HttpRequest, city: City, section: str, pk: int) -> HttpResponse:
    """Take a settled conversation up again."""
    thread = _thread(request, city, section, pk)
    if not may_settle(request, thread):
        raise PermissionDenied
    thread.reopen()
    return _answer(request, city, thread.section, thread)


def _thread(request: HttpRequest, city: City, section: str, pk: int) -> Thread:
    row = get_object_or_404(sections_of(request, city), key=section)
    thread = get_object_or_404(city.thread_set, section=row, pk=pk)
    thread.section = row
    return thread
