"""What a section's pages share: finding it, its desk with the conversations, refusing without loss."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django_prose_editor.widgets import importmap
from js_asset import ImportMap, Media, Script

from accelerator import richtext, writing
from cities.access import Permission
from cities.models import City
from strategy.models import WRITING_REOPENS, Section, SectionState
from strategy.reading import sections_of
from strategy.views.conversation import conversation

S = SectionState
MODULES = importmap | ImportMap({"desk/editor": "js/desk_editor.js", "desk/store": "js/desk_store.js"})
READER = Media(importmap=MODULES, js=[Script("js/desk_comments.js", type="module")])
EDITOR = READER + Media(
    # The first only so that the browser fetches it early; desk.js imports it.
    js=[Script("django_prose_editor/editor.js", type="module"), Script("js/desk.js", type="module")]
)

# The button's words for a move: what the person does, not what the state is called.
MOVES = {
    (S.DRAFTING, S.IN_REVIEW): gettext_lazy("Ask the coach to review"),
    (S.CHANGES_SUGGESTED, S.IN_REVIEW): gettext_lazy("Ask the coach to review again"),
    (S.CHANGES_SUGGESTED, S.DRAFTING): gettext_lazy("Work on the suggestions"),
    (S.IN_REVIEW, S.DRAFTING): gettext_lazy("Take back from review"),
    (S.IN_REVIEW, S.CHANGES_SUGGESTED): gettext_lazy("Suggest changes"),
    (S.REVIEWED, S.CHANGES_SUGGESTED): gettext_lazy("Suggest changes"),
    (S.IN_REVIEW, S.REVIEWED): gettext_lazy("Mark as reviewed"),
    (S.REVIEWED, S.FINAL): gettext_lazy("Set final"),
    (S.DRAFTING, S.FINAL): gettext_lazy("Set final without a review"),
    (S.FINAL, S.DRAFTING): gettext_lazy("Open again for drafting"),
}


def find(request: HttpRequest, city: City, key: str) -> Section:
    """A section that this reader may see, with all that its pages show; 404 for any other."""
    rows = sections_of(request, city).select_related("template", "assignee", "written_by", "claimed_by")
    return get_object_or_404(rows, key=key)


def parts_of(request: HttpRequest) -> dict[str, bool]:
    """Which parts the reader may play when a section moves on."""
    return {
        "team": Permission.EDIT_STRATEGY in request.can,
        "coach": Permission.REVIEW_STRATEGY in request.can,
        "lead": Permission.ASSIGN_SECTIONS in request.can,
    }


def desk(request: HttpRequest, city: City, section: Section, **more: object) -> HttpResponse:
    """The whole page; `more` replaces parts of it, a comment form with errors for instance."""
    may_write = Permission.EDIT_STRATEGY in request.can
    mine = city.sectiondraft_set.filter(author=request.user, text=section)
    wanted = number_in(request, "draft") if may_write else None
    draft = get_object_or_404(mine, pk=wanted) if wanted else None
    html = draft.html if draft else section.html
    moves = section.moves(**parts_of(request))
    context = {
        "city": city,
        "section": section,
        "template": section.template,
        "contents": _contents(request, city),
        "may_write": may_write,
        "may_assign": Permission.ASSIGN_SECTIONS in request.can,
        "moves": [(target.value, MOVES[SectionState(section.state), target]) for target in moves],
        "reopens": section.revision and section.state in WRITING_REOPENS,
        "draft": draft,
        "refused": mine.filter(settled_at=None).defer("html").first() if may_write else None,
        "html": html,
        "spaced": richtext.spaced(html) if may_write else "",
        "beside": section.writer_beside(request.user),
        "editor": Media.from_media(EDITOR if may_write else READER, nonce=request.csp_nonce),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "longest": writing.LONGEST,
        **conversation(request, city, section),
        **more,
    }
    return render(request, "strategy/section.html", context)


def number_in(request: HttpRequest, name: str) -> int | None:
    """A whole number from the address or the form; None where it is missing or something else."""
    value = request.POST.get(name, "") or request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _contents(request: HttpRequest, city: City) -> QuerySet[Section]:
    rows = sections_of(request, city).select_related("template").order_by("position")
    return rows.only("city", "key", "state", "template__titles", "template__number")


def is_script(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def refuse(request: HttpRequest, city: City, section: Section, reason: str, status: int = 422):
    """Nothing was saved: say why in one sentence and hand the text back."""
    context = {"city": city, "section": section, "outcome": reason, "longest": writing.LONGEST}
    if is_script(request):
        return render(request, "strategy/desk_answer.html", context, status=status)
    context["html"] = request.POST.get("html", "")
    return render(request, "strategy/refused.html", context, status=status)
