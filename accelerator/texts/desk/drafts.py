"""A writer's own text that didn't become the current one: shown next to it, merged, used, settled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accelerator.texts import saving
from accelerator.texts.desk import merge_page
from accelerator.texts.desk.answers import refuse
from accelerator.texts.desk.kinds import Desk, TextKind
from accelerator.texts.merge import merge as merge_texts
from accelerator.texts.models import Draft
from accelerator.texts.saving import Outcome, Saved
from accelerator.web import Request, number_in


@require_safe
def show(request: Request, city: Any, kind: TextKind, pk: int, **place: Any) -> HttpResponse:
    """The writer's own text and the current one."""
    # Even after the reader has lost access to the text: what people wrote stays theirs.
    try:
        desk = kind.open(request, city, place)
    except Http404:
        desk = replace(kind.open_sent(request, city, place), is_shown=False)
    return merge_page.page(desk, get_object_or_404(desk.drafts(), pk=pk))


@require_POST
def merge(request: Request, city: Any, kind: TextKind, pk: int, **place: Any) -> HttpResponse:
    """Save the merged text, or open it on the desk as the writer's draft on top of the current text."""
    desk = kind.open(request, city, place)
    draft = get_object_or_404(desk.drafts(), pk=pk)
    base = number_in(request, "base")
    if base is None or base > desk.text.revision:
        return refuse(desk, "missing-base")
    # Merged with the version the writer saw: if a newer one has been saved, this one is stale and overwrites nothing.
    current = desk.text.html if base == desk.text.revision else desk.revision(base)
    merged = merge_texts(desk.revision(draft.base), draft.html, current)
    choices = merge_page.choices_in(request, merged)
    if missing := len(merged.conflicts) - len(choices):
        return merge_page.page(desk, draft, choices=choices, missing=missing)
    store = _to_desk if request.POST.get("then") == "desk" else _save
    try:
        return store(desk, draft, merged.result(choices), base)
    except saving.Unsaved as why:
        return merge_page.page(desk, draft, choices=choices, problem=why.reason)


class _Empty(saving.Unsaved):
    reason = "empty"


def _save(desk: Desk, draft: Draft, html: str, base: int) -> HttpResponse:
    saved = saving.save(desk.text, html=html, base=base, by=desk.reader)
    if saved.outcome == Outcome.WOULD_EMPTY:
        raise _Empty
    _settle_if_done(draft, saved)
    if saved.draft:
        message = _(
            "Someone saved a newer version while you were choosing. Your choices are kept; please check them again."
        )
        messages.warning(desk.request, message)
        return redirect(desk.url("draft", pk=saved.draft.pk))
    messages.success(desk.request, str(desk.kind.messages.merged))
    return redirect(desk.url())


def _settle_if_done(draft: Draft, saved: Saved) -> None:
    # If a newer text was saved in between and this row is the stored draft of it, the writer isn't done.
    if saved.draft is None or saved.draft.base != draft.base:
        draft.settle()


def _to_desk(desk: Desk, draft: Draft, html: str, base: int) -> HttpResponse:
    stored = saving.save_as_draft(desk.text, html=html, base=base, by=desk.reader)
    if stored is None:
        raise _Empty
    if stored.pk != draft.pk:
        draft.settle()
    return redirect(f"{desk.url()}?draft={stored.pk}")


@require_POST
def use(request: Request, city: Any, kind: TextKind, pk: int, **place: Any) -> HttpResponse:
    """Make the writer's own text the current one; the previous one stays in the version history."""
    desk = kind.open(request, city, place)
    draft = get_object_or_404(desk.drafts(), pk=pk)
    try:
        saved = saving.save(desk.text, html=draft.html, base=number_in(request, "base"), by=desk.reader, merges=False)
    except saving.Unsaved as why:
        return refuse(desk, why.reason)
    _settle_if_done(draft, saved)
    if saved.draft:
        messages.warning(request, _("Someone saved a newer version while you were comparing. Please compare again."))
        return redirect(desk.url("draft", pk=saved.draft.pk))
    messages.success(request, str(kind.messages.used))
    return redirect(desk.url())


@require_POST
def settle(request: Request, city: Any, kind: TextKind, pk: int, **place: Any) -> HttpResponse:
    desk = kind.open_sent(request, city, place)
    get_object_or_404(desk.drafts().defer("html"), pk=pk).settle()
    messages.success(request, str(kind.messages.settled))
    return redirect(desk.url())
