"""What the strategy needs from one person: a signature, a status, an answer to a comment; in one statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db.models import CharField, DateField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _

from accelerator.models import User
from cities.models import City
from strategy.models import Mention, StatusRequest, Step, StrategyVersion

_COLUMNS = ("what", "key", "about", "words", "on")


@dataclass(frozen=True, slots=True)
class Pending:
    """One thing to do: its text, its page, and since when or until when."""

    what: str
    url: str
    on: date
    detail: str
    is_due: bool = False


def _rows(rows: QuerySet[Any], what: str, **columns: Any) -> QuerySet[Any, Any]:
    named: QuerySet[Any, Any] = rows.order_by().annotate(what=Value(what, CharField()), **columns)
    return named.values_list(*_COLUMNS)


def _text(name: str) -> Cast:
    return Cast(F(name), TextField())


def pending_for(person: User, city: City, today: date) -> list[Pending]:
    """What this person should do in this city, the oldest first."""
    day = partial(TruncDate, tzinfo=city.zone, output_field=DateField())
    steps = Step.objects.filter(
        city=city,
        person=person,
        state=Step.State.WAITING,
        asked_at__isnull=False,
        version__state=StrategyVersion.State.WITH_APPROVERS,
    )
    asked = StatusRequest.objects.filter(city=city, asked=person).open().asked_by(today)
    named = Mention.objects.filter(city=city, person=person, seen_at=None)
    section, thread = "comment__thread__section__key", "comment__thread_id"
    signatures = _rows(
        steps, "sign", key=_text("version__number"), about=_text("pk"), words=_text("title"), on=day("asked_at")
    )
    statuses = _rows(
        asked, "status", key=_text("action__code"), about=_text("pk"), words=_text("action__title"), on=F("due_on")
    )
    mentions = _rows(
        named,
        "mention",
        key=_text(section),
        about=_text(thread),
        words=_text("comment__body"),
        on=day("comment__created_at"),
    )
    rows = signatures.union(statuses, mentions, all=True)
    return sorted((_pending(city, *row) for row in rows), key=lambda row: row.on)


def _pending(city: City, what: str, key: str, about: str, words: str, on: date) -> Pending:
    if what == "sign":
        title = _("Sign-off of the strategy, version %(number)s") % {"number": key}
        return Pending(title, reverse("strategy:sign-off", args=[city.slug]), on, _("waits for your signature"))
    if what == "status":
        url = reverse("strategy:status-answer", args=[city.slug, int(about)])
        return Pending(f"{key} {words}", url, on, _("how does it stand?"), is_due=True)
    url = reverse("strategy:section", args=[city.slug, key]) + f"#thread-{about}"
    return Pending(f"“{words[:80]}”", url, on, _("you are named in this comment"))
