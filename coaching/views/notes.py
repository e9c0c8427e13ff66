"""The desk of a note. Each page stands twice: for the shared note, and for the private one behind its own
permission. Which kind a note is, is never changed: the city gets a copy, by an act of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from js_asset import Media

from accelerator.texts import richtext, saving
from accelerator.texts.saving import Outcome, Saved
from accelerator.web import is_script, number_in
from cities.access import Permission, city_view
from cities.models import City
from coaching import actions
from coaching.forms import ShareForm
from coaching.models import CoachingSession, PrivateNote, SharedNote
from coaching.people import around, readers
from coaching.views.sessions import find
from strategy.sections.views.desk import EDITOR
from strategy.sections.views.section import STATUS

SHARED, PRIVATE = "shared", "private"
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Both:
    """One page, as the address of the shared and of the private note."""

    shared: View
    private: View


def both(view: View) -> Both:
    def of(kind: str, permission: Permission) -> View:
        return city_view(permission)(update_wrapper(partial(view, kind=kind), view))

    return Both(of(SHARED, Permission.LOG_COACHING), of(PRIVATE, Permission.PRIVATE_NOTES))


@dataclass(frozen=True)
class Desk:
    """A note with the session that it belongs to, and where its pages are."""

    city: City
    session: CoachingSession
    kind: str
    note: SharedNote | PrivateNote

    def url(self, page: str = "", *more: object) -> str:
        """The address of the desk, or of its "save", "here", "aside", "draft", "draft-use", "draft-settle"."""
        name = f"coaching:note-{self.kind}" + (f"-{page}" if page else "")
        return reverse(name, args=[self.city.slug, self.session.pk, *more])

    def drafts(self, request: HttpRequest) -> Any:
        """The reader's own texts that did not become the note's."""
        rows = getattr(self.city, f"{self.kind}notedraft_set")
        return rows.filter(author=request.user, text=self.note)


def desk_of(city: City, session: int, kind: str) -> Desk:
    """The desk of a session's note; 404 for another city's session. A session always has its two notes."""
    row = find(city, session)
    notes = getattr(city, f"{kind}note_set").select_related("written_by", "claimed_by")
    note, _created = notes.get_or_create(session=row, defaults={"city": city})
    return Desk(city, row, kind, note)


@both
@never_cache
@require_safe
def write(request: HttpRequest, city: City, session: int, kind: str) -> HttpResponse:
    """Write the note; it saves by itself. Who reads it stands above."""
    desk = desk_of(city, session, kind)
    wanted = number_in(request, "draft")
    draft = get_object_or_404(desk.drafts(request), pk=wanted) if wanted else None
    html = draft.html if draft else desk.note.html
    refused = desk.drafts(request).filter(settled_at=None).defer("html").first()
    permission = Permission.VIEW_COACHING if kind == SHARED else Permission.PRIVATE_NOTES
    context = {
        **_parts(request, desk),
        "draft": draft,
        "refused": refused,
        "refused_url": desk.url("draft", refused.pk) if refused else "",
        "html": html,
        "spaced": richtext.spaced(html),
        "beside": desk.note.writer_beside(request.user),
        "readers": readers(around(city), permission),
        "editor": Media.from_media(EDITOR, nonce=request.csp_nonce),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
    }
    return render(request, "coaching/note.html", context)


def _parts(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    """What every page and every answer about a note says."""
    return {
        "city": desk.city, "session": desk.session, "note": desk.note, "kind": desk.kind,
        "note_url": desk.url(), "save_url": desk.url("save"), "here_url": desk.url("here"),
        "aside_url": desk.url("aside"), "longest": saving.LONGEST,
    }  # fmt: skip


@both
@require_POST
def save(request: HttpRequest, city: City, session: int, kind: str) -> HttpResponse:
    """Save the note. A script gets a fragment and a status; a plain form is sent on, nothing lost."""
    desk = desk_of(city, session, kind)
    if request.POST.get("person", "") not in {"", str(request.user.pk)}:
        return _refuse(request, desk, "other-person", status=409)
    try:
        saved = saving.save(
            desk.note, html=request.POST.get("html", ""), base=number_in(request, "base"), by=request.user,
            clear=bool(request.POST.get("clear")),
        )  # fmt: skip
    except saving.MissingBase:
        return _refuse(request, desk, "missing-base")
    except saving.TooLong:
        return _refuse(request, desk, "too-long")
    if saved.ok and (draft := number_in(request, "draft")):
        for kept in desk.drafts(request).filter(pk=draft):
            kept.settle()
    return _answer(request, desk, saved)


def _answer(request: HttpRequest, desk: Desk, saved: Saved) -> HttpResponse:
    draft_url = desk.url("draft", saved.draft.pk) if saved.draft else ""
    if is_script(request):
        context = _parts(request, desk) | {
            "note": saved.text, "saved": saved, "outcome": saved.outcome.value, "draft_url": draft_url,
            "beside": saved.text.writer_beside(request.user),
        }  # fmt: skip
        return render(request, "coaching/note_answer.html", context, status=STATUS[saved.outcome])
    if draft_url:
        return redirect(draft_url)
    if saved.ok:
        messages.success(request, _("Saved."))
        return redirect("coaching:session", city=desk.city.slug, session=desk.session.pk)
    if saved.outcome == Outcome.WOULD_EMPTY:
        messages.error(
            request, _("Nothing was saved: this would have emptied the note. To empty it, check “Clear”.")
        )
    else:
        messages.error(request, _("Somebody saved a newer text meanwhile, so the note was not cleared."))
    return redirect(desk.url())


def _refuse(request: HttpRequest, desk: Desk, reason: str, status: int = 422) -> HttpResponse:
    """Nothing was saved: say why in one sentence and hand the text back."""
    context = _parts(request, desk) | {"outcome": reason}
    if is_script(request):
        return render(request, "coaching/note_answer.html", context, status=status)
    context["html"] = request.POST.get("html", "")
    return render(request, "coaching/note_refused.html", context, status=status)


@both
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def here(request: HttpRequest, city: City, session: int, kind: str) -> HttpResponse:
    """Who is here and which revision is current; POST with `writing` renews the writer's claim.

    Either way the answer carries a fresh CSRF cookie, for a desk whose reader signed in again elsewhere.
    """
    desk = desk_of(city, session, kind)
    if request.method == "POST" and request.POST.get("writing"):
        desk.note.claim(by=request.user)
    get_token(request)
    base = number_in(request, "base")
    outcome = "newer" if base is not None and base < desk.note.revision else "here"
    context = {"outcome": outcome, "beside": desk.note.writer_beside(request.user)}
    return render(request, "coaching/note_answer.html", _parts(request, desk) | context)


@both
@require_POST
def aside(request: HttpRequest, city: City, session: int, kind: str) -> HttpResponse:
    """Put a text that a browser kept aside as the writer's own draft."""
    desk = desk_of(city, session, kind)
    try:
        draft = saving.keep(
            desk.note, html=request.POST.get("html", ""), base=number_in(request, "base"), by=request.user
        )
    except saving.MissingBase:
        return _refuse(request, desk, "missing-base")
    except saving.TooLong:
        return _refuse(request, desk, "too-long")
    draft_url = desk.url("draft", draft.pk) if draft else ""
    if is_script(request):
        context = _parts(request, desk) | {"outcome": "aside", "draft_url": draft_url}
        return render(request, "coaching/note_answer.html", context)
    return redirect(draft_url or desk.url())


@both
@require_safe
def draft(request: HttpRequest, city: City, session: int, kind: str, pk: int) -> HttpResponse:
    """The writer's own text beside the present one, and the three ways on."""
    desk = desk_of(city, session, kind)
    own = get_object_or_404(desk.drafts(request), pk=pk)
    sitting = desk.drafts(request).filter(base=own.base).exclude(pk=pk).defer("html")[:20]
    context = _parts(request, desk) | {
        "draft": own,
        "others": [(other, desk.url("draft", other.pk)) for other in sitting],
        "use_url": desk.url("draft-use", pk),
        "settle_url": desk.url("draft-settle", pk),
    }
    return render(request, "coaching/note_draft.html", context)


@both
@require_POST
def use(request: HttpRequest, city: City, session: int, kind: str, pk: int) -> HttpResponse:
    """Make the writer's own text the note's; what stood there stays among its versions."""
    desk = desk_of(city, session, kind)
    own = get_object_or_404(desk.drafts(request), pk=pk)
    try:
        saved = saving.save(desk.note, html=own.html, base=number_in(request, "base"), by=request.user)
    except saving.MissingBase:
        return _refuse(request, desk, "missing-base")
    own.settle()
    if saved.outcome == Outcome.STALE:
        messages.warning(request, _("Somebody saved again meanwhile. Please compare once more."))
        return redirect(desk.url("draft", saved.draft.pk))
    messages.success(request, _("Your text is the note’s text now."))
    return redirect(desk.url())


@both
@require_POST
def settle(request: HttpRequest, city: City, session: int, kind: str, pk: int) -> HttpResponse:
    """Leave the note as it is. The writer's own text is kept."""
    desk = desk_of(city, session, kind)
    get_object_or_404(desk.drafts(request), pk=pk).settle()
    messages.success(request, _("The note stays as it is. Your own text is kept."))
    return redirect(desk.url())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@city_view(Permission.PRIVATE_NOTES)
def share(request: HttpRequest, city: City, session: int) -> HttpResponse:
    """Give the city a copy of chosen paragraphs of the private note, at the end of the shared one."""
    desk = desk_of(city, session, PRIVATE)
    form = ShareForm(request.POST or None, note=desk.note)
    if request.method == "POST" and form.is_valid():
        actions.share_copy(session=desk.session, html=form.copy, by=request.user)
        messages.success(
            request, _("The copy stands at the end of the shared note now. The private note is as it was.")
        )
        return redirect("coaching:session", city=city.slug, session=desk.session.pk)
    context = _parts(request, desk) | {
        "form": form,
        "readers": readers(around(city), Permission.VIEW_COACHING),
    }
    return render(request, "coaching/share.html", context)
