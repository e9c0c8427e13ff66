"""Progress after sign-off: owners' answers, yearly reviews, and what the public page shows of both."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accelerator import audit, formats
from accelerator.models import User
from accelerator.refusals import Refused
from accelerator.walltime import local_day
from cities.models import City
from strategy.document.tree import actions_of
from strategy.plan import actions as plan
from strategy.plan.models import Action, ActionUpdate, StatusRequest
from strategy.publication.models import PublicStrategy
from strategy.sections.models import Strategy
from strategy.signoff import status_requests
from strategy.signoff.models import YearlyReview


@transaction.atomic
def record_answer(*, request: StatusRequest, by: User | None, **fields: Any) -> ActionUpdate:
    """`fields` are arguments of plan.record_update."""
    update = plan.record_update(request.action, by=by, **fields)
    request.update, request.answered_at, request.withdrawn_at = update, timezone.now(), None
    request.save(update_fields=["update", "answered_at", "withdrawn_at"])
    status_requests.update_requests(request.city)
    refresh_progress(request.city)
    return update


@transaction.atomic
def record_review(*, row: YearlyReview, result: str, words: str, is_public: bool, by: User) -> bool:
    """False if someone else has already recorded it or it was withdrawn; raises Refused before it is due."""
    if sentence := too_early(row):
        raise Refused(sentence)
    changed = YearlyReview.objects.filter(pk=row.pk, city=row.city_id, done_at=None, withdrawn_at=None).update(
        result=result, words=words, is_public=is_public, done_by=by, done_at=timezone.now()
    )
    if changed:
        audit.record("yearly review done", by=by, about=row, months=row.months, result=result)
        refresh_progress(row.city)
    return bool(changed)


def too_early(row: YearlyReview) -> str:
    """Why a review can't be recorded yet; "" once it is due: a public page says how long after signing it was."""
    if row.city.today() >= row.due_on:
        return ""
    return _("You can record this review on %(day)s or later.") % {"day": formats.day(row.due_on)}


@transaction.atomic
def show_progress(*, city: City, is_public: bool, by: User) -> None:
    Strategy.objects.filter(city=city).update(shows_progress=is_public)
    audit.record("public progress " + ("shown" if is_public else "hidden"), by=by, about=city)
    refresh_progress(city)


def refresh_progress(city: City) -> None:
    """Copy action statuses and public reviews to the current public version; call it in the city's scope."""
    row = city.publicstrategy_set.current().first()
    if row is None:
        return
    is_public = Strategy.objects.filter(city=city, shows_progress=True).exists()
    reviews = city.yearlyreview_set.filter(is_public=True, version__number=row.number).order_by("due_on")
    PublicStrategy.objects.filter(pk=row.pk).update(
        progress=_progress(city, row) if is_public else None,
        reviews=[
            {
                "months": review.months,
                "on": local_day(review.done_at, row.tree["city"]["time_zone"]).isoformat(),
                "result": review.result,
                "words": review.words,
            }
            for review in reviews
            if review.done_at
        ],
    )


def _progress(city: City, row: PublicStrategy) -> dict[str, Any]:
    # Only published actions: the city hasn't publicly committed to later ones.
    published = {action["code"]: action["title"] for action in actions_of(row.tree)}
    rows = city.action_set.filter(code__in=published).order_by("objective__position", "position")
    return {
        "on": city.today().isoformat(),
        "actions": [
            _report(action) if action.title == published[action.code] else {"code": action.code, "is_changed": True}
            for action in rows
        ],
    }


def _report(action: Action) -> dict[str, Any]:
    """For an action that is still the one that was signed: another one's status says nothing about that."""
    return {
        "code": action.code,
        "status": action.status,
        "percent": action.percent,
        "rag": action.rag,
        "reason": action.rag_reason,
        "reported": action.updated_at is not None,
    }
