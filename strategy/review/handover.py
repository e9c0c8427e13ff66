"""Comments that mention a person and wait for an answer, for when that person leaves."""

from __future__ import annotations

from collections.abc import Collection

from accelerator import audit
from accelerator.models import User
from cities.models import City
from strategy.review.models import Mention
from strategy.sections.models import Standing


def held(city: City, person: User | None, pks: Collection[int] | None = None) -> list[Mention]:
    """Mentions that the person hasn't seen, in open conversations."""
    rows = city.mention_set.filter(
        person=person,
        seen_at=None,
        comment__thread__resolved_at=None,
        comment__thread__section__standing=Standing.PRESENT,
    ).select_related("comment")
    return list(rows if pks is None else rows.filter(pk__in=pks))


def hand_on(
    city: City, pks: Collection[int], *, holder: User | None, to: User | None, by: User
) -> dict[int, int | None]:
    """Ask `to` instead. A mention always names someone, so for no one it stays as it is."""
    if to is None or holder is None:
        return {}
    moved: dict[int, int | None] = {}
    rows = city.mention_set.select_for_update(of=("self",)).filter(pk__in=pks, person=holder, seen_at=None)
    for mention in rows:
        # Whoever is mentioned in the same comment already has it.
        if city.mention_set.filter(comment=mention.comment_id, person=to).exists():
            continue
        mention.person = to
        mention.save(update_fields=["person"])
        audit.record("mention handed on", by=by, about=mention, to=to.pk)
        moved[mention.pk] = to.pk
    return moved
