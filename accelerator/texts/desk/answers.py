"""The desk's responses: a fragment and a status for a script, a redirect for a plain form; nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accelerator.texts import richtext
from accelerator.texts.desk.kinds import Desk
from accelerator.texts.saving import Outcome, Saved
from accelerator.web import is_script

STATUS = {Outcome.SAVED: 200, Outcome.SAME: 200, Outcome.MERGED: 200, Outcome.STALE: 409, Outcome.WOULD_EMPTY: 422}


def answer(desk: Desk, saved: Saved) -> HttpResponse:
    desk = replace(desk, text=saved.text)
    request, draft_url = desk.request, desk.url("draft", pk=saved.draft.pk) if saved.draft else ""
    facts = {"saved": saved, "left_out": saved.left_out, "removed": saved.removed}
    left_out = render_to_string(desk.template("left_out"), facts).strip()
    if is_script(request):
        facts = {"saved": saved, "left_out": left_out, "draft_url": draft_url}
        return fragment(desk, saved.outcome.value, status=STATUS[saved.outcome], **facts)
    # A script has shown it in the page; a plain form redirects to another page.
    if left_out:
        messages.info(request, left_out)
    if draft_url:
        return redirect(draft_url)
    if saved.ok:
        merged = _("Saved, along with what others have changed since you opened this page.")
        messages.success(request, merged if saved.outcome == Outcome.MERGED else _("Saved."))
        return redirect(desk.saved_url)
    own = desk.kind.messages
    messages.error(request, str(own.would_empty if saved.outcome == Outcome.WOULD_EMPTY else own.not_cleared))
    return redirect(desk.url())


def fragment(desk: Desk, outcome: str, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The parts of the page that changed, for static/js/desk.js."""
    other_writer = desk.text.other_writer(desk.reader)
    context = desk.context(outcome=outcome, beside=other_writer, **extra)
    # Others' changes, for the open editor to take in.
    if outcome in {Outcome.MERGED, "newer"} and desk.may_write:
        context["current"] = richtext.for_text_area(desk.text.html)
    return render(desk.request, desk.template("answer"), context, status=status)


def refuse(desk: Desk, reason: str, *, status: int = 422) -> HttpResponse:
    """Nothing was saved: say why in one sentence, and return the text."""
    if is_script(desk.request):
        return fragment(desk, reason, status=status)
    context = desk.context(outcome=reason, html=desk.request.POST.get("html", ""))
    return render(desk.request, desk.template("not_saved"), context, status=status)
