"""What a section's pages share: what its own page shows of it, refusing without loss."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.shortcuts import get_object_or_404, render
from django_prose_editor.widgets import importmap
from js_asset import ImportMap, Media, Script

from accelerator.texts import richtext, saving
from accelerator.web import is_script, number_in
from cities.access import Permission
from cities.models import City
from strategy.sections import looks
from strategy.sections.models import WRITING_REOPENS, Section, SectionDraft
from strategy.sections.reading import sections_of

MODULES = importmap | ImportMap(
    {
        "desk/editor": "js/desk_editor.js",
        "desk/pictures": "js/desk_pictures.js",
        "desk/store": "js/desk_store.js",
    }
)
_READS = [Script("js/desk_comments.js", type="module"), Script("js/looked.js", type="module")]
READER = Media(importmap=MODULES, js=_READS)
# Not a sum: adding media asks for the files' addresses, which a fresh copy does not have yet.
EDITOR = Media(
    importmap=MODULES,
    # The first of the two only so that the browser fetches it early; desk.js imports it.
    js=[*_READS, Script("django_prose_editor/editor.js", type="module"), Script("js/desk.js", type="module")],
)


def page_context(request: HttpRequest, city: City, section: Section) -> dict[str, Any]:
    """What a section's page shows of the section itself: its text to write or to read, and what stands around it."""
    may_write = Permission.EDIT_STRATEGY in request.can
    mine = city.sectiondraft_set.filter(author=request.user, text=section)
    wanted = number_in(request, "draft") if may_write else None
    draft = get_object_or_404(mine, pk=wanted) if wanted else None
    html = draft.html if draft else section.html
    return {
        "city": city,
        "section": section,
        "template": section.template,
        **_contents(request, city, section, mine.filter(settled_at=None) if may_write else mine.none()),
        "may_write": may_write,
        "may_assign": Permission.ASSIGN_SECTIONS in request.can,
        "reopens": section.revision and section.state in WRITING_REOPENS,
        "draft": draft,
        "html": html,
        "spaced": richtext.spaced(html) if may_write else "",
        "beside": section.writer_beside(request.user),
        "news": looks.news(section, request.user),
        "editor": Media.from_media(EDITOR if may_write else READER, nonce=request.csp_nonce),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "longest": saving.LONGEST,
    }


def _contents(
    request: HttpRequest, city: City, section: Section, waiting: QuerySet[SectionDraft]
) -> dict[str, Any]:
    """The sections beside the desk, the one before and the one after, and the reader's own text that waits."""
    rows = sections_of(request, city).select_related("template", "assignee").order_by("position")
    draft = waiting.order_by("-created_at")
    contents = list(
        rows.annotate(
            refused_pk=Subquery(draft.values("pk")[:1]), refused_at=Subquery(draft.values("created_at")[:1])
        ).only(
            "city", "key", "state", "words", "due_on", "assignee__name", "assignee__email", "template__titles",
            "template__number", "template__words_min", "template__words_max",
        )
    )  # fmt: skip
    at = next((number for number, row in enumerate(contents) if row.pk == section.pk), 0)
    return {
        "contents": contents,
        "before": contents[at - 1] if at else None,
        "refused": contents[at] if contents and contents[at].refused_pk else None,
        "after": contents[at + 1] if at + 1 < len(contents) else None,
    }


def refuse(request: HttpRequest, city: City, section: Section, reason: str, status: int = 422):
    """Nothing was saved: say why in one sentence and hand the text back."""
    context = {"city": city, "section": section, "outcome": reason, "longest": saving.LONGEST}
    if is_script(request):
        return render(request, "strategy/sections/desk_answer.html", context, status=status)
    context["html"] = request.POST.get("html", "")
    return render(request, "strategy/sections/refused.html", context, status=status)
