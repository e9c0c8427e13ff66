"""What a text's page shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils.safestring import mark_safe

from accelerator.texts import richtext
from accelerator.texts.desk.kinds import Desk
from accelerator.web import number_in


class OpenDraft(NamedTuple):
    """A text the reader submitted that isn't the current one and is still open."""

    pk: int
    created_at: datetime


def newest_open_draft(desk: Desk) -> OpenDraft | None:
    """The newest one, if the reader can still make it the current text."""
    open_drafts = desk.drafts().filter(settled_at=None).values_list("pk", "created_at") if desk.may_write else []
    return next((OpenDraft(*row) for row in open_drafts[:1]), None)


def page_context(desk: Desk, refused: OpenDraft | None) -> dict[str, Any]:
    """The text to write or read, the reader's own draft (being edited or still open), and who else is here."""
    text = desk.text
    draft_id = number_in(desk.request, "draft") if desk.may_write else None
    draft = get_object_or_404(desk.drafts(), pk=draft_id) if draft_id else None
    html = draft.html if draft else text.html
    return desk.context(
        draft=draft,
        html=html,
        shown=mark_safe(text.for_page(html)),  # noqa: S308 - sanitized before it was stored
        spaced=richtext.for_text_area(html) if desk.may_write else "",
        refused=refused,
        refused_url=desk.url("draft", pk=refused.pk) if refused else "",
        beside=text.other_writer(desk.reader),
        csrf_cookie=settings.CSRF_COOKIE_NAME,
    )
