"""What no browser sends: characters the database rejects, huge numbers, hand-written hidden fields."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from accelerator import rls
from strategy.models import Component, Policy, Risk
from strategy.plan import actions as plan
from strategy.plan import registers

HUGE = "9" * 5000  # more digits than Python takes for a number
# What travels with a form to say what was shown: no JSON, JSON of another kind, JSON deeper than a parser goes.
SEEN = ["x", "[]", "1", '"', "[" * 15_000]


def url(cast, name, *args):
    return reverse(f"strategy:{name}", args=[cast.tulsa.slug, *args])


@pytest.fixture
def rows(cast):
    """An action, a policy and a risk that someone has changed since the form was shown."""
    with rls.every_city():
        kind = registers.policy_types().first()
        objective = plan.add_objective(city=cast.tulsa, by=None, title="Inventory", component=Component.GOVERNANCE)
        action = plan.add_action(objective=objective, by=None, title="List the data")
        policy = plan.add(Policy(city=cast.tulsa), by=None, title="Order", type=kind)
        risk = plan.add(Risk(city=cast.tulsa), by=None, title="Leave", likelihood="low", impact="low")
        plan.change(action, stamp=0, by=cast.member, title="List all data")
        plan.change(risk, stamp=0, by=cast.member, mitigation="Train two people")
    return action, policy, risk


@pytest.mark.parametrize("seen", SEEN)
def test_a_form_whose_memory_is_not_to_be_read_shows_the_conflict(cast, as_, rows, seen):
    action, _policy, risk = rows
    browser = as_(cast.lead)
    data = {"title": "Mine", "component": "governance", "status": "not_started", "direction": "up"}
    page = browser.post(url(cast, "action-edit", action.pk), data | {"stamp": 0, "seen": seen})
    assert page.status_code in {409, 422}
    assert "Mine" in page.content.decode()
    data = {"title": "Mine", "likelihood": "high", "impact": "high", "stamp": 0, "seen": seen}
    page = browser.post(url(cast, "risk-edit", risk.pk), data)
    assert page.status_code == 409
    table = {f"{action.pk}-{name}": value for name, value in {"title": "Mine", "status": "blocked"}.items()}
    table |= {f"{action.pk}-stamp": 0, f"{action.pk}-seen": seen}
    assert browser.post(url(cast, "plan-edit"), table).status_code == 422


@pytest.mark.parametrize("word", ["\0", "a\0b"])
def test_nul_in_a_section_type_or_reason_is_refused(cast, as_, picture_of_tulsa, word):
    browser, coach = as_(cast.lead), as_(cast.coach)
    where = url(cast, "picture-insert", picture_of_tulsa.pk)
    assert browser.post(where, {"section": word, "base": 0}).status_code == 404
    assert browser.get(url(cast, "pictures"), {"section": word}).status_code == 200
    assert browser.get(url(cast, "policies-add"), {"type": word}).status_code == 200
    assert coach.get(url(cast, "opinion"), {"section": word}).status_code in {200, 404}
    for name in ("publication-publish", "publication-withdraw"):
        sent = {"number": HUGE, "summary": word, "reason": word}
        assert browser.post(url(cast, name), sent).status_code == 422


@pytest.fixture
def picture_of_tulsa(cast):
    with rls.every_city():
        return cast.tulsa.picture_set.create(
            file="none.png", name="none.png", kind="image/png", size=1, width=1, height=1, sha256="0" * 64
        )


def test_endless_or_foreign_number_is_ignored(cast, as_):
    browser = as_(cast.lead)
    for where in (url(cast, "upload-tray"), url(cast, "sections-move", 1)):
        data = {f"piece-{HUGE}": "aside", "piece-²": "aside", "piece-٣": "aside", "seen": HUGE}
        sent = browser.post(where, urlencode(data), content_type="application/x-www-form-urlencoded")
        assert sent.status_code in {302, 200}
