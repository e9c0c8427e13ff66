"""All rules. What is planned, re-checked and forecast comes from them alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from reminders.models import Due, Key, Why
from reminders.rules import progress, review, section, signoff
from reminders.rules.rule import Reminder, Rule, Window

RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        section.SectionDue(),
        review.ReviewAsked(),
        review.Mentioned(),
        review.Commented(),
        signoff.SignatureAsked(),
        signoff.VersionReturned(),
        signoff.SectionLapsed(),
        progress.StatusAsked(),
        progress.ReviewDue(),
    )
}
# Reasons of people whom a reminder never concerned: no page lists them.
NOT_CONCERNED = frozenset({"", Why.ROLE, Why.NOT_THEIRS, Why.LEFT})


def reminders(now: datetime, until: datetime) -> Iterator[Reminder]:
    """What all rules say falls due by `until` and is of use after `now`; reads rows of every city."""
    for rule in RULES.values():
        yield from rule.reminders(Window(now, until))


def check(rows: Iterable[Due], now: datetime) -> dict[Key, tuple[str, Reminder | None]]:
    """Why each row is no longer to be sent ("" where it is), from the rules as they see things now."""
    rows = list(rows)
    found: dict[Key, Reminder] = {}
    for name in {row.rule for row in rows} & RULES.keys():
        objects = frozenset(row.object_id for row in rows if row.rule == name)
        found |= {r.key: r for r in RULES[name].reminders(Window(now, now, objects))}
    present = {key[:2] for key in found} | {key[:3] for key in found}
    return {row.key: (_verdict(row, found, present, now), found.get(row.key)) for row in rows}


def _verdict(row: Due, found: dict[Key, Reminder], present: set[tuple[Any, ...]], now: datetime) -> str:
    """`present` holds (rule, object) and (rule, object, person) of all that the rules still speak of."""
    if row.expires_at <= now:
        return Why.TOO_LATE
    if row.key in found:
        return found[row.key].why_not
    if row.key[:2] not in present:
        return Why.GONE
    return Why.DATE_MOVED if row.key[:3] in present else Why.LEFT


def subjects(rows: Iterable[Due]) -> dict[tuple[str, int], tuple[str, str]]:
    """(name, page) of what the rows are about, in the reader's language; a deleted subject is left out."""
    rows, known = list(rows), {}
    for name in {row.rule for row in rows} & RULES.keys():
        rule = RULES[name]
        for pk, subject in rule.query().in_bulk({row.object_id for row in rows if row.rule == name}).items():
            known[name, pk] = (rule.title(subject), rule.path(subject))
    return known
