"""A text's history: every saved version, to read and to restore. Nothing here deletes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from accelerator.models import User
from accelerator.texts import saving
from accelerator.texts.desk.answers import refuse
from accelerator.texts.desk.kinds import Desk, TextKind
from accelerator.texts.difference import compare
from accelerator.web import Request, number_in

PAGE = 50
# The most characters of two versions that a list row compares word by word.
COMPARED = 120_000


@require_safe
def index(request: Request, city: Any, kind: TextKind, **place: Any) -> HttpResponse:
    """The saved versions, newest first, with the number of words each added or removed."""
    desk = kind.open(request, city, place)
    return render(request, desk.template("history"), index_context(desk))


def index_context(desk: Desk) -> dict[str, Any]:
    """One page of versions, each with its author, its URL and what it changed."""
    revisions = desk.text.revisions.filter(city=desk.city).order_by("-number")
    page = Paginator(revisions, PAGE).get_page(desk.request.GET.get("page"))
    shown = list(page.object_list)
    over_the_edge = revisions.filter(number=shown[-1].number - 1) if shown else []
    previous = [*shown[1:], *over_the_edge]
    for place, revision in enumerate(shown):
        _compare(revision, previous[place] if place < len(previous) else None)
        revision.url = desk.url("revision", number=revision.number)
    _name_authors(shown)
    return desk.context(page=page, revisions=shown)


@require_safe
def show(request: Request, city: Any, kind: TextKind, number: int, **place: Any) -> HttpResponse:
    """One saved version."""
    desk = kind.open(request, city, place)
    revision = _revision(desk, number)
    _name_authors([revision])
    context = desk.context(
        revision=revision,
        shown=mark_safe(desk.text.for_page(revision.html)),  # noqa: S308 - sanitized before it was stored
        history_url=desk.url("history"),
        restore_url=desk.url("restore", number=number),
        may_restore=desk.may_write and number != desk.text.revision,
    )
    return render(request, desk.template("revision"), context)


@require_POST
def restore(request: Request, city: Any, kind: TextKind, number: int, **place: Any) -> HttpResponse:
    """Save an earlier text again as the newest version."""
    desk = kind.open(request, city, place)
    _revision(desk, number)
    try:
        saved = saving.restore(desk.text, number=number, base=number_in(request, "base"), by=desk.reader)
    except saving.Unsaved as why:
        return refuse(desk, why.reason)
    if saved.draft:
        return redirect(desk.url("draft", pk=saved.draft.pk))
    messages.success(request, str(kind.messages.restored) % {"number": number})
    return redirect(desk.url())


def _revision(desk: Desk, number: int) -> Any:
    rows = desk.text.revisions.filter(city=desk.city)
    return get_object_or_404(rows, number=number)


def _compare(revision: Any, previous: Any) -> None:
    """Words added and removed; for very long texts, only the difference in number."""
    old = previous.html if previous else ""
    revision.before = previous.number if previous else 0
    revision.change = revision.words - (previous.words if previous else 0)
    revision.difference = None
    if len(old) + len(revision.html) <= COMPARED:
        revision.difference = compare(old, revision.html)


def _name_authors(revisions: list[Any]) -> None:
    """Revisions store their author as an ID; people who left the program aren't named."""
    people = User.objects.in_bulk({revision.author_id for revision in revisions if revision.author_id})
    for revision in revisions:
        revision.author = people.get(revision.author_id)
