"""The demo's reports agree with the calendar of each plan."""

import json

import pytest

from demo.cohort.plan import PLANS, report_in

ACTIONS = [
    (path.stem, action)
    for path in sorted(PLANS.glob("*.json"))
    for objective in json.loads(path.read_text(encoding="utf-8"))["objectives"]
    for action in objective["actions"]
]


@pytest.mark.parametrize("quarter", [0, 1, 2])
def test_no_action_is_reported_on_before_it_starts_or_open_and_fine_after_it_was_due(quarter):
    reports = [(action, report_in(quarter, action)) for _city, action in ACTIONS]
    assert any(report for _action, report in reports) is (quarter > 0)
    for action, report in reports:
        status, rag = report.get("status", "not_started"), report.get("rag", "")
        if (action.get("starts") or action.get("due") or 99) > quarter:
            assert (status, rag) in {("not_started", ""), ("on_hold", "")}
            assert not report.get("percent")
        elif action["due"] < quarter:
            assert status == "completed" or rag in {"amber", "red"}


def test_a_report_in_its_time_is_as_written():
    row = {"starts": 1, "due": 2, "status": "in_progress", "percent": 40, "rag": "amber", "reason": "Late"}
    assert report_in(1, row) == {"status": "in_progress", "percent": 40, "rag": "amber", "reason": "Late"}
    assert report_in(3, row | {"rag": "green"}) == {"status": "completed", "percent": 100, "rag": "green"}
    held = {"starts": 3, "due": 5, "status": "on_hold", "percent": 5, "rag": "red", "reason": "Paused"}
    assert report_in(2, held) == {"status": "on_hold", "words": "Paused"}
