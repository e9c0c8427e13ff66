"""What the strategy needs from one person: a signature, a status report, an answer to a comment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db.models import CharField, Count, DateField, Exists, F, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accelerator.excerpts import excerpt
from accelerator.languages import phrase, written_in
from accelerator.models import User
from cities.models import City, Role
from strategy.models import Mention, Signature, StatusRequest, Step, StrategyVersion
from strategy.review.models import language_of
from strategy.sections.models import Standing
from strategy.signoff import turns

_COLUMNS = ("kind", "key", "target", "text", "on", "language")


@dataclass(frozen=True, slots=True)
class Pending:
    title: str
    url: str
    on: date  # its due date, else when it became pending
    detail: str
    is_due: bool = False
    comes_first: bool = False


def _rows(rows: QuerySet[Any], kind: str, *, on: Any, language: Any, **columns: str) -> QuerySet[Any, Any]:
    texts = {name: Cast(F(column), TextField()) for name, column in columns.items()}
    annotated: QuerySet[Any, Any] = rows.order_by().annotate(
        kind=Value(kind, CharField()), on=on, language=language, **texts
    )
    return annotated.values_list(*_COLUMNS)


def pending_for(person: User, city: City, today: date) -> list[Pending]:
    """What this person should do in this city, oldest first."""
    day = partial(TruncDate, tzinfo=city.zone, output_field=DateField())
    steps = Step.objects.filter(city=city).waiting().signed_by(person)
    asked = StatusRequest.objects.filter(city=city, asked=person).open().asked_by(today)
    # An omitted section is read-only, so a comment there could never be marked as seen.
    section = "comment__thread__section"
    mentioned = Mention.objects.filter(
        city=city, person=person, seen_at=None, **{f"{section}__standing": Standing.PRESENT}
    )
    step = {"key": "version__number", "target": "pk", "text": "title"}
    action = {"key": "action__code", "target": "pk", "text": "action__title"}
    comment = {"key": f"{section}__key", "target": "comment__thread_id", "text": "comment__body"}
    own, author = F("city__language"), language_of("comment__author")
    signatures = _rows(steps, "sign", on=day("asked_at"), language=own, **step)
    statuses = _rows(asked, "status", on=F("due_on"), language=own, **action)
    mentions = _rows(mentioned, "mention", on=day("comment__created_at"), language=author, **comment)
    # One statement: a city's home page is opened more often than any other.
    rows = signatures.union(statuses, mentions, _returned(person, city, day), _on_paper(person, city, day), all=True)
    return sorted((_pending(city, *row) for row in rows), key=lambda row: (not row.comes_first, row.on))


def _is_lead(person: User, city: City) -> Exists:
    return Exists(city.membership_set.active().filter(user=person, role=Role.CITY_LEAD))


def _on_paper(person: User, city: City, day: Any) -> QuerySet[Any, Any]:
    """The step whose turn it is, if a lead has to upload its paper."""
    columns = {"key": "version__number", "target": "pk", "text": "title"}
    rows = turns.to_upload(city).filter(_is_lead(person, city))
    return _rows(rows, "paper", on=day("asked_at"), language=F("city__language"), **columns)


def _returned(person: User, city: City, day: Any) -> QuerySet[Any, Any]:
    """The latest version, if an approver returned it, for a lead: with the number of comments on it."""
    versions = city.strategyversion_set.all()
    newer = Exists(versions.filter(number__gt=OuterRef("number")).order_by())
    returned = versions.filter(state=StrategyVersion.State.RETURNED, signatures__kind=Signature.Kind.RETURN)
    rows = returned.filter(~newer, _is_lead(person, city))
    counted = rows.annotate(comments=Count("signatures__comments"))
    return _rows(
        counted,
        "returned",
        on=day("state_at"),
        language=F("city__language"),
        key="number",
        target="comments",
        text="signatures__person_name",
    )


def _pending(city: City, kind: str, key: str, target: str, text: str, on: date, language: str) -> Pending:
    if kind == "sign":
        title = _("Strategy sign-off, version %(number)s") % {"number": key}
        return Pending(title, reverse("strategy:sign-off", args=[city.slug]), on, _("waiting for your signature"))
    if kind == "paper":
        title = phrase(_("Record the paper signature: %(who)s"), who=written_in(text, language))
        url = reverse("strategy:version-paper", args=[city.slug, int(key)])
        return Pending(title, url, on, _("version %(number)s is waiting for it") % {"number": key})
    if kind == "returned":
        title = _("Version %(number)s was returned by %(who)s") % {"number": key, "who": text}
        count = int(target)
        detail = ngettext("%(count)d comment to address", "%(count)d comments to address", count) % {"count": count}
        url = reverse("strategy:version-submit", args=[city.slug])
        return Pending(title, url, on, detail, comes_first=True)
    if kind == "status":
        url = reverse("strategy:status-answer", args=[city.slug, int(target)])
        title = phrase("%(code)s %(title)s", code=key, title=written_in(text, language))
        return Pending(title, url, on, _("status update requested"), is_due=True)
    url = reverse("strategy:section", args=[city.slug, key]) + f"#thread-{target}"
    # Without quotation marks: the comment often quotes the text itself.
    return Pending(written_in(excerpt(text, 80), language), url, on, _("you were mentioned in this comment"))
