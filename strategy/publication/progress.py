"""Progress after sign-off: owners' answers, yearly reviews, and what of both the public page shows."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from accelerator import audit
from accelerator.models import User
from cities.models import City
from strategy.document.tree import actions_of
from strategy.plan import actions as plan
from strategy.plan.models import ActionUpdate, StatusRequest
from strategy.publication.models import PublicStrategy
from strategy.sections.models import Strategy
from strategy.signoff import status_requests
from strategy.signoff.models import YearlyReview


@transaction.atomic
def record_answer(*, request: StatusRequest, by: User | None, **said: Any) -> ActionUpdate:
    """Record how the action stands as its owner says; `said` as plan.record_update takes it."""
    update = plan.record_update(request.action, by=by, **said)
    request.update, request.answered_at, request.withdrawn_at = update, timezone.now(), None
    request.save(update_fields=["update", "answered_at", "withdrawn_at"])
    status_requests.keep_up(request.city)
    refresh_progress(request.city)
    return update


@transaction.atomic
def record_review(*, row: YearlyReview, result: str, words: str, is_public: bool, by: User) -> bool:
    """Record a yearly review once; False where somebody has done so meanwhile or it was withdrawn."""
    changed = YearlyReview.objects.filter(pk=row.pk, city=row.city_id, done_at=None, withdrawn_at=None).update(
        result=result, words=words, is_public=is_public, done_by=by, done_at=timezone.now()
    )
    if changed:
        audit.record("yearly review done", by=by, about=row, months=row.months, result=result)
        refresh_progress(row.city)
    return bool(changed)


@transaction.atomic
def show_progress(*, city: City, shown: bool, by: User) -> None:
    """Let the public page say how the actions are going, or not."""
    Strategy.objects.filter(city=city).update(shows_progress=shown)
    audit.record("public progress " + ("shown" if shown else "hidden"), by=by, about=city)
    refresh_progress(city)


def refresh_progress(city: City) -> None:
    """Copy how the actions stand, and the reviews that the city shows, to what is public now; in the city's scope."""
    row = city.publicstrategy_set.current().first()
    if row is None:
        return
    shown = Strategy.objects.filter(city=city, shows_progress=True).exists()
    reviews = city.yearlyreview_set.filter(is_public=True).order_by("due_on")
    PublicStrategy.objects.filter(pk=row.pk).update(
        progress=_progress(city, row) if shown else None,
        reviews=[
            {
                "months": review.months,
                "on": review.done_at.date().isoformat(),
                "result": review.result,
                "words": review.words,
            }
            for review in reviews
            if review.done_at
        ],
    )


def _progress(city: City, row: PublicStrategy) -> dict[str, Any]:
    """Status by action code, of the actions that were published alone: a later one is nobody's promise yet."""
    published = {action["code"] for action in actions_of(row.tree)}
    rows = city.action_set.filter(code__in=published).order_by("objective__position", "position")
    return {
        "on": city.today().isoformat(),
        "actions": [
            {
                "code": action.code,
                "status": action.status,
                "percent": action.percent,
                "rag": action.rag,
                "reason": action.rag_reason,
            }
            for action in rows
        ],
    }
