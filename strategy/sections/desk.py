"""A section as a kind of text, and what its page shows of it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Subquery
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accelerator.texts.desk.kinds import Desk, Messages, TextKind
from accelerator.texts.desk.page import OpenDraft
from accelerator.texts.desk.page import page_context as desk_context
from accelerator.web import Request
from cities.access import Permission
from cities.models import City
from strategy.sections import last_read
from strategy.sections.access import section_or_404, sections_of
from strategy.sections.models import WRITING_REOPENS, Section

# The columns shown in the list of sections: whole texts stay in the database.
_OWN_COLUMNS = ["city", "key", "state", "words", "due_on", "assignee__name", "assignee__email"]
_TEMPLATE_COLUMNS = [f"template__{name}" for name in ("titles", "number", "role", "words_min", "words_max")]


def posted_section(request: Request, city: City, section: str) -> Section:
    # Any section in the city: text typed while someone omitted its section is stored like any other.
    return get_object_or_404(city.section_set.defer("html"), key=section)


SECTION = TextKind(
    name="strategy:section",
    draft_name="strategy:draft",
    my_drafts="strategy:my-drafts",
    read=Permission.VIEW_STRATEGY,
    write=Permission.EDIT_STRATEGY,
    find=section_or_404,
    find_sent=posted_section,
    seen=lambda section, revision, person: last_read.mark(sections=[(section, revision)], by=person),
    templates="strategy/sections",
    prose="prose",
    language=lambda desk: desk.city.language,
    messages=Messages(
        would_empty=_(
            "Nothing was saved because the text you sent was empty. To clear the section, check “Clear the section.”"
        ),
        not_cleared=_("The section wasn’t cleared because someone saved a newer version while you were working."),
        used=_("Your version is now the current one. The previous version is in the section’s history."),
        settled=_("The current version hasn’t changed. Your own version is in your drafts."),
        merged=_("The merged version is now the current one. The previous version is in the section’s history."),
    ),
)


def page_context(request: Request, city: City, section: Section) -> dict[str, Any]:
    """Context for a section's page, without its conversations."""
    desk = Desk(SECTION, request, city, {"section": section.key}, section)
    contents, draft = _contents_and_draft(desk)
    return {
        **desk_context(desk, draft),
        **contents,
        "section": section,
        "template": section.template,
        "may_assign": Permission.ASSIGN_SECTIONS in request.can,
        "reopens": section.revision and section.state in WRITING_REOPENS,
        "news": last_read.changed_places(section, request.user),
        "pictures_url": reverse("strategy:pictures", args=[city.slug]),
    }


def _contents_and_draft(desk: Desk) -> tuple[dict[str, Any], OpenDraft | None]:
    """The list of sections next to the text, with the previous and the next; and the reader's open draft."""
    # One statement for both: this is the most frequently opened page.
    drafts = desk.drafts().filter(settled_at=None).order_by("-created_at")
    rows: QuerySet[Section] = sections_of(desk.request, desk.city).select_related("template", "assignee")
    contents = list(
        rows.order_by("position")
        .annotate(draft_pk=Subquery(drafts.values("pk")[:1]), draft_at=Subquery(drafts.values("created_at")[:1]))
        .only(*_OWN_COLUMNS, *_TEMPLATE_COLUMNS)
    )
    at = next((number for number, row in enumerate(contents) if row.pk == desk.text.pk), 0)
    own = contents[at] if contents and desk.may_write and contents[at].draft_pk else None
    context = {
        "contents": contents,
        "before": contents[at - 1] if at else None,
        "after": contents[at + 1] if at + 1 < len(contents) else None,
    }
    return context, OpenDraft(own.draft_pk, own.draft_at) if own else None
