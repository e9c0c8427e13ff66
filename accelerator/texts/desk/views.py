"""The desk's views. `urls` gives each one its kind; the URL's arguments arrive as `place`."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accelerator.texts import dropped, saving
from accelerator.texts.desk import media
from accelerator.texts.desk.answers import answer, fragment, refuse
from accelerator.texts.desk.kinds import TextKind
from accelerator.texts.desk.page import newest_open_draft, page_context
from accelerator.web import Request, is_script, number_in


@never_cache
@require_safe
def page(request: Request, city: Any, kind: TextKind, **place: Any) -> HttpResponse:
    desk = kind.open(request, city, place)
    scripts = media.scripts(request, editor=desk.may_write)
    context = {**page_context(desk, newest_open_draft(desk)), "scripts": scripts, **kind.page(desk)}
    return render(request, desk.template("page"), context)


@require_POST
def save(request: Request, city: Any, kind: TextKind, **place: Any) -> HttpResponse:
    """Save the text. A script gets a fragment and a status, a plain form a redirect."""
    desk = kind.open_sent(request, city, place)
    # Someone else has signed in on this browser: don't save the text under that name.
    if request.POST.get("person", "") not in {"", str(request.user.pk)}:
        return refuse(desk, "other-person", status=409)
    try:
        saved = saving.save(
            desk.text,
            html=request.POST.get("html", ""),
            base=number_in(request, "base"),
            by=desk.reader,
            clear=bool(request.POST.get("clear")),
        )
    except saving.Unsaved as why:
        return refuse(desk, why.reason)
    if saved.ok and (draft := number_in(request, "draft")):
        for own in desk.drafts().filter(pk=draft).defer("html"):
            own.settle()
    return answer(desk, saved)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def here(request: Request, city: Any, kind: TextKind, **place: Any) -> HttpResponse:
    """Who is here and which revision is current. POST with `writing` renews the writer's claim."""
    desk = kind.open(request, city, place)
    if request.method == "POST" and request.POST.get("writing"):
        desk.text.claim(by=desk.reader)
    # Sets a fresh CSRF cookie, for a desk whose reader signed in again in another window.
    get_token(request)
    base = number_in(request, "base")
    if request.method == "POST" and base is not None and kind.seen:
        kind.seen(desk.text, base, desk.reader)
    newer = base is not None and base < desk.text.revision
    was_writing = bool(request.POST.get("held")) and desk.text.other_writer(desk.reader) is not None
    return fragment(desk, "newer" if newer else "here", taken_over=was_writing)


@require_POST
def take_over(request: Request, city: Any, kind: TextKind, **place: Any) -> HttpResponse:
    """Claim the text for this writer and tell the previous one; writing needs no claim."""
    desk = kind.open(request, city, place)
    if previous_writer := desk.text.take_over(by=desk.reader):
        message = _("You’re now editing, and we’ve let %(person)s know. You can both still save.")
        messages.info(request, message % {"person": previous_writer})
    return redirect(desk.url())


@require_POST
def pasted(request: Request, city: Any, kind: TextKind, **place: Any) -> HttpResponse:
    """Pasted HTML as the text would store it, and a sentence about what is dropped; stores nothing."""
    desk, html = kind.open(request, city, place), request.POST.get("html", "")
    if len(html) > saving.LONGEST:
        return JsonResponse({"problem": _("What you pasted is too long. Paste it in smaller parts.")}, status=422)
    cleaned = desk.text.cleaned(html)
    left_out = {"left_out": dropped.label(cleaned.dropped), "removed": cleaned.removed}
    message = render_to_string(desk.template("left_out"), left_out).strip()
    return JsonResponse({"html": desk.text.for_page(cleaned.html), "said": message})


@require_POST
def aside(request: Request, city: Any, kind: TextKind, **place: Any) -> HttpResponse:
    """Store a text that a browser still holds as the writer's draft, even if the text's page no longer exists."""
    desk = kind.open_sent(request, city, place)
    try:
        draft = saving.save_as_draft(
            desk.text, html=request.POST.get("html", ""), base=number_in(request, "base"), by=desk.reader
        )
    except saving.Unsaved as why:
        return refuse(desk, why.reason)
    draft_url = desk.url("draft", pk=draft.pk) if draft else ""
    if is_script(request):
        return fragment(desk, "aside", draft_url=draft_url)
    return redirect(kind.my_drafts or draft_url or desk.url())
