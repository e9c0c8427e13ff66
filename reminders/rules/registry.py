"""All rules. Planning, rechecking and forecasting use these alone."""

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
        signoff.ApproverMissing(),
        signoff.PaperToCheck(),
        signoff.VersionReturned(),
        signoff.SectionLapsed(),
        progress.StatusAsked(),
        progress.ReviewDue(),
    )
}
# Reasons that mean a reminder never concerned the person: no page lists them.
NOT_CONCERNED = frozenset({"", Why.ROLE, Why.NOT_THEIRS, Why.LEFT})


def reminders(now: datetime, until: datetime) -> Iterator[Reminder]:
    """What falls due by `until` and expires after `now`. Needs the scope of every city."""
    for rule in RULES.values():
        yield from rule.reminders(Window(now, until))


def check(rows: Iterable[Due], now: datetime) -> dict[Key, tuple[str, Reminder | None]]:
    """Why each row should no longer be sent ("" if it should), and its reminder as the rules now produce it."""
    rows = list(rows)
    current: dict[Key, Reminder] = {}
    for name in {row.rule for row in rows} & RULES.keys():
        objects = frozenset(row.object_id for row in rows if row.rule == name)
        current |= {r.key: r for r in RULES[name].reminders(Window(now, now, objects))}
    # (rule, object) and (rule, object, person) distinguish a moved date, a person who left and a deletion.
    parts = {key[:2] for key in current} | {key[:3] for key in current}
    return {row.key: (_verdict(row, current, parts, now), current.get(row.key)) for row in rows}


def _verdict(row: Due, current: dict[Key, Reminder], parts: set[tuple[Any, ...]], now: datetime) -> str:
    if row.expires_at <= now:
        return Why.TOO_LATE
    if row.key in current:
        return current[row.key].why_not
    if row.key[:2] not in parts:
        return Why.GONE
    return Why.DATE_MOVED if row.key[:3] in parts else Why.LEFT


def subjects(rows: Iterable[Due]) -> dict[tuple[str, int], tuple[str, str]]:
    """(name, page) of the rows' subjects by rule and ID, in the reader's language; deleted ones are omitted."""
    rows, subjects = list(rows), {}
    for name in {row.rule for row in rows} & RULES.keys():
        rule = RULES[name]
        for pk, subject in rule.query().in_bulk({row.object_id for row in rows if row.rule == name}).items():
            subjects[name, pk] = (rule.title(subject), rule.path(subject))
    return subjects
