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
from strategy.sections.access import find, sections_of
from strategy.sections.models import WRITING_REOPENS, Section


def find_sent(request: Request, city: City, section: str) -> Section:
    """Any section of the city: words typed while somebody left it out are kept like any other."""
    return get_object_or_404(city.section_set.defer("html"), key=section)


SECTION = TextKind(
    name="strategy:section",
    draft_name="strategy:draft",
    my_drafts="strategy:my-drafts",
    read=Permission.VIEW_STRATEGY,
    write=Permission.EDIT_STRATEGY,
    find=find,
    find_sent=find_sent,
    seen=lambda section, revision, person: last_read.mark(sections=[(section, revision)], by=person),
    templates="strategy/sections",
    prose="prose",
    in_citys_language=True,
    messages=Messages(
        would_empty=_("Nothing was saved: the text was empty. To empty the section, check “Clear”."),
        not_cleared=_("Somebody saved a newer text meanwhile, so the section was not cleared."),
        used=_("Your text is the section’s text now. The one before it is in the history."),
        settled=_("The section stays as it is. Your own text stays among your unsaved texts."),
        merged=_("The merged text is the section’s text now. The one before it is in the history."),
        restored=_("Version %(number)d is the section’s text again."),
    ),
)


def page_context(request: Request, city: City, section: Section) -> dict[str, Any]:
    """What a section's page shows of the section itself: its text, and what stands around it."""
    desk = Desk(SECTION, request, city, {"section": section.key}, section)
    contents, refused = _contents(desk)
    return {
        **desk_context(desk, refused),
        **contents,
        "section": section,
        "template": section.template,
        "may_assign": Permission.ASSIGN_SECTIONS in request.can,
        "reopens": section.revision and section.state in WRITING_REOPENS,
        "news": last_read.news(section, request.user),
        "pictures_url": reverse("strategy:pictures", args=[city.slug]),
    }


def _contents(desk: Desk) -> tuple[dict[str, Any], OpenDraft | None]:
    """The sections beside the desk, the one before and the one after; and the reader's own text that waits.

    One statement for both: the desk is the page that is opened most.
    """
    waiting = desk.drafts().filter(settled_at=None).order_by("-created_at")
    rows: QuerySet[Section] = sections_of(desk.request, desk.city).select_related("template", "assignee")
    contents = list(
        rows.order_by("position")
        .annotate(refused_pk=Subquery(waiting.values("pk")[:1]), refused_at=Subquery(waiting.values("created_at")[:1]))
        .only(
            "city",
            "key",
            "state",
            "words",
            "due_on",
            "assignee__name",
            "assignee__email",
            "template__titles",
            "template__number",
            "template__words_min",
            "template__words_max",
        )
    )
    at = next((number for number, row in enumerate(contents) if row.pk == desk.text.pk), 0)
    own = contents[at] if contents and desk.may_write and contents[at].refused_pk else None
    around = {
        "contents": contents,
        "before": contents[at - 1] if at else None,
        "after": contents[at + 1] if at + 1 < len(contents) else None,
    }
    return around, OpenDraft(own.refused_pk, own.refused_at) if own else None
